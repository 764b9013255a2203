// What the audit chain says of what left the house about a run: its report, by the digest of each file, and its messages, by their ids.
// Never who a message went to by name, and nothing of what it said.
import { hash } from 'node:crypto';
import type { CommonQueryMethods } from 'slonik';
import { appendEvent, SYSTEM_CHAIN } from './append-event.ts';
import { type AuditedRun, readAuditedRun, runEventPrefix } from './run-events.ts';

export interface WrittenReport {
  readonly reportKey: string;
  readonly resultDigest: string;
  /** SHA-256 of each file in the store, by its key there. */
  readonly files: Readonly<Record<string, string>>;
}

const KEY_CHARS = 16;

/** A report that is written again with other bytes is another event. */
export async function auditReportWritten(
  connection: CommonQueryMethods,
  run: AuditedRun,
  report: WrittenReport,
): Promise<void> {
  const content = Object.entries(report.files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, sha256]) => `${key} ${sha256}\n`)
    .join('');
  const key = `${runEventPrefix(run)}/report/${hash('sha256', content, 'hex').slice(0, KEY_CHARS)}`;
  await appendEvent(connection, {
    chain: run.account,
    key,
    body: { event: 'report_written', run: nameOf(run), ...report },
  });
}

export interface SentMessage {
  readonly notificationId: bigint;
  /** null: of no run, such as the digest of a zone. */
  readonly runId: bigint | null;
  readonly channel: string;
  readonly kind: string;
  readonly messageId: string;
  /** Counted from one: what somebody has sent again is another event. */
  readonly attempt: number;
  readonly recipients: number;
  readonly refused: number;
}

export async function auditMessageSent(connection: CommonQueryMethods, sent: SentMessage): Promise<void> {
  const { runId, ...message } = sent;
  const name = `message/${sent.notificationId}.${sent.attempt}`;
  const body = { event: sent.channel === 'mail' ? 'mail_sent' : 'message_sent', ...message };
  if (runId === null) {
    await appendEvent(connection, { chain: SYSTEM_CHAIN, key: name, body });
    return;
  }
  const run = await readAuditedRun(connection, runId);
  const key = `${runEventPrefix(run)}/${name}`;
  await appendEvent(connection, { chain: run.account, key, body: { ...body, run: nameOf(run) } });
}

function nameOf({ account, runDate, runNumber }: AuditedRun): string {
  return `${account}/${runDate}#${runNumber}`;
}
