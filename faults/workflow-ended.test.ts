// Row 9 of the fault table: the workflow of a day is ended from outside, so that nothing of it can say so. The watchdog finds the
// run that PostgreSQL still has as running, closes it with the reason, and alarms; the day can be done again.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { startAccountDay } from '../client/temporal/account-day.ts';
import { accountDayWorkflowId } from '../workflows/workflow-ids.ts';
import { ACCOUNT, DATE, type FaultCase, openFaultCase } from './fault-case.ts';
import { runsOf, until } from './observe.ts';
import { startTestServers, TEST_POLICY, type TestServers } from './test-servers.ts';
import { watch } from './watch.ts';

let servers: TestServers;
let story: FaultCase | undefined;
beforeAll(async () => {
  servers = await startTestServers();
});
afterEach(() => story?.stop());
afterAll(() => servers.stop());

const HANGING = [{ on: 1, answer: { kind: 'hanging' } }] as const;
const DAY = { account: ACCOUNT, date: DATE };

/** A day in the middle of fetching. */
async function underWay(start: (story: FaultCase) => Promise<unknown>): Promise<FaultCase> {
  story = await openFaultCase(servers, { faults: HANGING });
  story.startWorker();
  await start(story);
  const { company } = story;
  await until('the fetch to hang', async () => company.emulator.requests().length > 0 || undefined);
  expect(await runsOf(story.database, DAY)).toMatchObject([{ status: 'running' }]);
  return story;
}

async function isRepaired({ company, database, mailbox }: FaultCase, how: string): Promise<void> {
  const before = (await mailbox.mails()).length;
  const looked = await watch(company.configFile, {}, ['--no-alarm']);
  expect(looked.of('run_orphaned')).toMatchObject([{ next: expect.stringContaining('watchdog closes it') }]);
  expect(await runsOf(database, DAY)).toMatchObject([{ status: 'running' }]);
  expect(await mailbox.mails()).toHaveLength(before);
  const first = await watch(company.configFile);
  expect(first.code).toBe(1);
  expect(first.of('run_orphaned')).toMatchObject([{ about: `${ACCOUNT} ${DATE}`, severity: 'high' }]);
  expect(await runsOf(database, DAY)).toMatchObject([
    { status: 'failed', outcome: null, error: `its workflow ${how} without closing it` },
  ]);
  const mails = (await mailbox.mails()).slice(before);
  expect(mails).toHaveLength(1);
  expect(mails[0]?.text).toContain(`${ACCOUNT} ${DATE}`);
  expect(mails[0]?.text?.split('\n')[0]).toContain('1 run whose workflow ended');
  const second = await watch(company.configFile);
  expect(second.of('run_orphaned')).toEqual([]);
}

test('row 9: a workflow that is terminated leaves no run that is running for ever', async () => {
  const { company, database, finish, startDay, ...rest } = await underWay((one) => one.startDay());
  expect((await watch(company.configFile)).of('run_orphaned')).toEqual([]);
  await servers.access.client.workflow.getHandle(accountDayWorkflowId(ACCOUNT, DATE)).terminate('by an operator');
  await isRepaired({ company, database, finish, startDay, ...rest }, 'was terminated');
  expect(await finish(await startDay())).toMatchObject({ runNumber: 2, published: true, delivered: true });
});

test('row 9: so does one that runs out of time', async () => {
  const one = await underWay(async () => {
    const { client, taskQueue } = servers.access;
    await client.workflow.start('reconcileAccountDay', {
      args: [{ ...DAY, trigger: 'manual', policy: TEST_POLICY }],
      taskQueue,
      workflowId: accountDayWorkflowId(ACCOUNT, DATE),
      workflowExecutionTimeout: '8 seconds',
    });
  });
  await until('the workflow to time out', async () => {
    const { status } = await servers.access.client.workflow.getHandle(one.workflowId).describe();
    return status.name === 'TIMED_OUT' || undefined;
  });
  await isRepaired(one, 'timed out');
});

test('row 9: a run whose workflow was reset and goes on is left alone', async () => {
  const one = await underWay((of) => of.startDay());
  const handle = servers.access.client.workflow.getHandle(one.workflowId);
  const started = await startAccountDay(servers.access, { ...DAY, trigger: 'manual', policy: TEST_POLICY });
  expect(started.joined).toBe(true);
  const { resetBefore } = await import('./temporal-cli.ts');
  const reset = await resetBefore(servers, started.handle, 'fetchShard');
  expect((await watch(one.company.configFile)).of('run_orphaned')).toEqual([]);
  expect(await one.finish(reset)).toMatchObject({ runNumber: 1 });
  expect((await handle.describe()).status.name).toBe('COMPLETED');
});
