// Decides how much an audience is told: so many messages an hour each, the rest held back and summed up in the next one. What is
// critical has room of its own, so that a storm of small things cannot hold it back. Reads the outbox, writes only what is held.
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { SEVERITIES } from '../../domain/vocabulary.ts';
import type { Composed } from './compose-message.ts';
import { composeNoticeMail } from './compose-notice-mail.ts';
import { boundedLines, type Notice } from './notice.ts';
import type { Audience } from './route.ts';

/** A person who gets more stops reading; a normal morning of eight accounts and a digest is far below. */
export const MESSAGES_PER_HOUR_MAX = 30;
export const CRITICAL_PER_HOUR_MAX = 60;
const HOUR_MS = 3_600_000;
/** Of those held back, in one message; what is more waits for the one after. */
const SUMMED_MAX = 500;

export async function mayTell(
  connection: DatabaseTransactionConnection,
  { channel, name }: Audience,
  severity: string | null,
  nowMs: number,
): Promise<boolean> {
  const told = await connection.oneFirst(sql.type(z.object({ told: z.bigint() }))`
    select count(*) as told from notifications
    where channel = ${channel} and audience = ${name} and status = 'done' and summed_into is null
      and delivered_at > ${instant(nowMs - HOUR_MS)}::timestamptz`);
  return told < BigInt(severity === 'critical' ? CRITICAL_PER_HOUR_MAX : MESSAGES_PER_HOUR_MAX);
}

export async function hold(connection: DatabaseTransactionConnection, id: bigint, nowMs: number): Promise<void> {
  await connection.query(sql.unsafe`
    update notifications set held_since = coalesce(held_since, ${instant(nowMs)}::timestamptz) where notification_id = ${id}`);
}

const heldRow = z.object({
  notificationId: z.bigint(),
  kind: z.string(),
  severity: z.enum(SEVERITIES).nullable(),
  about: z.string().nullable(),
});
export type Held = z.infer<typeof heldRow>;

/** What else was held back from the audience, locked, so that nobody tells it at the same time. */
export function heldBack(
  connection: DatabaseTransactionConnection,
  { channel, name }: Audience,
  exceptId: bigint,
): Promise<readonly Held[]> {
  return connection.any(sql.type(heldRow)`
    select n.notification_id as "notificationId", n.kind, n.severity, r.account || ' ' || r.run_date as about
    from notifications n left join reconciliation_runs r using (run_id)
    where n.channel = ${channel} and n.audience = ${name} and n.status = 'pending' and n.held_since is not null
      and n.notification_id <> ${exceptId}
    order by n.severity desc nulls last, n.notification_id limit ${SUMMED_MAX} for update of n skip locked`);
}

export async function noteSummed(
  connection: DatabaseTransactionConnection,
  held: readonly Held[],
  into: bigint,
  nowMs: number,
): Promise<void> {
  if (held.length === 0) return;
  const ids = sql.array(
    held.map(({ notificationId }) => notificationId),
    'int8',
  );
  await connection.query(sql.unsafe`
    update notifications set status = 'done', summed_into = ${into}, delivered_at = ${instant(nowMs)}::timestamptz
    where notification_id = any(${ids})`);
}

const KIND_WORDS: Readonly<Record<string, string>> = { run_completed: 'completed', run_failed: 'failed' };

/** The message itself, and what was held back, as one. Pure. */
export function summedUp({ notice }: Composed, held: readonly Held[]): Composed {
  const worst = held.find(({ severity }) => severity !== null)?.severity ?? null;
  const tone = graver(notice.tone, worst);
  const kinds = [...Map.groupBy(held, ({ kind }) => KIND_WORDS[kind] ?? kind.replaceAll('_', ' '))];
  const counted = kinds.map(([kind, of]) => `${of.length} ${kind}`).join(', ');
  const many = `${held.length + 1} messages`;
  const lines = [
    { name: notice.date === null ? notice.about : `${notice.about} ${notice.date}`, value: notice.short },
    ...held.map(({ about, kind, severity }) => ({
      name: about ?? 'all accounts',
      value: `${KIND_WORDS[kind] ?? kind.replaceAll('_', ' ')}${severity === null ? '' : `, ${severity}`}`,
    })),
  ];
  const summary: Notice = {
    tone,
    label: tone.charAt(0).toUpperCase() + tone.slice(1),
    about: `${many} in one`,
    date: null,
    sentence: `So much happened that ${held.length} were held back: ${counted}.`,
    next: 'Start with the first of the list; the command shows where everything stands.',
    short: `${many} summed up, ${counted}`,
    lines: boundedLines(lines),
    commands: [{ what: 'See everything', command: 'npm run recon -- status' }, ...notice.commands],
    link: notice.link,
  };
  return { notice: summary, mail: composeNoticeMail(summary) };
}

function graver(tone: Notice['tone'], severity: Held['severity']): Notice['tone'] {
  const rank = (one: string) => (SEVERITIES as readonly string[]).indexOf(one);
  return severity !== null && rank(severity) > rank(tone) ? severity : tone;
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
