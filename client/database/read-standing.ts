// How the accounts stand: which days have a conclusive run, and how much is open, by severity.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { PENDING_VERDICTS, SEVERITIES } from '../../domain/vocabulary.ts';
import { IS_LIVE } from './read-discrepancies.ts';

export async function readConclusiveDays(
  database: DatabasePool,
  accounts: readonly string[],
  from: string,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const rows = await database.any(sql.type(z.object({ account: z.string(), date: z.string() }))`
    select distinct account, run_date as date from reconciliation_runs
    where account = any(${sql.array([...accounts], 'text')}) and run_date >= ${from}
      and status = 'completed' and outcome <> 'inconclusive'`);
  return new Map(
    [...Map.groupBy(rows, (row) => row.account)].map(([account, days]) => [
      account,
      new Set(days.map((day) => day.date)),
    ]),
  );
}

const openRow = z.object({
  account: z.string(),
  severity: z.enum(SEVERITIES),
  isWaiting: z.boolean(),
  count: z.number(),
});
export type OpenCount = z.infer<typeof openRow>;

/** Waiting ones are closed by time, not by a person. */
export function readOpenCounts(database: DatabasePool, accounts: readonly string[]): Promise<readonly OpenCount[]> {
  return database.any(sql.type(openRow)`
    select account, severity, verdict = any(${sql.array([...PENDING_VERDICTS], 'text')}::verdict[]) as "isWaiting",
           count(*)::int as count
    from discrepancies d
    where account = any(${sql.array([...accounts], 'text')}) and ${IS_LIVE}
    group by account, severity, "isWaiting" order by severity desc`);
}
