// What came out of the days of a backfill: the outcome of each day's latest run.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { AccountDay } from '../../workflows/contracts.ts';

export interface DayOutcomes {
  /** One a day: an outcome, or how the run stands where it has none. */
  readonly words: readonly string[];
  readonly counts: { readonly clean: number; readonly differences: number; readonly inconclusive: number };
}

export async function readOutcomes(
  database: DatabasePool,
  account: string,
  days: readonly AccountDay[],
): Promise<DayOutcomes> {
  const words = await database.anyFirst(sql.type(z.object({ word: z.string() }))`
    select distinct on (run_date) case when status = 'completed' then outcome::text else status::text end as word
    from reconciliation_runs
    where account = ${account} and run_date = any(${sql.array(
      days.map((day) => day.date),
      'date',
    )})
    order by run_date, run_number desc`);
  const count = (wanted: string) => words.filter((word) => word === wanted).length;
  return {
    words,
    counts: { clean: count('clean'), differences: count('differences'), inconclusive: count('inconclusive') },
  };
}
