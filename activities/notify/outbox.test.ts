// From a run that really decided to mails in a real mailbox.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { type Mailbox, startMailbox } from '../../local/mailbox.ts';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { createDatabase } from '../../sql/database.ts';
import { migrate } from '../../sql/migrate.ts';
import { type Engine, startEngine } from '../engine-for-tests.ts';
import { createFolderStore } from '../report/folder-store.ts';
import { publishReport } from '../report/publish-report.ts';
import { type DeliverDeps, deliverOutbox } from './deliver-outbox.ts';
import { enqueueNotifications } from './enqueue-notifications.ts';
import type { MailTransport } from './mail-transport.ts';
import type { Route } from './route.ts';
import { createSmtpTransport } from './smtp-transport.ts';

const ROUTES: readonly Route[] = [
  { to: ['ops@example.com', 'team@example.com'], from: 'low', digest: true },
  { to: ['lead@example.com'], from: 'high' },
  { to: ['board@example.com'], from: 'critical' },
];
const DAY = '2026-01-31';
const NOW_MS = Date.UTC(2026, 1, 20);

let folder: string;
let postgres: LocalPostgres;
let mailbox: Mailbox;
let engine: Engine;
let database: DatabasePool;
let transport: MailTransport;
let deps: DeliverDeps;
let badRun: bigint;
let cleanRun: bigint;

const row = (id: string, more: object) => ({
  id,
  kind: 'payment',
  currency: 'USD',
  occurredAt: `${DAY}T10:00:00Z`,
  ...more,
});

const BAD_DAY = {
  date: DAY,
  asOf: '2026-02-20T00:00:00Z',
  processor: [row('ch_1', { gross: '2500.00' })],
  internal: [row('ord_1', { amount: '10.00' })],
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-outbox-test-'));
  postgres = await startPostgres({ durable: false });
  await migrate(postgres.url);
  mailbox = await startMailbox({ dir: join(folder, 'mails') });
  engine = await startEngine({ databaseUrl: postgres.url, folder: join(folder, 'files') });
  const url = `${postgres.url}?options=${encodeURIComponent('-c role=recon_worker')}`;
  database = await createDatabase({ url, poolSizeMax: 4, applicationName: 'recon outbox test' });
  transport = createSmtpTransport({ url: mailbox.url });
  const store = createFolderStore(join(folder, 'reports'));
  deps = { database, store, transport, clock: () => NOW_MS, from: 'recon@example.com' };
  const bad = await engine.runDay(BAD_DAY);
  badRun = BigInt(bad.runId);
  const next = '2026-02-01';
  const occurredAt = `${next}T10:00:00Z`;
  const clean = await engine.runDay({
    date: next,
    asOf: '2026-02-20T00:00:00Z',
    processor: [row('ch_2', { gross: '5.00', occurredAt })],
    internal: [row('ord_2', { amount: '5.00', occurredAt, processorReference: 'ch_2' })],
  });
  cleanRun = BigInt(clean.runId);
});
afterAll(async () => {
  await transport?.close();
  await database?.end();
  await engine?.stop();
  await mailbox?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await engine.database.query(sql.unsafe`delete from notifications`);
});

const enqueue = (runId: bigint, routes = ROUTES) =>
  database.transaction((transaction) => enqueueNotifications(transaction, { kind: 'run_completed', runId }, routes));

const rowSchema = z.object({
  audience: z.string(),
  severity: z.string().nullable(),
  status: z.string(),
  attempts: z.number(),
  lastError: z.string().nullable(),
  payload: z.string(),
  messageId: z.string(),
});
const outbox = () =>
  database.any(sql.type(rowSchema)`
    select audience, severity, status, attempts, last_error as "lastError", payload, message_id as "messageId"
    from notifications order by notification_id`);

async function newMails<T>(work: () => Promise<T>) {
  const before = (await mailbox.mails()).length;
  const answer = await work();
  return { answer, mails: (await mailbox.mails()).slice(before) };
}

test('a run is told to the routes that asked for its severity, with references only in the outbox', async () => {
  expect(await enqueue(badRun)).toBe(2);
  const rows = await outbox();
  expect(rows.map(({ audience, severity }) => `${audience}: ${severity}`)).toEqual([
    'ops@example.com, team@example.com: high',
    'lead@example.com: high',
  ]);
  expect(rows.map(({ payload }) => JSON.parse(payload))).toEqual([{ runId: `${badRun}` }, { runId: `${badRun}` }]);
});

test('a clean run is told only to those who start at low', async () => {
  expect(await enqueue(cleanRun)).toBe(1);
  expect(await outbox()).toMatchObject([{ audience: 'ops@example.com, team@example.com', severity: null }]);
});

test('putting the same run in twice tells it once', async () => {
  await enqueue(badRun);
  expect(await enqueue(badRun)).toBe(0);
  expect(await outbox()).toHaveLength(2);
});

test('a re-run that says the same is not told again; one that says something else is', async () => {
  const again = await engine.runDay(BAD_DAY);
  await enqueue(badRun);
  expect(await enqueue(BigInt(again.runId))).toBe(0);
  await engine.database.query(
    sql.unsafe`update notifications set said = 'that something else was so' where audience like 'lead%'`,
  );
  expect(await enqueue(BigInt(again.runId))).toBe(1);
});

test('what could not be delivered was not said: a re-run that says the same is told', async () => {
  const again = await engine.runDay(BAD_DAY);
  await enqueue(badRun);
  await engine.database.query(sql.unsafe`update notifications set status = 'failed' where audience like 'lead%'`);
  expect(await enqueue(BigInt(again.runId))).toBe(1);
});

test('nothing is told of a transaction that rolls back', async () => {
  const failed = database.transaction(async (transaction) => {
    await enqueueNotifications(transaction, { kind: 'run_completed', runId: badRun }, ROUTES);
    throw new Error('rolled back');
  });
  await expect(failed).rejects.toThrow('rolled back');
  expect(await outbox()).toEqual([]);
});

test('delivers each once, and delivering again sends nothing', async () => {
  await enqueue(badRun);
  const { answer, mails } = await newMails(() => deliverOutbox(deps, { runId: badRun, limit: 10 }));
  expect(answer).toEqual({ delivered: 2, failed: 0, deferred: 0, held: 0 });
  expect(mails.map(({ subject }) => subject)).toEqual(
    Array.from({ length: 2 }, () => `[high] test/files ${DAY}: 2 differences, 2,510.00 USD at risk`),
  );
  expect(mails.map(({ messageId }) => messageId)).toEqual((await outbox()).map(({ messageId }) => messageId));
  expect(await newMails(() => deliverOutbox(deps, { limit: 10 }))).toMatchObject({
    answer: { delivered: 0 },
    mails: [],
  });
  const at = await database.oneFirst(sql.type(z.object({ at: z.number() }))`
    select delivered_at as at from notifications limit 1`);
  expect(at).toBe(NOW_MS);
});

test('the mail names the report once it is published, as a link where an address is configured', async () => {
  await enqueue(cleanRun);
  const { reportKey } = await publishReport(deps as DeliverDeps & { store: ReturnType<typeof createFolderStore> }, {
    runId: cleanRun,
  });
  const linked = { ...deps, baseUrl: 'https://recon.example.com/' };
  const { mails } = await newMails(() => deliverOutbox(linked, { limit: 10 }));
  expect(mails[0]?.text).toContain(`Report: https://recon.example.com/${reportKey}/report.html`);
});

test('a refusal for good is noted and does not hold up the others', async () => {
  await enqueue(badRun);
  mailbox.failNext({ at: 'recipient', code: 550, text: 'no such user' });
  const { answer, mails } = await newMails(() => deliverOutbox(deps, { limit: 10 }));
  expect(answer).toEqual({ delivered: 1, failed: 1, deferred: 0, held: 0 });
  expect(mails).toHaveLength(1);
  expect(await outbox()).toMatchObject([
    { status: 'failed', attempts: 1, lastError: 'MailRefused: refused for good: the server answered 550' },
    { status: 'done', attempts: 1, lastError: null },
  ]);
});

test('a refusal for now waits, and the next round delivers it', async () => {
  await enqueue(badRun);
  mailbox.failNext({ at: 'recipient', code: 450, text: 'greylisted' });
  expect(await deliverOutbox(deps, { limit: 10 })).toEqual({ delivered: 1, failed: 0, deferred: 1, held: 0 });
  expect(await deliverOutbox(deps, { limit: 10 })).toEqual({ delivered: 1, failed: 0, deferred: 0, held: 0 });
});

test('when the answer is lost after the mail was taken, the second copy has the same Message-ID', async () => {
  await enqueue(cleanRun);
  mailbox.failNext({ at: 'answer' });
  const { mails } = await newMails(async () => {
    expect(await deliverOutbox(deps, { limit: 10 })).toEqual({ delivered: 0, failed: 0, deferred: 1, held: 0 });
    expect(await deliverOutbox(deps, { limit: 10 })).toEqual({ delivered: 1, failed: 0, deferred: 0, held: 0 });
  });
  expect(mails).toHaveLength(2);
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
});

test('while no server can be reached, three tries are made and everything keeps waiting', async () => {
  await enqueue(
    badRun,
    ['a', 'b', 'c', 'd', 'e'].map((name) => ({ to: [`${name}@example.com`], from: 'low' })),
  );
  const nobody = createSmtpTransport({ url: 'smtp://127.0.0.1:1' });
  expect(await deliverOutbox({ ...deps, transport: nobody }, { limit: 10 })).toMatchObject({
    delivered: 0,
    deferred: 3,
  });
  expect((await outbox()).map(({ status, attempts }) => `${status} ${attempts}`)).toEqual([
    'pending 1',
    'pending 1',
    'pending 1',
    'pending 0',
    'pending 0',
  ]);
});

test('a connection that breaks off now and then holds up no other mail', async () => {
  await enqueue(
    badRun,
    ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map((name) => ({ to: [`${name}@example.com`], from: 'low' })),
  );
  const [cut, kept] = [{ at: 'answer' }, { at: 'never' }] as const;
  mailbox.failNext(cut, cut, kept, cut, cut, kept, cut);
  const { mails } = await newMails(async () => {
    expect(await deliverOutbox(deps, { limit: 10 })).toMatchObject({ delivered: 3, deferred: 5 });
    expect(await deliverOutbox(deps, { limit: 10 })).toMatchObject({ delivered: 5, deferred: 0 });
  });
  // Each of those that were cut had arrived.
  expect(mails).toHaveLength(13);
  expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(8);
});

test('two deliverers at once send each mail once', async () => {
  await enqueue(badRun);
  const { mails } = await newMails(() =>
    Promise.all([deliverOutbox(deps, { limit: 10 }), deliverOutbox(deps, { limit: 10 })]),
  );
  expect(mails).toHaveLength(2);
});

test('a mail that cannot be composed is noted, does not hold up the others, and is not kept quiet', async () => {
  await enqueue(badRun);
  await engine.database.query(sql.unsafe`
    update notifications set kind = 'run_failed', payload = 'not json' where audience like 'ops%'`);
  const { mails } = await newMails(() => expect(deliverOutbox(deps, { limit: 10 })).rejects.toThrow(SyntaxError));
  expect(mails).toHaveLength(1);
  expect(await outbox()).toMatchObject([{ status: 'pending', attempts: 1 }, { status: 'done' }]);
});

test('a run that failed is told with its step to those who follow high, and to those who follow less', async () => {
  const event = { kind: 'run_failed', runId: badRun, step: 'fetch', severity: 'high' } as const;
  await database.transaction((transaction) => enqueueNotifications(transaction, event, ROUTES));
  const { answer, mails } = await newMails(() => deliverOutbox(deps, { runId: badRun, limit: 10 }));
  expect(answer.delivered).toBe(2);
  expect(mails[0]).toMatchObject({ subject: `[failed] test/files ${DAY}: the run stopped at fetch` });
  expect(mails[0]?.text).toContain('npm run recon -- retry test/files/2026-01-31');
});
