import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { parseDecimalAmount } from '../../domain/money.ts';
import { LATER_MS, startTestEmulator, type TestEmulator, world } from './emulator-for-tests.ts';
import { zuluOf } from './stamp.ts';

let emulator: TestEmulator;
beforeAll(async () => {
  emulator = await startTestEmulator();
});
beforeEach(() => emulator.holdRefreshAt(LATER_MS));
afterAll(() => emulator.stop());

/** Minor units by currency: total, available, withheld. */
async function balances(query = ''): Promise<Record<string, bigint[]>> {
  const { body } = await emulator.ask(`reporting/balances${query}`);
  const names = ['total_balance', 'available_balance', 'withheld_balance'];
  return Object.fromEntries(
    body.balances.map((balance) => [
      balance.currency,
      names.map((name) => {
        const { value } = balance[name] as { value: string };
        return parseDecimalAmount(value, balance.currency, name);
      }),
    ]),
  );
}

function totalAt(second: number, currency: string): bigint {
  return world.entries
    .filter((entry) => entry.createdS <= second && entry.currency === currency)
    .reduce((sum, entry) => sum + entry.grossMinor - entry.feeMinor, 0n);
}

test('each currency holds what its rows sum up to, and every part adds up', async () => {
  const held = await balances();
  expect(Object.keys(held).sort()).toEqual(['EUR', 'GBP', 'JPY', 'USD']);
  for (const [currency, [total, available, withheld]] of Object.entries(held)) {
    expect(total).toBe(totalAt(LATER_MS / 1000, currency));
    expect([(available ?? 0n) + (withheld ?? 0n), withheld]).toEqual([total, 0n]);
  }
});

test('a moment of the past is answered as it was', async () => {
  for (const entry of [world.entries[50], world.entries[400]]) {
    const second = entry?.createdS ?? 0;
    const { EUR = [] } = await balances(`?as_of_time=${zuluOf(second)}`);
    expect(EUR[0]).toBe(totalAt(second, 'EUR'));
    expect((EUR[1] ?? 0n) + (EUR[2] ?? 0n)).toBe(EUR[0]);
  }
  expect(await balances('?as_of_time=2026-01-01T00:00:00Z')).toEqual({ EUR: [0n, 0n, 0n] });
});

test('what is not loaded yet is clipped, and the answer says so', async () => {
  emulator.holdRefreshAt(Date.UTC(2026, 4, 3, 12));
  const { body } = await emulator.ask('reporting/balances?as_of_time=2026-05-04T00:00:00Z');
  expect(body).toMatchObject({ as_of_time: '2026-05-03T12:00:00Z', last_refresh_time: '2026-05-03T12:00:00Z' });
  expect((await emulator.ask('reporting/balances')).body).toEqual(body);
  const earlier = await emulator.ask('reporting/balances?as_of_time=2026-05-02T00:00:00Z');
  expect(earlier.body.as_of_time).toBe('2026-05-02T00:00:00Z');
});

test('one currency can be asked for, and the account’s own is marked', async () => {
  const { body } = await emulator.ask('reporting/balances?currency_code=USD');
  expect(body.balances).toMatchObject([{ currency: 'USD', primary: false }]);
  const all = (await emulator.ask('reporting/balances')).body.balances;
  expect(all.filter(({ primary }) => primary).map(({ currency }) => currency)).toEqual(['EUR']);
});

test('a time that is none is refused', async () => {
  const { status, body } = await emulator.ask('reporting/balances?as_of_time=yesterday');
  expect([status, body.details[0]?.field]).toEqual([400, 'as_of_time']);
});
