// Opening a run, and waiting for one: one run an execution, one running an account-day, numbers without gaps.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { EngineAccount } from '../engine-for-tests.ts';
import { RunUnderWay } from '../errors.ts';
import { situationsForTests } from '../reconcile/situations-for-tests.ts';
import { awaitRun } from './await-run.ts';
import { openRun } from './open-run.ts';

const { newAccount, started } = situationsForTests();

const DATE = '2026-03-08';
const NOW_MS = Date.parse('2026-03-10T04:00:00Z');

async function open(account: EngineAccount, execution: string, date = DATE) {
  const setup = await account.setupOf({ date, processor: [], internal: [] });
  const input = {
    account: account.account,
    date,
    trigger: 'manual' as const,
    reason: 'asked for',
    policy: { retryInitialMs: 1, retryMaxMs: 1, heartbeatMs: 1_000 },
    workflowId: `reconcile/${account.account}/${date}`,
    temporalRunId: execution,
  };
  return openRun(started().engine.database, setup, input, NOW_MS);
}

const runRow = z.object({
  run_number: z.number(),
  status: z.string(),
  error: z.string().nullable(),
  hours: z.number(),
  finished_at: z.number().nullable(),
});

function runs(account: EngineAccount) {
  return started().engine.database.any(sql.type(runRow)`
    select run_number, status, error, extract(epoch from window_end - window_start)::int / 3600 as hours, finished_at
    from reconciliation_runs where account = ${account.account} order by run_id`);
}

test('the same execution opens the same run, however often it asks', async () => {
  const account = newAccount();
  const first = await open(account, 'one');
  expect(first).toMatchObject({ runNumber: 1, processor: 'test', fetchTaskQueue: 'recon' });
  expect(await open(account, 'one')).toEqual(first);
  expect(await runs(account)).toHaveLength(1);
});

test('a new execution closes the run that the last one left open, and takes the next number', async () => {
  const account = newAccount();
  await open(account, 'one');
  expect(await open(account, 'two')).toMatchObject({ runNumber: 2 });
  expect(await runs(account)).toMatchObject([
    {
      run_number: 1,
      status: 'failed',
      error: expect.stringContaining('a later run took the day over'),
      finished_at: NOW_MS,
    },
    { run_number: 2, status: 'running', error: null, finished_at: null },
  ]);
});

test('an execution that asks again after its run was taken over still gets its own, closed', async () => {
  const account = newAccount();
  const first = await open(account, 'one');
  await open(account, 'two');
  expect(await open(account, 'one')).toEqual(first);
});

test('a completed run is left as it is; a run of another day too', async () => {
  const account = newAccount();
  const done = await account.runDay({ date: DATE, processor: [], internal: [] });
  await open(account, 'other day', '2026-03-09');
  await open(account, 'again');
  expect((await runs(account)).map((run) => [run.run_number, run.status])).toEqual([
    [1, 'completed'],
    [1, 'running'],
    [2, 'running'],
  ]);
  expect(done.runNumber).toBe(1);
});

test('executions that open at once take turns: one is running, and no number is missing', async () => {
  const account = newAccount();
  const opened = await Promise.all(['a', 'b', 'c', 'd'].map((execution) => open(account, execution)));
  expect(opened.map((run) => run.runNumber).sort()).toEqual([1, 2, 3, 4]);
  expect((await runs(account)).filter((run) => run.status === 'running')).toHaveLength(1);
});

test("the window is the day in the account's zone: 23 hours when the clocks go forward, 25 when they go back", async () => {
  const account = newAccount({ zone: 'America/New_York' });
  await open(account, 'spring', '2026-03-08');
  await open(account, 'autumn', '2026-11-01');
  await open(account, 'winter', '2026-12-01');
  expect((await runs(account)).map((run) => run.hours)).toEqual([23, 25, 24]);
});

test("who waits for a day's run waits until it has ended, and gets the latest", async () => {
  const account = newAccount();
  const { database } = started().engine;
  const day = { account: account.account, date: DATE };
  await expect(awaitRun(database, day)).rejects.toThrow(RunUnderWay);
  const first = await account.runDay({ date: DATE, processor: [], internal: [] });
  expect(await awaitRun(database, day)).toEqual({ runId: first.runId, status: 'completed' });
  const second = await open(account, 'again');
  await expect(awaitRun(database, day)).rejects.toMatchObject({ name: 'RunUnderWay', retryAfterMs: 5_000 });
  await database.query(
    sql.unsafe`update reconciliation_runs set status = 'failed' where run_id = ${BigInt(second.runId)}`,
  );
  expect(await awaitRun(database, day)).toEqual({ runId: second.runId, status: 'failed' });
});
