// Runs the files of sql/matching in order inside the deciding transaction and notes how long each step took.
import { type CommonQueryMethods, type QuerySqlToken, sql } from 'slonik';
import { z } from 'zod';
import { type Literals, readSteps } from '../../sql/sql-file.ts';

export interface StepTiming {
  readonly pass: string;
  readonly step: string;
  readonly ms: number;
  readonly rows: number;
}

const PAIR_STAGES = 4;

/** The passes in the order in which they decide. 05 runs once per stage. */
export const MATCHING_PASSES = [
  '02_fast_processor_id.sql',
  '03_fast_references.sql',
  '04_pairs.sql',
  '05_pair_stage.sql',
  '06_compare.sql',
  '07_single_rows.sql',
  '08_record.sql',
] as const;

export async function runPass(
  connection: CommonQueryMethods,
  file: string,
  literals: Literals,
  timings: StepTiming[],
): Promise<void> {
  if (file === '05_pair_stage.sql') {
    for (let stage = 1; stage <= PAIR_STAGES; stage += 1)
      await runSteps(connection, file, { ...literals, stage }, timings);
    return;
  }
  await runSteps(connection, file, literals, timings);
}

async function runSteps(
  connection: CommonQueryMethods,
  file: string,
  literals: Literals,
  timings: StepTiming[],
): Promise<void> {
  for (const step of readSteps(`matching/${file}`, literals)) {
    const startedMs = performance.now();
    const other = step.hashed ? 'off' : 'on';
    await connection.query(sql.unsafe`
      select set_config('enable_nestloop', ${other}, true), set_config('enable_mergejoin', ${other}, true)`);
    const result = await connection.query(rawQuery(step.text, z.unknown()));
    timings.push({ pass: file, step: step.name, ms: performance.now() - startedMs, rows: result.rowCount });
  }
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
