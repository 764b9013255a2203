// What a run needs to know to decide: its row, read fresh in each transaction, and the guard that only one attempt writes.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { RUN_STATUSES } from '../../domain/vocabulary.ts';
import { Fenced, RunClosed } from '../errors.ts';

export const runRow = z.object({
  run_id: z.bigint(),
  account_id: z.number(),
  account: z.string(),
  run_date: z.string(),
  run_number: z.number(),
  status: z.enum(RUN_STATUSES),
  attempt: z.number(),
  window_start: z.number(),
  window_end: z.number(),
  reporting_currency: z.string(),
  decision_seq: z.bigint().nullable(),
  trigger: z.string(),
});
export type RunRow = z.infer<typeof runRow>;

const columns = sql.fragment`run_id, account_id, account, run_date, run_number, status, attempt, window_start, window_end,
  reporting_currency, decision_seq, trigger`;

export function readRun(connection: CommonQueryMethods, runId: bigint): Promise<RunRow> {
  return connection.one(sql.type(runRow)`select ${columns} from reconciliation_runs where run_id = ${runId}`);
}

/** Claims the run for writing; every earlier attempt is fenced off from now on. @throws RunClosed */
export async function claimRun(connection: CommonQueryMethods, runId: bigint): Promise<RunRow> {
  const claimed = await connection.maybeOne(sql.type(runRow)`
    update reconciliation_runs set attempt = attempt + 1 where run_id = ${runId} and status = 'running' returning ${columns}`);
  if (claimed !== null) return claimed;
  const run = await readRun(connection, runId);
  throw new RunClosed(String(runId), run.status);
}

/** Locks the run row inside a writing transaction. @throws RunClosed, Fenced */
export async function lockRun(connection: CommonQueryMethods, claimed: RunRow): Promise<void> {
  const now = await connection.one(
    sql.type(runRow)`select ${columns} from reconciliation_runs where run_id = ${claimed.run_id} for update`,
  );
  if (now.status !== 'running') throw new RunClosed(String(claimed.run_id), now.status);
  if (now.attempt !== claimed.attempt) throw new Fenced(String(claimed.run_id), claimed.attempt, now.attempt);
}
