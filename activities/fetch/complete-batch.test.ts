// When a read is finished, and that nothing unfinished is decided about.
import { expect, test } from '@jest/globals';
import type { ProcessorRow } from '../../domain/transaction.ts';
import { DAY, processor, situationsForTests } from '../reconcile/situations-for-tests.ts';
import { processorRows, scriptedSource } from '../stage/scripted-source-for-tests.ts';

const { newAccount, expectStanding } = situationsForTests();

const charge = processor('ch_1', 'payment 1.00 USD');

async function opened() {
  const account = newAccount();
  const source = scriptedSource<ProcessorRow>({ shards: { a: [processorRows([charge])], b: [[]] } });
  const run = await account.openDay({ date: DAY, processor: [], internal: [], setup: { source } });
  const plan = await run.activities.planFetch({ runId: run.runId, side: 'processor' });
  const ref = { runId: run.runId, side: 'processor' as const, batchId: plan.batchId };
  return {
    ...run,
    account,
    fetch: (shard: string) => run.activities.fetchShard({ ...ref, shard }),
    complete: () => run.activities.completeBatch(ref),
  };
}

test('a batch with a shard that is not done cannot be finished', async () => {
  const run = await opened();
  await run.fetch('a');
  await expect(run.complete()).rejects.toMatchObject({
    type: 'InvariantViolated',
    nonRetryable: true,
    message: expect.stringContaining('1 shards of batch'),
  });
});

test('rows of an unfinished batch take no part; finishing it twice is finishing it once', async () => {
  const run = await opened();
  await run.fetch('a');
  await run.stageSide('internal');
  const early = await run.account.stageDay({ date: '2026-01-30', processor: [], internal: [] });
  await early.decide();
  await expectStanding(run.account, [[charge, 'not introduced']]);
  await run.fetch('b');
  await run.complete();
  await run.complete();
  await run.decide();
  await expectStanding(run.account, [[charge, 'missing_internal']]);
});
