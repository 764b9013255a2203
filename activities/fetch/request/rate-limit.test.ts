// Gates on pools of their own, as two workers have them, over one real PostgreSQL. Times are asserted as bounds, with the
// clock of this process; what is long is moved in the row instead of waited for.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { DatabasePool } from 'slonik';
import { freshDatabase, type TestDatabase } from '../../../scripts/database-for-tests.ts';
import { createDatabase } from '../../../sql/database.ts';
import { RateLimited, SourceUnavailable, toApplicationFailure } from '../../errors.ts';
import { type Gates, leasedGates } from './rate-limit.ts';

const OPTIONS = { backOffFirstMs: 10_000, backOffMsMax: 35_000 };
const NEVER = new AbortController().signal;

let database: TestDatabase;
let root: Client;
let pools: DatabasePool[];
let here: Gates;
let there: Gates;
beforeAll(async () => {
  database = await freshDatabase();
  root = new Client({ connectionString: database.url });
  await root.connect();
  pools = await Promise.all([openPool(), openPool()]);
  [here, there] = pools.map((pool) => leasedGates(pool, OPTIONS)) as [Gates, Gates];
});
afterEach(() => root.query('drop trigger if exists counted on rate_limits'));
afterAll(async () => {
  await root?.end();
  for (const pool of pools ?? []) await pool.end();
  await database?.drop();
});

const openPool = () => createDatabase({ url: database.workerUrl, poolSizeMax: 2, applicationName: 'recon rate test' });

/** As if that much time had gone by since the account was closed. */
const later = (account: string, by: string) =>
  root.query('update rate_limits set blocked_until = blocked_until - $2::interval where account = $1', [account, by]);

async function blockedForMs(account: string): Promise<number> {
  const { rows } = await root.query<{ ms: string }>(
    'select 1000 * extract(epoch from blocked_until - now()) as ms from rate_limits where account = $1',
    [account],
  );
  return Number(rows[0]?.ms);
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

async function countQuestions(): Promise<() => Promise<number>> {
  await root.query(`
    create sequence questions;
    grant usage on sequence questions to recon_worker;
    create function count_question() returns trigger language plpgsql as $$ begin perform nextval('questions'); return new; end $$;
    create trigger counted before update on rate_limits for each row execute function count_question()`);
  return async () => Number((await root.query('select last_value from questions')).rows[0].last_value);
}

test('two workers and a backfill hold one rate together, and ask PostgreSQL for several requests at once', async () => {
  const [requestsPerSecond, burst, slack] = [40, 20, 2];
  const questions = await countQuestions();
  const sent: number[] = [];
  const read = async (gates: Gates, requests: number) => {
    for (let request = 0; request < requests; request += 1) {
      await gates('stripe/shared', { requestsPerSecond, burst }).pass(NEVER);
      sent.push(performance.now());
    }
  };
  const startMs = performance.now();
  await Promise.all([read(here, 20), read(here, 20), read(there, 20), read(there, 20), read(there, 20)]);
  expect(sent).toHaveLength(100);
  // Nothing was leased before the start, and no stretch of time holds more than the rate and the burst allow.
  for (const [first, fromMs] of sent.entries()) {
    for (const [last, toMs] of sent.entries()) {
      if (last < first) continue;
      expect(last - first + 1).toBeLessThanOrEqual(burst + slack + ((toMs - fromMs) / 1_000) * requestsPerSecond);
    }
  }
  const elapsedS = ((sent.at(-1) ?? 0) - startMs) / 1_000;
  expect(elapsedS).toBeGreaterThan((100 - burst) / requestsPerSecond);
  expect(await questions()).toBeLessThan(50);
});

test('each account has a rate of its own', async () => {
  const limits = { requestsPerSecond: 0.01, burst: 1 };
  await here('stripe/one', limits).pass(NEVER);
  await there('stripe/other', limits).pass(NEVER);
  expect(await failureOf(there('stripe/one', limits).pass(NEVER))).toBeInstanceOf(RateLimited);
});

test('a request that would wait for long does not: the activity is told when to come again', async () => {
  const limits = { requestsPerSecond: 0.1, burst: 1 };
  await here('stripe/slow', limits).pass(NEVER);
  const startMs = performance.now();
  const error = await failureOf(there('stripe/slow', limits).pass(NEVER));
  expect(performance.now() - startMs).toBeLessThan(4_000);
  expect(error).toMatchObject({
    name: 'RateLimited',
    message: expect.stringMatching(/^stripe\/slow: asked us to wait/),
  });
  const { retryAfterMs } = error as RateLimited;
  expect(retryAfterMs).toBeGreaterThan(5_000);
  expect(retryAfterMs).toBeLessThanOrEqual(10_000);
  expect(toApplicationFailure(error)).toMatchObject({ nonRetryable: false, nextRetryDelay: retryAfterMs });
});

test('a request that waits ends at once when it is aborted', async () => {
  const limits = { requestsPerSecond: 0.4, burst: 1 };
  await here('stripe/aborted', limits).pass(NEVER);
  const stop = new AbortController();
  const waiting = failureOf(here('stripe/aborted', limits).pass(stop.signal));
  const startMs = performance.now();
  setTimeout(() => stop.abort(new Error('stopped')), 50);
  expect(await waiting).toMatchObject({ message: 'stopped' });
  expect(performance.now() - startMs).toBeLessThan(1_000);
  expect(await failureOf(here('stripe/aborted', limits).pass(AbortSignal.abort(new Error('before'))))).toMatchObject({
    message: 'before',
  });
});

test('a refusal that says how long closes the account for everybody, and a shorter one does not open it', async () => {
  const limits = { requestsPerSecond: 100 };
  const [mine, theirs] = [here('stripe/refused', limits), there('stripe/refused', limits)];
  await mine.pass(NEVER);
  await mine.pause(30_000);
  await theirs.pause(1_000);
  for (const gate of [mine, theirs]) {
    const error = await failureOf(gate.pass(NEVER));
    expect(error).toBeInstanceOf(RateLimited);
    expect((error as RateLimited).retryAfterMs).toBeGreaterThan(25_000);
  }
  await later('stripe/refused', '30 seconds');
  await Promise.all([mine.pass(NEVER), theirs.pass(NEVER)]);
});

test('while the processor refuses, slots are not held as long as for the rate', async () => {
  const limits = { requestsPerSecond: 0.4, burst: 1 };
  await here('stripe/closed', { requestsPerSecond: 100 }).pause(3_500);
  expect(await failureOf(there('stripe/closed', limits).pass(NEVER))).toBeInstanceOf(RateLimited);
  await here('stripe/line', limits).pass(NEVER);
  await there('stripe/line', limits).pass(NEVER);
});

test('a short refusal is waited for, and does not end in a burst', async () => {
  const limits = { requestsPerSecond: 10, burst: 10 };
  const gate = there('stripe/short', limits);
  const startMs = performance.now();
  await here('stripe/short', limits).pause(500);
  const opened = async () => {
    await gate.pass(NEVER);
    return performance.now() - startMs;
  };
  const sentMs = (await Promise.all(Array.from({ length: 5 }, opened))).sort((a, b) => a - b);
  expect(sentMs[0]).toBeGreaterThanOrEqual(500);
  expect(sentMs[4]).toBeGreaterThanOrEqual(1_000);
  expect(sentMs[4]).toBeLessThan(4_000);
});

test('a Retry-After of days is a mistake: an account is closed for an hour at most', async () => {
  await here('stripe/days', { requestsPerSecond: 1 }).pause(86_400_000);
  expect(await blockedForMs('stripe/days')).toBeLessThanOrEqual(3_600_000);
});

test('refusals that say nothing close the account for twice as long each time, up to a bound, and heal', async () => {
  const gate = here('stripe/storm', { requestsPerSecond: 100 });
  const refused = async () => {
    await gate.pause(null);
    return Math.round((await blockedForMs('stripe/storm')) / 1_000);
  };
  expect(await refused()).toBe(10);
  // Requests that were under way together are refused together.
  expect(await refused()).toBe(10);
  await later('stripe/storm', '11 seconds');
  expect(await refused()).toBe(20);
  await later('stripe/storm', '21 seconds');
  expect(await refused()).toBe(35);
  await later('stripe/storm', '36 seconds');
  expect(await refused()).toBe(35);
  await later('stripe/storm', '71 seconds');
  await gate.pass(NEVER);
  expect(await refused()).toBe(10);
});

test('a Retry-After of nothing is no permission to go on', async () => {
  await here('stripe/zero', { requestsPerSecond: 1 }).pause(0);
  expect(await blockedForMs('stripe/zero')).toBeGreaterThan(5_000);
});

test('a time from a clock that ran ahead, or from a lower rate, does not hold the account up', async () => {
  const limits = { requestsPerSecond: 50 };
  await here('stripe/clock', limits).pass(NEVER);
  await root.query(`update rate_limits set spent_until = now() + interval '9 days' where account = 'stripe/clock'`);
  await there('stripe/clock', limits).pass(NEVER);
});

test.each([
  { requestsPerSecond: 0 },
  { requestsPerSecond: Number.NaN },
  { requestsPerSecond: 1, burst: 0 },
  { requestsPerSecond: 1, burst: 1.5 },
])('limits of %p are refused', (limits) => {
  expect(() => leasedGates(pools[0] as DatabasePool)('stripe/wrong', limits)).toThrow(RangeError);
});

test('without its database a gate lets nothing through, and says that it is worth another try', async () => {
  const gone = await freshDatabase();
  const pool = await createDatabase({ url: gone.workerUrl, poolSizeMax: 2, applicationName: 'recon rate test' });
  const gate = leasedGates(pool)('stripe/us', { requestsPerSecond: 1_000, burst: 1 });
  await gate.pass(NEVER);
  await gone.drop();
  for (const work of [gate.pass(NEVER), gate.pause(1_000)]) {
    const error = await failureOf(work);
    expect(error).toBeInstanceOf(SourceUnavailable);
    expect((error as Error).message).toMatch(
      /^rate limit of stripe\/us: PostgreSQL did not answer.*until the database is up/,
    );
    expect(toApplicationFailure(error)).toMatchObject({ nonRetryable: false });
  }
  await pool.end();
});
