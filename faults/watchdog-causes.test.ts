// Each cause of the watchdog on real parts, and how it tells people. Runs whose workflow ended: workflow-ended; schedules:
// schedule-gone.
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { anchorChain } from '../activities/audit/anchor-chain.ts';
import { createFolderAnchorStore } from '../activities/audit/folder-anchor-store.ts';
import { applyHousekeeping } from '../client/setup-housekeeping.ts';
import { applySchedule } from '../client/temporal/apply-schedule.ts';
import { planSchedules } from '../client/temporal/schedule-plan.ts';
import { OUTBOX_AGE_MAX_MS } from '../client/watchdog/outbox-age.ts';
import { TOLD_AGAIN_AFTER_MS } from '../client/watchdog/send-alarm.ts';
import { addDays, businessDateAt } from '../domain/business-date.ts';
import { type Mailbox, startMailbox } from '../local/mailbox.ts';
import { ACCOUNT, type FaultCase, openFaultCase } from './fault-case.ts';
import { until } from './observe.ts';
import { startTestServers, type TestServers } from './test-servers.ts';
import { watch } from './watch.ts';
import type { WorkerProcess } from './worker-process.ts';

const ZONE = 'UTC';
// A day that is long past its time, in a company whose only days are in sight.
const LATE = addDays(businessDateAt(Date.now(), ZONE), -3);

let servers: TestServers;
let story: FaultCase;
let worker: WorkerProcess;
let reopened: Mailbox | undefined;

beforeAll(async () => {
  servers = await startTestServers();
  story = await openFaultCase(servers, {
    zone: ZONE,
    firstDate: LATE,
    days: 1,
    transactionsPerDay: 40,
    sourceDeadline: '0s',
  });
  const { client, taskQueue } = servers.access;
  for (const plan of planSchedules(story.company.config)) await applySchedule(client, plan, taskQueue);
  await applyHousekeeping(client, taskQueue);
});
afterAll(async () => {
  await reopened?.stop();
  await story?.stop();
  await servers.stop();
});

const watched = (environment?: Record<string, string>) => watch(story.company.configFile, environment);

test('without a worker every task queue is told, gravest of all', async () => {
  const { code, of } = await watched();
  expect(code).toBe(1);
  expect(of('nobody_polls').map(({ about, severity }) => `${about} ${severity}`)).toEqual([
    'task queue recon critical',
    'task queue fetch-stripe critical',
  ]);
  worker = story.startWorker();
  await until('the worker to poll', async () => ((await watched()).of('nobody_polls').length === 0 ? true : undefined));
});

test('days past their time are told, whether a tick ever planned them or not; where the calendar has one, its time counts', async () => {
  const late = (await watched()).of('day_late');
  // Yesterday is, from some minutes after midnight on.
  expect(late.map(({ about }) => about).slice(0, 2)).toEqual(
    [0, 1].map((later) => `${ACCOUNT} ${addDays(LATE, later)}`),
  );
  expect(late[0]).toMatchObject({ severity: 'high', next: `npm run recon -- retry ${ACCOUNT}/${LATE}` });
  expect(late[0]?.detail).toContain('it never ran');
  // The calendar counts where it has the day: somebody gave it until tomorrow.
  await story.database.query(sql.unsafe`
    insert into accounts (account, processor_name, zone, reporting_currency, start_date) values (${ACCOUNT}, 'stripe', ${ZONE}, 'USD', ${LATE})
    on conflict do nothing`);
  await story.database.query(sql.unsafe`
    insert into expected_runs (account_id, business_date, due_at)
    select account_id, ${LATE}, now() + interval '1 day' from accounts where account = ${ACCOUNT}`);
  expect((await watched()).of('day_late').map(({ about }) => about)).toEqual(late.slice(1).map(({ about }) => about));
});

test('what waits too long and what was refused for good is told, by audience, with what was said', async () => {
  const put = (key: string, status: string, ageMs: number) =>
    story.database.query(sql.unsafe`
      insert into notifications (channel, audience, kind, dedupe_key, message_id, payload, status, created_at, last_error)
      values ('webhook', 'erp', 'digest', ${key}, ${key}, '{}', ${status}, now() - make_interval(secs => ${ageMs / 1_000}), 'answered 500')`);
  await put('young', 'pending', OUTBOX_AGE_MAX_MS - 600_000);
  expect((await watched()).of('outbox_stuck')).toEqual([]);
  await put('old', 'pending', OUTBOX_AGE_MAX_MS + 600_000);
  await put('refused', 'failed', 600_000);
  const found = await watched();
  expect(found.of('outbox_stuck')).toMatchObject([
    { about: 'webhook erp', detail: expect.stringContaining('answered 500') },
  ]);
  expect(found.of('delivery_failed')).toMatchObject([{ about: 'webhook erp', severity: 'high' }]);
  await story.database.query(sql.unsafe`delete from notifications where audience = 'erp'`);
});

test('the same trouble is told once, told again when it lasts, and told at once when it changes', async () => {
  await story.database.query(sql.unsafe`delete from notifications`);
  const count = async () => (await story.mailbox.mails()).length;
  const before = await count();
  const first = await watched();
  expect(first.alarm).toMatchObject({ told: ['mail ops@example.com'], quiet: [], failed: [] });
  expect((await watched()).alarm).toMatchObject({ told: [], quiet: ['mail ops@example.com'] });
  expect(await count()).toBe(before + 1);
  await story.database.query(sql.unsafe`
    update notifications set dedupe_key = dedupe_key || ' earlier', message_id = message_id || ' earlier',
      delivered_at = now() - make_interval(secs => ${TOLD_AGAIN_AFTER_MS / 1_000 + 60})`);
  expect((await watched()).alarm.told).toHaveLength(1);
  await story.database.query(sql.unsafe`delete from expected_runs`);
  expect((await watched()).alarm.told).toHaveLength(1);
});

test('an alarm that reaches nobody ends with 3, and waits in the outbox', async () => {
  await story.database.query(sql.unsafe`delete from notifications`);
  const { port, dir } = story.mailbox;
  await story.mailbox.stop();
  try {
    const { code, looked, alarm } = await watched();
    const told = { code, looked, told: alarm.told, failed: alarm.failed.length };
    expect(told).toEqual({ code: 3, looked: false, told: [], failed: 1 });
    const waiting = await story.database.query(
      sql.unsafe`select 1 from notifications where kind = 'watchdog' and status = 'pending'`,
    );
    expect(waiting.rowCount).toBe(1);
  } finally {
    reopened = await startMailbox({ dir, port });
  }
});

test('a Temporal that does not answer is a finding, and the rest is looked at all the same', async () => {
  const { code, looked, of, alarm } = await watched({ TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect([code, looked]).toEqual([3, false]);
  expect(of('cannot_look').map(({ about }) => about)).toEqual([
    'runs against Temporal',
    'schedules',
    'task queues',
    'workflow tasks',
  ]);
  expect(of('day_late').length).toBeGreaterThan(0);
  expect(alarm.told).toHaveLength(1);
});

test('an audit chain that is not what was anchored of it is told gravest of all', async () => {
  const anchorsFolder = join(story.company.config.folder, 'evidence');
  await story.database.query(sql.unsafe`select audit_append('system', 'tried', '{"event":"tried"}')`);
  const store = createFolderAnchorStore(anchorsFolder);
  await anchorChain({ database: story.database, store, nowMs: Date.now }, 'system');
  const whole = await watched();
  expect([...whole.of('anchor_old'), ...whole.of('chain_broken')]).toEqual([]);
  const { key = '', text = '' } = (await store.latest('system')) ?? {};
  await appendFile(join(anchorsFolder, key), ' ');
  const { code, looked, of } = await watched();
  expect([code, looked]).toEqual([1, true]);
  expect(of('chain_broken')).toMatchObject([
    { about: 'audit chain system', severity: 'critical', next: 'npm run recon -- audit verify' },
  ]);
  await writeFile(join(anchorsFolder, key), text);
});

test('where everything is well, it says so and ends with 0', async () => {
  await story.database.query(sql.unsafe`
    insert into expected_runs (account_id, business_date, due_at)
    select account_id, d::date, now() + interval '1 day' from accounts, generate_series(${LATE}::date, ${LATE}::date + 2, '1 day') d
    where account = ${ACCOUNT} on conflict (account_id, business_date) do update set due_at = excluded.due_at`);
  await story.database.query(sql.unsafe`delete from notifications`);
  expect(worker.exit()).toBeUndefined();
  expect(await watched()).toMatchObject({ code: 0, looked: true, ok: true, findings: [], alarm: { told: [] } });
});
