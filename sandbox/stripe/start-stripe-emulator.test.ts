import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import { windowOf } from '../../domain/business-date.ts';
import { generateWorld } from '../world/generate-world.ts';
import type { LedgerEntry, World } from '../world/world.ts';
import { type StripeEmulator, startStripeEmulator } from './start-stripe-emulator.ts';

const READ_KEY = 'rk_test_reader';
const OTHER_KEY = 'rk_test_other_account';
const LATE_BY_S = 90_000;

const us = withOddities(
  generateWorld({
    seed: 11,
    account: 'stripe/us',
    zone: 'America/New_York',
    firstDate: '2026-05-01',
    days: 5,
    transactionsPerDay: 120,
  }),
);
const eu = generateWorld({
  seed: 11,
  account: 'stripe/eu',
  zone: 'Europe/Berlin',
  firstDate: '2026-05-01',
  days: 1,
  transactionsPerDay: 40,
});

let nowMs = 0;
let emulator: StripeEmulator;
let stripe: Stripe;
beforeAll(async () => {
  emulator = await startStripeEmulator({
    accounts: [
      { world: us, keys: [{ key: READ_KEY }] },
      { world: eu, keys: [{ key: OTHER_KEY }] },
    ],
    clock: () => nowMs,
  });
  stripe = client(READ_KEY);
});
beforeEach(() => {
  nowMs = us.endMs + 30 * 86_400_000;
});
afterAll(() => emulator.stop());

/** One payout made by hand, and one row that Stripe lists a day late. */
function withOddities(world: World): World {
  const middle = Math.floor(world.entries.length / 2);
  return {
    ...world,
    entries: world.entries.map((entry, index) =>
      index === middle ? { ...entry, listableAtS: entry.createdS + LATE_BY_S } : entry,
    ),
    payouts: world.payouts.map((payout, index) => (index === 0 ? { ...payout, automatic: false } : payout)),
  };
}

function client(key: string): Stripe {
  const { host, port } = emulator;
  return new Stripe(key, { host, port, protocol: 'http', telemetry: false, maxNetworkRetries: 0, timeout: 2_000 });
}

/** As curl asks, so that the SDK's habits do not hide anything. */
async function ask(pathAndQuery: string, headers: Record<string, string> = { Authorization: `Bearer ${READ_KEY}` }) {
  const response = await fetch(`http://${emulator.host}:${emulator.port}/v1/${pathAndQuery}`, { headers });
  const body = JSON.parse(await response.text());
  return { status: response.status, headers: response.headers, body, ids: idsOf(body.data ?? []) };
}

function idsOf(rows: readonly { readonly id: string }[]): string[] {
  return rows.map(({ id }) => id);
}

const newestFirst = us.entries.toReversed();
const select = (wanted: (entry: LedgerEntry) => boolean) => idsOf(newestFirst.filter(wanted));

describe('listing balance transactions', () => {
  test('the SDK pages through all of them, newest first, each once', async () => {
    const listed = await stripe.balanceTransactions.list({ limit: 100 }).autoPagingToArray({ limit: 10_000 });
    expect(idsOf(listed)).toEqual(idsOf(newestFirst));
    expect(listed.map(({ net }) => net)).toEqual(newestFirst.map((entry) => Number(entry.grossMinor - entry.feeMinor)));
  });

  test('paging backwards from a row gives what is newer, still newest first', async () => {
    const anchor = idsOf(newestFirst)[7] ?? '';
    const page = await stripe.balanceTransactions.list({ ending_before: anchor, limit: 3 });
    expect([idsOf(page.data), page.has_more]).toEqual([idsOf(newestFirst).slice(4, 7), true]);
    const rest = await stripe.balanceTransactions.list({ ending_before: anchor, limit: 100 });
    expect([idsOf(rest.data), rest.has_more]).toEqual([idsOf(newestFirst).slice(0, 7), false]);
  });

  test('the last page ends exactly where the rows end', async () => {
    const { endMs } = windowOf(us.firstDate, us.zone);
    const wanted = select(({ createdS }) => createdS < endMs / 1000);
    const list = `balance_transactions?created[lt]=${endMs / 1000}`;
    const first = await ask(`${list}&limit=100`);
    const last = await ask(`${list}&limit=${wanted.length - 100}&starting_after=${first.ids.at(-1)}`);
    expect([first.body.has_more, last.body.has_more]).toEqual([true, false]);
    expect([...first.ids, ...last.ids]).toEqual(wanted);
  });

  test('time ranges include and exclude as they say, in every spelling', async () => {
    const boundary = newestFirst[40]?.createdS ?? 0;
    const until = newestFirst[30]?.createdS ?? 0;
    const spellings: [string, (createdS: number) => boolean][] = [
      [`created[gte]=${boundary}&created[lt]=${until}`, (s) => s >= boundary && s < until],
      [`created%5Bgt%5D=${boundary}&created%5Blte%5D=${until}`, (s) => s > boundary && s <= until],
      [`created=${boundary}`, (s) => s === boundary],
    ];
    for (const [query, wanted] of spellings) {
      const { ids } = await ask(`balance_transactions?limit=100&${query}`);
      expect([query, ids]).toEqual([query, select(({ createdS }) => wanted(createdS))]);
    }
    const bySdk = await stripe.balanceTransactions.list({ created: { gte: boundary, lt: until }, limit: 100 });
    expect(idsOf(bySdk.data)).toEqual(select(({ createdS }) => createdS >= boundary && createdS < until));
  });

  test('type, source, currency and payout select, alone and together', async () => {
    const payout = us.payouts[1]?.id ?? '';
    const ofPayout = select(({ payoutId }) => payoutId === payout);
    expect(ofPayout.length).toBeGreaterThan(20);
    const listed = await stripe.balanceTransactions.list({ payout }).autoPagingToArray({ limit: 1_000 });
    expect(idsOf(listed)).toEqual(ofPayout);
    expect(listed.reduce((sum, { net }) => sum + net, 0)).toBe(0);
    const refunds = await ask(`balance_transactions?limit=100&type=refund&payout=${payout}&currency=usd`);
    expect(refunds.ids).toEqual(select(({ movement, payoutId }) => movement === 'refund' && payoutId === payout));
    expect((await ask('balance_transactions?currency=eur')).ids).toEqual([]);
    const charge = newestFirst.find(({ movement }) => movement === 'charge');
    expect((await ask(`balance_transactions?source=${charge?.source?.id}`)).ids).toEqual([charge?.id]);
  });

  test('a payout made by hand has no members to list', async () => {
    const { status, body } = await ask(`balance_transactions?payout=${us.payouts[0]?.id}`);
    expect([status, body.error.param]).toEqual([400, 'payout']);
    expect(body.error.message).toContain('only be filtered on automatic transfers, not manual');
  });

  test.each(['expand[]=data.source', 'expand[0]=data.source', 'expand%5B%5D=data.source'])(
    'sources are expanded on %s',
    async (expand) => {
      const { body } = await ask(`balance_transactions?limit=100&type=charge&${expand}`);
      for (const { source } of body.data) expect(source).toMatchObject({ object: 'charge', livemode: true });
      const [row] = (await ask('balance_transactions?limit=1&type=charge')).body.data;
      expect(body.data[0].source.id).toBe(row.source);
    },
  );

  test('a row that Stripe lists late is nowhere before and in its place afterwards', async () => {
    const late = us.entries.find(({ createdS, listableAtS }) => listableAtS === createdS + LATE_BY_S);
    const around = `balance_transactions?created=${late?.createdS}`;
    nowMs = ((late?.listableAtS ?? 0) - 1) * 1000;
    expect((await ask(around)).ids).not.toContain(late?.id);
    expect((await ask(`balance_transactions/${late?.id}`)).status).toBe(404);
    nowMs += 1000;
    expect((await ask(around)).ids).toContain(late?.id);
    expect((await ask(`balance_transactions/${late?.id}`)).body).toMatchObject({
      id: late?.id,
      source: late?.source?.id,
    });
  });

  test('funds turn from pending to available without anything else changing', async () => {
    const entry = us.entries.find(({ movement }) => movement === 'charge');
    nowMs = ((entry?.availableOnS ?? 0) - 1) * 1000;
    const before = await stripe.balanceTransactions.retrieve(entry?.id ?? '');
    nowMs += 1000;
    const after = await stripe.balanceTransactions.retrieve(entry?.id ?? '');
    expect([before.status, after.status]).toEqual(['pending', 'available']);
    expect({ ...before, status: '' }).toEqual({ ...after, status: '' });
  });
});

describe('payouts, balance and account', () => {
  test('payouts are listed, filtered and paid when they arrive', async () => {
    const ids = idsOf(us.payouts.toReversed());
    expect(idsOf(await stripe.payouts.list({ limit: 2 }).autoPagingToArray({ limit: 100 }))).toEqual(ids);
    const [, second] = us.payouts;
    const arrival = second?.arrivalDateS ?? 0;
    expect((await ask(`payouts?arrival_date=${arrival}&status=paid`)).ids).toEqual([second?.id]);
    nowMs = (arrival - 1) * 1000;
    expect((await ask(`payouts?arrival_date=${arrival}&status=paid`)).ids).toEqual([]);
    expect((await stripe.payouts.retrieve(second?.id ?? '')).status).toBe('in_transit');
  });

  test('the balance is what the ledger sums up to', async () => {
    const balance = await stripe.balance.retrieve();
    const total = us.entries.reduce((sum, entry) => sum + entry.grossMinor - entry.feeMinor, 0n);
    expect((balance.available[0]?.amount ?? 0) + (balance.pending[0]?.amount ?? 0)).toBe(Number(total));
  });

  test('a key shows its own account only', async () => {
    const other = client(OTHER_KEY);
    expect((await stripe.accounts.retrieveCurrent()).id).toBe(us.accountId);
    expect((await other.accounts.retrieveCurrent()).id).toBe(eu.accountId);
    const listed = await other.balanceTransactions.list({ limit: 100 }).autoPagingToArray({ limit: 1_000 });
    expect(idsOf(listed)).toEqual(idsOf(eu.entries.toReversed()));
  });
});

describe('on the wire', () => {
  test('each answer has a request id of its own and repeats the version it was asked in', async () => {
    const first = await ask('balance');
    const second = await ask('balance', { Authorization: `Bearer ${READ_KEY}`, 'Stripe-Version': '2025-01-27.acacia' });
    expect(first.headers.get('request-id')).toMatch(/^req_\w{14}$/);
    expect(second.headers.get('request-id')).not.toBe(first.headers.get('request-id'));
    expect(first.headers.get('stripe-version')).toBe(Stripe.API_VERSION);
    expect(second.headers.get('stripe-version')).toBe('2025-01-27.acacia');
    expect(emulator.requests().at(-1)).toMatchObject({
      path: '/v1/balance',
      status: 200,
      apiVersion: '2025-01-27.acacia',
    });
  });

  test('it listens on the loopback address only', async () => {
    const others = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    for (const { address } of others.filter(({ internal, family }) => !internal && family === 'IPv4')) {
      const outcome = new Promise((resolve) => {
        const socket = connect({ host: address, port: emulator.port });
        socket.once('error', resolve).once('connect', () => resolve(socket.destroy()));
      });
      expect(await outcome).toMatchObject({ code: 'ECONNREFUSED' });
    }
    expect(emulator.host).toBe('127.0.0.1');
  });

  test('latency delays an answer', async () => {
    const slow = await startStripeEmulator({ accounts: [{ world: eu, keys: [{ key: OTHER_KEY }] }], latencyMs: 60 });
    const started = performance.now();
    await fetch(`http://${slow.host}:${slow.port}/v1/balance`);
    expect(performance.now() - started).toBeGreaterThan(55);
    await slow.stop();
  });

  test('a port that is taken is named', async () => {
    const { port } = emulator;
    await expect(startStripeEmulator({ accounts: [], port })).rejects.toThrow(`cannot listen on 127.0.0.1:${port}`);
  });
});
