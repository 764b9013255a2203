// What a day leaves when nothing happens to it: the measure for every fault. In a database of its own, by a worker process
// as the faults have it.
import { type Leftover, openFaultCase, SEED } from './fault-case.ts';
import type { TestServers } from './test-servers.ts';

export async function undisturbedDay(servers: TestServers): Promise<Leftover> {
  process.stderr.write(`faults with RECON_FAULT_SEED=${SEED}\n`);
  const story = await openFaultCase(servers);
  try {
    const worker = story.startWorker();
    await story.finish(await story.startDay());
    worker.terminate();
    await worker.exited;
    return await story.leftover();
  } finally {
    await story.stop();
  }
}
