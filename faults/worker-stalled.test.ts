// Rows 4 and 21 of the fault table: a worker that stands still for longer than anybody waits and then goes on, and one that
// is asked to end. Neither may write beside the worker that took over, nor leave anything behind.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { type FaultCase, type Leftover, openFaultCase, SEED } from './fault-case.ts';
import { until } from './observe.ts';
import { startTestServers, type TestServers } from './test-servers.ts';
import { undisturbedDay } from './undisturbed.ts';
import type { WorkerProcess } from './worker-process.ts';

let servers: TestServers;
let undisturbed: Leftover;
let story: FaultCase | undefined;
beforeAll(async () => {
  servers = await startTestServers();
  undisturbed = await undisturbedDay(servers);
});
afterEach(() => story?.stop());
afterAll(() => servers.stop());

const page = 2 + (SEED % 4);
test(`row 4: a worker that slept through its timeout after page ${page} writes nothing more when it wakes`, async () => {
  story = await openFaultCase(servers, { latencyMs: 300 });
  const { database } = story;
  const sleeper = story.startWorker(`after_page:${page}:stop`);
  const handle = await story.startDay();
  await sleeper.stoodStill();
  story.startWorker();
  await until('the second worker to take a shard over', async () => {
    const attempts = await database.maybeOneFirst(sql.type(z.object({ attempt: z.number() }))`
      select max(attempt) as attempt from fetch_shards having max(attempt) > 1`);
    return attempts ?? undefined;
  });
  sleeper.goOn();
  expect(await story.finish(handle)).toMatchObject({ runNumber: 1, published: true, delivered: true });
  expect(await story.leftover()).toEqual(undisturbed);
});

test('row 4: a worker that slept through its timeout with its decision open commits it or nothing', async () => {
  story = await openFaultCase(servers);
  const { database } = story;
  const sleeper = story.startWorker('before_commit:1:stop');
  const handle = await story.startDay();
  await sleeper.stoodStill();
  story.startWorker();
  await until('the second worker to stand in line behind it', () =>
    database
      .maybeOneFirst(sql.type(z.object({ pid: z.number() }))`
      select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' limit 1`)
      .then((pid) => pid ?? undefined),
  );
  sleeper.goOn();
  expect(await story.finish(handle)).toMatchObject({ runNumber: 1, published: true, delivered: true });
  expect(await story.leftover()).toEqual(undisturbed);
});

/** An orchestrator waits this long before it kills (AWS Fargate: 120 s). */
const LEAVE_WITHIN_MS = 120_000;

/** It has ended by itself, in time, and holds nothing in PostgreSQL any more. */
async function hasLeft({ database }: FaultCase, leaving: WorkerProcess): Promise<void> {
  const askedMs = performance.now();
  expect(await leaving.exited).toEqual({ code: 0, signal: null });
  expect(performance.now() - askedMs).toBeLessThan(LEAVE_WITHIN_MS);
  const backends = await database.anyFirst(sql.type(z.object({ application_name: z.string() }))`
    select application_name from pg_stat_activity
    where datname = current_database() and application_name like 'recon%' and application_name <> 'recon fault test'`);
  expect(backends).toEqual([]);
}

test('row 21: asked to end in the middle of fetching, a worker ends in order and another goes on', async () => {
  story = await openFaultCase(servers, { latencyMs: 300 });
  const { company } = story;
  const leaving = story.startWorker();
  const handle = await story.startDay();
  await until('the second page to be asked for', async () => company.emulator.requests().length >= 2 || undefined);
  leaving.terminate();
  await hasLeft(story, leaving);
  story.startWorker();
  expect(await story.finish(handle)).toMatchObject({ runNumber: 1, published: true, delivered: true });
  expect(await story.leftover()).toEqual(undisturbed);
  expect(story.pagesReadAgain()).toBeLessThanOrEqual(1);
});

test('row 21: asked to end in the middle of matching, a worker commits or leaves it, and another goes on', async () => {
  story = await openFaultCase(servers);
  const leaving = story.startWorker('before_gate:1:stop');
  const handle = await story.startDay();
  await leaving.stoodStill();
  leaving.terminate();
  leaving.goOn();
  await hasLeft(story, leaving);
  story.startWorker();
  expect(await story.finish(handle)).toMatchObject({ runNumber: 1, published: true, delivered: true });
  expect(await story.leftover()).toEqual(undisturbed);
});
