// A read that is the whole truth about its days: what vanished from it is withdrawn, what comes back counts again.
import { describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import type { EngineAccount } from '../engine-for-tests.ts';
import {
  internal,
  LONG_AFTER,
  processor,
  runOf,
  type SituationRow,
  situationsForTests,
} from '../reconcile/situations-for-tests.ts';
import { internalRows, processorRows, type Script, scriptedSource } from '../stage/scripted-source-for-tests.ts';

const { newAccount, started, expectStanding } = situationsForTests();

type Shards = Readonly<Record<string, readonly SituationRow[]>>;
type More = Partial<Script<ProcessorRow>>;

/** Named by what stands in it, as a file is. */
function snapshotOf(shards: Shards, more: More = {}) {
  return scriptedSource<ProcessorRow>({
    shards: Object.fromEntries(Object.entries(shards).map(([name, rows]) => [name, [processorRows(rows)]])),
    sourceKey: JSON.stringify(shards),
    contentKeys: Object.fromEntries(Object.entries(shards).map(([name, rows]) => [name, JSON.stringify(rows)])),
    snapshot: true,
    ...more,
  });
}

interface Run {
  readonly shards: Shards;
  readonly records?: readonly SituationRow[];
  readonly more?: More;
  readonly date?: string;
}

function run(account: EngineAccount, { shards, records = [], more, date }: Run) {
  const setup = { source: snapshotOf(shards, more) };
  return runOf(account, records, { asOf: LONG_AFTER, setup, ...(date === undefined ? {} : { date }) });
}

function versions(account: EngineAccount, id: string) {
  return started().engine.database.anyFirst(sql.type(z.object({ said: z.string() }))`
    select version || ' ' || status || case when withdrawn then ' withdrawn' else '' end as said
    from processor_transactions join accounts using (account_id)
    where account = ${account.account} and external_id = ${id} order by version`);
}

const kept = processor('ch_1', 'payment 1.00 USD');
const gone = processor('ch_2', 'payment 2.00 USD');
const records = [
  internal('o_1', 'payment 1.00 USD', { names: 'ch_1' }),
  internal('o_2', 'payment 2.00 USD', { names: 'ch_2' }),
];
const BOTH: Shards = { file: [kept, gone] };
const ONE: Shards = { file: [kept] };

test('a row that vanished is withdrawn, its partner is missing; when it is back, they match again', async () => {
  const account = newAccount();
  expect((await run(account, { shards: BOTH, records })).outcome).toBe('clean');
  expect((await run(account, { shards: ONE })).outcome).toBe('differences');
  await expectStanding(account, [
    [kept, 'matched'],
    [gone, 'ignored'],
    ['internal o_2', 'missing_processor'],
  ]);
  expect(await versions(account, 'ch_2')).toEqual(['1 settled', '2 void withdrawn']);
  const rule = sql.type(z.object({ rule: z.string() }))`
    select rule from row_verdicts_now where account = ${account.account} and external_id = 'ch_2'`;
  expect(await started().engine.database.oneFirst(rule)).toBe('ignore: withdrawn');
  // The same content as at first: it is the truth again.
  expect((await run(account, { shards: BOTH })).outcome).toBe('clean');
  await expectStanding(account, [
    [gone, 'matched_late'],
    ['internal o_2', 'matched_late'],
  ]);
  expect(await versions(account, 'ch_2')).toEqual(['1 settled', '2 void withdrawn', '3 settled']);
  await run(account, { shards: ONE });
  await expectStanding(account, [['internal o_2', 'missing_processor']]);
  expect(await versions(account, 'ch_2')).toHaveLength(4);
});

test('the same snapshot again is the same read and withdraws nothing more', async () => {
  const account = newAccount();
  await run(account, { shards: BOTH, records });
  await run(account, { shards: ONE });
  const again = await account.stageDay({
    date: '2026-01-31',
    processor: [],
    internal: [],
    setup: { source: snapshotOf(ONE) },
  });
  const plan = await again.activities.planFetch({ runId: again.runId, side: 'processor' });
  expect(plan).toMatchObject({ alreadyStaged: true, shards: [] });
  await again.activities.completeBatch({ runId: again.runId, side: 'processor', batchId: plan.batchId });
  await again.decide();
  expect(await versions(account, 'ch_2')).toHaveLength(2);
  const left = sql.type(
    z.object({ count: z.bigint() }),
  )`select count(*) from snapshot_rows join batches b using (batch_id)
    join accounts a on a.account_id = b.account_id where a.account = ${account.account}`;
  expect(await started().engine.database.oneFirst(left)).toBe(0n);
});

test('finishing a snapshot twice at once withdraws once', async () => {
  const account = newAccount();
  await run(account, { shards: BOTH, records });
  const setup = { source: snapshotOf(ONE) };
  const open = await account.openDay({ date: '2026-01-31', processor: [], internal: [], setup });
  const ref = { runId: open.runId, side: 'processor' as const };
  const { batchId, shards } = await open.activities.planFetch(ref);
  for (const shard of shards) await open.activities.fetchShard({ ...ref, batchId, shard });
  await Promise.all([1, 2, 3].map(() => open.activities.completeBatch({ ...ref, batchId })));
  expect(await versions(account, 'ch_2')).toHaveLength(2);
  await open.stageSide('internal');
  expect((await open.decide()).outcome).toBe('differences');
});

test('a row that no run has introduced yet is withdrawn all the same, and is there once', async () => {
  const account = newAccount();
  await account.stageDay({ date: '2026-01-31', processor: [], internal: [], setup: { source: snapshotOf(BOTH) } });
  await run(account, { shards: ONE, records });
  await expectStanding(account, [
    [kept, 'matched'],
    [gone, 'ignored'],
    ['internal o_2', 'missing_processor'],
  ]);
});

describe('what is not withdrawn:', () => {
  test('anything, by a file without a row', async () => {
    const account = newAccount();
    await run(account, { shards: BOTH, records });
    await run(account, { shards: { file: [] } });
    await expectStanding(account, [[gone, 'matched']]);
  });

  test('rows of days that the file does not hold', async () => {
    const account = newAccount();
    const before = processor('ch_0', 'payment 0.50 USD', { at: '2026-01-30T10:00:00Z' });
    await run(account, { shards: { file: [before, ...(BOTH.file ?? [])] }, records });
    await run(account, { shards: ONE });
    expect(await versions(account, 'ch_0')).toEqual(['1 settled']);
    expect(await versions(account, 'ch_2')).toHaveLength(2);
  });

  test('rows of days between two files, and rows that another of the files holds', async () => {
    const account = newAccount();
    const on = (day: string, id: string) => processor(id, 'payment 1.00 USD', { at: `2026-01-${day}T10:00:00Z` });
    const old = {
      first: [on('01', 'a'), on('01', 'b')],
      second: [on('02', 'c')],
      third: [on('01', 'd'), on('03', 'e')],
    };
    await run(account, { shards: old });
    await run(account, {
      shards: { first: [on('01', 'a')], third: [on('01', 'd'), on('01', 'x')], fourth: [on('03', 'y')] },
    });
    const withdrawn = sql.type(z.object({ id: z.string() }))`
      select external_id as id from processor_transactions join accounts using (account_id)
      where account = ${account.account} and withdrawn order by 1`;
    expect(await started().engine.database.anyFirst(withdrawn)).toEqual(['b', 'e']);
  });

  test('rows of a delta: it adds to what was there', async () => {
    const account = newAccount();
    await run(account, { shards: BOTH, records, more: { snapshot: false } });
    await run(account, { shards: ONE, more: { snapshot: false } });
    await expectStanding(account, [[gone, 'matched']]);
  });

  test('anything, while the file has lines that cannot be read; the run says so', async () => {
    const account = newAccount();
    await run(account, { shards: BOTH, records });
    const quarantined = [{ source: 'file', position: '2', reason: 'amount: is missing' }];
    const second = await run(account, { shards: ONE, more: { quarantined } });
    expect(second.outcome).toBe('differences');
    expect(await versions(account, 'ch_2')).toEqual(['1 settled']);
    const checks = sql.type(z.object({ detail: z.string() }))`
      select detail from data_quality_checks where run_id = ${BigInt(second.runId)} and not passed`;
    expect(await started().engine.database.anyFirst(checks)).toEqual([
      expect.stringContaining('1 row(s) of the processor side are not in the snapshot and were not withdrawn'),
    ]);
  });

  test('what a later read has delivered meanwhile, and nothing where a later snapshot is finished already', async () => {
    const account = newAccount();
    await run(account, { shards: { file: [kept] } });
    const open = async (shards: Shards) => {
      const setup = { source: snapshotOf(shards) };
      const day = await account.openDay({ date: '2026-01-31', processor: [], internal: [], setup });
      return { day, plan: await day.activities.planFetch({ runId: day.runId, side: 'processor' }) };
    };
    const slow = await open({ file: [kept, processor('ch_3', 'payment 3.00 USD')] });
    await slow.day.activities.fetchShard({
      runId: slow.day.runId,
      side: 'processor',
      batchId: slow.plan.batchId,
      shard: 'file',
    });
    // A run of another day, so that the slow one goes on.
    await run(account, { shards: BOTH, date: '2026-02-01' });
    await slow.day.activities.completeBatch({ runId: slow.day.runId, side: 'processor', batchId: slow.plan.batchId });
    expect(await versions(account, 'ch_2')).toEqual(['1 settled']);
    expect(await versions(account, 'ch_3')).toEqual(['1 settled', '2 void withdrawn']);
  });
});

test('a newer file is the truth about its days, though the older one is still there and is not read again', async () => {
  const account = newAccount();
  const old = { january: BOTH.file ?? [] };
  await run(account, { shards: old, records });
  const both: Shards = { ...old, newer: [kept] };
  const source = snapshotOf(both);
  await runOf(account, [], { asOf: LONG_AFTER, setup: { source } });
  expect(source.reads).toEqual(['newer from the start']);
  await expectStanding(account, [
    [kept, 'matched'],
    [gone, 'ignored'],
  ]);
  // That a file was tidied away says nothing.
  await run(account, { shards: { newer: [kept] } });
  expect(await versions(account, 'ch_1')).toEqual(['1 settled']);
  // The older one again, alone, is news.
  await run(account, { shards: old });
  await expectStanding(account, [[gone, 'matched_late']]);
});

test('a value that goes back to what it was is a version of its own: nobody states the one between any more', async () => {
  const account = newAccount();
  const wrong = processor('ch_1', 'payment 7.00 USD');
  await run(account, { shards: ONE, records });
  await run(account, { shards: { file: [wrong] } });
  await expectStanding(account, [['processor ch_1', 'amount_mismatch']]);
  await run(account, { shards: ONE });
  await expectStanding(account, [['processor ch_1', 'matched_late']]);
  expect(await versions(account, 'ch_1')).toHaveLength(3);
});

test('an abandoned snapshot is read again whole; what it left half is corrected', async () => {
  const account = newAccount();
  await run(account, { shards: ONE, records });
  const added: Shards = { file: [kept], more: [gone, processor('ch_9', 'payment 9.00 USD')] };
  const source = snapshotOf(added);
  const broken = await account.openDay({ date: '2026-01-31', processor: [], internal: [], setup: { source } });
  const plan = await broken.activities.planFetch({ runId: broken.runId, side: 'processor' });
  await broken.activities.fetchShard({ runId: broken.runId, side: 'processor', batchId: plan.batchId, shard: 'more' });
  // The same content as before the abandoned one, which is not the latest any more.
  await run(account, { shards: ONE });
  expect(await versions(account, 'ch_9')).toEqual(['1 settled', '2 void withdrawn']);
  await run(account, { shards: added });
  await expectStanding(account, [
    [gone, 'matched_late'],
    ['processor ch_9', 'missing_internal'],
  ]);
});

test('a record of ours that vanished is withdrawn like a row of the processor', async () => {
  const account = newAccount();
  const source = (rows: readonly SituationRow[]) =>
    scriptedSource<InternalRow>({
      shards: { file: [internalRows(rows)] },
      sourceKey: JSON.stringify(rows),
      snapshot: true,
    });
  const first = await runOf(account, [kept, gone], { asOf: LONG_AFTER, setup: { internal: source(records) } });
  expect(first.outcome).toBe('clean');
  await runOf(account, [], { asOf: LONG_AFTER, setup: { internal: source(records.slice(0, 1)) } });
  await expectStanding(account, [
    [kept, 'matched'],
    [gone, 'missing_internal'],
    ['internal o_2', 'ignored'],
  ]);
  await runOf(account, [], { asOf: LONG_AFTER, setup: { internal: source(records) } });
  await expectStanding(account, [[gone, 'matched_late']]);
});

test('a withdrawn row takes no part: another row of its order is matched in its place', async () => {
  const account = newAccount();
  const wrong = processor('ch_1', 'payment 5.00 USD', { order: 'A' });
  const right = processor('ch_1b', 'payment 5.00 USD', { order: 'A' });
  const record = internal('o_1', 'payment 5.00 USD', { order: 'A', names: 'ch_1' });
  await run(account, { shards: { file: [wrong] }, records: [record] });
  await run(account, { shards: { file: [right] } });
  await expectStanding(account, [
    [wrong, 'ignored'],
    [right, 'matched_late'],
    [record, 'matched_late'],
  ]);
  // A re-run says the same.
  await run(account, { shards: { file: [right] } });
  await expectStanding(account, [
    [wrong, 'ignored'],
    [right, 'matched_late'],
  ]);
});
