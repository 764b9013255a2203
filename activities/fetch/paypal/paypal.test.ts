import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { AuthRejected, SourceNotReady } from '../../errors.ts';
import { NEVER_ABORTED, readAll } from '../pages-for-tests.ts';
import type { PayPalSourceOptions } from './paypal.ts';
import {
  allOf,
  DAY,
  DAY_S,
  daySource,
  END_S,
  failure,
  firstShard,
  idsOf,
  REFRESHED_S,
  resetDay,
  START_S,
  sale,
  sales,
  searches,
} from './paypal-day-for-tests.ts';
import {
  BALANCES_PATH,
  SEARCH_PATH,
  stamp,
  startTestPayPal,
  type TestPayPal,
  TOKEN_PATH,
} from './paypal-server-for-tests.ts';

let paypal: TestPayPal;
beforeAll(async () => {
  paypal = await startTestPayPal();
});
beforeEach(() => resetDay(paypal));
afterAll(() => paypal.stop());

const source = (options: Partial<PayPalSourceOptions> = {}) => daySource(paypal, options);
// Every read begins with one row that says how far the search reaches.
const pagesAsked = () => searches(paypal).filter(({ query }) => query.get('page_size') !== '1');

test('it asks for pages of 500 rows that move the balance, of whole seconds, and for nothing of the payer', async () => {
  await readAll(source(), DAY);
  const [request] = pagesAsked();
  expect(Object.fromEntries(request?.query ?? [])).toEqual({
    start_date: '2026-01-31T00:00:00Z',
    end_date: '2026-01-31T23:59:59Z',
    fields: 'transaction_info',
    balance_affecting_records_only: 'Y',
    page_size: '500',
    page: '1',
  });
});

test('every row of the day comes once, in as many requests as it has pages', async () => {
  paypal.transactions = sales(1_050, (index) => START_S + index * 80);
  const { rows, pages } = await readAll(source(), DAY);
  expect(idsOf(rows)).toEqual(idsOf(paypal.transactions));
  expect(pages.map(({ done }) => done)).toEqual([false, false, true, true]);
  // Three pages of the day, one of the hours behind it, one that tells how far the search reaches, one token.
  expect([pagesAsked().length, searches(paypal).length, paypal.requests.length]).toEqual([4, 5, 6]);
});

test('an empty day is one empty page', async () => {
  expect((await readAll(source(), DAY)).pages).toEqual([
    { rows: [], quarantined: [], lines: null, cursor: expect.any(String), done: true },
    { rows: [], quarantined: [], lines: null, cursor: expect.any(String), done: true },
  ]);
});

test('a row that changed after the day is found where it changed, and keeps its own day', async () => {
  paypal.transactions = [sale(1, END_S + 7_200, { transaction_initiation_date: stamp(START_S + 60) })];
  const { rows } = await readAll(source(), DAY);
  expect(rows.map(({ externalId, homeDate }) => [externalId, homeDate])).toEqual([['TX1:T0006:USD', '2026-01-31']]);
});

test('the plan covers the window in slices of 31 days at most and reaches to the watermark behind it', async () => {
  const plan = await source({ shardHours: 6 }).plan(DAY, NEVER_ABORTED);
  expect(plan).toMatchObject({ sourceKey: null, fetchedUntilMs: DAY.toMs, statesCompleteness: false });
  expect(plan.shards.map(({ name }) => name)).toEqual([
    '2026-01-31T00:00Z/2026-01-31T06:00Z',
    '2026-01-31T06:00Z/2026-01-31T12:00Z',
    '2026-01-31T12:00Z/2026-01-31T18:00Z',
    '2026-01-31T18:00Z/2026-02-01T00:00Z',
    '2026-02-01T00:00Z/2026-03-04T00:00Z',
  ]);
  expect(plan.shards.at(-1)).toMatchObject({ fromMs: DAY.toMs, toMs: (REFRESHED_S + 1) * 1_000 });
  paypal.refreshedS = START_S + 400 * DAY_S;
  const year = await source({ shardHours: 10_000, now: () => Date.UTC(2027, 0, 1) }).plan(
    { fromMs: Date.UTC(2025, 0, 1), toMs: DAY.toMs },
    NEVER_ABORTED,
  );
  expect(Math.max(...year.shards.map(({ fromMs, toMs }) => toMs - fromMs))).toBe(31 * DAY_S * 1_000);
});

test('of an old day it reads 31 days more, whatever has been refreshed since', async () => {
  paypal.refreshedS = START_S + 100 * DAY_S;
  const { shards } = await source({ now: () => (START_S + 101 * DAY_S) * 1_000 }).plan(DAY, NEVER_ABORTED);
  expect(shards.at(-1)?.toMs).toBe(DAY.toMs + 31 * DAY_S * 1_000);
});

test('a plan that is made again names the same slices, and more where PayPal has refreshed', async () => {
  const names = async () => (await source({ shardHours: 1 }).plan(DAY, NEVER_ABORTED)).shards.map(({ name }) => name);
  const before = await names();
  paypal.refreshedS = REFRESHED_S + 1_800;
  const after = await names();
  expect(after.slice(0, before.length)).toEqual(before);
});

test('where PayPal is not refreshed to the end of the window, the plan ends there and says so', async () => {
  paypal.refreshedS = START_S + 20 * 3_600 - 1;
  paypal.transactions = sales(24, (index) => START_S + index * 3_600);
  const plan = await source().plan(DAY, NEVER_ABORTED);
  expect(plan.fetchedUntilMs).toBe(DAY.fromMs + 20 * 3_600_000);
  expect((await readAll(source(), DAY)).rows.length).toBe(20);
  paypal.refreshedS = START_S - 3_600;
  expect(await source().plan(DAY, NEVER_ABORTED)).toMatchObject({ shards: [], fetchedUntilMs: DAY.fromMs - 3_599_000 });
});

test('the watermark is what PayPal says, and never beyond now', async () => {
  expect(await source().watermarkMs(NEVER_ABORTED)).toBe((REFRESHED_S + 1) * 1_000);
  expect(await source({ now: () => DAY.toMs }).watermarkMs(NEVER_ABORTED)).toBe(DAY.toMs);
  const [request] = searches(paypal);
  expect([request?.query.get('page_size'), request?.query.get('start_date')]).toEqual(['1', '2026-01-25T04:00:00Z']);
});

test('rows of one transaction are told apart by event and currency; what is still equal is set aside, and said', async () => {
  const money = (currency_code: string, value: string) => ({
    transaction_amount: { currency_code, value },
    fee_amount: null,
  });
  paypal.transactions = [
    sale(1, START_S),
    sale(1, START_S + 1, { transaction_event_code: 'T1107', ...money('USD', '-10.00') }),
    sale(1, START_S + 2, { transaction_event_code: 'T0200', ...money('USD', '-10.00') }),
    sale(1, START_S + 3, { transaction_event_code: 'T0200', ...money('JPY', '1500') }),
    sale(1, START_S + 4, money('USD', '11.00')),
    sale(2, START_S + 5, money('EUR', '11.00')),
    sale(2, START_S + 5, money('EUR', '11.00')),
  ];
  const { rows, quarantined } = await readAll(source(), DAY);
  expect(rows.map((row) => `${row.externalId} ${row.grossMinor}`)).toEqual([
    'TX1:T0006:USD 1000',
    'TX1:T1107:USD -1000',
    'TX1:T0200:USD -1000',
    'TX1:T0200:JPY 1500',
    'TX2:T0006:EUR 1100',
  ]);
  const reason = 'transaction_id: another row of the search has the same id, event and currency';
  expect(quarantined).toEqual([
    { source: 'PayPal API', position: 'TX1', reason },
    { source: 'PayPal API', position: 'TX2', reason },
  ]);
});

test('an unreadable row is quarantined by its id, or by its place where the id is none', async () => {
  paypal.transactions = [
    sale(1, START_S, { transaction_status: 'X' }),
    sale(2, START_S, {
      transaction_id: 'jane.doe@example.com',
      transaction_amount: { currency_code: 'USD', value: '1,0' },
    }),
    { updatedS: START_S, info: {} },
    sale(4, START_S),
  ];
  const { rows, quarantined } = await readAll(source(), DAY);
  expect(idsOf(rows)).toEqual(['TX4']);
  expect(quarantined.map(({ position }) => position)).toEqual([
    'TX1',
    '2026-01-31T00:00:00Z page 1, row 2',
    '2026-01-31T00:00:00Z page 1, row 3',
  ]);
  expect(JSON.stringify(quarantined)).not.toContain('jane');
});

test('personal data that PayPal sends unasked is found nowhere', async () => {
  const planted = ['jane.doe@example.com', 'Privet Drive', '4242424242424242', '+15551234567', 'Hat for Aunt Petunia'];
  const [email, street, card, phone, hat] = planted;
  paypal.transactions = [
    {
      ...sale(1, START_S, {
        custom_field: `${phone} ${email}`,
        transaction_note: street,
        transaction_subject: hat,
        invoice_id: 'ORD-1',
      }),
      beside: {
        payer_info: { email_address: email, phone_number: { national_number: phone } },
        shipping_info: { address: { line1: street } },
        cart_info: { item_details: [{ item_name: hat, item_code: card }] },
      },
    },
    sale(2, START_S, { invoice_id: card, custom_field: email }),
    sale(3, START_S, { invoice_id: undefined, custom_field: card }),
  ];
  const { pages } = await readAll(source(), DAY);
  const text = JSON.stringify(pages, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
  for (const personal of planted) expect(text).not.toContain(personal);
  expect(pages[0]?.rows.map(({ merchantReference }) => merchantReference)).toEqual(['ORD-1', null]);
});

test('the probe says who answers, how far the search reaches and whether balances can be read', async () => {
  expect((await source().probe(NEVER_ABORTED)).detail).toBe(
    'answers as MERCHANT1, Transaction Search reaches 2026-02-01T03:00:00.000Z, balances are not readable with this app',
  );
  expect(await source().balances?.(DAY.toMs, NEVER_ABORTED)).toEqual([]);
  const body = { balances: [], as_of_time: stamp(END_S) };
  paypal.script = ({ path }) => (path === BALANCES_PATH ? { body } : undefined);
  expect((await source().probe(NEVER_ABORTED)).detail).toMatch(/, balances readable$/);
  paypal.script = ({ path }) => (path === TOKEN_PATH ? { status: 401, body: { error: 'invalid_client' } } : undefined);
  expect(await failure(source().probe(NEVER_ABORTED))).toBeInstanceOf(AuthRejected);
});

test('the shards of one source share their token', async () => {
  const shared = source({ shardHours: 1 });
  const { shards } = await shared.plan(DAY, NEVER_ABORTED);
  await Promise.all(shards.map((shard) => allOf(shared.read(shard, null, NEVER_ABORTED))));
  expect(paypal.requests.filter(({ path }) => path === TOKEN_PATH).length).toBe(1);
});

test('the signal ends a read that hangs, with its own reason', async () => {
  const shard = await firstShard(source());
  paypal.script = ({ path }) => (path === SEARCH_PATH ? 'hanging' : undefined);
  const before = searches(paypal).length;
  const stop = new AbortController();
  const ended = failure(allOf(source().read(shard, null, stop.signal)));
  while (searches(paypal).length === before) await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error('the worker shuts down'));
  expect((await ended).message).toBe('the worker shuts down');
});

test('a search that stands still since weeks still says how far it reaches', async () => {
  const watermarkMs = source({ now: () => DAY.toMs + 40 * DAY_S * 1_000 }).watermarkMs(NEVER_ABORTED);
  expect(await watermarkMs).toBe((REFRESHED_S + 1) * 1_000);
  paypal.refreshedS = START_S - 2_000 * DAY_S;
  expect(await failure(source().watermarkMs(NEVER_ABORTED))).toBeInstanceOf(SourceNotReady);
});

test('a window of too many slices is refused with the next step', async () => {
  await expect(source({ shardHours: 0.001 }).plan(DAY, NEVER_ABORTED)).rejects.toThrow(
    'raise shardHours or shorten the window',
  );
});
