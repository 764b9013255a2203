// When a source is ready, and what is going to be read of it.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { ProcessorRow } from '../../domain/transaction.ts';
import type { AccountSetup } from '../accounts.ts';
import { DAY, processor, situationsForTests } from '../reconcile/situations-for-tests.ts';
import { processorRows, type Script, scriptedSource } from '../stage/scripted-source-for-tests.ts';
import type { ReadRequest } from './source.ts';

const { newAccount, started } = situationsForTests();

const END = '2026-02-01T00:00:00Z';
const side = 'processor';

async function opened(
  script: Partial<Script<ProcessorRow>>,
  day: { asOf?: string; setup?: Partial<AccountSetup>; account?: ReturnType<typeof newAccount> } = {},
) {
  const source = scriptedSource<ProcessorRow>({ shards: { all: [[]] }, ...script });
  const requests: ReadRequest[] = [];
  const plan = source.plan.bind(source);
  source.plan = (request, signal) => {
    requests.push(request);
    return plan(request, signal);
  };
  const { account = newAccount(), asOf = END } = day;
  const run = await account.openDay({ date: DAY, processor: [], internal: [], asOf, setup: { source, ...day.setup } });
  return { ...run, account, source, requests, ref: { runId: run.runId, side } as const };
}

const batchRow = z.object({
  source_key: z.string(),
  watermark: z.number().nullable(),
  fetched_until: z.number().nullable(),
  states_completeness: z.boolean(),
  done: z.boolean(),
});

function batches(runId: string) {
  return started().engine.database.any(sql.type(batchRow)`
    select source_key, watermark, fetched_until, states_completeness, done from batches join run_batches using (batch_id)
    where run_id = ${BigInt(runId)} order by batch_id`);
}

test('a source that does not reach the end of the day is waited for, until its deadline has passed', async () => {
  const watermarkMs = Date.parse('2026-01-31T22:00:00Z');
  const setup = { sourceDeadlineMs: 3_600_000 };
  const early = await opened({ watermarkMs }, { asOf: '2026-02-01T00:59:59Z', setup });
  await expect(early.activities.awaitSource(early.ref)).rejects.toMatchObject({
    type: 'SourceNotReady',
    nonRetryable: false,
    nextRetryDelay: 60_000,
    message: expect.stringContaining('reaches 2026-01-31T22:00:00.000Z, the day ends 2026-02-01T00:00:00.000Z'),
  });
  const late = await opened({ watermarkMs }, { asOf: '2026-02-01T01:00:00Z', setup });
  expect(await late.activities.awaitSource(late.ref)).toEqual({ ready: false });
});

test.each([
  ['reaches the end of the day', Date.parse(END)],
  ['cannot say how far it reaches', null],
])('a source that %s is ready', async (_what, watermarkMs) => {
  const run = await opened({ watermarkMs });
  expect(await run.activities.awaitSource(run.ref)).toEqual({ ready: true });
});

test('planning twice is planning once; the shards are read again only while they are not done', async () => {
  const run = await opened({ shards: { a: [[]], b: [[]] } });
  const plan = await run.activities.planFetch(run.ref);
  expect(plan).toMatchObject({ alreadyStaged: false, shards: ['a', 'b'] });
  expect(await run.activities.planFetch(run.ref)).toEqual(plan);
  for (const shard of plan.shards) await run.activities.fetchShard({ ...run.ref, batchId: plan.batchId, shard });
  await run.activities.completeBatch({ ...run.ref, batchId: plan.batchId });
  expect(await run.activities.planFetch(run.ref)).toEqual({ batchId: plan.batchId, alreadyStaged: true, shards: [] });
  expect(await batches(run.runId)).toHaveLength(1);
});

test('an API is read anew by every run, a file by one: how far it reaches may only grow', async () => {
  const account = newAccount();
  const api = [await opened({}, { account }), await opened({}, { account })];
  for (const run of api) await run.activities.planFetch(run.ref);
  const keys = (await Promise.all(api.map((run) => batches(run.runId)))).flat().map((batch) => batch.source_key);
  expect(keys).toEqual(api.map((run) => `run/${run.runId}`));
  const file = {
    sourceKey: 'file sha256:1',
    shards: { all: [processorRows([processor('ch_1', 'payment 1.00 USD')])] },
  };
  const reaches = [
    Date.parse('2026-02-02T00:00:00Z'),
    Date.parse('2026-02-05T00:00:00Z'),
    Date.parse('2026-02-03T00:00:00Z'),
  ];
  let latest = '';
  for (const watermarkMs of reaches) {
    const run = await opened({ ...file, watermarkMs, statesCompleteness: false }, { account });
    const { batchId, shards } = await run.activities.planFetch(run.ref);
    for (const shard of shards) await run.activities.fetchShard({ ...run.ref, batchId, shard });
    await run.activities.completeBatch({ ...run.ref, batchId });
    latest = run.runId;
  }
  expect(await batches(latest)).toEqual([
    {
      source_key: 'file sha256:1',
      watermark: reaches[1],
      fetched_until: Date.parse(END),
      states_completeness: false,
      done: true,
    },
  ]);
});

test('the read begins the trailing days before, by the calendar of the zone', async () => {
  const run = await opened({}, { setup: { trailingDays: 2, zone: 'America/New_York' } });
  await run.activities.planFetch(run.ref);
  expect(run.requests).toEqual([
    {
      fromMs: Date.parse('2026-01-29T05:00:00Z'),
      toMs: Date.parse('2026-02-01T05:00:00Z'),
      watermarkMs: Date.parse('2100-01-01T00:00:00Z'),
    },
  ]);
});

test('a source that wants to be read in more than five hundred shards is refused', async () => {
  const shards = Object.fromEntries(Array.from({ length: 501 }, (_, at) => [`s${at}`, [[]]]));
  const run = await opened({ shards });
  await expect(run.activities.planFetch(run.ref)).rejects.toThrow('more than 500 parts');
});
