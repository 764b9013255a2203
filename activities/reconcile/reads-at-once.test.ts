// Two runs of one account that read at once: what they staged comes to its run in another order than it was read, and the
// newest content must count all the same, once.
import { describe, expect, test } from '@jest/globals';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import type { EngineAccount } from '../engine-for-tests.ts';
import { internalRows, processorRows, scriptedSource } from '../stage/scripted-source-for-tests.ts';
import { internal, processor, runOf, situationsForTests } from './situations-for-tests.ts';

const { newAccount, expectStanding } = situationsForTests();

type Side = 'processor' | 'internal';

/** A run whose read of one side goes on until it is told to finish. */
async function readingRun(account: EngineAccount, side: Side, date: string, amount: string) {
  const at = '2026-01-31T12:00:00Z';
  const source = scriptedSource<ProcessorRow>({
    shards: { first: [processorRows([processor('p', `payment ${amount}`, { at })])], last: [[]] },
  });
  const internalSource = scriptedSource<InternalRow>({
    shards: { first: [internalRows([internal('i', `payment ${amount}`, { names: 'p', at })])], last: [[]] },
  });
  const setup = side === 'processor' ? { source } : { internal: internalSource };
  const run = await account.openDay({ date, processor: [], internal: [], setup });
  const { batchId } = await run.activities.planFetch({ runId: run.runId, side });
  const ref = { runId: run.runId, side, batchId };
  await run.activities.fetchShard({ ...ref, shard: 'first' });
  const finish = async () => {
    await run.activities.fetchShard({ ...ref, shard: 'last' });
    await run.activities.completeBatch(ref);
    await run.stageSide(side === 'processor' ? 'internal' : 'processor');
  };
  const decide = async () => {
    await finish();
    return run.decide();
  };
  return { finish, decide };
}

const own = { processor: ['processor p', 'missing_internal'], internal: ['internal i', 'missing_processor'] } as const;

/** The row's newest content is the one that a partner of this amount matches. */
async function expectNewest(account: EngineAccount, side: Side, amount: string, date: string): Promise<void> {
  await expectStanding(account, [own[side]]);
  const at = `${date}T08:00:00Z`;
  const partner =
    side === 'processor'
      ? internal('i', `payment ${amount}`, { names: 'p', at })
      : processor('p', `payment ${amount}`, { at });
  await runOf(account, [partner], { date });
  await expectStanding(account, [[own[side][0], 'matched_late']]);
}

describe.each<[Side]>([['processor'], ['internal']])('of a %s row', (side) => {
  test('a correction that is decided before the row that it corrects counts, and the row is there once', async () => {
    const account = newAccount();
    const slow = await readingRun(account, side, '2026-01-31', '1.00 USD');
    const fast = await readingRun(account, side, '2026-02-01', '2.00 USD');
    await fast.decide();
    await expectStanding(account, [own[side]]);
    await slow.decide();
    await expectNewest(account, side, '2.00 USD', '2026-02-02');
  });

  test('a correction that was overtaken by a newer one never counts again', async () => {
    const account = newAccount();
    const first = await readingRun(account, side, '2026-01-31', '1.00 USD');
    await first.decide();
    const slow = await readingRun(account, side, '2026-01-31', '2.00 USD');
    const fast = await readingRun(account, side, '2026-02-01', '3.00 USD');
    await fast.decide();
    await slow.decide();
    await expectNewest(account, side, '3.00 USD', '2026-02-02');
  });

  test.each(['one by one', 'the others together'])('the correction comes first, then %s', async (how) => {
    const account = newAccount();
    const first = await readingRun(account, side, '2026-01-31', '1.00 USD');
    const second = await readingRun(account, side, '2026-02-01', '2.00 USD');
    const third = await readingRun(account, side, '2026-02-02', '3.00 USD');
    await second.decide();
    await (how === 'one by one' ? first.decide() : first.finish());
    await third.decide();
    await expectNewest(account, side, '3.00 USD', '2026-02-03');
  });
});

test('a day whose sides are still being read comes whole with its own run, never by halves with that of a later day', async () => {
  const account = newAccount();
  const at = '2026-01-31T08:00:00Z';
  const slow = await account.openDay({
    date: '2026-01-31',
    processor: [processor('p', 'payment 1.00 USD', { at }).record],
    internal: [internal('i', 'payment 1.00 USD', { names: 'p', at }).record],
  });
  await slow.stageSide('internal');
  await runOf(account, [], { date: '2026-02-01' });
  expect(await account.verdicts()).not.toHaveProperty('internal i', 'missing_processor');
  await slow.stageSide('processor');
  await slow.decide();
  expect(await account.verdicts()).toEqual({ 'internal i': 'matched', 'processor p': 'matched' });
});
