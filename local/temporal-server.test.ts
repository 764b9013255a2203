import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { PortTaken, ServerStartFailed, TemporalUnreachable } from './errors.ts';
import { isRunning, startParent, untilGone } from './processes-for-tests.ts';
import { type LocalTemporal, type StartTemporalOptions, startTemporalServer } from './temporal-server.ts';

let folder = '';
let running: LocalTemporal[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-temporal-test-'));
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  running = [];
  await rm(folder, { recursive: true, force: true });
});

async function start(options: StartTemporalOptions = {}): Promise<LocalTemporal> {
  const server = await startTemporalServer(options);
  running.push(server);
  return server;
}

async function withClient<T>({ address }: LocalTemporal, work: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await work(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

const portOf = ({ address }: LocalTemporal) => Number(address.split(':')[1]);

test('a server in memory answers, has its namespace, search attributes and web UI, and leaves nothing', async () => {
  const server = await start({
    namespace: 'recon',
    searchAttributes: { ReconDate: 'Keyword', ReconDiscrepancies: 'Int' },
  });
  const attributes = await withClient(server, ({ connection }) =>
    connection.operatorService.listSearchAttributes({ namespace: 'recon' }),
  );
  expect(Object.keys(attributes.customAttributes ?? {}).sort()).toEqual(['ReconDate', 'ReconDiscrepancies']);
  const page = await fetch(server.uiUrl ?? '');
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('<html');
  await server.stop();
  await server.stop();
  expect(isRunning(server.pid ?? 0)).toBe(false);
});

test('without a web UI there is no address for it', async () => {
  expect((await start({ ui: false })).uiUrl).toBeUndefined();
});

test('a database file keeps workflows over a crash and over an orderly restart, on the same port', async () => {
  const dbFile = join(folder, 'deep', 'temporal.db');
  const first = await start({ dbFile });
  const options = { taskQueue: 'nobody', workflowId: 'kept' };
  await withClient(first, (client) => client.workflow.start('someWorkflow', options));
  await first.kill();
  expect(isRunning(first.pid ?? 0)).toBe(false);
  const statusOn = (server: LocalTemporal) =>
    withClient(server, async (client) => (await client.workflow.getHandle('kept').describe()).status.name);
  const second = await start({ dbFile, port: portOf(first) });
  expect(second.address).toBe(first.address);
  expect(await statusOn(second)).toBe('RUNNING');
  await second.stop();
  expect(await statusOn(await start({ dbFile, port: portOf(first) }))).toBe('RUNNING');
});

test('a killed parent leaves no server', async () => {
  const parent = startParent(`
    import { startTemporalServer } from './temporal-server.ts';
    const { pid } = await startTemporalServer({ dbFile: ${JSON.stringify(join(folder, 'temporal.db'))} });
    console.log(JSON.stringify(pid));
    setInterval(() => undefined, 1000);
  `);
  const pid = await parent.next<number>();
  expect(isRunning(pid)).toBe(true);
  parent.process.kill('SIGKILL');
  await untilGone(pid);
});

test('a server that TEMPORAL_ADDRESS names is neither started nor stopped', async () => {
  const real = await start({ ui: false });
  const pointed = await startTemporalServer({ environment: { TEMPORAL_ADDRESS: real.address } });
  expect(pointed).toMatchObject({ address: real.address, uiUrl: undefined, binary: undefined, pid: undefined });
  await pointed.stop();
  await pointed.kill();
  expect(isRunning(real.pid ?? 0)).toBe(true);
});

test('a TEMPORAL_ADDRESS where nobody answers is an error that names it', async () => {
  const gone = await start({ ui: false });
  await gone.stop();
  const starting = startTemporalServer({ environment: { TEMPORAL_ADDRESS: gone.address } });
  await expect(starting).rejects.toThrow(TemporalUnreachable);
  const senseless = startTemporalServer({ environment: { TEMPORAL_ADDRESS: 'not an address' } });
  await expect(senseless).rejects.toThrow('not an address');
});

test('a port that was asked for and is taken is said so', async () => {
  const first = await start({ ui: false });
  await expect(start({ port: portOf(first) })).rejects.toThrow(PortTaken);
  await expect(start({ uiPort: portOf(first) })).rejects.toThrow(PortTaken);
});

test('a server that does not come up says what it said itself, and leaves no folder', async () => {
  const path = join(folder, 'temporal');
  await writeFile(
    path,
    `#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "schema version too new in $(pwd)" >&2\nexit 1\n`,
  );
  await chmod(path, 0o755);
  const environment = { PATH: process.env.PATH, TEMPORAL_CLI_PATH: path, TMPDIR: folder };
  const failure = await startTemporalServer({ environment }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ServerStartFailed);
  expect(String(failure)).toContain('schema version too new');
  expect(existsSync(join(folder, 'temporal.log'))).toBe(false);
});
