// Stripe's balance as a control: what it says must be what its own ledger sums up to, at any moment.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type StripeEmulator, startStripeEmulator } from '../../../sandbox/stripe/start-stripe-emulator.ts';
import { AuthRejected, SourceUnavailable } from '../../errors.ts';
import { NEVER_ABORTED } from '../pages-for-tests.ts';
import { clock, failure, KEY, readPart, stripeSourceAt, whileAnswering, window, world } from './stripe-for-tests.ts';

const NO_BALANCE_KEY = 'rk_test_shy_0123456789efgh';
const LATE_BY_S = 7_200;
// One row that Stripe lists two hours late: until then it is in neither.
const late = Math.floor(world.entries.length / 2);
const entries = world.entries.map((entry, at) =>
  at === late ? { ...entry, listableAtS: entry.createdS + LATE_BY_S } : entry,
);

let nowMs = 0;
let emulator: StripeEmulator;
beforeAll(async () => {
  const keys = [{ key: KEY }, { key: NO_BALANCE_KEY, permissions: ['rak_balance_transaction_source_read' as const] }];
  emulator = await startStripeEmulator({ accounts: [{ world: { ...world, entries }, keys }], clock: () => nowMs });
});
beforeEach(() => {
  nowMs = clock();
});
afterAll(() => emulator.stop());

const now = () => nowMs;
const balancesAt = (at: { readonly port: number }, asOfMs = 0, apiKey = KEY) =>
  stripeSourceAt(at, { now, apiKey: () => apiKey }).balances?.(asOfMs, NEVER_ABORTED) ?? Promise.reject();
const balances = (asOfMs = 0, apiKey = KEY) => balancesAt(emulator, asOfMs, apiKey);
const whileSaying = (balance: unknown) =>
  whileAnswering(
    () => balance,
    (at) => balancesAt(at),
  );

const lateS = (entries[late]?.createdS ?? 0) + LATE_BY_S;
test.each([
  ['in the middle of the first day', window.fromMs + 12 * 3_600_000],
  ['a second before a late row is listed', (lateS - 1) * 1_000],
  ['when it is', lateS * 1_000],
  ['right after a payout', ((world.payouts[0]?.createdS ?? 0) + 1) * 1_000],
  ['long after', clock()],
])('the balance is what the ledger lists, %s', async (_when, at) => {
  nowMs = at;
  const everything = { fromMs: window.fromMs - 86_400_000, toMs: at + 1_000 };
  const { rows } = await readPart(stripeSourceAt(emulator, { now, shardHours: 1_000 }), 'ledger', everything);
  const total = rows.reduce((sum, row) => sum + (row.netMinor ?? 0n), 0n);
  expect(await balances(window.fromMs)).toEqual([{ asOfMs: at, currency: 'USD', totalMinor: total }]);
});

test('the balance of a moment that is still to come is not known', async () => {
  expect(await balances(nowMs + 1)).toEqual([]);
  expect(await balances(nowMs)).toHaveLength(1);
});

test('a key that may not see the balance gives no control, and no failure', async () => {
  expect(await balances(0, NO_BALANCE_KEY)).toEqual([]);
});

test('a key that is no key is a failure here as everywhere', async () => {
  expect(await failure(balances(0, 'rk_test_wrong_0123456789ijkl'))).toBeInstanceOf(AuthRejected);
});

test('what is available, pending and reserved is one total a currency, in minor units of ISO 4217', async () => {
  const readings = await whileSaying({
    object: 'balance',
    available: [
      { amount: 100, currency: 'usd' },
      { amount: -12_300, currency: 'isk' },
      { amount: 7, currency: 'jpy' },
    ],
    pending: [{ amount: 23, currency: 'usd' }],
    connect_reserved: [{ amount: 4_000, currency: 'usd' }],
    instant_available: [{ amount: 99, currency: 'usd' }],
  });
  expect(readings).toEqual([
    { asOfMs: nowMs, currency: 'USD', totalMinor: 4_123n },
    { asOfMs: nowMs, currency: 'ISK', totalMinor: -123n },
    { asOfMs: nowMs, currency: 'JPY', totalMinor: 7n },
  ]);
});

test('a currency that nobody can count is no control over anything', async () => {
  const readings = await whileSaying({
    available: [
      { amount: 1, currency: 'xxx' },
      { amount: 5, currency: 'eur' },
      { amount: 50, currency: 'isk' },
    ],
    pending: [],
  });
  expect(readings).toEqual([{ asOfMs: nowMs, currency: 'EUR', totalMinor: 5n }]);
});

test.each([{}, { available: [], pending: [{ amount: 1.5, currency: 'usd' }] }, '<html></html>', '{"available":['])(
  '%j is no balance',
  async (answer) => {
    expect(await failure(whileSaying(answer))).toBeInstanceOf(SourceUnavailable);
  },
);
