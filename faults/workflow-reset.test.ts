// Rows 5 to 8 of the fault table: an operator resets the workflow of a day. History is rewound; what PostgreSQL knows is not.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { type FaultCase, type Leftover, openFaultCase, SEED } from './fault-case.ts';
import { failureOf } from './observe.ts';
import { resetBefore } from './temporal-cli.ts';
import { startTestServers, type TestServers } from './test-servers.ts';

let servers: TestServers;
let story: FaultCase;
beforeAll(async () => {
  process.stderr.write(`RECON_FAULT_SEED=${SEED}\n`);
  servers = await startTestServers();
});
afterEach(() => story.stop());
afterAll(() => servers.stop());

test('row 8', async () => {
  story = await openFaultCase(servers);
  story.startWorker();
  const handle = await story.startDay();
  await handle.result();
  const before = await story.leftover();
  const again = await resetBefore(servers, handle, 'decideRun');
  console.log(await again.result().catch((e) => e));
  expect(await story.leftover()).toEqual(before);
});
