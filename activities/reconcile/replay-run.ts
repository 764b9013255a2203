// Rebuilds what a run decided: the passes run again over the stored rows as they were then, on temp tables of a transaction that
// is rolled back, and everything is held against what was stored. Must never write a row that stays.
import { hash } from 'node:crypto';
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { canonicalJson, type RuleSet } from '../../domain/rule-set.ts';
import { type Literals, readSteps } from '../../sql/sql-file.ts';
import { canonicalResult } from './canonical-result.ts';
import { LOOK_BACK_DAYS, readLiterals } from './decide-run.ts';
import { purgedNearby, purgedOf } from './purged-months.ts';
import { createRuleTables } from './rule-tables.ts';
import { readRun } from './run-context.ts';
import { runMatching, runPass, stepQuery } from './run-passes.ts';

/** Lines of each kind that are named; there may be more. */
const LINES_MAX = 10;

export interface Replay {
  /** cannot: nothing is proved either way, and `reasons` says why. */
  readonly verdict: 'intact' | 'differs' | 'cannot';
  readonly storedDigest: string | null;
  readonly rebuiltDigest: string | null;
  readonly codeVersion: string | null;
  readonly reasons: readonly string[];
  readonly differences: readonly string[];
}

const storedRow = z.object({
  status: z.string(),
  decision_seq: z.bigint().nullable(),
  horizon: z.number().nullable(),
  covered: z.boolean().nullable(),
  code_version: z.string().nullable(),
  rule_set_hash: z.string().nullable(),
  rules: z.string().nullable(),
  result_digest: z.string().nullable(),
  canonical_result: z.string().nullable(),
});
type Stored = z.infer<typeof storedRow>;
type Decided = { [Key in keyof Stored]: NonNullable<Stored[Key]> };

const COMPARED = [
  'changed_lines',
  'changed_releases',
  'changed_verdicts',
  'changed_totals',
  'changed_sums',
  'changed_population',
] as const;

export async function replayRun(database: DatabasePool, runId: bigint): Promise<Replay> {
  const stored = await database.one(sql.type(storedRow)`
    select r.status, r.decision_seq, r.horizon, r.code_version, r.rule_set_hash, s.body as rules, r.result_digest, r.canonical_result,
           coalesce(least(r.processor_coverage, r.internal_coverage) >= r.window_end
                    and r.processor_coverage is not null and r.internal_coverage is not null, false) as covered
    from reconciliation_runs r left join rule_sets s using (rule_set_hash) where r.run_id = ${runId}`);
  const about = { storedDigest: stored.result_digest, codeVersion: stored.code_version };
  const missing = whatIsMissing(stored);
  if (!isDecided(stored))
    return { verdict: 'cannot', ...about, rebuiltDigest: null, reasons: missing, differences: [] };
  const broken = [
    ...(hash('sha256', stored.canonical_result, 'hex') === stored.result_digest
      ? []
      : ['the stored result does not have the stored digest: one of them was changed']),
    ...(hash('sha256', stored.rules, 'hex') === stored.rule_set_hash
      ? []
      : ['the stored rule set does not have its hash: it was changed']),
  ];
  const purged = await purgedOf(database, runId);
  if (purged !== null) {
    const reasons = [`rows of ${purged} that it looked at were purged: its evidence package holds what was decided`];
    return {
      verdict: broken.length === 0 ? 'cannot' : 'differs',
      ...about,
      rebuiltDigest: null,
      reasons,
      differences: broken,
    };
  }
  const rebuilt = await rebuild(database, runId, stored);
  const differences = [...broken, ...rebuilt.differences];
  const isSame = rebuilt.digest === stored.result_digest;
  // Asked after the rows were looked at: a purge may have come in between.
  const gone = isSame && differences.length === 0 ? null : await purgedBeside(database, runId);
  if (gone !== null && broken.length === 0) {
    const reasons = [
      `rows of ${gone} that it was compared with were purged: its evidence package holds what was decided`,
    ];
    return { verdict: 'cannot', ...about, rebuiltDigest: rebuilt.digest, reasons, differences: [] };
  }
  const uncertain = !isSame && broken.length === 0 && rebuilt.onlyAmounts;
  const reasons = uncertain
    ? [`${rebuilt.unknownAmounts} difference(s) were changed by a later run: what they were worth then is not kept`]
    : [];
  const verdict = isSame && differences.length === 0 ? 'intact' : uncertain ? 'cannot' : 'differs';
  return { verdict, ...about, rebuiltDigest: rebuilt.digest, reasons, differences };
}

function isDecided(stored: Stored): stored is Decided {
  return stored.status === 'completed' && Object.values(stored).every((value) => value !== null);
}

function whatIsMissing(stored: Stored): string[] {
  if (stored.status !== 'completed') return [`the run is ${stored.status}: only a completed run has a result`];
  const missing = Object.entries(stored).flatMap(([key, value]) => (value === null ? [key.replaceAll('_', ' ')] : []));
  return missing.map((name) => `the run has no stored ${name}`);
}

async function purgedBeside(database: DatabasePool, runId: bigint): Promise<string | null> {
  return (await purgedOf(database, runId)) ?? (await purgedNearby(database, runId, LOOK_BACK_DAYS));
}

interface Rebuilt {
  readonly digest: string;
  readonly differences: readonly string[];
  /** Only the part of the result that lists open differences is another, and some of them cannot be known. */
  readonly onlyAmounts: boolean;
  readonly unknownAmounts: number;
}

class RolledBack extends Error {
  override readonly name = 'RolledBack';
}

async function rebuild(database: DatabasePool, runId: bigint, stored: Decided): Promise<Rebuilt> {
  const kept: { rebuilt?: Rebuilt } = {};
  try {
    // Its end is always the error: nothing of a replay may stay.
    await database.transaction(async (connection) => {
      kept.rebuilt = await rebuildInside(connection, runId, stored);
      throw new RolledBack();
    }, 0);
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  }
  if (kept.rebuilt === undefined) throw new RolledBack('the replay ended without a result');
  return kept.rebuilt;
}

async function rebuildInside(
  connection: DatabaseTransactionConnection,
  runId: bigint,
  stored: Decided,
): Promise<Rebuilt> {
  await connection.query(sql.unsafe`set transaction isolation level repeatable read`);
  await connection.query(sql.unsafe`set local work_mem = '256MB'`);
  const run = await readRun(connection, runId);
  const seq = stored.decision_seq;
  const place = { account_id: run.account_id, run_id: runId, seq, lines_max: LINES_MAX };
  for (const step of readSteps('replay/as_of.sql', place)) await connection.query(textQuery(step.text, z.unknown()));
  // Its own hash was checked: these are the rules as they were parsed when the run decided.
  const rules = JSON.parse(stored.rules) as RuleSet;
  await createRuleTables(connection, rules);
  const horizon = { horizonMs: stored.horizon, covered: stored.covered };
  const literals = await readLiterals(connection, run, seq, horizon, rules);
  await runMatching(connection, literals, []);
  await runPass(connection, 'gate.sql', literals, []);
  const violations = await connection.anyFirst(
    stepQuery('gate.sql', 'violations', literals, z.object({ diagnostic: z.string() })),
  );
  await runPass(connection, 'summary.sql', literals, []);
  const result = await canonicalResult(connection, runId, literals, stored.rule_set_hash);
  const said: string[] = [...violations];
  for (const step of COMPARED) said.push(...(await connection.anyFirst(compareQuery(step, place, saidRow))));
  const unknownAmounts = await connection.oneFirst(
    compareQuery('unknown_amounts', place, z.object({ count: z.number() })),
  );
  const texts = changedParts(stored.canonical_result, result.text);
  return {
    digest: result.resultDigest,
    differences: [...said, ...texts.lines],
    onlyAmounts: said.length === 0 && unknownAmounts > 0 && texts.parts.every((part) => AMOUNT_PARTS.has(part)),
    unknownAmounts,
  };
}

const saidRow = z.object({ said: z.string() });

function compareQuery<T extends z.ZodType>(step: string, literals: Literals, row: T) {
  const found = readSteps('replay/compare.sql', literals).find(({ name }) => name === step);
  if (found === undefined) throw new ReferenceError(`sql/replay/compare.sql has no step ${step}`);
  return textQuery(found.text, row);
}

// The text comes from our own files with checked literals; slonik's template is for values from outside.
function textQuery<T extends z.ZodType>(text: string, row: T) {
  return { ...sql.type(row)`select`, sql: text };
}

/** What follows from the amounts of open differences, and nothing else does. */
const AMOUNT_PARTS: ReadonlySet<string> = new Set(['differences', 'total_discrepancy_amount', 'ambiguous_amount']);

/** Where two canonical results are not the same: the names of the parts, and their first lines that differ. */
function changedParts(before: string, after: string): { parts: string[]; lines: string[] } {
  const [stored, rebuilt] = [JSON.parse(before), JSON.parse(after)] as [
    Record<string, unknown>,
    Record<string, unknown>,
  ];
  const parts = [...new Set([...Object.keys(stored), ...Object.keys(rebuilt)])]
    .sort()
    .filter((key) => canonicalJson(stored[key] ?? null) !== canonicalJson(rebuilt[key] ?? null));
  const lines = parts.flatMap((part) => {
    const [was, is] = [linesOf(stored[part]), linesOf(rebuilt[part])];
    const only = (some: readonly string[], others: readonly string[]) => some.filter((line) => !others.includes(line));
    return [
      ...only(was, is).map((line) => `result, ${part}: stored ${line}`),
      ...only(is, was).map((line) => `result, ${part}: rebuilt ${line}`),
    ].slice(0, LINES_MAX);
  });
  return { parts, lines };
}

function linesOf(part: unknown): string[] {
  return Array.isArray(part) ? part.map((line) => canonicalJson(line)) : [canonicalJson(part ?? null)];
}
