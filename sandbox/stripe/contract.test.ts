// The emulator's answers against Stripe's published schema: every kind of object it serves, and its errors.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ProblemsOf, publishedSchema } from '../specs/published-schema-for-tests.ts';
import { generateWorld } from '../world/generate-world.ts';
import { type StripeEmulator, startStripeEmulator } from './start-stripe-emulator.ts';

const KEY = 'rk_test_reader';
const EXPIRED_KEY = 'rk_test_of_last_year';
const world = generateWorld({
  seed: 2,
  account: 'stripe/us',
  zone: 'America/New_York',
  firstDate: '2026-05-01',
  days: 4,
  transactionsPerDay: 100,
});

let emulator: StripeEmulator;
let problems: ProblemsOf;
beforeAll(async () => {
  const clock = () => world.endMs + 30 * 86_400_000;
  emulator = await startStripeEmulator({
    accounts: [{ world, keys: [{ key: KEY }, { key: EXPIRED_KEY, expiresAtS: 0 }] }],
    clock,
  });
  problems = await publishedSchema('stripe');
});
afterAll(() => emulator.stop());

async function ask(pathAndQuery: string, key = KEY, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(`http://${emulator.host}:${emulator.port}/v1/${pathAndQuery}`, {
    headers: { Authorization: `Bearer ${key}`, ...headers },
  });
  return (await response.json()) as Answer;
}
interface Answer {
  data: { id: string; type: string; source: { object: string } | null }[];
}

function expectValid(name: string, value: unknown): void {
  expect(problems(name, value)).toEqual([]);
}

test.each([
  ['charge', 'charge', 'Charge'],
  ['refund', 'refund', 'Refund'],
  ['adjustment', 'dispute', 'Dispute'],
  ['payout', 'payout', 'Payout'],
])('balance transactions of type %s with their source expanded to a %s', async (type, object, name) => {
  const list = await ask(`balance_transactions?type=${type}&limit=100&expand[]=data.source`);
  expectValid('BalanceTransactionList', list);
  expect(list.data.length).toBeGreaterThan(0);
  for (const { source } of list.data) {
    expect(source?.object).toBe(object);
    expectValid(name, source);
  }
});

test('balance transactions without expansion, and one alone', async () => {
  expectValid('BalanceTransactionList', await ask('balance_transactions?type=stripe_fee'));
  const list = await ask('balance_transactions?type=charge');
  expectValid('BalanceTransactionList', list);
  expectValid('BalanceTransaction', await ask(`balance_transactions/${list.data[0]?.id}`));
});

test('only a planted type is outside the published ones', async () => {
  const [row] = (await ask('balance_transactions?type=merchant_rewards_credit')).data;
  expect(problems('BalanceTransaction', row)).toMatchObject([{ instancePath: '/type', keyword: 'enum' }]);
});

test('payouts and the balance', async () => {
  const list = await ask('payouts?limit=100');
  expect(list.data.length).toBeGreaterThan(0);
  expectValid('PayoutList', list);
  expectValid('Payout', await ask(`payouts/${list.data[0]?.id}`));
  expectValid('Balance', await ask('balance'));
});

test('every kind of error', async () => {
  expectValid('error', await ask('balance', 'rk_test_unknown'));
  expectValid('error', await ask('balance', EXPIRED_KEY));
  expectValid('error', await ask('balance', KEY, { 'Stripe-Account': 'acct_stranger' }));
  expectValid('error', await ask('balance_transactions?limit=0'));
  expectValid('error', await ask('balance_transactions/txn_nowhere'));
  expectValid('error', await ask('nowhere'));
  emulator.setFaults([
    { on: 1, answer: { kind: 'rate_limited' } },
    { on: 2, answer: { kind: 'server_error' } },
  ]);
  expectValid('error', await ask('balance'));
  expectValid('error', await ask('balance'));
});
