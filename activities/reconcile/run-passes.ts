// Runs the files of sql/matching in order inside the deciding transaction and notes how long each step took.
import { type CommonQueryMethods, type QuerySqlToken, sql } from 'slonik';
import { z } from 'zod';
import { type Literals, readSteps, type SqlStep } from '../../sql/sql-file.ts';
import { InvariantViolated } from '../errors.ts';

export interface StepTiming {
  readonly pass: string;
  readonly step: string;
  readonly ms: number;
  readonly rows: number;
  /** Planned with hash joins only. */
  readonly hashed: boolean;
}

// 1: rows of one kind and currency; 2: of any kind; 3: of any currency.
const TIERS = [1, 2, 3] as const;
// Keys by strength: the movement's own id, any processor id, the merchant reference.
const EQUAL_STAGES = [1, 2, 3] as const;
const SURPLUS_STAGES = [1, 2] as const;
const BOTH_SIDES = 2;
// Labels spread by doubling: a chain of a million rows needs about twenty rounds.
const SPREADS_MAX = 100;

/** Decides all rows of the pool, in the order of design section 7. */
export async function runMatching(
  connection: CommonQueryMethods,
  literals: Literals,
  timings: StepTiming[],
): Promise<void> {
  const run = (file: string, more: Literals = {}) => runPass(connection, file, { ...literals, ...more }, timings);
  await run('pool.sql');
  await run('people.sql');
  if (timings.some((step) => step.step === 'torn_decisions' && step.rows > 0))
    throw new InvariantViolated('a row that a person decided about is not in the pool; nothing was committed', []);
  await run('fast_processor_id.sql');
  await run('fast_references.sql');
  await run('residue_keys.sql');
  await run('live_rows.sql');
  const opened = await run('reopen.sql');
  if (opened > 0) {
    // What was opened goes the whole way, together with what was left.
    for (const file of ['pool_again', 'fast_processor_id', 'fast_references', 'residue_keys', 'live_rows'])
      await run(`${file}.sql`);
  }
  await run('residue.sql');
  await run('netting.sql');
  for (const tier of TIERS) await runTier(connection, { ...literals, tier }, timings);
  await run('keyless.sql');
  await run('conversion.sql');
  await run('payout_sums.sql');
  await run('payouts.sql');
  await run('settlement.sql');
  await run('compare.sql');
  await run('tolerance.sql');
  await run('single_rows.sql');
  await run('record.sql');
}

async function runTier(connection: CommonQueryMethods, literals: Literals, timings: StepTiming[]): Promise<void> {
  const run = (file: string, more: Literals = {}) => runPass(connection, file, { ...literals, ...more }, timings);
  const sides = await run('undecided.sql');
  if (sides === BOTH_SIDES)
    for (const stage of EQUAL_STAGES)
      for (const like_with_like of [true, false]) await run('equal.sql', { stage, like_with_like });
  // Duplicates are equal in kind and currency too: no later tier has any.
  if (literals.tier === 1) for (const stage of SURPLUS_STAGES) await run('surplus.sql', { stage });
  if (sides < BOTH_SIDES) return;
  for (const moved_only of [true, false]) {
    const round = { ...literals, moved_only };
    const riddles = await runComponents(connection, { ...round, by_id_only: false }, timings);
    if (riddles === 0) continue;
    // Rows that many keys tie may still name each other one by one.
    await runComponents(connection, { ...round, by_id_only: true }, timings);
    await runComponents(connection, { ...round, by_id_only: false }, timings);
    await run('ambiguous.sql');
  }
}

/** How many rows hang together in ways that sums and mismatch leave alone. */
async function runComponents(
  connection: CommonQueryMethods,
  literals: Literals,
  timings: StepTiming[],
): Promise<number> {
  for (const step of readSteps('matching/components.sql', literals)) {
    let changed = await runStep(connection, 'components.sql', step, timings);
    for (let spreads = 1; step.name === 'spread' && changed > 0; spreads += 1) {
      if (spreads >= SPREADS_MAX)
        throw new InvariantViolated(`rows that hang together were not found in ${SPREADS_MAX} rounds`, []);
      changed = await runStep(connection, 'components.sql', step, timings);
    }
  }
  await runPass(connection, 'sums.sql', literals, timings);
  return runPass(connection, 'mismatch.sql', literals, timings);
}

/** How many rows the last step of the pass gave or changed. */
export async function runPass(
  connection: CommonQueryMethods,
  file: string,
  literals: Literals,
  timings: StepTiming[],
): Promise<number> {
  let rows = 0;
  for (const step of readSteps(`matching/${file}`, literals)) rows = await runStep(connection, file, step, timings);
  return rows;
}

/** How many rows the step changed. */
async function runStep(
  connection: CommonQueryMethods,
  file: string,
  step: SqlStep,
  timings: StepTiming[],
): Promise<number> {
  const startedMs = performance.now();
  const other = step.hashed ? 'off' : 'on';
  // The timings are of this transaction: the last step says how the planner is set.
  if (timings.at(-1)?.hashed !== step.hashed) {
    await connection.query(sql.unsafe`
      select set_config('enable_nestloop', ${other}, true), set_config('enable_mergejoin', ${other}, true)`);
  }
  const result = await connection.query(rawQuery(step.text, z.unknown()));
  timings.push({
    pass: file,
    step: step.name,
    ms: performance.now() - startedMs,
    rows: result.rowCount,
    hashed: step.hashed,
  });
  return result.rowCount;
}

/** One named step of a pass as a typed query. */
export function stepQuery<T extends z.ZodType>(
  file: string,
  step: string,
  literals: Literals,
  row: T,
): QuerySqlToken<T> {
  const found = readSteps(`matching/${file}`, literals).find((candidate) => candidate.name === step);
  if (found === undefined) throw new ReferenceError(`sql/matching/${file} has no step ${step}`);
  return rawQuery(found.text, row);
}

// The text comes from our own files with checked literals; slonik's template is for values from outside.
function rawQuery<T extends z.ZodType>(text: string, row: T): QuerySqlToken<T> {
  return { ...sql.type(row)`select`, sql: text };
}
