// Content that was staged is not read again, whatever batch names it; what was read by half is.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import type { EngineAccount } from '../engine-for-tests.ts';
import { internal, LONG_AFTER, processor, runOf, situationsForTests } from '../reconcile/situations-for-tests.ts';
import { processorRows, type Script, scriptedSource } from '../stage/scripted-source-for-tests.ts';

const { newAccount, started, expectStanding } = situationsForTests();

const ROWS = {
  a: [processor('ch_1', 'payment 1.00 USD')],
  b: [processor('ch_2', 'payment 2.00 USD')],
  c: [processor('ch_3', 'payment 3.00 USD')],
  empty: [],
};
type Name = keyof typeof ROWS;

/** A folder with these files. */
function folder(names: readonly Name[], more: Partial<Script<ProcessorRow>> = {}) {
  return scriptedSource<ProcessorRow>({
    shards: Object.fromEntries(names.map((name) => [name, [processorRows(ROWS[name])]])),
    contentKeys: Object.fromEntries(names.map((name) => [name, `${name} sha256:${name}`])),
    sourceKey: `folder ${names.join(' ')}`,
    ...more,
  });
}

async function opened(account: EngineAccount, source: ReturnType<typeof folder>, date = '2026-01-31') {
  const day = { date, asOf: LONG_AFTER, processor: [], internal: [], setup: { source } };
  const run = await account.openDay(day);
  const ref = { runId: run.runId, side: 'processor' as const };
  const plan = () => run.activities.planFetch(ref);
  return {
    ...run,
    source,
    plan,
    fetch: async (shard: Name) => run.activities.fetchShard({ ...ref, batchId: (await plan()).batchId, shard }),
    finish: async () => {
      await run.stageSide('processor');
      await run.stageSide('internal');
      return run.decide();
    },
  };
}

function pinned(runId: string) {
  return started().engine.database.anyFirst(sql.type(z.object({ source_key: z.string() }))`
    select source_key from run_batches join batches using (batch_id)
    where run_id = ${BigInt(runId)} and side = 'processor' order by batch_id`);
}

test('a folder that grows is read by its new files only; the run looks at the batches of the others too', async () => {
  const account = newAccount();
  await (await opened(account, folder(['a', 'b']))).finish();
  const source = folder(['a', 'b', 'c']);
  const run = await opened(account, source);
  expect(await run.plan()).toMatchObject({ alreadyStaged: false, shards: ['c'] });
  expect(await run.plan()).toEqual(await run.plan());
  await run.finish();
  expect(source.reads).toEqual(['c from the start']);
  expect(await pinned(run.runId)).toEqual(['folder a b', 'folder a b c']);
  // The same folder again: nothing is new, and everything is still looked at.
  const again = await opened(account, folder(['a', 'b', 'c']));
  expect(await again.plan()).toMatchObject({ alreadyStaged: true, shards: [] });
  await again.finish();
  expect(await pinned(again.runId)).toEqual(['folder a b', 'folder a b c']);
  await expectStanding(
    account,
    (['a', 'b', 'c'] as const).flatMap((name) => ROWS[name].map((row) => [row, 'missing_internal'] as const)),
  );
});

test('a plan of which everything is staged gives a batch without shards that covers as far as the source says', async () => {
  const account = newAccount();
  await (await opened(account, folder(['a', 'b']))).finish();
  const source = folder(['b'], { statesCompleteness: false });
  const run = await opened(account, source);
  expect(await run.plan()).toMatchObject({ alreadyStaged: true, shards: [] });
  expect((await run.finish()).outcome).toBe('differences');
  expect(source.reads).toEqual([]);
  expect(await pinned(run.runId)).toEqual(['folder a b', 'folder b']);
});

test('files without a row that were staged before are no word of the source about later days', async () => {
  const account = newAccount({ mayBeEmpty: true });
  const last = { reachesLastRow: true, statesCompleteness: false };
  expect((await (await opened(account, folder(['empty'], last))).finish()).outcome).toBe('clean');
  const next = await opened(account, folder(['empty'], { ...last, sourceKey: 'folder again' }), '2026-02-01');
  expect((await next.finish()).outcome).toBe('inconclusive');
});

test('what stands on the other side, or in another account, was not staged here', async () => {
  const account = newAccount();
  const source = scriptedSource<InternalRow>({ shards: { a: [[]] }, contentKeys: { a: 'a sha256:a' } });
  await runOf(account, [], { asOf: LONG_AFTER, setup: { internal: source } });
  const run = await opened(account, folder(['a']));
  expect(await run.plan()).toMatchObject({ shards: ['a'] });
  await run.finish();
  const elsewhere = await opened(newAccount(), folder(['a']));
  expect(await elsewhere.plan()).toMatchObject({ shards: ['a'] });
});

test('a file that an abandoned run read by half is read again, one that it read whole is not', async () => {
  const account = newAccount();
  const pages = { a: [processorRows(ROWS.a)], b: [processorRows(ROWS.b), processorRows(ROWS.c)] };
  const broken = await opened(account, folder(['a', 'b'], { shards: pages }));
  broken.source.breakBefore('b', 1);
  await broken.fetch('a');
  await expect(broken.fetch('b')).rejects.toMatchObject({ type: 'SourceUnavailable' });
  const again = await opened(account, folder(['a', 'b'], { shards: pages }));
  expect(await again.plan()).toMatchObject({ shards: ['b'] });
  await again.finish();
  expect(again.source.reads).toEqual(['b from the start']);
  await expectStanding(
    account,
    (['a', 'b', 'c'] as const).flatMap((name) => ROWS[name].map((row) => [row, 'missing_internal'] as const)),
  );
});

test('two runs that plan at once: each content is in the pool once, whoever reads it', async () => {
  const account = newAccount();
  const first = await opened(account, folder(['a', 'b']));
  const second = await opened(account, folder(['a', 'b', 'c']), '2026-02-01');
  // Neither is finished, so that neither can rest on the other.
  expect((await first.plan()).shards).toEqual(['a', 'b']);
  expect((await second.plan()).shards).toEqual(['a', 'b', 'c']);
  await second.finish();
  // What was planned stays planned, though all of it is staged by now.
  expect((await first.plan()).shards).toEqual(['a', 'b']);
  await first.finish();
  const same = await Promise.all([
    opened(account, folder(['b', 'c']), '2026-02-02'),
    opened(account, folder(['b', 'c']), '2026-02-03'),
  ]);
  const plans = await Promise.all(same.map((run) => run.plan()));
  expect(plans.map((plan) => plan.shards)).toEqual([[], []]);
  expect(new Set(plans.map((plan) => plan.batchId)).size).toBe(1);
  await expectStanding(account, [
    ['processor ch_1', 'missing_internal'],
    ['processor ch_2', 'missing_internal'],
    ['processor ch_3', 'missing_internal'],
  ]);
});

test('rows of a file that was staged for another day are found by the day that they belong to', async () => {
  const account = newAccount();
  const later = processor('ch_9', 'payment 9.00 USD', { at: '2026-02-01T10:00:00Z' });
  const shards = { a: [processorRows([...ROWS.a, later])] };
  await (await opened(account, folder(['a'], { shards }))).finish();
  await expectStanding(account, [[later, 'not introduced']]);
  const record = internal('o_9', 'payment 9.00 USD', { names: 'ch_9', at: '2026-02-01T10:00:00Z' });
  const source = folder(['a', 'b'], { shards: { ...shards, b: [processorRows(ROWS.b)] } });
  await runOf(account, [record], { date: '2026-02-01', asOf: LONG_AFTER, setup: { source } });
  expect(source.reads).toEqual(['b from the start']);
  await expectStanding(account, [
    [later, 'matched'],
    [record, 'matched'],
  ]);
});

test('more than ten thousand files in one plan are refused', async () => {
  const shards = Object.fromEntries(Array.from({ length: 10_001 }, (_, at) => [`s${at}`, [[]]]));
  const run = await opened(newAccount(), folder([], { shards }));
  await expect(run.plan()).rejects.toThrow('more than 10000 parts in one plan');
});
