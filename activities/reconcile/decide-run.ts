// Decides a run: pool, matching, gate and commit in one REPEATABLE READ transaction. Idempotent by run id: a completed run
// answers with what it decided. A violated gate commits nothing but its diagnostics.
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { canonicalJson, type RuleSet, ruleSetHash } from '../../domain/rule-set.ts';
import { TOLERANCE_ALARM_DEFAULT_MINOR } from '../../domain/rule-set-alarm.ts';
import type { Literals } from '../../sql/sql-file.ts';
import type { RulesApproval } from '../accounts.ts';
import { holdChain } from '../audit/hold-chain.ts';
import { auditRunCompleted } from '../audit/run-events.ts';
import { InvariantViolated, RunClosed } from '../errors.ts';
import { canonicalResult } from './canonical-result.ts';
import type { Horizon } from './horizon.ts';
import { requireApprovedRules } from './require-approved-rules.ts';
import { createRuleTables } from './rule-tables.ts';
import { claimRun, lockRun, type RunRow, readRun } from './run-context.ts';
import { runMatching, runPass, type StepTiming, stepQuery } from './run-passes.ts';

export interface DecideInput {
  readonly runId: bigint;
  readonly rules: RuleSet;
  readonly rulesApproval: RulesApproval;
  readonly codeVersion: string;
}

export interface DecideDeps {
  readonly database: DatabasePool;
  /** Pins coverage and horizon inside the deciding transaction. */
  readonly horizon: (connection: DatabaseTransactionConnection, run: RunRow) => Promise<Horizon>;
  /** Adds what has to be told to whom, in the same transaction. */
  readonly enqueue: (connection: DatabaseTransactionConnection, runId: bigint) => Promise<void>;
  readonly nowMs: () => number;
  /** Named places where a test may stop the process; does nothing otherwise. */
  readonly checkpoint: (name: 'before_gate' | 'before_commit' | 'after_commit') => Promise<void>;
}

export interface Decision {
  readonly decisionSeq: string;
  readonly outcome: string;
  readonly discrepancies: number;
  readonly resultDigest: string;
  readonly timings: readonly StepTiming[];
}

// 40001: another run of the account decided meanwhile. Each loser starts again from its first statement.
const SERIALIZATION_RETRIES_MAX = 20;
// A key on more rows than this is no evidence (design section 7).
const FAN_OUT_MAX = 50;
export const LOOK_BACK_DAYS = 35;
// So many tolerated differences say something by their signs alone, where so many of them point one way (design section 6).
const DRIFT_DELTAS_MIN = 20;
const DRIFT_ONE_WAY_PERCENT = 90;
const DAY_MS = 86_400_000;

export async function decideRun(deps: DecideDeps, input: DecideInput): Promise<Decision> {
  try {
    return await decideOpenRun(deps, input);
  } catch (error) {
    // What another attempt completed before us, or while we waited for it, is our answer too.
    if (error instanceof RunClosed && (await readRun(deps.database, input.runId)).status === 'completed') {
      return readDecision(deps.database, input.runId, []);
    }
    throw error;
  }
}

async function decideOpenRun(deps: DecideDeps, input: DecideInput): Promise<Decision> {
  const run = await claimRun(deps.database, input.runId);
  await storeRuleSet(deps.database, input.rules);
  for (let attempt = 1; ; attempt += 1) {
    const timings: StepTiming[] = [];
    try {
      await deps.database.transaction((connection) => decide(connection, deps, input, run, timings));
      await deps.checkpoint('after_commit');
      return await readDecision(deps.database, input.runId, timings);
    } catch (error) {
      if (error instanceof InvariantViolated) await keepDiagnostics(deps.database, input.runId, error);
      if (!isSerializationFailure(error) || attempt >= SERIALIZATION_RETRIES_MAX) throw error;
    }
  }
}

async function decide(
  connection: DatabaseTransactionConnection,
  deps: DecideDeps,
  input: DecideInput,
  run: RunRow,
  timings: StepTiming[],
): Promise<void> {
  await connection.query(sql.unsafe`set transaction isolation level repeatable read`);
  // The first statement takes the snapshot, and it must be the one that waits for the run before us.
  const { decision_seq: seq } = await connection.one(sql.type(z.object({ decision_seq: z.bigint() }))`
    update accounts set decision_seq = decision_seq + 1 where account_id = ${run.account_id} returning decision_seq`);
  await lockRun(connection, run);
  if (input.rulesApproval === 'required') await requireApprovedRules(connection, run.account, ruleSetHash(input.rules));
  await holdChain(connection, run.account);
  await connection.query(sql.unsafe`set local work_mem = '256MB'`);
  await createRuleTables(connection, input.rules);
  const horizon = await deps.horizon(connection, run);
  const literals = await readLiterals(connection, run, seq, horizon, input.rules);
  await runMatching(connection, literals, timings);
  await deps.checkpoint('before_gate');
  await gate(connection, literals, timings);
  await runPass(connection, 'summary.sql', literals, timings);
  await finish(connection, input, literals, deps.nowMs());
  await deps.enqueue(connection, input.runId);
  await auditRunCompleted(connection, input.runId);
  await deps.checkpoint('before_commit');
}

/** What the passes are told beside the rows: of the run, its rules and what it introduces. */
export async function readLiterals(
  connection: DatabaseTransactionConnection,
  run: RunRow,
  seq: bigint,
  horizon: Horizon,
  rules: RuleSet,
): Promise<Literals> {
  const facts = await connection.one(sql.type(factsRow)`
    select ${run.run_date}::date - ${LOOK_BACK_DAYS}::int as look_back_date,
           ${run.run_date}::date - ${Math.ceil(rules.keyless.lookBack / DAY_MS)}::int as keyless_look_back_date,
           (select start_date from accounts where account_id = ${run.account_id}) as start_date,
           greatest(${run.run_date}::date, (select max(r.run_date) from reconciliation_runs r
                     where r.account_id = ${run.account_id} and r.decision_seq is not null)) as last_date,
           (select payouts_itemised from reconciliation_runs where run_id = ${run.run_id}) as payouts_itemised,
           exists (select 1 from payout_entries where account_id = ${run.account_id}) as has_payout_entries,
           exists (select 1 from fetch_shards s join batches b using (batch_id)
                   where b.account_id = ${run.account_id} and s.reference_count > 0) as has_references,
           exists (select 1 from reconciliation_runs r where r.account_id = ${run.account_id}
                   and r.run_date = ${run.run_date} and r.decision_seq is not null) as is_rerun,
           exists (select 1 from batch_totals n join batch_totals v using (account_id, side, home_date)
                   where n.account_id = ${run.account_id} and n.home_date <= ${run.run_date} and n.introduced_seq is null
                     and n.disposition = 'new' and v.disposition = 'version' and v.introduced_seq is not null
                     and v.batch_id > n.batch_id) as overtaken`);
  const introduced = await connection.any(sql.type(introducedRow)`
    select t.home_date, t.disposition::text as disposition, array_agg(distinct t.batch_id) as batches
    from batch_totals t join batches b using (batch_id)
    where b.done and t.account_id = ${run.account_id} and t.home_date <= ${run.run_date} and t.introduced_seq is null
      and t.disposition <> 'repeat'
      -- What another run is still reading comes with that run: half of its day would look like missing rows here.
      and (exists (select 1 from run_batches p where p.batch_id = b.batch_id and p.run_id = ${run.run_id})
        or not exists (select 1 from run_batches p join reconciliation_runs r using (run_id)
                       where p.batch_id = b.batch_id and r.status = 'running'))
    group by t.home_date, t.disposition`);
  const never = Object.entries(rules.partner).flatMap(([kind, partner]) => (partner === 'never' ? [kind] : []));
  return {
    ...facts,
    min_date: introduced.map((row) => row.home_date).sort()[0] ?? run.run_date,
    introduced_batches: `{${[...new Set(introduced.flatMap((row) => row.batches))].join(',')}}`,
    one_day: introduced.every((row) => row.home_date === run.run_date && row.disposition === 'new'),
    no_versions: introduced.every((row) => row.disposition === 'new'),
    account_id: run.account_id,
    account: run.account,
    run_id: run.run_id,
    run_date: run.run_date,
    seq,
    horizon: new Date(horizon.horizonMs).toISOString(),
    window_end: new Date(run.window_end).toISOString(),
    covered: horizon.covered,
    never_kinds: `{${never.sort().join(',')}}`,
    fan_out_max: FAN_OUT_MAX,
    by_processor_id: rules.references.includes('processor_id'),
    by_merchant_reference: rules.references.includes('merchant_reference'),
    groups: rules.groups,
    keyless_seconds: rules.keyless.window / 1000,
    compare_status: rules.compare.includes('status'),
    compare_fee: rules.compare.includes('fee'),
    compare_fx: rules.compare.includes('fx'),
    drift_total_default: TOLERANCE_ALARM_DEFAULT_MINOR,
    drift_deltas_min: DRIFT_DELTAS_MIN,
    drift_one_way_percent: DRIFT_ONE_WAY_PERCENT,
  };
}

const introducedRow = z.object({ home_date: z.string(), disposition: z.string(), batches: z.array(z.bigint()) });

const factsRow = z.object({
  look_back_date: z.string(),
  keyless_look_back_date: z.string(),
  start_date: z.string(),
  last_date: z.string(),
  payouts_itemised: z.boolean(),
  has_payout_entries: z.boolean(),
  has_references: z.boolean(),
  is_rerun: z.boolean(),
  overtaken: z.boolean(),
});

async function gate(
  connection: DatabaseTransactionConnection,
  literals: Literals,
  timings: StepTiming[],
): Promise<void> {
  await runPass(connection, 'gate.sql', literals, timings);
  const violations = await connection.anyFirst(
    stepQuery('gate.sql', 'violations', literals, z.object({ diagnostic: z.string() })),
  );
  if (violations.length > 0) throw new InvariantViolated('the totals do not add up; nothing was committed', violations);
}

async function finish(
  connection: DatabaseTransactionConnection,
  input: DecideInput,
  literals: Literals,
  nowMs: number,
): Promise<void> {
  const result = await canonicalResult(connection, input.runId, literals, ruleSetHash(input.rules));
  await connection.query(sql.unsafe`
    insert into data_quality_checks (run_id, name, passed, detail)
    values (${input.runId}, 'conservation', true, 'open before + introduced + taken up + versions + reopened - closed = open after, per side, level, kind and currency')`);
  await connection.query(sql.unsafe`
    update reconciliation_runs
    set status = 'completed', finished_at = ${new Date(nowMs).toISOString()}::timestamptz, error = null,
        rule_set_hash = ${ruleSetHash(input.rules)}, code_version = ${input.codeVersion},
        canonical_result = ${result.text}, result_digest = ${result.resultDigest}, input_digest = ${result.inputDigest}
    where run_id = ${input.runId}`);
}

async function storeRuleSet(database: DatabasePool, rules: RuleSet): Promise<void> {
  // The same rules have the same hash: whoever stored them first stored what we would.
  await database.query(sql.unsafe`
    insert into rule_sets (rule_set_hash, body) values (${ruleSetHash(rules)}, ${canonicalJson(rules)}) on conflict do nothing`);
}

async function keepDiagnostics(database: DatabasePool, runId: bigint, error: InvariantViolated): Promise<void> {
  const rows = error.diagnostics.map((detail) => [String(runId), 'conservation', false, detail]);
  await database.query(sql.unsafe`
    insert into data_quality_checks (run_id, name, passed, detail)
    select * from ${sql.unnest(rows, ['int8', 'text', 'bool', 'text'])}`);
}

async function readDecision(database: DatabasePool, runId: bigint, timings: readonly StepTiming[]): Promise<Decision> {
  const row = await database.one(sql.type(decisionRow)`
    select r.decision_seq, r.outcome, r.result_digest,
           (select count(*)::int from discrepancies d where d.account_id = r.account_id and d.business_date = r.run_date
              and d.state in ('open', 'assigned', 'proposed') and d.verdict not in ('pending_timing', 'pending_source')) as discrepancies
    from reconciliation_runs r where r.run_id = ${runId}`);
  return {
    decisionSeq: String(row.decision_seq),
    outcome: row.outcome,
    discrepancies: row.discrepancies,
    resultDigest: row.result_digest,
    timings,
  };
}

const decisionRow = z.object({
  decision_seq: z.bigint(),
  outcome: z.string(),
  result_digest: z.string(),
  discrepancies: z.number(),
});

function isSerializationFailure(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && (cause.code === '40001' || cause.code === '40P01')) return true;
  }
  return false;
}
