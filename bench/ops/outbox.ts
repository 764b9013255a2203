// What the outbox does when every third mail fails, in the three ways a server has: not now at the recipient, not now after
// the data, and taken but cut off before the sender hears. How fast they leave, whether all arrive, and what arrives twice.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { enqueueNotice } from '../../activities/notify/enqueue-notice.ts';
import { messageIdOf } from '../../activities/notify/message-id.ts';
import type { Notice } from '../../activities/notify/notice.ts';
import { type MailboxFailure, startMailbox } from '../../local/mailbox.ts';
import { startPostgres } from '../../local/postgres.ts';
import { createDatabase } from '../../sql/database.ts';
import { migrate } from '../../sql/migrate.ts';
import { urlAsRole } from '../../sql/url-as-role.ts';
import { measure } from '../child.ts';
import { type BenchOptions, round } from '../part.ts';

const MAILS = { whole: 500, quick: 100 };
/** Each in another hour's allowance (throttle.ts): who is told more has the rest summed up. */
const MAILS_PER_AUDIENCE = 10;
const FAILURES: readonly MailboxFailure[] = [
  { at: 'recipient', code: 451, text: 'try again later' },
  { at: 'data', code: 451, text: 'try again later' },
  { at: 'answer' },
];
const KEPT: MailboxFailure = { at: 'never' };

const figuresSchema = z.object({ seconds: z.number(), rounds: z.number(), tries: z.number() });

export async function benchOutbox({ quick, say }: BenchOptions): Promise<object> {
  const mails = MAILS[quick ? 'quick' : 'whole'];
  const folder = await mkdtemp(join(tmpdir(), 'recon-bench-'));
  const postgres = await startPostgres({ durable: false });
  // No mail fails more often than it is tried.
  const failures = everyThird(mails * FAILURES.length);
  const mailbox = await startMailbox({ dir: folder, failures });
  try {
    await migrate(postgres.url);
    const url = urlAsRole(postgres.url, 'recon_worker');
    const messageIds = await enqueue(url, mails);
    const measured = figuresSchema.parse(await measure('measure-outbox.ts', url, mailbox.url));
    const arrived = (await mailbox.mails()).map(({ messageId }) => messageId ?? '');
    const forced = failures.slice(0, measured.tries).filter(({ at }) => at === 'answer').length;
    const missing = messageIds.filter((id) => !arrived.includes(id)).length;
    const beyond = arrived.length - new Set(arrived).size - forced;
    const perSecond = round(mails / measured.seconds);
    say(
      `outbox ${mails} mails, every third try fails  ${perSecond}/s  ${measured.tries} tries in ${measured.rounds} rounds  missing ${missing} (target 0)`,
    );
    say(`       cut after the data, so sent twice: ${forced}  sent twice beyond that: ${beyond} (target 0)`);
    return { mails, ...measured, perSecond, missing, duplicatesForced: forced, duplicatesBeyond: beyond };
  } finally {
    await mailbox.stop();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function everyThird(tries: number): MailboxFailure[] {
  return Array.from({ length: tries }, (_, index) =>
    index % 3 === 2 ? (FAILURES[((index - 2) / 3) % FAILURES.length] ?? KEPT) : KEPT,
  );
}

/** Answers with the ids they have to arrive under. */
async function enqueue(url: string, mails: number): Promise<string[]> {
  const database = await createDatabase({ url, poolSizeMax: 1, applicationName: 'recon bench' });
  try {
    return await database.transaction(async (transaction) => {
      const ids: string[] = [];
      for (let mail = 0; mail < mails; mail += 1) {
        const audience = { channel: 'mail', name: `ops-${Math.floor(mail / MAILS_PER_AUDIENCE)}@example.com` } as const;
        const told = { kind: 'overdue', key: `bench/${mail}`, severity: 'high', notice: notice(mail) } as const;
        ids.push(...(await enqueueNotice(transaction, told, [audience])).map(messageIdOf));
      }
      return ids;
    });
  } finally {
    await database.end();
  }
}

function notice(mail: number): Notice {
  return {
    ...{ tone: 'high', label: 'Overdue', about: 'bench/one', date: '2026-01-31' },
    sentence: `${mail + 1} differences should have been done by now.`,
    next: 'Start with the first of the list.',
    short: `${mail + 1} are overdue`,
    lines: [{ name: 'the oldest', value: '3 days' }],
    commands: [{ what: 'See them', command: 'npm run recon -- discrepancies list --overdue' }],
    link: null,
  };
}
