// Two runs of one account that read at once: what they staged comes to its run in another order than it was read, and the
// newest content must count all the same, once.
import { expect, test } from '@jest/globals';
import type { ProcessorRow } from '../../domain/transaction.ts';
import type { EngineAccount } from '../engine-for-tests.ts';
import { processorRows, scriptedSource } from '../stage/scripted-source-for-tests.ts';
import { internal, processor, runOf, situationsForTests } from './situations-for-tests.ts';

const { newAccount, expectStanding } = situationsForTests();

/** A run whose read of the processor goes on until it is told to finish. */
async function readingRun(account: EngineAccount, date: string, what: string) {
  const rows = processorRows([processor('ch_1', what, { at: '2026-01-31T12:00:00Z' })]);
  const source = scriptedSource<ProcessorRow>({ shards: { first: [rows], last: [[]] } });
  const run = await account.openDay({ date, processor: [], internal: [], setup: { source } });
  const { batchId } = await run.activities.planFetch({ runId: run.runId, side: 'processor' });
  const ref = { runId: run.runId, side: 'processor' as const, batchId };
  await run.activities.fetchShard({ ...ref, shard: 'first' });
  return {
    decide: async () => {
      await run.activities.fetchShard({ ...ref, shard: 'last' });
      await run.activities.completeBatch(ref);
      await run.stageSide('internal');
      return run.decide();
    },
  };
}

const partnerOf = (amount: string) =>
  internal('o_1', `payment ${amount}`, { names: 'ch_1', at: '2026-02-02T08:00:00Z' });

test('a correction that is decided before the row that it corrects counts, and the row is there once', async () => {
  const account = newAccount();
  const slow = await readingRun(account, '2026-01-31', 'payment 1.00 USD');
  const fast = await readingRun(account, '2026-02-01', 'payment 2.00 USD');
  await fast.decide();
  await expectStanding(account, [['processor ch_1', 'missing_internal']]);
  await slow.decide();
  await expectStanding(account, [['processor ch_1', 'missing_internal']]);
  await runOf(account, [partnerOf('2.00 USD')], { date: '2026-02-02' });
  await expectStanding(account, [['processor ch_1', 'matched_late']]);
});

test('a correction that was overtaken by a newer one never counts again', async () => {
  const account = newAccount();
  await runOf(account, [processor('ch_1', 'payment 1.00 USD')]);
  const slow = await readingRun(account, '2026-01-31', 'payment 2.00 USD');
  const fast = await readingRun(account, '2026-02-01', 'payment 3.00 USD');
  await fast.decide();
  expect((await slow.decide()).outcome).toBe('differences');
  await runOf(account, [partnerOf('3.00 USD')], { date: '2026-02-02' });
  await expectStanding(account, [['processor ch_1', 'matched_late']]);
});

test('a row, its correction and a newer one may come in any order', async () => {
  const account = newAccount();
  const reads = [
    await readingRun(account, '2026-01-31', 'payment 1.00 USD'),
    await readingRun(account, '2026-02-01', 'payment 2.00 USD'),
    await readingRun(account, '2026-02-02', 'payment 3.00 USD'),
  ];
  const [first, second, third] = reads;
  for (const run of [second, first, third]) await run?.decide();
  await runOf(account, [partnerOf('3.00 USD')], { date: '2026-02-03' });
  await expectStanding(account, [['processor ch_1', 'matched_late']]);
});
