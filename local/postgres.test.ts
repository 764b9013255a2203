import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { DataDirInUse, PortTaken, ServerStartFailed } from './errors.ts';
import { pollUntil } from './poll-until.ts';
import { type LocalPostgres, type StartPostgresOptions, startPostgres } from './postgres.ts';
import { isRunning, processesIn, startParent, untilGone } from './processes-for-tests.ts';

let folder = '';
let running: LocalPostgres[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-postgres-test-'));
});
afterEach(async () => {
  await Promise.all(running.map((server) => server.stop()));
  running = [];
  await rm(folder, { recursive: true, force: true });
});

async function start(options: StartPostgresOptions): Promise<LocalPostgres> {
  const server = await startPostgres(options);
  running.push(server);
  return server;
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

test('a throwaway server answers with its settings and leaves nothing when it is stopped', async () => {
  const server = await start({ durable: false });
  const shown = ['fsync', 'full_page_writes', 'synchronous_commit', 'wal_level', 'jit', 'TimeZone', 'listen_addresses'];
  const settings = await ask(
    server.url,
    `select current_setting(name) from unnest(array['${shown.join("','")}']) name`,
  );
  expect(settings).toEqual(['off', 'off', 'on', 'minimal', 'off', 'UTC', '127.0.0.1']);
  const locale = `select current_database(), current_user, pg_encoding_to_char(encoding), datlocale from pg_database where datname = 'recon'`;
  expect(await ask(server.url, locale)).toEqual(['recon', 'recon_root', 'UTF8', 'C.UTF-8']);
  expect(await ask(server.adminUrl, 'select current_database()')).toEqual(['postgres']);
  await server.stop();
  await server.stop();
  expect(isRunning(server.pid)).toBe(false);
  expect(existsSync(server.dataDir)).toBe(false);
});

test('a durable server keeps what PostgreSQL does for safety', async () => {
  const server = await start({ durable: true, dataDir: join(folder, 'kept') });
  const shown = `select current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes')`;
  expect(await ask(server.url, shown)).toEqual(['on', 'on', 'on']);
});

test('a second start on a kept folder has the data, the password and, if asked for, the port', async () => {
  const dataDir = join(folder, 'deep', 'er', 'kept');
  const first = await start({ durable: false, dataDir });
  await ask(first.url, 'create table kept as select 42 as answer');
  await first.stop();
  const second = await start({ durable: false, dataDir, port: first.port });
  expect(second.url).toBe(first.url);
  expect(await ask(second.url, 'select answer from kept')).toEqual([42]);
});

test('what was committed is there after a crash and a restart', async () => {
  const dataDir = join(folder, 'kept');
  const first = await start({ durable: false, dataDir });
  await ask(first.url, 'create table kept as select 42 as answer');
  await first.kill();
  expect(isRunning(first.pid)).toBe(false);
  const second = await start({ durable: false, dataDir, port: first.port });
  expect(await ask(second.url, 'select answer from kept')).toEqual([42]);
  expect(await readFile(second.logFile, 'utf8')).toContain('automatic recovery in progress');
});

test('each folder has a password of its own, readable by its owner only, and nobody gets in without it', async () => {
  const [one, other] = await Promise.all([
    start({ durable: false, dataDir: join(folder, 'one') }),
    start({ durable: false, dataDir: join(folder, 'other') }),
  ]);
  const passwordOf = (server: LocalPostgres) => new URL(server.url).password;
  expect(passwordOf(one)).toMatch(/^[0-9a-f]{48}$/);
  expect(passwordOf(other)).not.toBe(passwordOf(one));
  expect((await stat(join(one.dataDir, 'cluster', 'password'))).mode & 0o777).toBe(0o600);
  const wrong = one.url.replace(passwordOf(one), passwordOf(other));
  await expect(ask(wrong, 'select 1')).rejects.toMatchObject({ code: '28P01' });
});

test('a folder that a running server holds is refused, naming the server and the folder', async () => {
  const dataDir = join(folder, 'kept');
  const holder = await start({ durable: false, dataDir });
  const refusal = await start({ durable: false, dataDir }).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(DataDirInUse);
  expect(refusal).toMatchObject({
    message: expect.stringContaining(`(pid ${holder.pid})`),
    dataDir: holder.dataDir,
  });
  expect(await ask(holder.url, 'select 1')).toEqual([1]);
});

test('of two that start on a new folder at once, one gets it', async () => {
  const dataDir = join(folder, 'kept');
  const outcomes = await Promise.allSettled([start({ durable: false, dataDir }), start({ durable: false, dataDir })]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: expect.any(DataDirInUse) });
});

test('the trace of a server that is gone does not stop the next one, even when its pid is now another program', async () => {
  const dataDir = join(folder, 'kept');
  const first = await start({ durable: false, dataDir });
  const pidFile = join(dataDir, 'cluster', 'data', 'postmaster.pid');
  const trace = await readFile(pidFile, 'utf8');
  await first.stop();
  await writeFile(pidFile, trace.replace(/^\d+/, String(process.pid)));
  const second = await start({ durable: false, dataDir });
  expect(await ask(second.url, 'select 1')).toEqual([1]);
});

test('a killed parent leaves no process and no folder of a throwaway server', async () => {
  const parent = startParent(`
    import { startPostgres } from './postgres.ts';
    const { pid, url, dataDir } = await startPostgres({ durable: false });
    console.log(JSON.stringify({ pid, url, dataDir }));
    setInterval(() => undefined, 1000);
  `);
  const server = await parent.next<{ pid: number; url: string; dataDir: string }>();
  const client = new Client({ connectionString: server.url });
  client.on('error', () => undefined);
  await client.connect();
  const busy = client.query('select pg_sleep(300)').catch(() => undefined);
  if (process.platform === 'linux') expect((await processesIn(server.dataDir)).length).toBeGreaterThan(3);
  parent.process.kill('SIGKILL');
  await untilGone(server.pid);
  await busy;
  await pollUntil({
    what: 'the folder and its processes to go',
    timeoutMs: 10_000,
    intervalMs: 20,
    check: async () => !existsSync(server.dataDir) || undefined,
  });
  if (process.platform === 'linux') expect(await processesIn(server.dataDir)).toEqual([]);
});

test('a kept folder can be started again right after its parent was killed', async () => {
  const dataDir = join(folder, 'kept');
  const parent = startParent(`
    import { startPostgres } from './postgres.ts';
    const { pid } = await startPostgres({ durable: false, dataDir: ${JSON.stringify(dataDir)} });
    console.log(JSON.stringify(pid));
    setInterval(() => undefined, 1000);
  `);
  const pid = await parent.next<number>();
  parent.process.kill('SIGKILL');
  await untilGone(pid);
  const server = await start({ durable: false, dataDir });
  expect(await ask(server.url, 'select 1')).toEqual([1]);
});

test('a port that was asked for and is taken is said so', async () => {
  const first = await start({ durable: false });
  await expect(start({ durable: false, port: first.port })).rejects.toThrow(PortTaken);
});

test('a server that cannot start says what it said itself', async () => {
  const dataDir = join(folder, 'kept');
  await (await start({ durable: false, dataDir })).stop();
  await writeFile(join(dataDir, 'cluster', 'data', 'PG_VERSION'), '9.6\n');
  const failure = await start({ durable: false, dataDir }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ServerStartFailed);
  expect(String(failure)).toContain('incompatible with server');
});

test('an empty cache folder is filled once, and its template has no password', async () => {
  const environment = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };
  const lines: string[] = [];
  await start({ durable: false, environment, onProgress: (line) => lines.push(line) });
  // A slow machine says how long it has been at it.
  expect(lines.filter((line) => !/: \d+ s$/.test(line))).toEqual([
    'preparing an empty PostgreSQL database',
    'starting PostgreSQL',
  ]);
  lines.length = 0;
  await start({ durable: false, environment, onProgress: (line) => lines.push(line) });
  expect(lines[0]).toBe('starting PostgreSQL');
});

const asRoot = process.getuid?.() === 0 && process.platform === 'linux' ? test : test.skip;

asRoot('root runs it as another user, also in a folder that only root may enter', async () => {
  const closed = join(folder, 'closed');
  await mkdir(closed, { mode: 0o700 });
  const server = await start({ durable: false, dataDir: join(closed, 'kept') });
  expect(await ask(server.url, `select pg_read_file('/proc/self/status') ~ 'Uid:\\s+0'`)).toEqual([false]);
  await chmod(folder, 0o700);
  expect((await stat(closed)).uid).toBe(0);
});
