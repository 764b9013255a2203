// Sends an alarm straight to the people, not by the outbox: whoever empties that may be what is dead. The outbox only remembers it,
// so that the same trouble is not told at every look; where the database is the trouble, every look tells.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { composeNoticeMail } from '../../activities/notify/compose-notice-mail.ts';
import { dedupeKeyOf } from '../../activities/notify/enqueue-notice.ts';
import type { Hooks } from '../../activities/notify/hooks/hook.ts';
import type { MailTransport } from '../../activities/notify/mail-transport.ts';
import { bareId, messageIdOf } from '../../activities/notify/message-id.ts';
import type { Notice } from '../../activities/notify/notice.ts';
import { type Audience, addressesOf, audiencesOf, type Route, routeTakes } from '../../activities/notify/route.ts';
import type { Severity } from '../../domain/vocabulary.ts';

export interface AlarmDeps {
  /** null where it cannot be reached. */
  readonly database: DatabasePool | null;
  readonly transport: MailTransport;
  readonly hooks: Hooks;
  readonly routes: readonly Route[];
  readonly from: string;
  readonly nowMs: number;
}

export interface Alarm {
  readonly trouble: string;
  readonly severity: Severity;
  readonly notice: Notice;
}

export interface AlarmSent {
  /** Told now, told already, and not reached with the reason, by audience. */
  readonly told: readonly string[];
  readonly quiet: readonly string[];
  readonly failed: readonly string[];
}

const HOUR_MS = 3_600_000;
/** The same trouble is told again when it lasts that long. */
export const TOLD_AGAIN_AFTER_MS = 6 * HOUR_MS;
const KIND = 'watchdog';

export async function sendAlarm(deps: AlarmDeps, alarm: Alarm): Promise<AlarmSent> {
  const sent = { told: [] as string[], quiet: [] as string[], failed: [] as string[] };
  // Who takes only the digest is not told at once; who takes nothing as bad as this is not told at all.
  for (const audience of audiencesOf(deps.routes.filter((route) => routeTakes(route, alarm.severity)))) {
    const name = `${audience.channel} ${audience.name}`;
    if (await wasTold(deps, alarm, audience)) {
      sent.quiet.push(name);
      continue;
    }
    const error = await send(deps, alarm, audience).then(
      () => null,
      (reason: unknown) => (reason instanceof Error ? reason.message : String(reason)),
    );
    if (error === null) sent.told.push(name);
    else sent.failed.push(`${name}: ${error}`);
    await remember(deps, alarm, audience, error);
  }
  return sent;
}

/** Of an hour: two looks that do not know of each other make one message id. */
function keyOf({ nowMs }: AlarmDeps, { trouble }: Alarm, audience: Audience): string {
  return dedupeKeyOf(`${KIND}/${trouble}/${new Date(nowMs).toISOString().slice(0, 13)}`, audience);
}

async function wasTold({ database, nowMs }: AlarmDeps, { trouble }: Alarm, audience: Audience): Promise<boolean> {
  if (database === null) return false;
  return database.oneFirst(sql.type(z.object({ told: z.boolean() }))`
    select exists (
      select 1 from notifications
      where kind = ${KIND} and said = ${trouble} and channel = ${audience.channel} and audience = ${audience.name}
        and status = 'done' and delivered_at > ${instant(nowMs - TOLD_AGAIN_AFTER_MS)}::timestamptz
    ) as told`);
}

async function send(deps: AlarmDeps, alarm: Alarm, audience: Audience): Promise<void> {
  const messageId = messageIdOf(keyOf(deps, alarm, audience));
  const { notice, severity } = alarm;
  if (audience.channel === 'mail') {
    const { from, transport } = deps;
    await transport.send({ ...composeNoticeMail(notice), messageId, from, to: addressesOf(audience.name) });
    return;
  }
  const hook = deps.hooks.get(`${audience.channel}/${audience.name}`);
  if (hook === undefined) throw new Error('there is no such channel');
  await hook.send({ id: bareId(messageId), kind: KIND, createdAtMs: deps.nowMs, severity, notice });
}

/** What could not be sent waits in the outbox like anything else. */
async function remember(deps: AlarmDeps, alarm: Alarm, audience: Audience, error: string | null): Promise<void> {
  const { database, nowMs } = deps;
  if (database === null) return;
  const key = keyOf(deps, alarm, audience);
  await database.query(sql.unsafe`
    insert into notifications (channel, audience, kind, dedupe_key, severity, message_id, payload, said, status, attempts, last_error, delivered_at)
    values (${audience.channel}, ${audience.name}, ${KIND}, ${key}, ${alarm.severity}, ${messageIdOf(key)}, ${JSON.stringify(alarm.notice)},
            ${alarm.trouble}, ${error === null ? 'done' : 'pending'}, 1, ${error}, ${error === null ? instant(nowMs) : null}::timestamptz)
    on conflict (dedupe_key) do update set status = excluded.status, attempts = notifications.attempts + 1,
      last_error = excluded.last_error, delivered_at = excluded.delivered_at
    where notifications.status <> 'done'`);
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
