// Rows 1, 2 and 3 of the fault table: a worker that is killed at the worst moments, and another that finishes its day. What is
// left must be what an undisturbed day leaves: no row, verdict, event, mail or report more or less.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type FaultCase, type Leftover, openFaultCase, SEED } from './fault-case.ts';
import { startTestServers, type TestServers } from './test-servers.ts';
import { undisturbedDay } from './undisturbed.ts';

let servers: TestServers;
let undisturbed: Leftover;
let story: FaultCase | undefined;

beforeAll(async () => {
  servers = await startTestServers();
  undisturbed = await undisturbedDay(servers);
});
afterEach(() => story?.stop());
afterAll(() => servers.stop());

/** The day, with a first worker that is killed at the checkpoint and a second that finds what it left. */
async function killedAt(checkpoint: string): Promise<FaultCase> {
  story = await openFaultCase(servers);
  const first = story.startWorker(checkpoint);
  const handle = await story.startDay();
  expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
  story.startWorker();
  expect(await story.finish(handle)).toMatchObject({ runNumber: 1, published: true, delivered: true });
  expect(await story.leftover()).toEqual(undisturbed);
  return story;
}

test('an undisturbed day leaves one run, one report and one mail', () => {
  expect(undisturbed.runs).toMatchObject([{ run_number: 1, status: 'completed', outcome: 'differences' }]);
  expect(undisturbed.mails).toHaveLength(1);
  expect(Object.values(undisturbed.reports)).toEqual([
    ['completeness.csv', 'report.csv', 'report.html', 'report.json', 'report.xlsx'],
  ]);
});

// Six pages of Stripe and one of the shop, in whichever order they come.
const page = 1 + (SEED % 6);
test(`row 1: killed after its ${page}. page was committed, the next worker goes on there and reads no page twice`, async () => {
  const { pagesReadAgain } = await killedAt(`after_page:${page}`);
  expect(pagesReadAgain()).toBeLessThanOrEqual(1);
});

test.each(['before_gate', 'before_commit'])(
  'row 2: killed %s, the transaction is as if it had not been',
  async (place) => {
    await killedAt(`${place}:1`);
  },
);

test('row 3: killed after the commit, before anybody heard of it, the retry changes nothing', async () => {
  await killedAt('after_commit:1');
});
