// Reads how many of the day's own rows the run left matched, as its deciding transaction counted them.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Population } from './run-report.ts';

const populationRow = z.object({
  rows: z.bigint(),
  matched: z.bigint(),
  matchedLate: z.bigint(),
  matchedOfEarlierDays: z.bigint(),
});

// A run from before these were counted: nothing is claimed of its day.
const UNCOUNTED: Population = { rows: 0n, matched: 0n, matchedLate: 0n, matchedOfEarlierDays: 0n };

export async function readPopulation(connection: CommonQueryMethods, runId: bigint): Promise<Population> {
  const counted = await connection.maybeOne(sql.type(populationRow)`
    select rows, matched, matched_late as "matchedLate", matched_of_earlier_days as "matchedOfEarlierDays"
    from reconciliation_run_population where run_id = ${runId}`);
  return counted ?? UNCOUNTED;
}
