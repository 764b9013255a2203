// Row 12 of the fault table: a processor that refuses everything for a while, two workers and a backfill that all want to ask
// it. Together they keep to the account's rate and to the times they were told, and nobody else waits for them.
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { scoreDemo } from '../client/demo-score.ts';
import { startAccountDay } from '../client/temporal/account-day.ts';
import { startBackfill } from '../client/temporal/backfill-workflow.ts';
import type { Fault } from '../sandbox/stripe/fault.ts';
import { expectedDiscrepancies } from '../sandbox/world/expected-discrepancies.ts';
import type { Company } from './company.ts';
import { ACCOUNT, DATE, type FaultCase, openFaultCase, SEED } from './fault-case.ts';
import { runsOf, until } from './observe.ts';
import { openPayPalCompany } from './paypal-company.ts';
import { openCompany } from './test-company.ts';
import { startTestServers, TEST_POLICY, type TestServers } from './test-servers.ts';

let servers: TestServers;
let story: FaultCase | undefined;
const neighbours: Company[] = [];
beforeAll(async () => {
  process.stderr.write(`faults with RECON_FAULT_SEED=${SEED}\n`);
  servers = await startTestServers();
});
afterEach(async () => {
  await story?.stop();
  for (const neighbour of neighbours.splice(0)) await neighbour.stop();
});
afterAll(() => servers.stop());

const DATES = [DATE, '2026-03-03', '2026-03-04'];
const LAST = '2026-03-04';
const REQUESTS_PER_SECOND = 5;
/** Each run reads its day and the day before it. */
const SHARD_HOURS = 3;
const SHARDS = DATES.length * (48 / SHARD_HOURS);
const BURST = REQUESTS_PER_SECOND;
const RETRY_AFTER_S = 3;
// Requests arrive here by the clock of a process that does other things too.
const ARRIVAL_SLACK_MS = 500;
// What was leased before everybody heard of a refusal may still be sent: ahead of its time, and for the term of a lease.
const LEASED_MS = 1_500;

/** What the emulator saw, and a storm that can be ended. */
function weather() {
  const arrivals: number[] = [];
  const refusals: { atMs: number; retryAfterMs: number }[] = [];
  const firstRefused = 10 + (SEED % 10);
  let isOver = false;
  const refuses = (retryAfterS: number | null, each: (number: number) => boolean): Fault => ({
    on: ({ number }) => {
      if (isOver || number < firstRefused || !each(number)) return false;
      if (retryAfterS !== null) refusals.push({ atMs: performance.now(), retryAfterMs: retryAfterS * 1_000 });
      return true;
    },
    times: Number.POSITIVE_INFINITY,
    answer: { kind: 'rate_limited', ...(retryAfterS === null ? {} : { retryAfterS }) },
  });
  const observer: Fault = {
    on: () => {
      arrivals.push(performance.now());
      return false;
    },
    answer: { kind: 'rate_limited' },
  };
  const faults = [observer, refuses(null, (number) => number % 3 === 0), refuses(RETRY_AFTER_S, () => true)];
  return {
    faults,
    arrivals,
    refusals,
    pass: () => {
      isOver = true;
    },
  };
}

test('row 12: in a storm of 429, two workers and a backfill hold one rate, and the others are done meanwhile', async () => {
  const { access } = servers;
  const storm = weather();
  const databaseUrl = await servers.newDatabase();
  const world = { firstDate: DATE, transactionsPerDay: 100, seed: String(SEED) };
  const one = { ...world, databaseUrl, days: 1 };
  neighbours.push(await openCompany(servers, { ...one, account: 'stripe/eu' }));
  neighbours.push(await openPayPalCompany(servers, { ...one, account: 'paypal/us' }));
  story = await openFaultCase(servers, {
    ...{ ...world, databaseUrl, days: DATES.length, neighbours },
    ...{ shard: `${SHARD_HOURS}h`, requestsPerSecond: REQUESTS_PER_SECOND, faults: storm.faults },
  });
  const { company, database } = story;
  story.startWorker();
  story.startWorker();
  const day = await story.startDay();
  const range = { account: ACCOUNT, from: DATE, to: LAST };
  const backfill = await startBackfill(access, { ...range, force: false, policy: TEST_POLICY });

  // One that shares the processor's slots, and one of another processor.
  for (const { account } of neighbours) {
    const { handle } = await startAccountDay(access, { account, date: DATE, trigger: 'manual', policy: TEST_POLICY });
    expect(await story.finish(handle)).toMatchObject({ runNumber: 1, outcome: 'differences', published: true });
  }
  expect((await day.describe()).status.name).toBe('RUNNING');
  await until('the account to be refused after it had waited', async () => {
    const [first, last] = [storm.refusals.at(0), storm.refusals.at(-1)];
    return first !== undefined && last !== undefined && last.atMs > first.atMs + first.retryAfterMs ? true : undefined;
  });
  storm.pass();

  expect(await story.finish(day)).toMatchObject({ runNumber: 1, published: true, delivered: true });
  expect(await backfill.result()).toMatchObject({ failed: [] });
  for (const date of DATES) {
    expect(await runsOf(database, { account: ACCOUNT, date })).toMatchObject([{ run_number: 1, status: 'completed' }]);
  }
  const planted = expectedDiscrepancies(company.world, { from: DATE, to: LAST, horizonMs: company.world.endMs });
  expect(await scoreDemo(database, ACCOUNT, planted)).toMatchObject({ missed: [], false: [] });

  expect(storm.arrivals.length).toBe(company.emulator.requests().length);
  expect(storm.arrivals.length).toBeGreaterThan(SHARDS);
  expect(mostOverRate(storm.arrivals)).toBeLessThanOrEqual(0);
  for (const { atMs, retryAfterMs } of storm.refusals) {
    const early = storm.arrivals.filter((ms) => ms > atMs + LEASED_MS + ARRIVAL_SLACK_MS && ms < atMs + retryAfterMs);
    expect(early).toEqual([]);
  }
});

/** By how many requests the busiest stretch of time went beyond what rate and burst allow. */
function mostOverRate(arrivals: readonly number[]): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const [first, fromMs] of arrivals.entries()) {
    for (const [last, toMs] of arrivals.entries()) {
      const allowed = BURST + ((toMs - fromMs + ARRIVAL_SLACK_MS) / 1_000) * REQUESTS_PER_SECOND;
      if (last >= first) most = Math.max(most, last - first + 1 - allowed);
    }
  }
  return most;
}
