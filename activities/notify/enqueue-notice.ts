// Puts a message into the outbox. Idempotent by its key. Sends nothing.
import { type CommonQueryMethods, sql } from 'slonik';
import type { Severity } from '../../domain/vocabulary.ts';
import { messageIdOf } from './message-id.ts';
import type { Notice } from './notice.ts';
import type { Audience } from './route.ts';

export interface NewNotification {
  readonly kind: string;
  readonly dedupeKey: string;
  readonly audience: Audience;
  readonly severity: Severity | null;
  readonly runId: bigint | null;
  readonly payload: string;
  /** See the column. */
  readonly said?: string;
}

/** Answers with how many were added now: one, or none. */
export async function insertNotification(
  connection: CommonQueryMethods,
  { kind, dedupeKey, audience, severity, runId, payload, said }: NewNotification,
): Promise<number> {
  const { rowCount } = await connection.query(sql.unsafe`
    insert into notifications (run_id, channel, audience, kind, dedupe_key, severity, message_id, payload, said)
    values (${runId}, ${audience.channel}, ${audience.name}, ${kind}, ${dedupeKey}, ${severity}, ${messageIdOf(dedupeKey)}, ${payload},
            ${said ?? null})
    on conflict (dedupe_key) do nothing`);
  return rowCount;
}

export interface NewNotice {
  readonly kind: string;
  /** What it is for, the same whenever it is put in. */
  readonly key: string;
  readonly severity: Severity | null;
  readonly notice: Notice;
}

/** One for each audience. Answers with their keys, whether they were there already or not. */
export async function enqueueNotice(
  connection: CommonQueryMethods,
  { kind, key, severity, notice }: NewNotice,
  audiences: readonly Audience[],
): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const audience of audiences) {
    const dedupeKey = dedupeKeyOf(key, audience);
    await insertNotification(connection, {
      ...{ kind, dedupeKey, audience, severity, runId: null },
      payload: JSON.stringify(notice),
    });
    keys.push(dedupeKey);
  }
  return keys;
}

/** As mails were keyed before there were other channels. */
export function dedupeKeyOf(what: string, { channel, name }: Audience): string {
  return channel === 'mail' ? `${what}/${name}` : `${what}/${channel}:${name}`;
}
