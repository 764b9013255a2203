// Opens a run: idempotent by (workflow id, Temporal run id). A run of the same day that still says running belongs to an
// execution that is gone (the id admits one at a time), so it is closed as failed; its rows stay as they are and count.
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { parseBusinessDate, windowOf } from '../../domain/business-date.ts';
import type { Activities, OpenedRun } from '../../workflows/contracts.ts';
import type { AccountSetup } from '../accounts.ts';
import { auditRunEnded, auditRunOpened } from '../audit/run-events.ts';
import { requireOpenDay } from './require-open-day.ts';
import { upsertAccount } from './upsert-account.ts';

type OpenInput = Parameters<Activities['openRun']>[0];

const TAKEN_OVER = 'its workflow ended without closing it; a later run took the day over';

const opened = z.object({ run_id: z.bigint(), run_number: z.number() });

export async function openRun(
  database: DatabasePool,
  setup: AccountSetup,
  input: OpenInput,
  nowMs: number,
): Promise<OpenedRun> {
  const row = await database.transaction(async (connection) => {
    // The row lock makes two openers of one account take turns, so that run numbers have no gaps.
    const accountId = await upsertAccount(connection, setup);
    const known = await connection.maybeOne(sql.type(opened)`
      select run_id, run_number from reconciliation_runs
      where workflow_id = ${input.workflowId} and temporal_run_id = ${input.temporalRunId}`);
    if (known !== null) return known;
    await requireOpenDay(connection, setup.account, input.date);
    const lost = await connection.any(sql.type(opened)`
      update reconciliation_runs set status = 'failed', error = ${TAKEN_OVER}, finished_at = ${instant(nowMs)}::timestamptz
      where account_id = ${accountId} and run_date = ${input.date} and status = 'running' returning run_id, run_number`);
    await sealAbandonedReads(connection, accountId);
    const run = await insertRun(connection, setup, accountId, input, nowMs);
    const named = (runNumber: number) => ({ account: setup.account, runDate: input.date, runNumber });
    for (const { run_number } of lost) {
      await auditRunEnded(connection, named(run_number), { status: 'failed', step: 'unknown', error: TAKEN_OVER });
    }
    const { trigger, reason = null, workflowId, temporalRunId } = input;
    await auditRunOpened(connection, named(run.run_number), { trigger, reason, workflowId, temporalRunId });
    return run;
  });
  return {
    runId: String(row.run_id),
    runNumber: row.run_number,
    processor: setup.processor,
    fetchTaskQueue: setup.fetchTaskQueue,
  };
}

/**
 * A read that no running run is about is never finished. Its rows are here, and whoever reads the source again meets them as
 * repeats: so what it left is closed as it is, to be introduced like any other, and gives its key free for a new read.
 */
async function sealAbandonedReads(connection: DatabaseTransactionConnection, accountId: number): Promise<void> {
  const abandoned = sql.fragment`b.account_id = ${accountId} and not b.done and not exists (
    select 1 from run_batches u join reconciliation_runs r using (run_id) where u.batch_id = b.batch_id and r.status = 'running')`;
  // Locked first, looked at again after: a run that takes the batch up at this moment is seen by the second statement.
  await connection.query(sql.unsafe`select from batches b where ${abandoned} for update`);
  await connection.query(sql.unsafe`
    update batches b set done = true, source_key = b.source_key || ' unfinished #' || b.batch_id where ${abandoned}`);
}

function insertRun(
  connection: DatabaseTransactionConnection,
  setup: AccountSetup,
  accountId: number,
  input: OpenInput,
  nowMs: number,
): Promise<z.infer<typeof opened>> {
  const window = windowOf(parseBusinessDate(input.date), setup.zone);
  return connection.one(sql.type(opened)`
    insert into reconciliation_runs (account_id, account, processor_name, run_date, run_number, trigger, reason, workflow_id,
      temporal_run_id, window_start, window_end, reporting_currency, payouts_itemised, started_at)
    select ${accountId}, ${setup.account}, ${setup.processor}, ${input.date}, coalesce(max(run_number), 0) + 1, ${input.trigger},
      ${input.reason ?? null}, ${input.workflowId}, ${input.temporalRunId}, ${instant(window.startMs)}::timestamptz,
      ${instant(window.endMs)}::timestamptz, ${setup.reportingCurrency}, ${setup.payoutsItemised}, ${instant(nowMs)}::timestamptz
    from reconciliation_runs where account_id = ${accountId} and run_date = ${input.date}
    returning run_id, run_number`);
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
