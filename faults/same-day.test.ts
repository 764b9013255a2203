// Row 16 of the fault table: the daily tick and a backfill ask for the same days at the same moment, with two workers at
// hand. Each day is done once, and both report it.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { scoreDemo } from '../client/demo-score.ts';
import { startBackfill } from '../client/temporal/backfill-workflow.ts';
import { expectedDiscrepancies } from '../sandbox/world/expected-discrepancies.ts';
import type { dailyReconciliation } from '../workflows/daily-reconciliation.ts';
import { ACCOUNT, DATE, type FaultCase, openFaultCase } from './fault-case.ts';
import { runsOf } from './observe.ts';
import { startTestServers, TEST_POLICY, type TestServers } from './test-servers.ts';

let servers: TestServers;
let story: FaultCase | undefined;
beforeAll(async () => {
  servers = await startTestServers();
});
afterEach(() => story?.stop());
afterAll(() => servers.stop());

const DATES = [DATE, '2026-03-03', '2026-03-04'];
const LAST = '2026-03-04';

test('row 16: a tick and a backfill that ask for the same days at once do each of them once, and both report them', async () => {
  story = await openFaultCase(servers, { days: DATES.length, transactionsPerDay: 120, latencyMs: 150 });
  const { access } = servers;
  const { company, database } = story;
  story.startWorker();
  story.startWorker();
  const [tick, backfill] = await Promise.all([
    access.client.workflow.start<typeof dailyReconciliation>('dailyReconciliation', {
      args: [
        { zone: company.world.zone, policy: TEST_POLICY, nominalTime: new Date(company.world.endMs).toISOString() },
      ],
      taskQueue: access.taskQueue,
      workflowId: 'recon-daily-by-hand',
    }),
    startBackfill(access, { account: ACCOUNT, from: DATE, to: LAST, force: false, policy: TEST_POLICY }),
  ]);
  expect(await tick.result()).toEqual({ done: DATES.length });
  const { total, done, skipped, failed } = await backfill.result();
  expect({ asked: total + skipped, failed }).toEqual({ asked: DATES.length, failed: [] });
  expect(done).toHaveLength(total);
  for (const date of DATES) {
    expect(await runsOf(database, { account: ACCOUNT, date })).toMatchObject([{ run_number: 1, status: 'completed' }]);
  }
  const planted = expectedDiscrepancies(company.world, { from: DATE, to: LAST, horizonMs: company.world.endMs });
  expect(await scoreDemo(database, ACCOUNT, planted)).toMatchObject({ missed: [], false: [] });
});
