// The outbox beyond one mail to one group: hooks, audiences that are told too much, recipients that are refused.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { SMTPServer } from 'smtp-server';
import { z } from 'zod';
import { freePort } from '../../local/free-port.ts';
import { type Mailbox, startMailbox } from '../../local/mailbox.ts';
import { freshDatabase, type TestDatabase } from '../../scripts/database-for-tests.ts';
import { createDatabase } from '../../sql/database.ts';
import { createFolderStore } from '../report/folder-store.ts';
import { type DeliverDeps, deliverOutbox, type SentMessage } from './deliver-outbox.ts';
import { enqueueNotice } from './enqueue-notice.ts';
import { type HookMessage, HookUnavailable } from './hooks/hook.ts';
import type { MailTransport } from './mail-transport.ts';
import type { Notice } from './notice.ts';
import { type Audience, audienceOf } from './route.ts';
import { createSmtpTransport } from './smtp-transport.ts';
import { CRITICAL_PER_HOUR_MAX, MESSAGES_PER_HOUR_MAX } from './throttle.ts';

const HOUR_MS = 3_600_000;
const LIMIT = 500;
const OPS: Audience = { channel: 'mail', name: 'ops@example.com' };
const ERP: Audience = { channel: 'webhook', name: 'erp' };

let folder: string;
let testDatabase: TestDatabase;
let database: DatabasePool;
let mailbox: Mailbox;
let transport: MailTransport;
let nowMs = 0;
let deps: DeliverDeps;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-channels-test-'));
  testDatabase = await freshDatabase();
  database = await createDatabase({
    url: testDatabase.workerUrl,
    poolSizeMax: 3,
    applicationName: 'recon channels test',
  });
  mailbox = await startMailbox({ dir: join(folder, 'mails') });
  transport = createSmtpTransport({ url: mailbox.url });
  const store = createFolderStore(join(folder, 'reports'));
  deps = { database, store, transport, clock: () => nowMs, from: 'recon@example.com' };
});
afterAll(async () => {
  await transport?.close();
  await mailbox?.stop();
  await database?.end();
  await testDatabase?.drop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  nowMs = Date.now();
  const owner = await createDatabase({ url: testDatabase.url, poolSizeMax: 1, applicationName: 'recon channels test' });
  await owner.query(sql.unsafe`delete from notifications`);
  await owner.end();
});

const notice = (about: string, more: Partial<Notice> = {}): Notice => ({
  ...{ tone: 'medium', label: 'Medium', about, date: '2026-01-31', sentence: 'One difference.', next: 'Look at it.' },
  ...{ short: '1 difference', lines: [], commands: [], link: null, ...more },
});

const put = (key: string, audiences: Audience[], severity: 'medium' | 'critical' = 'medium') =>
  enqueueNotice(database, { kind: 'digest', key, severity, notice: notice(key) }, audiences);

const row = z.object({
  key: z.string(),
  status: z.string(),
  attempts: z.number(),
  lastError: z.string().nullable(),
  deliveredTo: z.array(z.string()),
  isHeld: z.boolean(),
  isSummed: z.boolean(),
});
const outbox = () =>
  database.any(sql.type(row)`
    select dedupe_key as key, status, attempts, last_error as "lastError", delivered_to as "deliveredTo",
           held_since is not null as "isHeld", summed_into is not null as "isSummed"
    from notifications order by notification_id`);

async function newMails<T>(work: () => Promise<T>) {
  const before = (await mailbox.mails()).length;
  const answer = await work();
  return { answer, mails: (await mailbox.mails()).slice(before) };
}

test('a hook gets the message with an id that stays the same from try to try, and a hook that is down holds up nobody else', async () => {
  const got: HookMessage[] = [];
  let isDown = true;
  const erp = {
    send: async (message: HookMessage) => {
      got.push(message);
      if (isDown) throw new HookUnavailable('webhook erp answered 500');
    },
  };
  const hooks = new Map([['webhook/erp', erp]]);
  await put('one', [ERP, OPS]);
  await put('two', [ERP]);
  const first = await newMails(() => deliverOutbox({ ...deps, hooks }, { limit: LIMIT }));
  expect(first.answer).toEqual({ delivered: 1, failed: 0, deferred: 2, held: 0 });
  expect(first.mails).toHaveLength(1);
  isDown = false;
  expect(await deliverOutbox({ ...deps, hooks }, { limit: LIMIT })).toMatchObject({ delivered: 2 });
  const [tried, other, again] = got;
  expect([again?.id, again?.notice.about]).toEqual([tried?.id, 'one']);
  expect(tried?.id).toMatch(/^[0-9a-f]{40}$/);
  expect(other?.id).not.toBe(tried?.id);
});

test('a hook that the configuration does not know any more is given up, and says so', async () => {
  await put('one', [ERP]);
  expect(await deliverOutbox(deps, { limit: LIMIT })).toMatchObject({ failed: 1 });
  expect((await outbox())[0]?.lastError).toContain('there is no webhook erp in the configuration any more');
});

test('an audience is told so many an hour; what is held back is summed in the next, and nobody else waits', async () => {
  for (let at = 0; at < MESSAGES_PER_HOUR_MAX + 5; at += 1) await put(`zone-${at}`, [OPS]);
  await put('for the lead', [{ channel: 'mail', name: 'lead@example.com' }]);
  const first = await newMails(() => deliverOutbox(deps, { limit: LIMIT }));
  expect(first.answer).toEqual({ delivered: MESSAGES_PER_HOUR_MAX + 1, failed: 0, deferred: 0, held: 5 });
  expect(first.mails.at(-1)?.subject).toContain('for the lead');
  expect(await newMails(() => deliverOutbox(deps, { limit: LIMIT }))).toMatchObject({
    answer: { delivered: 0, held: 5 },
    mails: [],
  });
  nowMs += HOUR_MS + 1_000;
  const later = await newMails(() => deliverOutbox(deps, { limit: LIMIT }));
  expect(later.mails.map(({ subject }) => subject)).toEqual([
    '[medium] 5 messages in one: 5 messages summed up, 4 digest',
  ]);
  expect(later.mails[0]?.text).toContain(`zone-${MESSAGES_PER_HOUR_MAX}`);
  const left = (await outbox()).filter(({ status }) => status !== 'done');
  expect(left).toEqual([]);
  expect((await outbox()).filter(({ isSummed }) => isSummed)).toHaveLength(4);
});

test('what is critical leaves while what is not is held back, up to a bound of its own', async () => {
  for (let at = 0; at < MESSAGES_PER_HOUR_MAX; at += 1) await put(`zone-${at}`, [OPS]);
  await deliverOutbox(deps, { limit: LIMIT });
  await put('small', [OPS]);
  await put('grave', [OPS], 'critical');
  const { answer, mails } = await newMails(() => deliverOutbox(deps, { limit: LIMIT }));
  expect(answer).toMatchObject({ delivered: 1, held: 1 });
  expect(mails).toHaveLength(1);
  expect(mails[0]?.text).toContain('grave');
  expect(CRITICAL_PER_HOUR_MAX).toBeGreaterThan(MESSAGES_PER_HOUR_MAX);
});

test('with a server that fails every third time, every mail arrives, and none twice', async () => {
  const audiences = Array.from({ length: 40 }, (_, at): Audience => ({ channel: 'mail', name: `p${at}@example.com` }));
  await put('storm', audiences);
  const never = { at: 'never' } as const;
  const busy = { at: 'data', code: 451, text: 'busy' } as const;
  // Of its own: the script goes on for more tries than it takes.
  const failures = Array.from({ length: 30 }, () => [never, never, busy]).flat();
  const moody = await startMailbox({ dir: join(folder, 'moody'), failures });
  const toMoody = createSmtpTransport({ url: moody.url });
  try {
    const rounds: number[] = [];
    while (rounds.length < 10 && rounds.at(-1) !== 0) {
      rounds.push((await deliverOutbox({ ...deps, transport: toMoody }, { limit: LIMIT })).deferred);
    }
    expect(rounds).toEqual([13, 4, 2, 0]);
    const mails = await moody.mails();
    expect(mails).toHaveLength(audiences.length);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(audiences.length);
  } finally {
    await toMoody.close();
    await moody.stop();
  }
});

/** An SMTP server that answers some recipients with a number. */
async function choosyServer(answers: Map<string, number>) {
  const got: string[][] = [];
  const port = await freePort();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: ({ address }, _session, done) => {
      const responseCode = answers.get(address);
      done(responseCode === undefined ? null : Object.assign(new Error('not this one'), { responseCode }));
    },
    onData: (stream, { envelope }, done) => {
      stream.resume().once('end', () => {
        got.push(envelope.rcptTo.map(({ address }) => address));
        done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const choosy = createSmtpTransport({ url: `smtp://127.0.0.1:${port}` });
  const stop = async () => {
    await choosy.close();
    await new Promise<void>((resolve) => server.close(resolve));
  };
  return { got, choosy, stop };
}

const THREE = ['a@example.com', 'b@example.com', 'c@example.com'];
const threeOf = (): Audience => audienceOf({ to: THREE }) ?? OPS;

test('of three recipients the two that are taken get theirs; the third is tried again alone, until it has its own', async () => {
  const answers = new Map([['b@example.com', 451]]);
  const { got, choosy, stop } = await choosyServer(answers);
  const sent: SentMessage[] = [];
  const watched = { ...deps, transport: choosy, onSent: async (_: unknown, one: SentMessage) => void sent.push(one) };
  try {
    await put('one', [threeOf()]);
    expect(await deliverOutbox(watched, { limit: LIMIT })).toEqual({ delivered: 0, failed: 0, deferred: 1, held: 0 });
    expect(await outbox()).toMatchObject([
      {
        status: 'pending',
        lastError: 'b@example.com was refused with 451',
        deliveredTo: ['a@example.com', 'c@example.com'],
      },
    ]);
    answers.clear();
    expect(await deliverOutbox(watched, { limit: LIMIT })).toMatchObject({ delivered: 1 });
    expect(got).toEqual([['a@example.com', 'c@example.com'], ['b@example.com']]);
    expect(await outbox()).toMatchObject([{ status: 'done', attempts: 2, lastError: null, deliveredTo: THREE }]);
    expect(sent.map(({ attempt, recipients, refused }) => [attempt, recipients, refused])).toEqual([
      [1, 3, 1],
      [2, 1, 0],
    ]);
    expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(1);
  } finally {
    await stop();
  }
});

test('a third that is refused for good is given up, and the two are told so, once a day', async () => {
  const { got, choosy, stop } = await choosyServer(new Map([['b@example.com', 550]]));
  try {
    for (const key of ['one', 'two']) {
      await put(key, [threeOf()]);
      await deliverOutbox({ ...deps, transport: choosy }, { limit: LIMIT });
    }
    const others = ['a@example.com', 'c@example.com'];
    expect(got).toEqual([others, others, others]);
    const rows = await outbox();
    expect(rows.map(({ key, status }) => `${key.split('/')[0]} ${status}`)).toEqual([
      'one done',
      'recipient_refused done',
      'two done',
    ]);
    expect(rows[0]?.lastError).toBe('b@example.com was refused with 550');
  } finally {
    await stop();
  }
});

test('a message that was sent and could not be noted is tried again under its id, and the others have their turn', async () => {
  await put('one', [OPS]);
  await put('two', [{ channel: 'mail', name: 'lead@example.com' }]);
  const onSent = async (connection: CommonQueryMethods) => {
    await connection.query(sql.unsafe`select 1 / 0`);
  };
  const { mails } = await newMails(() =>
    expect(deliverOutbox({ ...deps, onSent }, { limit: LIMIT })).rejects.toThrow(/division by zero/),
  );
  expect(mails).toHaveLength(2);
  expect(await outbox()).toMatchObject([
    { status: 'pending', attempts: 1, deliveredTo: [] },
    { status: 'pending', attempts: 1, deliveredTo: [] },
  ]);
  const again = await newMails(() => deliverOutbox(deps, { limit: LIMIT }));
  expect(again.mails.map(({ messageId }) => messageId)).toEqual(mails.map(({ messageId }) => messageId));
});
