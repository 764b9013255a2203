// Notes who of an audience has a message now. Whoever was refused for now is tried again, alone; whoever was refused for good is
// given up, and the others are told so once a day: an address that takes nothing is a person who is told nothing.
import { type DatabaseTransactionConnection, sql } from 'slonik';
import type { Waiting } from './deliver-outbox.ts';
import { insertNotification } from './enqueue-notice.ts';
import type { RefusedRecipient } from './mail-transport.ts';
import type { Notice } from './notice.ts';
import { addressesOf } from './route.ts';

// As many tries as the outbox makes of a message; then the rest is given up.
const ATTEMPTS_MAX = 200;

/** True when nothing is left to try. */
export async function noteRecipients(
  transaction: DatabaseTransactionConnection,
  waiting: Waiting,
  refused: readonly RefusedRecipient[],
  nowMs: number,
): Promise<boolean> {
  const { notificationId, channel, audience, attempts } = waiting;
  const now = new Date(nowMs).toISOString();
  const forGood = refused.filter((recipient) => recipient.forGood);
  const isDone = refused.length === forGood.length || attempts + 1 >= ATTEMPTS_MAX;
  const isRefused = new Set(refused.map(({ address }) => address));
  const reached = channel === 'mail' ? addressesOf(audience).filter((address) => !isRefused.has(address)) : [];
  const note =
    refused.length === 0
      ? null
      : refused.map(({ address, answer }) => `${address} was refused with ${answer}`).join('; ');
  // Delivered once somebody has it: what is left over is a retry.
  await transaction.query(sql.unsafe`
    update notifications
    set status = ${isDone ? 'done' : 'pending'}, attempts = attempts + 1, last_error = ${note}, delivered_to = ${sql.array(reached, 'text')},
        delivered_at = coalesce(delivered_at, ${now}::timestamptz)
    where notification_id = ${notificationId}`);
  for (const { address, answer } of isDone ? refused : forGood) {
    if (reached.length === 0) continue;
    await insertNotification(transaction, {
      kind: 'recipient_refused',
      dedupeKey: `recipient_refused/${address}/${audience}/${now.slice(0, 10)}`,
      audience: { channel: 'mail', name: reached.join(', ') },
      severity: 'medium',
      runId: waiting.runId,
      payload: JSON.stringify(refusalNotice(address, answer)),
    });
  }
  return isDone;
}

function refusalNotice(address: string, answer: string): Notice {
  return {
    tone: 'medium',
    label: 'Not delivered',
    about: address,
    date: null,
    sentence: `The mail server refuses this recipient for good (${answer}): the address gets nothing from recon.`,
    next: 'You have what was sent. Correct the address in notifications in recon.yaml, or have the mailbox opened.',
    short: 'the mail server refuses this recipient',
    lines: [],
    commands: [{ what: 'Check the mail server', command: 'npm run recon -- doctor' }],
    link: null,
  };
}
