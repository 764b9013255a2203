// Waits for the run of a day that another workflow is doing. Reads only.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { AccountDay } from '../../workflows/contracts.ts';
import { RunUnderWay } from '../errors.ts';

const POLL_MS = 5_000;

/** @throws RunUnderWay until the day's latest run has ended. */
export async function awaitRun(database: DatabasePool, day: AccountDay): Promise<{ runId: string; status: string }> {
  const run = await database.maybeOne(sql.type(z.object({ run_id: z.bigint(), status: z.string() }))`
    select run_id, status from reconciliation_runs
    where account = ${day.account} and run_date = ${day.date} order by run_number desc limit 1`);
  if (run === null || run.status === 'running') throw new RunUnderWay(day.account, day.date, POLL_MS);
  return { runId: String(run.run_id), status: run.status };
}
