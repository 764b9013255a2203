// Rows 6, 7 and 8 of the fault table: an operator resets the workflow of a day with the temporal command. History is
// rewound; what PostgreSQL knows is not.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type FaultCase, type Leftover, openFaultCase } from './fault-case.ts';
import { until } from './observe.ts';
import { resetBefore, resetToFirst } from './temporal-cli.ts';
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

test('row 8: a completed run that is reset to before matching changes no row and mails nobody again', async () => {
  story = await openFaultCase(servers);
  story.startWorker();
  const handle = await story.startDay();
  const result = await story.finish(handle);
  const reset = await resetBefore(servers, handle, 'decideRun');
  expect(await story.finish(reset)).toEqual(result);
  expect(await story.leftover()).toEqual(undisturbed);
});

test('row 6: reset to the beginning, the day gets a new run; the old one stays as it is', async () => {
  story = await openFaultCase(servers);
  story.startWorker();
  const handle = await story.startDay();
  const { resultDigest } = await story.finish(handle);
  const reset = await resetToFirst(servers, handle);
  expect(await story.finish(reset)).toMatchObject({ runNumber: 2, decisionSeq: '2', resultDigest });
  const { runs, decided, mails } = await story.leftover();
  expect(runs).toMatchObject([...undisturbed.runs, { run_number: 2, status: 'completed' }]);
  const ofPeople = (lines: readonly string[]) => lines.filter((line) => /^(discrepancy|event) /.test(line));
  expect(ofPeople(decided)).toEqual(ofPeople(undisturbed.decided));
  // It says what the first one said: nobody is told twice.
  expect(mails).toEqual(undisturbed.mails);
});

test('row 7: reset in the middle of fetching, the attempt that was under way cannot write beside the new one', async () => {
  story = await openFaultCase(servers, { latencyMs: 500 });
  story.startWorker();
  const handle = await story.startDay();
  const { company } = story;
  await until('the second page to be asked for', async () => company.emulator.requests().length >= 2 || undefined);
  const reset = await resetBefore(servers, handle, 'fetchShard');
  expect(await story.finish(reset)).toMatchObject({ runNumber: 1, outcome: 'differences' });
  expect(await story.leftover()).toEqual(undisturbed);
});
