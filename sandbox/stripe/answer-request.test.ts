import { afterAll, beforeAll, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { generateWorld } from '../world/generate-world.ts';
import { type StripeEmulator, startStripeEmulator } from './start-stripe-emulator.ts';

const READ_KEY = 'rk_test_reader';
const BALANCE_KEY = 'rk_test_balance_only';
const world = generateWorld({
  seed: 13,
  account: 'stripe/us',
  zone: 'America/New_York',
  firstDate: '2026-05-01',
  days: 1,
  transactionsPerDay: 40,
});

let emulator: StripeEmulator;
beforeAll(async () => {
  emulator = await startStripeEmulator({
    accounts: [{ world, keys: [{ key: READ_KEY }, { key: BALANCE_KEY, permissions: ['rak_balance_read'] }] }],
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
