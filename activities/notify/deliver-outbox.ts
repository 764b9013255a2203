// Sends what waits in the outbox: one row, one transaction, one mail. At least once, each time with the same
// Message-ID, so that a crash between sending and noting it makes a copy that can be recognised. Idempotent: a
// delivered row is never sent again.
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { ObjectStore } from '../report/object-store.ts';
import { readSummary } from '../report/read-report.ts';
import { reportFileKey } from '../report/report-files.ts';
import { composeFailureMail } from './compose-failure-mail.ts';
import { composeRunMail } from './compose-run-mail.ts';
import type { ComposedMail, ReportAddress } from './composed-mail.ts';
import { MailDeferred, MailRefused, type MailTransport, TransportUnavailable } from './mail-transport.ts';
import { addressesOf } from './route.ts';

export interface DeliverDeps {
  readonly database: DatabasePool;
  readonly store: Pick<ObjectStore, 'locate'>;
  readonly transport: MailTransport;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  readonly from: string;
  /** Where reports can be opened after a login; links are made of it and the report's key. */
  readonly baseUrl?: string;
  /** Told what somebody got, as the last thing in the transaction that notes it. */
  readonly onSent?: (transaction: DatabaseTransactionConnection, sent: SentMessage) => Promise<void>;
}

export interface SentMessage {
  readonly notificationId: bigint;
  readonly runId: bigint | null;
  readonly channel: string;
  readonly kind: string;
  readonly messageId: string;
  /** Counted from one. */
  readonly attempt: number;
  readonly recipients: number;
  readonly refused: number;
}

export interface DeliverInput {
  /** Only what concerns this run; default: everything that waits. */
  readonly runId?: bigint;
  readonly limit: number;
}

export interface DeliverCounts {
  delivered: number;
  /** Refused for good, or given up. */
  failed: number;
  /** Still waiting: not taken now. */
  deferred: number;
}

// An hourly sweep gives up after about a week.
const ATTEMPTS_MAX = 200;
const LAST_ERROR_CHARS_MAX = 500;

/** Each waiting row is tried once. @throws the first unexpected error, after every other row had its turn. */
export async function deliverOutbox(deps: DeliverDeps, { runId, limit }: DeliverInput): Promise<DeliverCounts> {
  const counts: DeliverCounts = { delivered: 0, failed: 0, deferred: 0 };
  const unexpected: unknown[] = [];
  let after = 0n;
  for (let tried = 0; tried < limit; tried += 1) {
    const attempt = await deps.database.transaction((transaction) =>
      deliverNext(transaction, deps, runId ?? null, after),
    );
    if (attempt === null) break;
    after = attempt.notificationId;
    counts[attempt.result] += 1;
    if (attempt.unexpected !== undefined) unexpected.push(attempt.unexpected);
    // Nobody can be reached now: the rest keeps waiting instead of timing out one by one.
    if (attempt.stop) break;
  }
  if (unexpected.length > 0) throw unexpected[0];
  return counts;
}

interface Attempt {
  readonly notificationId: bigint;
  readonly result: keyof DeliverCounts;
  readonly stop: boolean;
  readonly unexpected?: unknown;
}

const waitingRow = z.object({
  notificationId: z.bigint(),
  runId: z.bigint(),
  audience: z.string(),
  kind: z.enum(['run_completed', 'run_failed']),
  messageId: z.string(),
  payload: z.string(),
  attempts: z.number(),
});
type Waiting = z.infer<typeof waitingRow>;

async function deliverNext(
  transaction: DatabaseTransactionConnection,
  deps: DeliverDeps,
  runId: bigint | null,
  after: bigint,
): Promise<Attempt | null> {
  const waiting = await transaction.maybeOne(sql.type(waitingRow)`
    select notification_id as "notificationId", run_id as "runId", audience, kind, message_id as "messageId", payload, attempts
    from notifications
    where status = 'pending' and notification_id > ${after} and (${runId}::bigint is null or run_id = ${runId})
    order by notification_id limit 1 for update skip locked`);
  if (waiting === null) return null;
  try {
    // A savepoint: when the mail cannot be composed, that can still be noted on its row.
    const mail = await transaction.transaction((savepoint) => compose(savepoint, deps, waiting));
    const { messageId, audience } = waiting;
    const sent = await deps.transport.send({ ...mail, messageId, from: deps.from, to: addressesOf(audience) });
    return await noteDelivered(transaction, deps, waiting, sent.refusedRecipients);
  } catch (error) {
    return noteFailure(transaction, waiting, error);
  }
}

async function noteDelivered(
  transaction: DatabaseTransactionConnection,
  { clock, onSent }: DeliverDeps,
  { notificationId, runId, audience, kind, messageId, attempts }: Waiting,
  refusedRecipients: number,
): Promise<Attempt> {
  const recipients = addressesOf(audience).length;
  const note = refusedRecipients === 0 ? null : `${refusedRecipients} of ${recipients} recipients refused`;
  await transaction.query(sql.unsafe`
    update notifications
    set status = 'done', attempts = attempts + 1, last_error = ${note}, delivered_at = ${new Date(clock()).toISOString()}::timestamptz
    where notification_id = ${notificationId}`);
  const sent = { notificationId, runId, channel: 'mail', kind, messageId, attempt: attempts + 1, recipients };
  await onSent?.(transaction, { ...sent, refused: refusedRecipients });
  return { notificationId, result: 'delivered', stop: false };
}

async function noteFailure(
  transaction: DatabaseTransactionConnection,
  { notificationId, attempts }: Waiting,
  error: unknown,
): Promise<Attempt> {
  const giveUp = error instanceof MailRefused || attempts + 1 >= ATTEMPTS_MAX;
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  await transaction.query(sql.unsafe`
    update notifications
    set status = ${giveUp ? 'failed' : 'pending'}, attempts = attempts + 1, last_error = ${reason.slice(0, LAST_ERROR_CHARS_MAX)}
    where notification_id = ${notificationId}`);
  const isExpected =
    error instanceof MailRefused || error instanceof MailDeferred || error instanceof TransportUnavailable;
  return {
    notificationId,
    result: giveUp ? 'failed' : 'deferred',
    stop: error instanceof TransportUnavailable,
    ...(isExpected ? {} : { unexpected: error }),
  };
}

const payloadOf = z.object({ runId: z.string(), step: z.string().optional() });

async function compose(
  connection: DatabaseTransactionConnection,
  deps: DeliverDeps,
  waiting: Waiting,
): Promise<ComposedMail> {
  if (waiting.kind === 'run_failed') {
    const { step } = payloadOf.parse(JSON.parse(waiting.payload));
    return composeFailureMail({ ...(await readFailedRun(connection, waiting.runId)), step: step ?? 'an unknown step' });
  }
  const summary = await readSummary(connection, waiting.runId);
  return composeRunMail(summary, reportAddress(deps, summary.run.reportKey));
}

function reportAddress({ store, baseUrl }: DeliverDeps, reportKey: string | null): ReportAddress {
  if (reportKey === null) return { url: null, location: null };
  const key = reportFileKey(reportKey, 'html');
  return { url: baseUrl === undefined ? null : `${baseUrl.replace(/\/+$/, '')}/${key}`, location: store.locate(key) };
}

async function readFailedRun(connection: DatabaseTransactionConnection, runId: bigint) {
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
