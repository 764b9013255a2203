// Row 24 of the fault table: a schedule is paused or deleted with the temporal command. Nothing fails, nothing runs; the next look
// of the watchdog, which cron makes every ten minutes, tells people.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { applyHousekeeping, HOUSEKEEPING_SCHEDULE } from '../client/setup-housekeeping.ts';
import { applySchedule } from '../client/temporal/apply-schedule.ts';
import { planSchedules } from '../client/temporal/schedule-plan.ts';
import { bareEnvironment, hostEnvironment } from '../local/host-environment.ts';
import { type FaultCase, openFaultCase } from './fault-case.ts';
import { startTestServers, type TestServers } from './test-servers.ts';
import { watch } from './watch.ts';

const SCHEDULE = 'recon-daily-america-new_york';

let servers: TestServers;
let story: FaultCase;
beforeAll(async () => {
  servers = await startTestServers();
  story = await openFaultCase(servers, { transactionsPerDay: 40 });
});
afterAll(async () => {
  await story?.stop();
  await servers.stop();
});
beforeEach(async () => {
  const { client, taskQueue } = servers.access;
  for (const plan of planSchedules(story.company.config)) await applySchedule(client, plan, taskQueue);
  await applyHousekeeping(client, taskQueue);
});

async function temporal(...words: string[]): Promise<void> {
  const { temporal: server } = servers;
  const where = ['--address', server.address, '--namespace', server.namespace];
  await promisify(execFile)(server.binary ?? 'temporal', [...words, ...where], {
    env: bareEnvironment(hostEnvironment()),
    timeout: 20_000,
  });
}

const quiet = async () => {
  const found = await watch(story.company.configFile);
  return [...found.of('schedule_paused'), ...found.of('schedule_missing')];
};

test('row 24: schedules that tick are no finding', async () => {
  expect(await quiet()).toEqual([]);
});

test('row 24: a paused schedule is told with who paused it and why, and how to resume it', async () => {
  await temporal('schedule', 'toggle', '--schedule-id', SCHEDULE, '--pause', '--reason', 'database upgrade');
  const before = (await story.mailbox.mails()).length;
  expect(await quiet()).toMatchObject([
    {
      cause: 'schedule_paused',
      about: SCHEDULE,
      severity: 'high',
      detail: expect.stringContaining('database upgrade'),
      next: 'npm run recon -- schedule resume --zone America/New_York',
    },
  ]);
  const [mail] = (await story.mailbox.mails()).slice(before);
  expect(mail?.text?.split('\n')[0]).toContain('1 schedule paused');
  await temporal('schedule', 'toggle', '--schedule-id', SCHEDULE, '--unpause');
  expect(await quiet()).toEqual([]);
});

test('row 24: a deleted schedule is told, and setup brings it back', async () => {
  for (const scheduleId of [SCHEDULE, HOUSEKEEPING_SCHEDULE]) {
    await temporal('schedule', 'delete', '--schedule-id', scheduleId);
  }
  expect(await quiet()).toMatchObject([
    { cause: 'schedule_missing', about: SCHEDULE, severity: 'high', next: 'npm run recon -- setup' },
    { cause: 'schedule_missing', about: HOUSEKEEPING_SCHEDULE, severity: 'medium' },
  ]);
});

test('what setup makes, a second time changes nothing, and what was changed by hand is corrected', async () => {
  const { client, taskQueue } = servers.access;
  expect(await applyHousekeeping(client, taskQueue)).toMatchObject({ state: 'unchanged' });
  const handle = client.schedule.getHandle(HOUSEKEEPING_SCHEDULE);
  await handle.update((previous) => ({ ...previous, spec: { cronExpressions: ['20 3 * * *'], timezone: 'UTC' } }));
  await handle.pause('by hand');
  expect(await applyHousekeeping(client, taskQueue)).toMatchObject({ state: 'changed', detail: 'corrected time' });
  expect((await handle.describe()).state).toMatchObject({ paused: true, note: 'by hand' });
  await handle.unpause();
});
