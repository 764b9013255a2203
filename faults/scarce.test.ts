// Row 26 of the fault table: what a server or a worker needs runs out in the middle of a day. Somebody can read why, nothing is half
// written, and once there is enough again the day ends as an undisturbed one.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type LocalPostgres, startPostgres } from '../local/postgres.ts';
import { migrate } from '../sql/migrate.ts';
import { type DayHandle, type FaultCase, type Leftover, openFaultCase } from './fault-case.ts';
import { until } from './observe.ts';
import { startTestServers, type TestServers } from './test-servers.ts';
import { undisturbedDay } from './undisturbed.ts';

const run = promisify(execFile);

let folder = '';
let postgres: LocalPostgres;
let servers: TestServers;
let undisturbed: Leftover;
let story: FaultCase | undefined;
let root: Client | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-scarce-'));
  postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false });
  servers = await startTestServers();
  undisturbed = await undisturbedDay(servers);
});
afterEach(async () => {
  await story?.stop();
  await root?.end();
});
afterAll(async () => {
  await servers.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

async function newDatabase(name: string): Promise<string> {
  const admin = new Client({ connectionString: postgres.adminUrl });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = new URL(postgres.adminUrl);
  url.pathname = `/${name}`;
  await migrate(url.href);
  root = new Client({ connectionString: url.href, application_name: 'test root' });
  await root.connect();
  return url.href;
}

async function ask(text: string): Promise<unknown[]> {
  return ((await root?.query({ text, rowMode: 'array' }))?.rows ?? []).flat();
}

/** Whoever looks at the workflow reads why it does not go on. */
function whyItWaits(handle: DayHandle, words: RegExp): Promise<string> {
  return until(`an attempt to fail with ${words}`, async () => {
    const { raw } = await handle.describe();
    const said = raw.pendingActivities?.map(({ lastFailure }) => lastFailure?.message ?? '') ?? [];
    return said.find((message) => words.test(message));
  });
}

async function endsAsUndisturbed(one: FaultCase, handle: DayHandle): Promise<void> {
  expect(await one.finish(handle)).toMatchObject({ runNumber: 1, published: true, delivered: true });
  expect(await one.leftover()).toEqual(undisturbed);
}

/** @param bytes No file of the server may grow beyond; undefined: as it was. */
async function limitFiles(bytes?: number): Promise<void> {
  const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(postgres.pid)]);
  const children = stdout.split('\n').map((line) => line.trim());
  for (const pid of [String(postgres.pid), ...children.filter((line) => line !== '')]) {
    const [uid, gid] = await Promise.all(['Uid', 'Gid'].map((name) => idOf(pid, name)));
    if (uid === undefined || gid === undefined) continue;
    // Only its own user, or somebody with more rights than root has in a container, may limit a process.
    await run(
      'prlimit',
      ['--pid', pid, `--fsize=${bytes ?? 'unlimited'}:`],
      process.getuid?.() === 0 ? { uid, gid } : {},
    );
  }
}

/** undefined: it has ended. */
async function idOf(pid: string, name: string): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, id] = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status) ?? [];
  return id === undefined ? undefined : Number(id);
}

/** Of the table of that month no page is left. */
async function fillDisk(): Promise<void> {
  await ask(`select ensure_partitions('2026-03-01', '2026-03-31')`);
  await ask('alter table processor_transactions_202603 set (autovacuum_enabled = off)');
  let filled = 0;
  const fill = async (rows: number) => {
    await ask(`
      insert into processor_transactions (home_date, row_id, version, batch_id, account_id, gross, content_hash, occurred_at, kind, level,
        status, reverses, moves_balance, test_mode, currency, external_id)
      select '2026-03-31', -n, 1, 0, 0, 1, 0, now(), 'payment', 'activity', 'settled', false, true, false, 'USD', 'filling-' || n
      from generate_series(${filled + 1}, ${filled + rows}) n`);
    filled += rows;
  };
  await fill(FILLING_ROWS);
  const [size] = await ask(`select pg_relation_size('processor_transactions_202603')::int`);
  expect(size).toBeGreaterThan(16 * 1024 * 1024);
  await limitFiles(Number(size));
  // The server makes room ahead: that is used up too.
  for (const rows of [1_000, 10]) {
    await expect(
      (async () => {
        while (filled < 2 * FILLING_ROWS) await fill(rows);
      })(),
    ).rejects.toThrow('could not extend file');
  }
}

// Above 16 MB, the size of a file of the log, so that only the rows find no room: without its log a server ends.
const FILLING_ROWS = 150_000;

test('row 26: with no room on the disk for a page of rows, it is tried again until there is, and nothing of it is there before', async () => {
  story = await openFaultCase(servers, { databaseUrl: await newDatabase('disk_full') });
  await fillDisk();
  try {
    story.startWorker();
    const handle = await story.startDay();
    expect(await whyItWaits(handle, /could not extend file/)).toContain('File too large');
    expect(await ask('select count(*)::int from processor_transactions where account_id > 0')).toEqual([0]);
    expect(
      await ask(
        'select count(*)::int from fetch_shards s join batches using (batch_id) where side = $$processor$$ and s.row_count > 0',
      ),
    ).toEqual([0]);
    await limitFiles();
    await endsAsUndisturbed(story, handle);
  } finally {
    await limitFiles();
  }
});

test('row 26: with every connection of the server taken, a day waits for one', async () => {
  story = await openFaultCase(servers, { databaseUrl: await newDatabase('no_connections'), latencyMs: 300 });
  const { company } = story;
  const greedy: Client[] = [];
  const takeAll = async () => {
    for (;;) {
      const client = new Client({ connectionString: postgres.adminUrl });
      client.on('error', () => undefined);
      try {
        await client.connect();
      } catch (error) {
        expect(error).toMatchObject({ code: '53300' });
        return;
      }
      greedy.push(client);
    }
  };
  try {
    story.startWorker();
    const handle = await story.startDay();
    await until('the second page to be asked for', async () => company.emulator.requests().length >= 2 || undefined);
    await until('the worker to be without a connection', async () => {
      await ask(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name in ('recon worker', 'recon bulk')`,
      );
      await takeAll();
      const [left] = await ask(
        `select count(*)::int from pg_stat_activity where application_name in ('recon worker', 'recon bulk')`,
      );
      return left === 0 || undefined;
    });
    expect(await whyItWaits(handle, /too many clients/)).not.toContain('postgres://');
    for (const client of greedy.splice(0)) await client.end();
    await endsAsUndisturbed(story, handle);
  } finally {
    for (const client of greedy) await client.end();
  }
});

test('row 26: a worker that runs out of memory at a page ends, and the next one goes on there', async () => {
  story = await openFaultCase(servers);
  const first = story.startWorker('after_page:3:memory');
  const handle = await story.startDay();
  expect(await first.exited).toEqual({ code: null, signal: 'SIGABRT' });
  expect(await first.log()).toContain('JavaScript heap out of memory');
  story.startWorker();
  await endsAsUndisturbed(story, handle);
  expect(story.pagesReadAgain()).toBeLessThanOrEqual(1);
});
