// Reading a shard into the stage: what a broken read, a second reader or a lying source leads to.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { ProcessorRow } from '../../domain/transaction.ts';
import type { EngineAccount } from '../engine-for-tests.ts';
import { DAY, processor, situationsForTests } from '../reconcile/situations-for-tests.ts';
import { processorRows, type ScriptedSource, scriptedSource } from '../stage/scripted-source-for-tests.ts';
import type { QuarantinedRow, SourceTotal } from './source.ts';

const { newAccount, started, expectStanding } = situationsForTests();

const [first, second, third] = [
  processor('ch_1', 'payment 1.00 USD'),
  processor('ch_2', 'payment 2.00 USD'),
  processor('ch_3', 'payment 4.00 USD'),
];
const PAGES = [processorRows([first]), processorRows([second]), processorRows([third])];

async function opened(account: EngineAccount, source: ScriptedSource<ProcessorRow>) {
  const setup = { source };
  const run = await account.openDay({ date: DAY, processor: [], internal: [], setup });
  const { batchId, shards } = await run.activities.planFetch({ runId: run.runId, side: 'processor' });
  const ref = { runId: run.runId, side: 'processor' as const, batchId };
  return {
    ...run,
    batchId,
    shards,
    fetch: (shard = 'all') => run.activities.fetchShard({ ...ref, shard }),
    complete: () => run.activities.completeBatch(ref),
    stageInternal: () => run.stageSide('internal'),
  };
}

const stagedRow = z.object({ id: z.string(), version: z.number() });

function staged(account: EngineAccount) {
  return started().engine.database.any(sql.type(stagedRow)`
    select external_id as id, version from processor_transactions join accounts using (account_id)
    where account = ${account.account} order by external_id, version`);
}

test('a read that breaks goes on at the page after the last one that was stored', async () => {
  const account = newAccount();
  const source = scriptedSource({ shards: { all: PAGES } });
  const run = await opened(account, source);
  source.breakBefore('all', 2);
  await expect(run.fetch()).rejects.toMatchObject({ type: 'SourceUnavailable', nonRetryable: false });
  expect(await staged(account)).toEqual([
    { id: 'ch_1', version: 1 },
    { id: 'ch_2', version: 1 },
  ]);
  expect(await run.fetch()).toEqual({ rows: 3, quarantined: 0, pages: 3 });
  expect(source.reads).toEqual(['all from the start', 'all from 2']);
  expect((await staged(account)).map((row) => row.id)).toEqual(['ch_1', 'ch_2', 'ch_3']);
});

test('a shard that is done is not read again and answers the same', async () => {
  const source = scriptedSource({ shards: { all: PAGES } });
  const run = await opened(newAccount(), source);
  const manifest = await run.fetch();
  expect(await run.fetch()).toEqual(manifest);
  expect(source.reads).toEqual(['all from the start']);
});

test('a row of a month that nobody has thought of gets its place', async () => {
  const account = newAccount();
  const [far] = processorRows([processor('ch_far', 'payment 1.00 USD', { at: '2041-07-07T07:07:07Z' })]);
  const run = await opened(account, scriptedSource({ shards: { all: [far === undefined ? [] : [far]] } }));
  await run.fetch();
  expect(await staged(account)).toEqual([{ id: 'ch_far', version: 1 }]);
});

test('an older reader of a shard is fenced off at its next page and leaves nothing of it', async () => {
  const account = newAccount();
  const source = scriptedSource({ shards: { all: PAGES } });
  const run = await opened(account, source);
  const database = started().engine.database;
  // The second reader claims the shard after the first has read its second page and before it is stored.
  const read = source.read.bind(source);
  source.read = async function* (shard, cursor, signal) {
    for await (const page of read(shard, cursor, signal)) {
      if (page.cursor === '2') {
        await database.query(
          sql.unsafe`update fetch_shards set attempt = attempt + 1 where batch_id = ${BigInt(run.batchId)}`,
        );
      }
      yield page;
    }
  };
  await expect(run.fetch()).rejects.toMatchObject({ type: 'Fenced', nonRetryable: false });
  expect(await staged(account)).toEqual([{ id: 'ch_1', version: 1 }]);
});

test('a run that has ended stages nothing any more', async () => {
  const account = newAccount();
  const source = scriptedSource({ shards: { all: PAGES } });
  const run = await opened(account, source);
  source.breakBefore('all', 1);
  await expect(run.fetch()).rejects.toMatchObject({ type: 'SourceUnavailable' });
  await started().engine.database.query(sql.unsafe`
    update reconciliation_runs set status = 'cancelled' where run_id = ${BigInt(run.runId)}`);
  await expect(run.fetch()).rejects.toMatchObject({ type: 'RunClosed', nonRetryable: true });
  expect(await staged(account)).toHaveLength(1);
});

test.each<[string, SourceTotal[], string]>([
  ['another number of rows', [{ currency: 'USD', count: 4n, sumMinor: 700n }], 'scripted counts 4 rows, 3 arrived'],
  ['another sum', [{ currency: 'USD', count: 3n, sumMinor: 701n }], 'scripted states another USD sum than arrived'],
  [
    'a currency of which nothing came',
    [
      { currency: 'USD', count: 3n, sumMinor: 700n },
      { currency: 'EUR', count: 0n, sumMinor: 5n },
    ],
    'scripted states another EUR sum than arrived',
  ],
])('a source that states %s than arrived fails the run', async (_what, totals, said) => {
  const run = await opened(newAccount(), scriptedSource({ shards: { all: PAGES }, totals: () => totals }));
  await expect(run.fetch()).rejects.toMatchObject({
    type: 'InvariantViolated',
    nonRetryable: true,
    message: expect.stringContaining(said),
  });
});

test('a source whose totals hold passes; with unreadable rows only their number is compared', async () => {
  const exact = scriptedSource({
    shards: { all: PAGES },
    totals: () => [{ currency: 'USD', count: 3n, sumMinor: 700n }],
  });
  await expect((await opened(newAccount(), exact)).fetch()).resolves.toMatchObject({ rows: 3 });
  const quarantined: QuarantinedRow[] = [{ source: 'scripted', position: 'ch_4', reason: 'amount: is missing' }];
  const partly = scriptedSource({
    shards: { all: PAGES },
    quarantined,
    totals: () => [{ currency: 'USD', count: 4n, sumMinor: null }],
  });
  await expect((await opened(newAccount(), partly)).fetch()).resolves.toMatchObject({ rows: 3, quarantined: 1 });
});

test('rows of a read that was never finished are introduced by the next run of the day, none lost', async () => {
  const account = newAccount();
  const source = scriptedSource({ shards: { all: PAGES } });
  const broken = await opened(account, source);
  source.breakBefore('all', 2);
  await expect(broken.fetch()).rejects.toMatchObject({ type: 'SourceUnavailable' });
  const again = await opened(account, source);
  await again.fetch();
  await again.complete();
  await again.stageInternal();
  await again.decide();
  await expectStanding(account, [
    [first, 'missing_internal'],
    [second, 'missing_internal'],
    [third, 'missing_internal'],
  ]);
});

test('an unfinished file is read again from its start by the next run; its rows are one each', async () => {
  const account = newAccount();
  const source = scriptedSource({ shards: { all: PAGES }, sourceKey: 'file sha256:1' });
  const broken = await opened(account, source);
  source.breakBefore('all', 1);
  await expect(broken.fetch()).rejects.toMatchObject({ type: 'SourceUnavailable' });
  // Another day is run in between, with another file: what the first file left counts there already.
  await account.runDay({ date: '2026-02-01', processor: [], internal: [], setup: { sourceDeadlineMs: 0 } });
  await started().engine.database.query(sql.unsafe`
    update reconciliation_runs set status = 'failed' where run_id = ${BigInt(broken.runId)}`);
  const again = await opened(account, source);
  await again.fetch();
  await again.complete();
  await again.stageInternal();
  await again.decide();
  await expectStanding(account, [
    [first, 'missing_internal'],
    [second, 'missing_internal'],
    [third, 'missing_internal'],
  ]);
  expect(await staged(account)).toHaveLength(3);
});
