import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { pollUntil } from '../../local/poll-until.ts';
import { generateWorld } from '../world/generate-world.ts';
import { type StripeEmulator, startStripeEmulator } from './start-stripe-emulator.ts';

const READ_KEY = 'rk_test_reader';
const world = generateWorld({
  seed: 12,
  account: 'stripe/us',
  zone: 'America/New_York',
  firstDate: '2026-05-01',
  days: 1,
  transactionsPerDay: 120,
});
const accounts = [{ world, keys: [{ key: READ_KEY }] }];

let emulator: StripeEmulator;
beforeAll(async () => {
  emulator = await startStripeEmulator({ accounts, clock: () => world.endMs + 86_400_000 });
});
afterEach(() => emulator.setFaults([]));
afterAll(() => emulator.stop());

function client({ host, port }: StripeEmulator, timeout = 2_000): Stripe {
  return new Stripe(READ_KEY, { host, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0, timeout });
}

function list() {
  return client(emulator).balanceTransactions.list({ limit: 1 });
}

/** As curl asks, so that the SDK's habits do not hide anything. */
function ask(path: string): Promise<Response> {
  const headers = { Authorization: `Bearer ${READ_KEY}` };
  return fetch(`http://${emulator.host}:${emulator.port}/v1/${path}`, { headers });
}

test('a rate limit says which one and not for how long, unless the script does', async () => {
  emulator.setFaults([
    { on: 1, answer: { kind: 'rate_limited', reason: 'global-rate' } },
    { on: 2, answer: { kind: 'rate_limited', retryAfterS: 3 } },
  ]);
  const error = await list().catch((failure: unknown) => failure);
  expect(error).toMatchObject({ type: 'StripeRateLimitError', statusCode: 429, code: 'rate_limit' });
  expect(error).toMatchObject({ headers: { 'stripe-rate-limited-reason': 'global-rate' } });
  expect(error).not.toMatchObject({ headers: { 'retry-after': expect.anything() } });
  expect((await ask('balance')).headers.get('retry-after')).toBe('3');
  await expect(list()).resolves.toMatchObject({ object: 'list' });
});

test('server errors hit the requests they are written for, and no others', async () => {
  emulator.setFaults([{ on: [2, 3], answer: { kind: 'server_error', status: 503 } }]);
  const statuses: number[] = [];
  for (let request = 0; request < 4; request += 1) statuses.push((await ask('balance')).status);
  expect(statuses).toEqual([200, 503, 503, 200]);
});

test('a fault can ask about the request, and is bounded by its count', async () => {
  const on = (request: { path: string }) => request.path === '/v1/payouts';
  emulator.setFaults([{ on, times: 2, answer: { kind: 'server_error' } }]);
  const statuses: number[] = [];
  for (const path of ['payouts', 'balance', 'payouts', 'payouts']) statuses.push((await ask(path)).status);
  expect(statuses).toEqual([500, 200, 500, 200]);
});

test.each(['dropped', 'dropped_midway'] as const)('a connection that is %s is a connection error', async (kind) => {
  emulator.setFaults([{ on: 1, answer: { kind } }]);
  await expect(ask('balance_transactions?limit=100').then((answer) => answer.text())).rejects.toThrow(
    /fetch failed|terminated/,
  );
  await expect(list()).resolves.toMatchObject({ object: 'list' });
});

test('the SDK reports broken, cut and foreign answers as errors', async () => {
  for (const kind of ['dropped', 'truncated_json', 'html'] as const) {
    // A closed connection is tried once more even with maxNetworkRetries: 0.
    emulator.setFaults([{ on: [1, 2], answer: { kind } }]);
    await expect(list()).rejects.toBeInstanceOf(Stripe.errors.StripeError);
  }
});

test('a page of HTML and half a JSON document arrive as such', async () => {
  emulator.setFaults([
    { on: 1, answer: { kind: 'html', status: 200 } },
    { on: 2, answer: { kind: 'truncated_json' } },
  ]);
  const page = await ask('balance');
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(await page.text()).toContain('<!doctype html>');
  const half = await ask('balance');
  expect(half.headers.get('content-type')).toBe('application/json');
  await expect(half.json()).rejects.toThrow('JSON');
});

test('a silent connection stays silent until the emulator stops', async () => {
  const silent = await startStripeEmulator({
    accounts,
    faults: [{ on: 1, answer: { kind: 'hanging' } }],
  });
  const refusal = (timeoutMs: number) =>
    client(silent, timeoutMs)
      .balance.retrieve()
      .catch((error: unknown) => error);
  expect(await refusal(100)).toMatchObject({ type: 'StripeConnectionError' });
  expect(silent.requests()).toMatchObject([{ fault: 'hanging', status: 0 }]);
  silent.setFaults([{ on: 1, answer: { kind: 'hanging' } }]);
  const waiting = refusal(30_000);
  await pollUntil({
    what: 'the second request',
    timeoutMs: 5_000,
    intervalMs: 5,
    check: async () => (silent.requests().length > 1 ? true : undefined),
  });
  await silent.stop();
  expect(await waiting).toMatchObject({ type: 'StripeConnectionError' });
});
