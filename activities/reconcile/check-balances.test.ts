// The processor's own balance as a control: rows that do not add up to it make a run inconclusive, never clean or failed.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { ProcessorRow } from '../../domain/transaction.ts';
import type { EngineAccount } from '../engine-for-tests.ts';
import { AuthRejected, RateLimited } from '../errors.ts';
import type { BalanceReading } from '../fetch/source.ts';
import { processorRows, scriptedSource } from '../stage/scripted-source-for-tests.ts';
import { internal, processor, runOf, type SituationRow, situationsForTests } from './situations-for-tests.ts';

const { newAccount, started, expectStanding } = situationsForTests();

const DAYS = ['2026-01-30', '2026-01-31', '2026-02-01', '2026-02-02', '2026-02-03'] as const;
const HOUR_MS = 3_600_000;

/** Of day n: one charge at 02:00, one at 10:00, both booked; the balance is read at 04:00 of the day after. */
function charges(day: number): SituationRow[] {
  return ['02', '10'].map((hour) =>
    processor(`ch_${day}_${hour}`, 'payment 10.00 USD', { at: `${DAYS[day]}T${hour}:00:00Z`, fee: '0.30' }),
  );
}

function booked(day: number): SituationRow[] {
  return ['02', '10'].map((hour) =>
    internal(`o_${day}_${hour}`, 'payment 10.00 USD', {
      names: `ch_${day}_${hour}`,
      at: `${DAYS[day]}T${hour}:00:00Z`,
    }),
  );
}

const NIGHT_MS = 4 * HOUR_MS;
const USD = (total: bigint): Readonly<Record<string, bigint>> => ({ USD: total });

interface Day {
  /** Minor units by currency, as read after the day. */
  readonly balances: Readonly<Record<string, bigint>>;
  /** What the processor lists of the day. */
  readonly rows?: readonly SituationRow[];
  readonly asOfMs?: (windowEndMs: number) => number;
}

async function runDay(account: EngineAccount, day: number, { balances, rows = charges(day), asOfMs }: Day) {
  const source = scriptedSource<ProcessorRow>({
    shards: { all: [processorRows(rows)] },
    balances: async (windowEndMs): Promise<readonly BalanceReading[]> =>
      Object.entries(balances).map(([currency, totalMinor]) => ({
        asOfMs: asOfMs?.(windowEndMs) ?? windowEndMs + NIGHT_MS,
        currency,
        totalMinor,
      })),
  });
  const run = await runOf(account, booked(day), { date: DAYS[day] ?? '', setup: { source } });
  return { outcome: run.outcome, runId: run.runId, checks: await checksOf(run.runId) };
}

function checksOf(runId: string) {
  return started().engine.database.any(sql.type(z.object({ passed: z.boolean(), detail: z.string() }))`
    select passed, detail from data_quality_checks where run_id = ${BigInt(runId)} and name = 'processor balance' order by check_id`);
}

// 9.70 net a charge, two a day, 100.00 before the first reading.
const balanceAfter = (day: number) => 10_000n + 1_940n * BigInt(day);

test('rows that add up to what the balance moved by pass; the interval is checked by the run in whose day it ends', async () => {
  const account = newAccount();
  const first = await runDay(account, 0, { balances: USD(balanceAfter(0)) });
  expect([first.outcome, first.checks]).toEqual(['clean', []]);
  const second = await runDay(account, 1, { balances: USD(balanceAfter(1)) });
  // Only one reading lies in what is introduced yet.
  expect([second.outcome, second.checks]).toEqual(['clean', []]);
  const third = await runDay(account, 2, { balances: USD(balanceAfter(2)) });
  expect(third.outcome).toBe('clean');
  expect(third.checks).toEqual([
    {
      passed: true,
      detail:
        '2026-01-31T04:00:00.000Z to 2026-02-01T04:00:00.000Z: the balance moved by 19.40 USD, 2 row(s) sum to 19.40 USD',
    },
  ]);
});

test('a row that was not listed makes the run inconclusive and nothing missing; when it is listed, the run is clean', async () => {
  const account = newAccount();
  await runDay(account, 0, { balances: USD(balanceAfter(0)) });
  await runDay(account, 1, { balances: USD(balanceAfter(1)) });
  const unlisted = await runDay(account, 2, { balances: USD(balanceAfter(2)), rows: charges(2).slice(1) });
  expect(unlisted).toMatchObject({
    outcome: 'inconclusive',
    checks: [{ passed: false, detail: expect.stringContaining('moved by 19.40 USD, 1 row(s) sum to 9.70 USD') }],
  });
  await expectStanding(account, [['internal o_2_02', 'pending_source']]);
  const coverage = sql.type(z.object({ processor_coverage: z.number() }))`
    select processor_coverage from reconciliation_runs where run_id = ${BigInt(unlisted.runId)}`;
  expect(await started().engine.database.oneFirst(coverage)).toBe(Date.parse('2026-01-31T04:00:00Z'));
  const again = await runDay(account, 2, { balances: USD(balanceAfter(2)) });
  expect(again).toMatchObject({ outcome: 'clean', checks: [{ passed: true }] });
  await expectStanding(account, [['internal o_2_02', 'matched_late']]);
});

test('a movement at the edge of a reading settles itself with the next reading, for both days', async () => {
  const account = newAccount();
  await runDay(account, 0, { balances: USD(balanceAfter(0)) });
  // 9.70 that is listed before the reading was not in it yet.
  await runDay(account, 1, { balances: USD(balanceAfter(1) - 970n) });
  const fuzzy = await runDay(account, 2, { balances: USD(balanceAfter(2)) });
  expect(fuzzy).toMatchObject({ outcome: 'inconclusive', checks: [{ passed: false }] });
  const next = await runDay(account, 3, { balances: USD(balanceAfter(3)) });
  expect(next).toMatchObject({
    outcome: 'clean',
    checks: [{ passed: true, detail: expect.stringContaining('2026-01-31T04:00:00.000Z to 2026-02-02T04:00:00.000Z') }],
  });
  // Its own interval and the one after it together.
  const settled = await runDay(account, 2, { balances: USD(balanceAfter(2)) });
  expect(settled).toMatchObject({ outcome: 'clean', checks: [{ passed: true }] });
});

test('each currency is held against its own rows', async () => {
  const account = newAccount();
  const euro = processor('ch_eur', 'payment 5.00 EUR', { at: `${DAYS[2]}T01:00:00Z`, fee: '0.00' });
  const balances = (day: number, eur: bigint) => ({ USD: balanceAfter(day), EUR: eur });
  await runDay(account, 0, { balances: balances(0, 0n) });
  await runDay(account, 1, { balances: balances(1, 0n) });
  const run = await runDay(account, 2, { balances: balances(2, 0n), rows: [...charges(2), euro] });
  expect(run).toMatchObject({ outcome: 'inconclusive', checks: [{ passed: false }, { passed: true }] });
});

test('nothing is said where a day between two readings was never run, or where a net is unknown', async () => {
  const account = newAccount();
  await runDay(account, 0, { balances: USD(balanceAfter(0)) });
  await runDay(account, 1, { balances: USD(balanceAfter(1)) });
  const afterGap = await runDay(account, 3, { balances: USD(balanceAfter(3)) });
  expect([afterGap.outcome, afterGap.checks]).toEqual(['clean', []]);
  const unknown = newAccount();
  const withoutFee = processor('ch_x', 'fee -1.00 USD', { at: `${DAYS[1]}T11:00:00Z` });
  await runDay(unknown, 0, { balances: USD(0n) });
  await runDay(unknown, 1, { balances: USD(1n), rows: [...charges(1), withoutFee] });
  expect((await runDay(unknown, 2, { balances: USD(2n) })).checks).toEqual([]);
});

test('of many readings in one day the last one counts', async () => {
  const account = newAccount();
  await runDay(account, 0, { balances: USD(balanceAfter(0)) });
  await runDay(account, 1, { balances: USD(1n), asOfMs: (end) => end + HOUR_MS });
  await runDay(account, 1, { balances: USD(balanceAfter(1)) });
  expect(await runDay(account, 2, { balances: USD(balanceAfter(2)) })).toMatchObject({ checks: [{ passed: true }] });
});

test('a balance is read once per read of the processor, and never for a file that was read before', async () => {
  const account = newAccount();
  let asked = 0;
  const source = scriptedSource<ProcessorRow>({
    shards: { all: [processorRows(charges(0))] },
    sourceKey: 'file',
    balances: async (asOfMs) => {
      asked += 1;
      return [{ asOfMs, currency: 'USD', totalMinor: 1n }];
    },
  });
  for (const day of [0, 1]) await runOf(account, booked(0), { date: DAYS[day] ?? '', setup: { source } });
  expect(asked).toBe(1);
});

test.each([
  ['has to wait', new RateLimited('scripted', 1_000), false],
  ['may not ask', new AuthRejected('scripted', 'may not read the balance'), true],
])('a source that %s says so, and the read is not finished', async (_what, error, nonRetryable) => {
  const account = newAccount();
  const source = scriptedSource<ProcessorRow>({
    shards: { all: [processorRows(charges(0))] },
    balances: async () => {
      throw error;
    },
  });
  const run = await account.openDay({ date: DAYS[0], processor: [], internal: [], setup: { source } });
  await expect(run.stageSide('processor')).rejects.toMatchObject({ type: error.name, nonRetryable });
  const done = sql.type(z.object({ done: z.boolean() }))`
    select done from run_batches join batches using (batch_id) where run_id = ${BigInt(run.runId)}`;
  expect(await started().engine.database.oneFirst(done)).toBe(false);
});
