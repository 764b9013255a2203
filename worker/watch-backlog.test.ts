// On a real Temporal server: what waits there is what the log says.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import { pollUntil } from '../local/poll-until.ts';
import { startTemporalServer } from '../local/temporal-server.ts';
import { sayBacklog } from './watch-backlog.ts';

let server: Awaited<ReturnType<typeof startTemporalServer>>;
let connection: NativeConnection;

beforeAll(async () => {
  server = await startTemporalServer();
  connection = await NativeConnection.connect({ address: server.address });
});

afterAll(async () => {
  await connection.close();
  await server.stop();
});

async function said(): Promise<unknown[]> {
  const lines: { msg: string; queue: string; backlog: number }[] = [];
  const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  await sayBacklog(connection, { namespace: 'default', taskQueue: 'waiting', fetchTaskQueues: ['empty'], logger });
  return lines.map(({ msg, queue, backlog }) => ({ msg, queue, backlog }));
}

test('the log says how many tasks wait on each queue', async () => {
  const client = new Client({ connection: await Connection.connect({ address: server.address }) });
  for (const workflowId of ['a', 'b', 'c']) {
    await client.workflow.start('nobodyRunsIt', { taskQueue: 'waiting', workflowId });
  }
  const check = async () => ((await said())[0] as { backlog: number }).backlog === 3 || undefined;
  await pollUntil({ what: 'three tasks that wait', timeoutMs: 30_000, intervalMs: 200, check });
  expect(await said()).toEqual([
    { msg: 'task queue backlog', queue: 'waiting', backlog: 3 },
    { msg: 'task queue backlog', queue: 'empty', backlog: 0 },
  ]);
  await client.connection.close();
});

test('where Temporal does not answer, the worker goes on', async () => {
  const gone = await NativeConnection.connect({ address: server.address });
  await gone.close();
  const lines: string[] = [];
  const logger = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line).msg) });
  await sayBacklog(gone, { namespace: 'default', taskQueue: 'waiting', fetchTaskQueues: [], logger });
  expect(lines).toEqual(['the backlog of the task queues is not known']);
});
