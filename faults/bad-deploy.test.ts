// Row 20 of the fault table: workflow code that throws, or that does not fit the histories it meets, is deployed. The watchdog
// alarms, nobody takes the day for failed, and a good deploy goes on where it stood.
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { brokenBundle } from './bad-deploy.ts';
import { ACCOUNT, DATE, type FaultCase, type Leftover, openFaultCase } from './fault-case.ts';
import { runsOf, until } from './observe.ts';
import { startTestServers, type TestServers } from './test-servers.ts';
import { undisturbedDay } from './undisturbed.ts';
import { watch } from './watch.ts';

let servers: TestServers;
let undisturbed: Leftover;
let story: FaultCase | undefined;
beforeAll(async () => {
  servers = await startTestServers();
  undisturbed = await undisturbedDay(servers);
});
afterEach(() => story?.stop());
afterAll(() => servers.stop());

async function alarms({ company, database, workflowId }: FaultCase, why: string): Promise<void> {
  const watched = await until('the watchdog to see it', async () => {
    const found = await watch(company.configFile);
    return found.of('workflow_stuck').length > 0 ? found : undefined;
  });
  expect(watched.code).toBe(1);
  expect(watched.of('workflow_stuck')).toMatchObject([
    { about: `workflow ${workflowId}`, severity: 'critical', detail: expect.stringContaining(why) },
  ]);
  expect(watched.alarm.told).toEqual(['mail ops@example.com']);
  expect(await runsOf(database, { account: ACCOUNT, date: DATE })).toMatchObject([{ status: 'running', error: null }]);
}

/** The alarm is a mail of its own. */
async function goesOn(one: FaultCase, handle: Awaited<ReturnType<FaultCase['startDay']>>): Promise<void> {
  one.startWorker();
  expect(await one.finish(handle)).toMatchObject({ runNumber: 1, published: true, delivered: true });
  expect(await one.leftover()).toEqual(undisturbed);
  expect((await watch(one.company.configFile)).of('workflow_stuck')).toEqual([]);
}

test('row 20: a TypeError in the middle of a day alarms, and a good deploy finishes the day', async () => {
  const folder = join(servers.folder, 'type-error');
  const bundle = await brokenBundle(folder, 'steps.decide.decideRun(', 'steps.nothing.decideRun(');
  story = await openFaultCase(servers);
  const bad = story.startWorker(undefined, bundle);
  const handle = await story.startDay();
  await alarms(story, 'its code throws');
  await bad.stop();
  await goesOn(story, handle);
});

test('row 20: code that does another step than the history has alarms, and a good deploy finishes the day', async () => {
  const bundle = await brokenBundle(
    join(servers.folder, 'other-step'),
    'steps.record.openRun(',
    'steps.record.awaitRun(',
  );
  story = await openFaultCase(servers);
  const first = story.startWorker('after_page:2');
  const handle = await story.startDay();
  await first.exited;
  const bad = story.startWorker(undefined, bundle);
  await alarms(story, 'does not fit its history');
  await bad.stop();
  await goesOn(story, handle);
});
