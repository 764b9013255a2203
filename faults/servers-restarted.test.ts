// Rows 10 and 11 of the fault table: a server crashes under a day and comes back under its old address. The day goes on by
// itself and leaves what an undisturbed day leaves.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type LocalPostgres, startPostgres } from '../local/postgres.ts';
import { type LocalTemporal, startTemporalServer } from '../local/temporal-server.ts';
import { migrate } from '../sql/migrate.ts';
import { type FaultCase, type Leftover, openFaultCase } from './fault-case.ts';
import { until } from './observe.ts';
import { startTestServers, type TestServers } from './test-servers.ts';
import { undisturbedDay } from './undisturbed.ts';

let folder = '';
let dbFile = '';
let servers: TestServers;
let undisturbed: Leftover;
let postgres: LocalPostgres;
let temporal: LocalTemporal | undefined;
let story: FaultCase | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-restart-'));
  dbFile = join(folder, 'temporal.db');
  postgres = await startPostgres({ dataDir: join(folder, 'postgres'), durable: false });
  servers = await startTestServers({ dbFile });
  undisturbed = await undisturbedDay(servers);
});
afterEach(() => story?.stop());
afterAll(async () => {
  await servers.stop();
  await temporal?.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

async function databaseOn({ adminUrl }: LocalPostgres, name: string): Promise<string> {
  const admin = new Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`create database "${name}"`);
  await admin.end();
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  await migrate(url.href);
  return url.href;
}

test.each(['before_commit:1'])('row 11: PostgreSQL crashes at %s and comes back', async (place) => {
  story = await openFaultCase(servers, { databaseUrl: await databaseOn(postgres, place.replaceAll(/\W/g, '_')) });
  const worker = story.startWorker(`${place}:stop`);
  const handle = await story.startDay();
  await worker.stoodStill();
  const { dataDir, port } = postgres;
  await postgres.kill();
  worker.goOn();
  postgres = await startPostgres({ dataDir, port, durable: false });
  expect(await story.finish(handle)).toMatchObject({ runNumber: 1, published: true, delivered: true });
  expect(await story.leftover()).toEqual(undisturbed);
});

test('row 10: Temporal crashes in the middle of fetching and comes back with its database', async () => {
  story = await openFaultCase(servers, { latencyMs: 300 });
  story.startWorker();
  const handle = await story.startDay();
  const { company } = story;
  await until('the second page to be asked for', async () => company.emulator.requests().length >= 2 || undefined);
  await servers.temporal.kill();
  temporal = await startTemporalServer({ dbFile, port: Number(servers.temporal.address.split(':')[1]), ui: false });
  expect(await story.finish(handle)).toMatchObject({ runNumber: 1, published: true, delivered: true });
  expect(await story.leftover()).toEqual(undisturbed);
});
