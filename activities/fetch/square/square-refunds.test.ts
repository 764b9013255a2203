import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { AuthRejected, RateLimited, SourceRejected, SourceUnavailable } from '../../errors.ts';
import { NEVER_ABORTED, readAll } from '../pages-for-tests.ts';
import type { SourcePage } from '../source.ts';
import { type SquareSourceOptions, squareSource } from './square.ts';
import { location, PERSONAL, payment, refund } from './square-records-for-tests.ts';
import { type Fault, failure, type SquareServer, startSquareServer } from './square-server-for-tests.ts';

const DAY = { fromMs: Date.UTC(2026, 0, 31), toMs: Date.UTC(2026, 1, 1) };
const at = (hour: number, minute = 0) => new Date(DAY.fromMs + hour * 3_600_000 + minute * 60_000).toISOString();

let square: SquareServer;
beforeEach(async () => {
  square = await startSquareServer();
  square.world.locations.push(location('LMAIN'));
});
afterEach(() => square.stop());

function source(options: Partial<SquareSourceOptions> = {}) {
  return squareSource({
    account: 'square/us',
    zone: 'UTC',
    accessToken: () => 'EAAA_test_token_of_the_reader_1234',
    baseUrl: square.url,
    requestTimeoutMs: 5_000,
    ...options,
  });
}

async function readRefunds(view = 'created', cursor: string | null = null, options: Partial<SquareSourceOptions> = {}) {
  const pages: SourcePage<ProcessorRow>[] = [];
  const reading = source(options).read({ name: `refunds/${view}`, ...DAY }, cursor, NEVER_ABORTED);
  for await (const page of reading) pages.push(page);
  return { pages, rows: pages.flatMap((page) => page.rows), quarantined: pages.flatMap((page) => page.quarantined) };
}

const references = (rows: readonly ProcessorRow[]) =>
  Object.fromEntries(rows.map((row) => [row.externalId, row.merchantReference]));
const pathsAsked = () => square.requests.map(({ pathname }) => pathname.replace('/v2/', ''));

/** Refunds of a day, one a minute, two of each payment; the payments were made a month before. */
function aDayOf(count: number) {
  for (let index = 0; index < count; index += 1) {
    const paymentId = `P${Math.floor(index / 2)}`;
    if (index % 2 === 0) square.world.payments.push(payment(paymentId, at(-720), { reference_id: `ORD-${paymentId}` }));
    square.world.refunds.push(refund(`R${String(index).padStart(3, '0')}`, at(1, index), { payment_id: paymentId }));
  }
}

test('a refund carries what the shop knows its payment by: the reference, else the order', async () => {
  square.world.payments.push(payment('P1', at(1), { reference_id: 'ORD-1' }));
  square.world.payments.push(payment('P2', at(-720), { location_id: 'LSIDE' }));
  square.world.payments.push(payment('P3', at(1), { order_id: undefined }));
  for (const id of ['1', '2', '3']) square.world.refunds.push(refund(`R${id}`, at(2), { payment_id: `P${id}` }));
  const { rows } = await readRefunds();
  expect(references(rows)).toEqual({ R1: 'ORD-1', R2: 'order_P2', R3: null });
});

test('each payment is asked for once in a read, and one only of refunds that belong to it', async () => {
  aDayOf(6);
  square.world.refunds.push(refund('unlinked', at(3), { payment_id: undefined, unlinked: true }));
  square.world.refunds.push(refund('of the next day', at(24), { payment_id: 'PX' }));
  square.world.refunds.push(refund('before', at(-1), { payment_id: 'PY' }));
  square.world.refunds.push(refund('unreadable', 'yesterday', { payment_id: 'PZ' }));
  square.pageRows = 3;
  const { rows, quarantined } = await readRefunds();
  expect([rows.length, quarantined.length]).toEqual([7, 0]);
  // 'of the next day' too, because this server includes the end of a window.
  expect(pathsAsked()).toEqual(['refunds', 'payments/P0', 'payments/P1', 'refunds', 'payments/P2', 'refunds']);
});

test('it lists 25 refunds at a time', async () => {
  await readRefunds('updated');
  expect(square.requests[0]?.searchParams.get('limit')).toBe('25');
});

test('a refund that did not change costs nothing, even from a server that forgets to filter', async () => {
  square.world.payments.push(payment('P1', at(-48)));
  square.world.refunds.push(refund('old', at(-40)), refund('changed', at(-40), { updated_at: at(1) }));
  square.updatedFilter = 'none';
  square.world.refunds.push(refund('older', at(-40), { payment_id: 'PX' }));
  const { rows } = await readRefunds('updated');
  expect(references(rows)).toEqual({ changed: 'order_P1' });
  expect(pathsAsked()).toEqual(['refunds', 'payments/P1']);
});

test('a payment that Square does not know is no error, and is not asked for again', async () => {
  square.world.refunds.push(refund('R1', at(1), { payment_id: 'gone' }), refund('R2', at(2), { payment_id: 'gone' }));
  const { rows, quarantined } = await readRefunds();
  expect(references(rows)).toEqual({ R1: null, R2: null });
  expect(rows.map((row) => row.parentId)).toEqual(['gone', 'gone']);
  expect(quarantined).toEqual([]);
  expect(square.requests.length).toBe(2);
});

test('a killed read goes on right behind the page that was stored', async () => {
  aDayOf(7);
  square.pageRows = 2;
  const whole = await readRefunds();
  expect(whole.pages.length).toBe(4);
  let seen = 0;
  for (const page of whole.pages.slice(0, -1)) {
    seen += page.rows.length;
    expect((await readRefunds('created', page.cursor)).rows).toEqual(whole.rows.slice(seen));
  }
});

test('a read that ends at a payment has given the pages before it, and goes on behind them', async () => {
  aDayOf(6);
  square.pageRows = 2;
  const whole = await readRefunds();
  square.script = (url) => (url.pathname.endsWith('/P1') ? 'drop' : undefined);
  const pages: SourcePage<ProcessorRow>[] = [];
  const reading = async () => {
    const read = source().read({ name: 'refunds/created', ...DAY }, null, NEVER_ABORTED);
    for await (const page of read) pages.push(page);
  };
  await expect(reading()).rejects.toThrow(SourceUnavailable);
  expect(pages.length).toBe(1);
  square.script = null;
  const rest = await readRefunds('created', pages[0]?.cursor ?? null);
  expect([...(pages[0]?.rows ?? []), ...rest.rows]).toEqual(whole.rows);
});

test.each<[string, Fault, new (...given: never[]) => Error]>([
  ['nothing', { body: '{}' }, SourceUnavailable],
  ['no payment', { body: '{"payment":null}' }, SourceUnavailable],
  ['another payment', { body: '{"payment":{"id":"P2","order_id":"order_P2"}}' }, SourceUnavailable],
  ['a payment without an id', { body: '{"payment":{"order_id":"order_P1"}}' }, SourceUnavailable],
  ['a list of payments', { body: '{"payments":[{"id":"P1"}]}' }, SourceUnavailable],
  ['errors beside the payment', { body: '{"payment":{"id":"P1"},"errors":[{"code":"X"}]}' }, SourceUnavailable],
  ['an answer that is cut short', { body: '{"payment":{"id":"P1","order_id":' }, SourceUnavailable],
  ['an error of the server', failure(500, 'API_ERROR', 'INTERNAL_SERVER_ERROR'), SourceUnavailable],
  ['a missing permission', failure(403, 'AUTHENTICATION_ERROR', 'INSUFFICIENT_SCOPES'), AuthRejected],
  ['a rate limit', failure(429, 'RATE_LIMIT_ERROR', 'RATE_LIMITED', { 'retry-after': '7' }), RateLimited],
  [
    'a 404 that is not of Square',
    { status: 404, headers: { 'content-type': 'text/html' }, body: 'no such page' },
    SourceRejected,
  ],
])('%s where a payment was asked for is never a refund without a reference', async (_what, fault, expected) => {
  square.world.refunds.push(refund('R1', at(1)));
  square.script = (url) => (url.pathname.startsWith('/v2/payments/') ? fault : undefined);
  await expect(readRefunds()).rejects.toThrow(expected);
  expect(square.requests.length).toBe(2);
});

test('a payment whose reference can be no key is the fault of its refunds alone', async () => {
  square.world.payments.push(payment('P1', at(1), { reference_id: 'x'.repeat(513) }), payment('P2', at(1)));
  for (const id of ['1', '2']) square.world.refunds.push(refund(`R${id}`, at(2), { payment_id: `P${id}` }));
  const { rows, quarantined } = await readRefunds();
  expect(references(rows)).toEqual({ R2: 'order_P2' });
  expect(quarantined).toMatchObject([{ position: 'R1', reason: expect.stringContaining('reference_id: is longer') }]);
});

test('each payment that is asked for waits for its turn', async () => {
  aDayOf(4);
  let turns = 0;
  const pass = async () => {
    turns += 1;
  };
  await readRefunds('created', null, { gate: { pass, pause: async () => undefined } });
  expect([turns, square.requests.length]).toEqual([3, 3]);
});

test('nothing personal of the payment gets through', async () => {
  aDayOf(2);
  const text = JSON.stringify(await readAll(source(), DAY), (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(text).toContain('ORD-P0');
  for (const personal of PERSONAL) expect(text).not.toContain(personal);
});
