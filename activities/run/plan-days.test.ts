// Which days are due, and which a backfill has to run.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { addDays, parseBusinessDate } from '../../domain/business-date.ts';
import type { AccountSetup } from '../accounts.ts';
import type { EngineAccount } from '../engine-for-tests.ts';
import { internal, processor, runOf, situationsForTests } from '../reconcile/situations-for-tests.ts';
import { planBackfill, planDue } from './plan-days.ts';

const { newAccount, started } = situationsForTests();

const date = parseBusinessDate;
const NOON = '2026-03-10T12:00:00Z';

async function setupOf(account: EngineAccount): Promise<AccountSetup> {
  return account.setupOf({ date: '2026-03-01', processor: [], internal: [] });
}

async function due(account: EngineAccount, nominal: string): Promise<string[]> {
  const days = await planDue(started().engine.database, [await setupOf(account)], Date.parse(nominal));
  expect(new Set(days.map((day) => day.account)).size).toBeLessThanOrEqual(1);
  return days.map((day) => day.date);
}

test('every day up to yesterday is due, thirty-five at most, oldest first', async () => {
  const days = await due(newAccount(), NOON);
  expect([days.length, days[0], days.at(-1)]).toEqual([35, '2026-02-03', '2026-03-09']);
  expect(days).toEqual([...days].sort());
});

test('nothing before the start date is due, and nothing at all before its end', async () => {
  const account = newAccount({ startDate: date('2026-03-08') });
  expect(await due(account, NOON)).toEqual(['2026-03-08', '2026-03-09']);
  expect(await due(account, '2026-03-08T23:59:59Z')).toEqual([]);
});

test("which day is yesterday is the zone's to say", async () => {
  const startDate = date('2026-03-08');
  // 03:30 in UTC is still the evening before in New York, and past noon in Auckland.
  const at = '2026-03-10T03:30:00Z';
  expect(await due(newAccount({ startDate, zone: 'America/New_York' }), at)).toEqual(['2026-03-08']);
  expect(await due(newAccount({ startDate, zone: 'Pacific/Auckland' }), at)).toEqual(['2026-03-08', '2026-03-09']);
});

test('a day is due until it has a conclusive run: differences are one, inconclusive and failed are none', async () => {
  const account = newAccount({ startDate: date('2026-03-06') });
  const at = (day: string) => `2026-03-${day}T10:00:00Z`;
  const forever = { asOf: '2026-06-01T00:00:00Z' };
  const pair = (day: string) => [
    processor(`ch_${day}`, 'payment 1.00 USD', { at: at(day) }),
    internal(`o_${day}`, 'payment 1.00 USD', { names: `ch_${day}`, at: at(day) }),
  ];
  await runOf(account, pair('06'), { date: '2026-03-06', ...forever });
  await runOf(account, [processor('ch_07', 'payment 1.00 USD', { at: at('07') })], { date: '2026-03-07', ...forever });
  await runOf(account, pair('08'), {
    date: '2026-03-08',
    asOf: '2026-03-09T00:00:00Z',
    internalAsOf: '2026-03-08T20:00:00Z',
  });
  const broken = await account.stageDay({ date: '2026-03-09', processor: [], internal: [] });
  const outcomes = sql.type(z.object({ said: z.string() }))`
    select run_date || ' ' || status || ' ' || coalesce(outcome::text, '-') as said from reconciliation_runs
    where account = ${account.account} order by run_date`;
  expect(await started().engine.database.anyFirst(outcomes)).toEqual([
    '2026-03-06 completed clean',
    '2026-03-07 completed differences',
    '2026-03-08 completed inconclusive',
    '2026-03-09 running -',
  ]);
  expect(await due(account, NOON)).toEqual(['2026-03-08', '2026-03-09']);
  await started().engine.database.query(sql.unsafe`
    update reconciliation_runs set status = 'failed' where run_id = ${BigInt(broken.runId)}`);
  expect(await due(account, NOON)).toEqual(['2026-03-08', '2026-03-09']);
  await runOf(account, pair('08'), { date: '2026-03-08', ...forever });
  expect(await due(account, NOON)).toEqual(['2026-03-09']);
});

test('the calendar of expected runs says when each is due, and planning twice writes it once', async () => {
  const account = newAccount({
    startDate: date('2026-03-07'),
    zone: 'America/New_York',
    sourceDeadlineMs: 6 * 3_600_000,
  });
  await due(account, NOON);
  await due(account, NOON);
  const expected = sql.type(z.object({ business_date: z.string(), due_at: z.number() }))`
    select business_date, due_at from expected_runs join accounts using (account_id)
    where account = ${account.account} order by business_date`;
  const rows = await started().engine.database.any(expected);
  // Midnight in New York is 05:00 in UTC, and from the night of March 8 on 04:00; then six hours.
  expect(rows.map((row) => [row.business_date, new Date(row.due_at).toISOString()])).toEqual([
    ['2026-03-07', '2026-03-08T11:00:00.000Z'],
    ['2026-03-08', '2026-03-09T10:00:00.000Z'],
    ['2026-03-09', '2026-03-10T10:00:00.000Z'],
  ]);
});

test('days of several accounts come by date, then by account', async () => {
  const accounts = [
    newAccount({ account: 'b/two', startDate: date('2026-03-08') }),
    newAccount({ account: 'a/one', startDate: date('2026-03-09') }),
  ];
  const days = await planDue(started().engine.database, await Promise.all(accounts.map(setupOf)), Date.parse(NOON));
  expect(days.map((day) => `${day.date} ${day.account}`)).toEqual([
    '2026-03-08 b/two',
    '2026-03-09 a/one',
    '2026-03-09 b/two',
  ]);
});

test('a backfill leaves out what is done, unless it is forced', async () => {
  const account = newAccount({ startDate: date('2026-03-05') });
  const range = { from: date('2026-03-01'), to: date('2026-03-07') };
  const plan = async (force: boolean) =>
    planBackfill(started().engine.database, await setupOf(account), { ...range, force });
  expect(await plan(false)).toEqual(['2026-03-05', '2026-03-06', '2026-03-07']);
  await runOf(account, [], { date: '2026-03-06', asOf: '2026-06-01T00:00:00Z' });
  expect(await plan(false)).toEqual(['2026-03-05', '2026-03-07']);
  expect(await plan(true)).toEqual(['2026-03-05', '2026-03-06', '2026-03-07']);
});

test('a backfill that ends before the start date has nothing to do; one of more than ten years is refused', async () => {
  const setup = await setupOf(newAccount({ startDate: date('2010-01-01') }));
  const plan = (from: string, to: string) =>
    planBackfill(started().engine.database, setup, { from: date(from), to: date(to), force: false });
  expect(await plan('2009-01-01', '2009-12-31')).toEqual([]);
  await expect(plan('2010-01-01', addDays(date('2010-01-01'), 3_700))).rejects.toThrow(RangeError);
});
