// The digest of a zone on real servers: told at the cut-off with who is still waited for, and again when they are there.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startAccountDay } from '../client/temporal/account-day.ts';
import { parseBusinessDate, windowOf } from '../domain/business-date.ts';
import { until } from '../faults/observe.ts';
import { openCompany, type TestCompany } from '../faults/test-company.ts';
import { startTestServers, TEST_POLICY, type TestServers } from '../faults/test-servers.ts';
import { startTestWorker, type TestWorker } from '../faults/test-worker.ts';
import type { dailyReconciliation } from './daily-reconciliation.ts';
import { accountDayWorkflowId } from './workflow-ids.ts';

const ZONE = 'Europe/Rome';
const DATE = parseBusinessDate('2026-03-02');
const { startMs, endMs } = windowOf(DATE, ZONE);
// Far beyond what a test takes.
const NO_CUT_OFF_MS = 3_600_000;

let servers: TestServers;
let prompt: TestCompany;
let late: TestCompany;
let worker: TestWorker;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  servers = await startTestServers();
  stops.push(servers.stop);
  const databaseUrl = await servers.newDatabase();
  const basics = { databaseUrl, zone: ZONE, firstDate: DATE, days: 1, transactionsPerDay: 40, plant: false };
  prompt = await openCompany(servers, { ...basics, account: 'stripe/rome' });
  stops.push(prompt.stop);
  const waits = { loadedUntilMs: (startMs + endMs) / 2, sourceDeadline: '9999d' };
  late = await openCompany(servers, { ...basics, ...waits, account: 'stripe/milan' });
  stops.push(late.stop);
  const config = {
    ...prompt.config,
    accounts: [...prompt.config.accounts, ...late.config.accounts],
    notifications: {
      ...prompt.config.notifications,
      routes: [{ to: ['ops@example.com'], from: 'low' as const, digest: 'only' as const }],
    },
  };
  worker = await startTestWorker(servers, { ...prompt, config });
  stops.push(worker.stop);
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

const tick = (digestAfterMs: number) =>
  servers.access.client.workflow.start<typeof dailyReconciliation>('dailyReconciliation', {
    args: [
      { zone: ZONE, policy: TEST_POLICY, nominalTime: new Date(endMs + 4 * 3_600_000).toISOString(), digestAfterMs },
    ],
    taskQueue: servers.access.taskQueue,
    workflowId: `daily-${digestAfterMs}`,
  });

const subjects = async () => (await servers.mailbox.mails()).map(({ subject }) => subject ?? '');

/** The late one's books are there, and the activity that waits for them need not sleep on. */
async function arrive(): Promise<void> {
  await late.reachUntil(endMs);
  const execution = { workflowId: accountDayWorkflowId(late.account, DATE) };
  const { client, namespace } = servers.access;
  const waiting = await until('the run to wait for its books', async () => {
    const { raw } = await client.workflow.getHandle(execution.workflowId).describe();
    return raw.pendingActivities?.find(({ activityType }) => activityType?.name === 'awaitSource');
  });
  await client.workflowService.resetActivity({ namespace, execution, id: waiting.activityId ?? '' });
}

test('at the cut-off the zone is told who is waited for; when they are there, a supplement says how it ended', async () => {
  await (
    await startAccountDay(servers.access, {
      account: prompt.account,
      date: DATE,
      trigger: 'manual',
      policy: TEST_POLICY,
    })
  ).handle.result();
  const daily = await tick(1);
  await until('the digest', async () => (await subjects())[0]);
  expect(await subjects()).toEqual([`[medium] ${ZONE} ${DATE}: 1 still waiting; 1 of 2 accounts agrees`]);
  const [mail] = await servers.mailbox.mails();
  expect(mail?.text?.split('\n')[0]).toContain('stripe/milan is waited for: a supplement follows.');
  expect((await daily.describe()).status.name).toBe('RUNNING');
  await arrive();
  expect(await daily.result()).toEqual({ done: 1 });
  expect((await subjects()).slice(1)).toEqual([`[all clear] ${ZONE} ${DATE}: 2 of 2 accounts agree`]);
});

test('the same tick once more tells nothing again', async () => {
  const before = (await subjects()).length;
  expect(await (await tick(NO_CUT_OFF_MS)).result()).toEqual({ done: 0 });
  // By its nominal time it is the same one.
  expect((await subjects()).slice(before)).toEqual([]);
});
