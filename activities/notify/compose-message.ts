// Composes what waits in the outbox when it is sent: of a run it is read now, so that it can name its report; of anything else the
// outbox holds the notice as it was. Never holds row data.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { ObjectStore } from '../report/object-store.ts';
import { readSummary } from '../report/read-report.ts';
import { reportFileKey, reportUrl } from '../report/report-files.ts';
import { composeFailureMail } from './compose-failure-mail.ts';
import { composeNoticeMail } from './compose-notice-mail.ts';
import { composeRunMail } from './compose-run-mail.ts';
import type { ComposedMail, ReportAddress } from './composed-mail.ts';
import { type Notice, noticeSchema } from './notice.ts';
import { noticeOfFailure, noticeOfRun } from './notice-of-run.ts';

export interface ComposeDeps {
  readonly store: Pick<ObjectStore, 'locate'>;
  /** Where reports can be opened after a login; links are made of it and the report's key. */
  readonly baseUrl?: string;
}

export interface Composed {
  readonly notice: Notice;
  readonly mail: ComposedMail;
}

export interface Composable {
  readonly kind: string;
  readonly runId: bigint | null;
  readonly payload: string;
}

const payloadOfRun = z.object({ step: z.string().optional() });

export async function composeMessage(
  connection: CommonQueryMethods,
  deps: ComposeDeps,
  { kind, runId, payload }: Composable,
): Promise<Composed> {
  const body: unknown = JSON.parse(payload);
  if (runId !== null && kind === 'run_failed') {
    const { step } = payloadOfRun.parse(body);
    const failed = { ...(await readFailedRun(connection, runId)), step: step ?? 'an unknown step' };
    return { notice: noticeOfFailure(failed), mail: composeFailureMail(failed) };
  }
  if (runId !== null && kind === 'run_completed') {
    const summary = await readSummary(connection, runId);
    const report = reportAddress(deps, summary.run.reportKey);
    return { notice: noticeOfRun(summary, report), mail: composeRunMail(summary, report) };
  }
  const notice = noticeSchema.parse(body);
  return { notice, mail: composeNoticeMail(notice) };
}

function reportAddress({ store, baseUrl }: ComposeDeps, reportKey: string | null): ReportAddress {
  if (reportKey === null) return { url: null, location: null };
  const key = reportFileKey(reportKey, 'html');
  return { url: baseUrl === undefined ? null : reportUrl(baseUrl, key), location: store.locate(key) };
}

async function readFailedRun(connection: CommonQueryMethods, runId: bigint) {
  const row = z.object({
    account: z.string(),
    zone: z.string(),
    runDate: z.string(),
    runNumber: z.number(),
    workflowId: z.string(),
    error: z.string().nullable(),
    finishedAtMs: z.number().nullable(),
  });
  return connection.one(sql.type(row)`
    select r.account, a.zone, r.run_date as "runDate", r.run_number as "runNumber", r.workflow_id as "workflowId", r.error,
           r.finished_at as "finishedAtMs"
    from reconciliation_runs r join accounts a using (account_id) where r.run_id = ${runId}`);
}
