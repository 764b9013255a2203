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
}

// 1: rows of one kind and currency; 2: of any kind; 3: of any currency.
const TIERS = [1, 2, 3] as const;
// Keys by strength: the movement's own id, any processor id, the merchant reference.
const EQUAL_STAGES = [1, 2, 3] as const;
const SURPLUS_STAGES = [1, 2] as const;
// Labels spread by doubling: a chain of a million rows needs about twenty rounds.
const SPREADS_MAX = 100;

/** Decides all rows of the pool, in the order of design section 7. */
export async function runMatching(
  connection: CommonQueryMethods,
  literals: Literals,
  timings: StepTiming[],
): Promise<void> {
  const run = (file: string, more: Literals = {}) => runPass(connection, file, { ...literals, ...more }, timings);
  await run('01_pool.sql');
  await run('02_fast_processor_id.sql');
  await run('03_fast_references.sql');
  await run('residue_keys.sql');
  await run('live_rows.sql');
  await run('reopen.sql');
  if (timings.some((step) => step.step === 'opened_again' && step.rows > 0)) await run('live_rows.sql');
  await run('residue.sql');
  await run('netting.sql');
  for (const tier of TIERS) {
    for (const stage of EQUAL_STAGES) await run('equal.sql', { tier, stage });
    // Duplicates are equal in kind and currency too: no later tier has any.
    if (tier === 1) for (const stage of SURPLUS_STAGES) await run('surplus.sql', { stage });
    await runComponents(connection, { ...literals, tier }, timings);
  }
  await run('keyless.sql');
  await run('conversion.sql');
  await run('settlement.sql');
  await run('compare.sql');
  await run('single_rows.sql');
  await run('08_record.sql');
}

async function runComponents(connection: CommonQueryMethods, literals: Literals, timings: StepTiming[]): Promise<void> {
  for (const step of readSteps('matching/components.sql', literals)) {
    let changed = await runStep(connection, 'components.sql', step, timings);
    for (let spreads = 1; step.name === 'spread' && changed > 0; spreads += 1) {
      if (spreads >= SPREADS_MAX)
        throw new InvariantViolated(`rows that hang together were not found in ${SPREADS_MAX} rounds`, []);
      changed = await runStep(connection, 'components.sql', step, timings);
    }
  }
  for (const file of ['sums.sql', 'mismatch.sql', 'ambiguous.sql']) await runPass(connection, file, literals, timings);
}

export async function runPass(
  connection: CommonQueryMethods,
  file: string,
  literals: Literals,
  timings: StepTiming[],
): Promise<void> {
  for (const step of readSteps(`matching/${file}`, literals)) await runStep(connection, file, step, timings);
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
  await connection.query(sql.unsafe`
    select set_config('enable_nestloop', ${other}, true), set_config('enable_mergejoin', ${other}, true)`);
  const result = await connection.query(rawQuery(step.text, z.unknown()));
  timings.push({ pass: file, step: step.name, ms: performance.now() - startedMs, rows: result.rowCount });
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
