// The daily tick on real servers: fired by a real schedule, alone in failing, and side by side with people.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { parseBusinessDate, windowOf } from '../domain/business-date.ts';
import { fireSchedule } from '../faults/fire-schedule.ts';
import { failureOf, runsOf, until } from '../faults/observe.ts';
import { openTestHouse, type TestHouse } from '../faults/test-house.ts';
import { TEST_POLICY } from '../faults/test-servers.ts';
import type { dailyReconciliation } from './daily-reconciliation.ts';
import { accountDayWorkflowId } from './workflow-ids.ts';

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.stop());

const daily = (zone: string, nominalTime?: string) =>
  house.access.client.workflow.start<typeof dailyReconciliation>('dailyReconciliation', {
    args: [{ zone, policy: TEST_POLICY, ...(nominalTime === undefined ? {} : { nominalTime }) }],
    taskQueue: house.access.taskQueue,
    workflowId: `daily-by-hand-${zone}`,
  });

/** Ids of the children that an execution started, in that order. */
async function childrenOf(handle: WorkflowHandle): Promise<string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(
    ({ childWorkflowExecutionStartedEventAttributes: started }) => started?.workflowExecution?.workflowId ?? [],
  );
}

test('ticks that a schedule fires by backfill do the days due at their nominal times, oldest first, each account alone', async () => {
  const zone = 'Europe/Berlin';
  const days = { firstDate: '2026-03-02', days: 3, zone };
  const good = await house.open({ ...days, account: 'stripe/berlin' });
  const bad = await house.open({ ...days, account: 'stripe/bonn', stripeKey: 'rk_wrong' });
  // 04:00 in Berlin is 03:00 UTC in winter.
  const [from, to] = ['2026-03-03T03:00:00Z', '2026-03-04T03:00:00Z'] as const;
  const tickAt = await fireSchedule(house, [good, bad], { from, to });
  const first = await tickAt(from);
  expect(await failureOf(first.result())).toMatchObject({
    type: 'PartialRun',
    message: '1 of 2 account-days failed: stripe/bonn 2026-03-02',
  });
  const second = await tickAt(to);
  expect(await failureOf(second.result())).toMatchObject({
    message: '2 of 3 account-days failed: stripe/bonn 2026-03-02, stripe/bonn 2026-03-03',
  });
  const idsOf = (account: string, dates: string[]) => dates.map((date) => accountDayWorkflowId(account, date));
  const ofAccount = (ids: string[], account: string) => ids.filter((id) => id.includes(account));
  const [childrenOfFirst, childrenOfSecond] = [await childrenOf(first), await childrenOf(second)];
  expect(childrenOfFirst.sort()).toEqual([
    ...idsOf(good.account, ['2026-03-02']),
    ...idsOf(bad.account, ['2026-03-02']),
  ]);
  expect(ofAccount(childrenOfSecond, good.account)).toEqual(idsOf(good.account, ['2026-03-03']));
  expect(ofAccount(childrenOfSecond, bad.account)).toEqual(idsOf(bad.account, ['2026-03-02', '2026-03-03']));
  for (const date of ['2026-03-02', '2026-03-03']) {
    const runs = await runsOf(house.database, { account: good.account, date });
    expect(runs).toMatchObject([{ status: 'completed', outcome: 'differences', trigger: 'schedule' }]);
  }
  expect(await runsOf(house.database, { account: good.account, date: '2026-03-04' })).toEqual([]);
});

test('a day that somebody cancels fails alone: the other accounts and the later days go on', async () => {
  const zone = 'Asia/Tokyo';
  const days = { firstDate: '2026-03-02', days: 2, zone, shard: '48h' };
  const fine = await house.open({ ...days, account: 'stripe/tokyo' });
  const stuck = await house.open({
    ...days,
    account: 'stripe/kyoto',
    faults: [{ on: 1, answer: { kind: 'hanging' } }],
  });
  const handle = await daily(zone, '2026-03-03T19:00:00Z');
  await until('the fetch to hang', async () => stuck.emulator.requests().length > 0 || undefined);
  await house.access.client.workflow.getHandle(accountDayWorkflowId(stuck.account, '2026-03-02')).cancel();
  expect(await failureOf(handle.result())).toMatchObject({
    type: 'PartialRun',
    message: '1 of 4 account-days failed: stripe/kyoto 2026-03-02',
  });
  const statusOf = async (account: string) => {
    const runs = await Promise.all(
      ['2026-03-02', '2026-03-03'].map((date) => runsOf(house.database, { account, date })),
    );
    return runs.flat().map(({ status }) => status);
  };
  expect(await statusOf(fine.account)).toEqual(['completed', 'completed']);
  expect(await statusOf(stuck.account)).toEqual(['cancelled', 'completed']);
});

test('without a schedule and without a nominal time there is no day to do', async () => {
  const handle = await daily('UTC');
  expect(await failureOf(handle.result())).toMatchObject({ type: 'MissingNominalTime' });
});

const DATE = parseBusinessDate('2026-03-02');

/** A person's run of a day that waits for its source, and the tick that asks for the same day meanwhile. */
async function sharedDay(account: string, zone: string) {
  const { startMs, endMs } = windowOf(DATE, zone);
  const late = { loadedUntilMs: (startMs + endMs) / 2, sourceDeadline: '9999d' };
  const company = await house.open({ account, zone, firstDate: DATE, days: 1, ...late });
  const { handle: byHand, workflowId } = await house.startDay({ account, date: DATE });
  const waiting = await until('the run to wait for the shop', async () => {
    const { pendingActivities } = (await byHand.describe()).raw;
    return pendingActivities?.find(({ lastFailure }) => lastFailure?.applicationFailureInfo?.type === 'SourceNotReady');
  });
  const tick = await daily(zone, new Date(endMs + 4 * 3_600_000).toISOString());
  await until('the tick to wait for the same run', async () => {
    const { pendingActivities } = (await tick.describe()).raw;
    return (
      pendingActivities?.some(({ lastFailure }) => lastFailure?.applicationFailureInfo?.type === 'RunUnderWay') ||
      undefined
    );
  });
  const arrive = async () => {
    await company.reachUntil(endMs);
    const { namespace } = house.access;
    const { activityId } = waiting;
    await house.access.client.workflowService.resetActivity({
      namespace,
      execution: { workflowId },
      id: activityId ?? '',
    });
  };
  return { byHand, tick, arrive, runs: () => runsOf(house.database, { account, date: DATE }) };
}

test('row 16: a tick and a person who ask for the same day at once get one execution, and both report it', async () => {
  const { byHand, tick, arrive, runs } = await sharedDay('stripe/lima', 'America/Lima');
  await arrive();
  expect(await byHand.result()).toMatchObject({ runNumber: 1, outcome: 'differences' });
  expect(await tick.result()).toEqual({ done: 1 });
  expect(await runs()).toMatchObject([{ status: 'completed', trigger: 'manual' }]);
  expect(await childrenOf(tick)).toEqual([]);
});

test('row 16: when the execution that both wait for comes to nothing, both report that', async () => {
  const { byHand, tick, runs } = await sharedDay('stripe/bogota', 'America/Bogota');
  await byHand.cancel();
  expect(await failureOf(byHand.result())).toBeInstanceOf(CancelledFailure);
  expect(await failureOf(tick.result())).toMatchObject({ type: 'PartialRun' });
  expect(await runs()).toMatchObject([{ status: 'cancelled' }]);
});
