// The completeness sheet of a run: what was asked of which source, how far each reached and says it reaches, when it was read,
// by which versions of code, rules and schema it was decided, and what the gates found. Reads only.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { SIDES } from '../../domain/vocabulary.ts';
import { InvariantViolated } from '../errors.ts';
import { redacted } from '../fetch/row/personal-data.ts';
import { instant, type SealedRun } from './read-sealed-run.ts';

// Far above what a plan may have (activities/fetch/plan-fetch.ts), so that a sheet is whole or not made.
const BATCHES_MAX = 5_000;
const SHARDS_MAX = 50_000;
const CHECKS_MAX = 10_000;

export async function readCompleteness(connection: CommonQueryMethods, run: SealedRun) {
  return {
    run: {
      account: run.account,
      processor: run.processorName,
      date: run.runDate,
      number: run.runNumber,
      runId: run.runId,
      status: run.status,
      outcome: run.outcome,
      trigger: run.trigger,
      reason: run.reason === null ? null : redacted(run.reason),
      error: run.error === null ? null : redacted(run.error),
      startedAt: instant(run.startedAtMs),
      finishedAt: instant(run.finishedAtMs),
      workflowId: run.workflowId,
      temporalRunId: run.temporalRunId,
    },
    window: { start: instant(run.windowStartMs), end: instant(run.windowEndMs), zone: run.zone },
    horizon: instant(run.horizonMs),
    coverage: { processor: instant(run.processorCoverageMs), internal: instant(run.internalCoverageMs) },
    versions: {
      code: run.codeVersion,
      rules: run.ruleSetHash,
      schema: await readSchemaVersion(connection, run),
      inputDigest: run.inputDigest,
      resultDigest: run.resultDigest,
    },
    sources: await readSources(connection, run),
    gates: await readGates(connection, run),
    balances: await readBalances(connection, run),
  };
}

const migrationRow = z.object({ file: z.string(), sha256: z.string() });

/** The migrations that had been applied when the run was opened, by the database's clock: later ones are not its. */
function readSchemaVersion(connection: CommonQueryMethods, { runId }: SealedRun) {
  return connection.any(sql.type(migrationRow)`
    select m.file, m.sha256 from schema_migrations m join reconciliation_runs r on m.applied_at <= r.created_at
    where r.run_id = ${runId} order by m.file collate "C"`);
}

const batchRow = z.object({
  batchId: z.bigint(),
  side: z.enum(SIDES),
  source: z.string(),
  sourceKey: z.string(),
  watermarkMs: z.number().nullable(),
  fetchedUntilMs: z.number().nullable(),
  statesCompleteness: z.boolean(),
  reachesLastRow: z.boolean(),
  snapshot: z.boolean(),
  readWhole: z.boolean(),
  extractedAtMs: z.number(),
  quarantined: z.bigint(),
  superseded: z.bigint(),
});

const shardRow = z.object({
  batchId: z.bigint(),
  shard: z.string(),
  fromMs: z.bigint(),
  toMs: z.bigint(),
  contentKey: z.string().nullable(),
  pages: z.number(),
  rows: z.bigint(),
  quarantined: z.bigint(),
  done: z.boolean(),
});

async function readSources(connection: CommonQueryMethods, { runId }: SealedRun) {
  const batches = await connection.any(sql.type(batchRow)`
    select b.batch_id as "batchId", b.side, b.source_name as source, b.source_key as "sourceKey", b.watermark as "watermarkMs",
           b.fetched_until as "fetchedUntilMs", b.states_completeness as "statesCompleteness",
           b.reaches_last_row as "reachesLastRow", b.snapshot, b.settled as "readWhole", b.created_at as "extractedAtMs",
           q.quarantined, q.superseded
    from run_batches r join batches b using (batch_id)
    cross join lateral (select count(*) filter (where not superseded) as quarantined, count(*) filter (where superseded) as superseded
                        from quarantined_rows q where q.batch_id = b.batch_id) q
    where r.run_id = ${runId} order by b.side, b.batch_id limit ${BATCHES_MAX + 1}`);
  const shards = await connection.any(sql.type(shardRow)`
    select s.batch_id as "batchId", s.shard, s.from_ms as "fromMs", s.to_ms as "toMs", s.content_key as "contentKey", s.pages,
           s.row_count as rows, s.quarantined_count as quarantined, s.done
    from run_batches r join fetch_shards s using (batch_id)
    where r.run_id = ${runId} order by s.batch_id, s.shard collate "C" limit ${SHARDS_MAX + 1}`);
  assertBounded(runId, 'reads', batches.length, BATCHES_MAX);
  assertBounded(runId, 'parts of its reads', shards.length, SHARDS_MAX);
  const ofBatch = Map.groupBy(shards, ({ batchId }) => batchId);
  return batches.map(({ watermarkMs, fetchedUntilMs, extractedAtMs, ...batch }) => ({
    ...batch,
    watermark: instant(watermarkMs),
    fetchedUntil: instant(fetchedUntilMs),
    extractedAt: instant(extractedAtMs),
    /** What was asked, part by part, and what came. */
    queries: (ofBatch.get(batch.batchId) ?? []).map(({ batchId: _its, fromMs, toMs, ...shard }) => ({
      ...shard,
      from: instant(Number(fromMs)),
      to: instant(Number(toMs)),
    })),
  }));
}

const checkRow = z.object({ name: z.string(), passed: z.boolean(), detail: z.string() });

async function readGates(connection: CommonQueryMethods, { runId }: SealedRun) {
  const checks = await connection.any(sql.type(checkRow)`
    select name, passed, detail from data_quality_checks where run_id = ${runId} order by check_id limit ${CHECKS_MAX + 1}`);
  assertBounded(runId, 'checks', checks.length, CHECKS_MAX);
  return checks.map((check) => ({ ...check, detail: redacted(check.detail) }));
}

const balanceRow = z.object({
  batchId: z.bigint(),
  currency: z.string(),
  asOfMs: z.number(),
  totalMinor: z.bigint(),
});

async function readBalances(connection: CommonQueryMethods, { runId }: SealedRun) {
  const balances = await connection.any(sql.type(balanceRow)`
    select b.batch_id as "batchId", b.currency, b.as_of as "asOfMs", b.total as "totalMinor"
    from run_batches r join balance_readings b using (batch_id)
    where r.run_id = ${runId} order by b.batch_id, b.currency limit ${SHARDS_MAX}`);
  return balances.map(({ asOfMs, ...balance }) => ({ ...balance, asOf: instant(asOfMs) }));
}

/** @throws InvariantViolated: a sheet that leaves something out would be worse than none. */
function assertBounded(runId: bigint, what: string, count: number, max: number): void {
  if (count > max) throw new InvariantViolated(`the evidence of run ${runId}`, [`more than ${max} ${what}`]);
}
