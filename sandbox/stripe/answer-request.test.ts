import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { generateWorld } from '../world/generate-world.ts';
import { type StripeEmulator, startStripeEmulator } from './start-stripe-emulator.ts';

const READ_KEY = 'rk_test_reader';
const BALANCE_KEY = 'rk_test_balance_only';
const SELLER_KEY = 'rk_test_of_the_seller';
const EXPIRING_KEY = 'rk_test_until_noon';
const EXPIRES_AT_S = Date.UTC(2026, 4, 2, 12) / 1_000;
const world = generateWorld({
  seed: 13,
  account: 'stripe/us',
  zone: 'America/New_York',
  firstDate: '2026-05-01',
  days: 1,
  transactionsPerDay: 40,
});

const seller = generateWorld({
  seed: 14,
  account: 'stripe/seller',
  zone: 'America/New_York',
  firstDate: '2026-05-01',
  days: 1,
  transactionsPerDay: 40,
});

let nowMs = EXPIRES_AT_S * 1_000;
let emulator: StripeEmulator;
beforeAll(async () => {
  const keys = [
    { key: READ_KEY },
    { key: BALANCE_KEY, permissions: ['rak_balance_read' as const] },
    { key: EXPIRING_KEY, expiresAtS: EXPIRES_AT_S },
  ];
  emulator = await startStripeEmulator({
    accounts: [
      { world, keys, connected: [seller] },
      { world: seller, keys: [{ key: SELLER_KEY }] },
    ],
    clock: () => nowMs,
  });
});
afterAll(() => emulator.stop());

function client(key: string): Stripe {
  const { host, port } = emulator;
  return new Stripe(key, { host, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0 });
}

async function ask(pathAndQuery: string, headers: Record<string, string> = { Authorization: `Bearer ${READ_KEY}` }) {
  const response = await fetch(`http://${emulator.host}:${emulator.port}/v1/${pathAndQuery}`, { headers });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

test('no key, a wrong key, a key in Basic', async () => {
  const none = await ask('balance', {});
  expect([none.status, none.body.error.message]).toEqual([401, expect.stringContaining('did not provide an API key')]);
  const wrong = client('rk_test_nobody_knows_this');
  await expect(wrong.balance.retrieve()).rejects.toMatchObject({
    type: 'StripeAuthenticationError',
    statusCode: 401,
    message: 'Invalid API Key provided: rk_test_*************this',
  });
  const basic = `Basic ${Buffer.from(`${READ_KEY}:`).toString('base64')}`;
  expect((await ask('balance', { Authorization: basic })).status).toBe(200);
});

test('a key that has expired is refused from that second on', async () => {
  nowMs = EXPIRES_AT_S * 1_000 - 1;
  expect((await client(EXPIRING_KEY).balance.retrieve()).object).toBe('balance');
  nowMs += 1;
  await expect(client(EXPIRING_KEY).balance.retrieve()).rejects.toMatchObject({
    type: 'StripeAuthenticationError',
    statusCode: 401,
    code: 'api_key_expired',
    message: 'Expired API Key provided: rk_test_******noon',
  });
});

test('a platform names the connected account that it asks about, and reaches no other', async () => {
  const platform = client(READ_KEY);
  const idOf = async (stripeAccount: string) => (await platform.accounts.retrieveCurrent({}, { stripeAccount })).id;
  expect([await idOf(world.accountId), await idOf(seller.accountId)]).toEqual([world.accountId, seller.accountId]);
  const ids = async (options: object) =>
    (await platform.balanceTransactions.list({ limit: 100 }, options)).data.map(({ id }) => id);
  const sellers = await ids({ stripeAccount: seller.accountId });
  expect(sellers.every((id) => seller.entries.some((entry) => entry.id === id))).toBe(true);
  expect(sellers).not.toEqual(await ids({}));
  expect(emulator.requests().at(-2)).toMatchObject({ stripeAccount: seller.accountId });
});

test.each([
  ['an account that nobody knows', READ_KEY, 'acct_stranger'],
  ['the platform, asked by who is connected to it', SELLER_KEY, world.accountId],
])('%s is refused', async (_what, key, stripeAccount) => {
  await expect(client(key).balance.retrieve({}, { stripeAccount })).rejects.toMatchObject({
    type: 'StripePermissionError',
    statusCode: 403,
    code: 'account_invalid',
    message: expect.stringContaining(
      `does not have access to account '${stripeAccount}' (or that account does not exist)`,
    ),
  });
});

test('a restricted key is told which permission it lacks, and stays hidden', async () => {
  await expect(client(BALANCE_KEY).balanceTransactions.list()).rejects.toMatchObject({
    type: 'StripePermissionError',
    statusCode: 403,
    message:
      `The provided key 'rk_test_********only' does not have the required permissions for this endpoint on account ` +
      `'${world.accountId}'. Having the 'rak_balance_transaction_source_read' permission would allow this request to continue.`,
  });
});

test.each([
  ['balance_transactions?limit=0', 'limit', 'parameter_invalid_integer'],
  ['balance_transactions?limit=101', 'limit', 'parameter_invalid_integer'],
  ['balance_transactions?limit=many', 'limit', 'parameter_invalid_integer'],
  ['balance_transactions?created[gte]=yesterday', 'created[gte]', 'parameter_invalid_integer'],
  ['balance_transactions?page=2', 'page', 'parameter_unknown'],
  ['balance_transactions?expand[]=data.charge', 'expand', undefined],
  ['balance_transactions?starting_after=txn_nowhere', 'starting_after', 'resource_missing'],
  ['balance_transactions?starting_after=a&ending_before=b', 'starting_after', 'parameters_exclusive'],
  ['balance_transactions?payout=po_nowhere', 'payout', 'resource_missing'],
])('%s is a bad request', async (pathAndQuery, param, code) => {
  const { status, body } = await ask(pathAndQuery);
  expect([status, body.error.type, body.error.param, body.error.code]).toEqual([
    400,
    'invalid_request_error',
    param,
    code,
  ]);
});

test('objects and paths that are not there', async () => {
  await expect(client(READ_KEY).balanceTransactions.retrieve('txn_nowhere')).rejects.toMatchObject({
    statusCode: 404,
    code: 'resource_missing',
    message: "No such balance_transaction: 'txn_nowhere'",
  });
  const { status, body } = await ask('charges');
  expect([status, body.error.message]).toEqual([
    404,
    expect.stringContaining('Unrecognized request URL (GET: /v1/charges)'),
  ]);
});
