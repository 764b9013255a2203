// Sends what waits in the outbox: one row, one transaction, one message. At least once, each time with the same id, so
// that a crash between sending and noting it makes a copy that can be recognised. Idempotent: a delivered row is never
// sent again, and of several recipients only those who do not have it are tried again.
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { ObjectStore } from '../report/object-store.ts';
import { type Composed, composeMessage } from './compose-message.ts';
import { HookRefused, type Hooks, HookUnavailable } from './hooks/hook.ts';
import {
  MailDeferred,
  MailRefused,
  type MailTransport,
  type RefusedRecipient,
  TransportUnavailable,
} from './mail-transport.ts';
import { bareId } from './message-id.ts';
import { noteRecipients } from './note-recipients.ts';
import { type Audience, addressesOf, CHANNELS, type Channel } from './route.ts';
import { heldBack, hold, mayTell, noteSummed, summedUp } from './throttle.ts';

export interface DeliverDeps {
  readonly database: DatabasePool;
  readonly store: Pick<ObjectStore, 'locate'>;
  readonly transport: MailTransport;
  /** Webhooks and Slack, by channel and name; default: none. */
  readonly hooks?: Hooks;
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
  readonly channel: Channel;
  readonly kind: string;
  readonly messageId: string;
  /** Counted from one: a message of which somebody was refused is sent again. */
  readonly attempt: number;
  readonly recipients: number;
  readonly refused: number;
}

export interface DeliverInput {
  /** Only what concerns this run; default: everything that waits. */
  readonly runId?: bigint;
  /** Only these. */
  readonly dedupeKeys?: readonly string[];
  readonly limit: number;
}

export interface DeliverCounts {
  delivered: number;
  /** Refused for good, or given up. */
  failed: number;
  /** Still waiting: not taken now. */
  deferred: number;
  /** Still waiting: its audience was told enough for now. */
  held: number;
}

// An hourly sweep gives up after about a week.
const ATTEMPTS_MAX = 200;
const LAST_ERROR_CHARS_MAX = 500;
/** A connection that broke off once says little; after so many in a row the rest is not tried now. */
const UNREACHED_IN_A_ROW_MAX = 3;

/** Each waiting row is tried once. @throws the first unexpected error, after every other row had its turn. */
export async function deliverOutbox(deps: DeliverDeps, input: DeliverInput): Promise<DeliverCounts> {
  const counts: DeliverCounts = { delivered: 0, failed: 0, deferred: 0, held: 0 };
  const unexpected: unknown[] = [];
  // Whoever cannot be reached now: the rest of theirs keeps waiting instead of timing out one by one.
  const unreached = new Map<string, number>();
  let after = 0n;
  for (let tried = 0; tried < input.limit; tried += 1) {
    const down = [...unreached].flatMap(([place, count]) => (count >= UNREACHED_IN_A_ROW_MAX ? [place] : []));
    const attempt = await deps.database.transaction((transaction) =>
      deliverNext(transaction, deps, input, { after, down }),
    );
    if (attempt === null) break;
    after = attempt.notificationId;
    counts[attempt.result] += 1;
    if (attempt.unexpected !== undefined) unexpected.push(attempt.unexpected);
    const { place, isReached } = attempt;
    if (isReached !== null) unreached.set(place, isReached ? 0 : (unreached.get(place) ?? 0) + 1);
  }
  if (unexpected.length > 0) throw unexpected[0];
  return counts;
}

interface Attempt {
  readonly notificationId: bigint;
  readonly result: keyof DeliverCounts;
  /** By what it leaves: all mail, or one hook. */
  readonly place: string;
  /** null where that was not asked. */
  readonly isReached: boolean | null;
  readonly unexpected?: unknown;
}

const waitingRow = z.object({
  notificationId: z.bigint(),
  runId: z.bigint().nullable(),
  channel: z.enum(CHANNELS),
  audience: z.string(),
  kind: z.string(),
  severity: z.string().nullable(),
  messageId: z.string(),
  payload: z.string(),
  attempts: z.number(),
  deliveredTo: z.array(z.string()),
  createdAtMs: z.number(),
});
export type Waiting = z.infer<typeof waitingRow>;

interface Progress {
  readonly after: bigint;
  readonly down: readonly string[];
}

async function deliverNext(
  transaction: DatabaseTransactionConnection,
  deps: DeliverDeps,
  { runId, dedupeKeys }: DeliverInput,
  { after, down }: Progress,
): Promise<Attempt | null> {
  const only =
    dedupeKeys === undefined
      ? sql.fragment`true`
      : sql.fragment`dedupe_key = any(${sql.array([...dedupeKeys], 'text')})`;
  const waiting = await transaction.maybeOne(sql.type(waitingRow)`
    select notification_id as "notificationId", run_id as "runId", channel, audience, kind, severity, message_id as "messageId",
           payload, attempts, delivered_to as "deliveredTo", created_at as "createdAtMs"
    from notifications
    where status = 'pending' and notification_id > ${after} and (${runId ?? null}::bigint is null or run_id = ${runId ?? null})
      and ${only}
      and (case channel when 'mail' then 'mail' else channel || '/' || audience end) <> all(${sql.array([...down], 'text')})
    order by notification_id limit 1 for update skip locked`);
  if (waiting === null) return null;
  const { notificationId, channel, audience: name, severity, deliveredTo } = waiting;
  const audience = { channel, name };
  const place = placeOf(audience);
  // Who has it already is not held back from the others.
  if (deliveredTo.length === 0 && !(await mayTell(transaction, audience, severity, deps.clock()))) {
    await hold(transaction, notificationId, deps.clock());
    return { notificationId, place, result: 'held', isReached: null };
  }
  try {
    // A savepoint: when the message cannot be composed, that can still be noted on its row.
    const own = await transaction.transaction((savepoint) => composeMessage(savepoint, deps, waiting));
    const held = deliveredTo.length === 0 ? await heldBack(transaction, audience, notificationId) : [];
    const refused = await send(deps, waiting, held.length === 0 ? own : summedUp(own, held));
    // A savepoint here too: what cannot be noted is at least counted as a try.
    const isDone = await transaction.transaction(async (savepoint) => {
      await noteSummed(savepoint, held, notificationId, deps.clock());
      const nothingLeft = await noteRecipients(savepoint, waiting, refused, deps.clock());
      await deps.onSent?.(savepoint, sentMessage(waiting, refused.length));
      return nothingLeft;
    });
    return { notificationId, place, result: isDone ? 'delivered' : 'deferred', isReached: true };
  } catch (error) {
    return noteFailure(transaction, waiting, error);
  }
}

/** Answers with those who were refused; hooks have one recipient, and throw. */
async function send(
  deps: DeliverDeps,
  waiting: Waiting,
  { mail, notice }: Composed,
): Promise<readonly RefusedRecipient[]> {
  const { channel, audience, messageId, kind, createdAtMs, severity, deliveredTo } = waiting;
  if (channel === 'mail') {
    const to = addressesOf(audience).filter((address) => !deliveredTo.includes(address));
    const { refused } = await deps.transport.send({ ...mail, messageId, from: deps.from, to });
    return refused;
  }
  const hook = deps.hooks?.get(`${channel}/${audience}`);
  if (hook === undefined) throw new HookRefused(`there is no ${channel} ${audience} in the configuration any more`);
  await hook.send({ id: bareId(messageId), kind, createdAtMs, severity, notice });
  return [];
}

function sentMessage({ deliveredTo, attempts, ...waiting }: Waiting, refused: number): SentMessage {
  const { notificationId, runId, channel, audience, kind, messageId } = waiting;
  const recipients = channel === 'mail' ? addressesOf(audience).length - deliveredTo.length : 1;
  return { notificationId, runId, channel, kind, messageId, attempt: attempts + 1, recipients, refused };
}

async function noteFailure(
  transaction: DatabaseTransactionConnection,
  { notificationId, attempts, channel, audience }: Waiting,
  error: unknown,
): Promise<Attempt> {
  const isRefused = error instanceof MailRefused || error instanceof HookRefused;
  const giveUp = isRefused || attempts + 1 >= ATTEMPTS_MAX;
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  await transaction.query(sql.unsafe`
    update notifications
    set status = ${giveUp ? 'failed' : 'pending'}, attempts = attempts + 1, last_error = ${reason.slice(0, LAST_ERROR_CHARS_MAX)}
    where notification_id = ${notificationId}`);
  const isUnreached = error instanceof TransportUnavailable || error instanceof HookUnavailable;
  const isAnswered = isRefused || error instanceof MailDeferred;
  return {
    notificationId,
    place: placeOf({ channel, name: audience }),
    result: giveUp ? 'failed' : 'deferred',
    isReached: isUnreached || isAnswered ? isAnswered : null,
    ...(isUnreached || isAnswered ? {} : { unexpected: error }),
  };
}

/** As the query of what waits has it. */
function placeOf({ channel, name }: Audience): string {
  return channel === 'mail' ? 'mail' : `${channel}/${name}`;
}
