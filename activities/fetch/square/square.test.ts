import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { SourceUnavailable } from '../../errors.ts';
import { NEVER_ABORTED, readAll } from '../pages-for-tests.ts';
import type { SourcePage } from '../source.ts';
import { type SquareSourceOptions, squareSource } from './square.ts';
import { dispute, entry, fee, location, PERSONAL, payment, payout, refund, usd } from './square-records-for-tests.ts';
import { type SquareServer, startSquareServer } from './square-server-for-tests.ts';

// 2026-01-31 in New York.
const DAY = { fromMs: Date.UTC(2026, 0, 31, 5), toMs: Date.UTC(2026, 1, 1, 5) };
const NEXT_DAY = { fromMs: DAY.toMs, toMs: DAY.toMs + 86_400_000 };

let square: SquareServer;
beforeEach(async () => {
  square = await startSquareServer();
  square.world.locations.push(location('LMAIN'), location('LSIDE', { status: 'INACTIVE' }));
});
afterEach(() => square.stop());

function source(options: Partial<SquareSourceOptions> = {}) {
  return squareSource({
    account: 'square/us',
    zone: 'America/New_York',
    accessToken: () => 'EAAA_test_token_of_the_reader_1234',
    baseUrl: square.url,
    requestTimeoutMs: 5_000,
    now: () => DAY.toMs + 4 * 3_600_000,
    ...options,
  });
}

async function readShard(name: string, cursor: string | null = null, window = DAY) {
  const pages: SourcePage<ProcessorRow>[] = [];
  for await (const page of source().read({ name, ...window }, cursor, NEVER_ABORTED)) pages.push(page);
  return { pages, rows: pages.flatMap((page) => page.rows), quarantined: pages.flatMap((page) => page.quarantined) };
}

const ids = (rows: readonly ProcessorRow[]) => rows.map((row) => row.externalId);
const sortedIds = (rows: readonly ProcessorRow[]) => ids(rows).sort();
const at = (hour: number, minute = 0) => new Date(DAY.fromMs + hour * 3_600_000 + minute * 60_000).toISOString();

/** Payments of a day at the main location, one a minute. */
function aDayOf(count: number) {
  for (let index = 0; index < count; index += 1) {
    square.world.payments.push(payment(`P${String(index).padStart(3, '0')}`, at(1, index)));
  }
}

test('each location has its shards, also a closed one, and their names are stable', async () => {
  const plan = await source().plan(DAY, NEVER_ABORTED);
  expect(plan.shards.map((shard) => shard.name)).toEqual([
    'payments/LMAIN/created',
    'payments/LMAIN/updated',
    'payments/LSIDE/created',
    'payments/LSIDE/updated',
    'refunds/created',
    'refunds/updated',
    'disputes',
    'payouts/LMAIN',
    'payouts/LSIDE',
  ]);
  expect(plan).toMatchObject({ sourceKey: null, fetchedUntilMs: DAY.toMs, statesCompleteness: false });
  expect(plan.shards.every((shard) => shard.fromMs === DAY.fromMs && shard.toMs === DAY.toMs)).toBe(true);
});

test('every location is asked for, because without one Square lists the main location only', async () => {
  const side = { location_id: 'LSIDE' };
  square.world.payments.push(payment('P1', at(1)), payment('P2', at(2), side));
  square.world.refunds.push(refund('R1', at(1)), refund('R2', at(2), side));
  square.world.disputes.push(dispute('D1', at(1), 'LOST'), dispute('D2', at(2), 'LOST', side));
  square.world.payouts.push(payout('po_1', at(1), 81), payout('po_2', at(2), 81, side));
  for (const id of ['po_1', 'po_2']) square.world.entries[id] = [entry(`e_${id}`, id, 'CHARGE', 100, 19)];
  const { rows, quarantined } = await readAll(source(), DAY);
  expect(quarantined).toEqual([]);
  expect(sortedIds(rows)).toEqual(['D1', 'D2', 'P1', 'P2', 'R1', 'R2', 'e_po_1', 'e_po_2', 'po_1', 'po_2']);
  const levels = Object.fromEntries(rows.map((row) => [row.externalId, row.level]));
  expect([levels.P1, levels.R1, levels.D1, levels.po_1, levels.e_po_1]).toEqual([
    'activity',
    'activity',
    'activity',
    'settlement',
    'settlement',
  ]);
});

test('two days that touch share no row and lose none, whatever the server makes of the end of a window', async () => {
  square.world.payments.push(payment('before', at(-1)), payment('first', at(0)), payment('last', at(23, 59)));
  square.world.payments.push(payment('next', at(24)));
  square.world.refunds.push(refund('R1', at(0)), refund('R2', at(24)));
  const [today, tomorrow] = [await readAll(source(), DAY), await readAll(source(), NEXT_DAY)];
  expect(sortedIds(today.rows)).toEqual(['R1', 'first', 'last']);
  expect(sortedIds(tomorrow.rows)).toEqual(['R2', 'next']);
});

test('a payment that changed today comes again, as a new version of the day on which it was made', async () => {
  const made = payment('P1', at(1), { status: 'APPROVED' });
  square.world.payments.push(made);
  square.world.refunds.push(refund('R1', at(2), { status: 'PENDING' }));
  const [authorised] = (await readShard('payments/LMAIN/created')).rows;
  square.world.payments[0] = { ...made, status: 'COMPLETED', updated_at: at(30), processing_fee: [fee(66)] };
  square.world.refunds[0] = refund('R1', at(2), { updated_at: at(31) });
  const { rows } = await readAll(source(), NEXT_DAY);
  expect(rows).toMatchObject([
    { externalId: 'P1', status: 'settled', movesBalance: true, feeMinor: 66n, homeDate: '2026-01-31' },
    { externalId: 'R1', status: 'settled', homeDate: '2026-01-31' },
  ]);
  expect(authorised).toMatchObject({ externalId: 'P1', status: 'pending', movesBalance: false });
  expect(rows[0]?.contentHash).not.toBe(authorised?.contentHash);
});

test('what did not change is not read again, even from a server that forgets to filter', async () => {
  square.world.payments.push(payment('old', at(-48)), payment('older than the look-back', at(-24 * 400)));
  for (const updatedFilter of ['and', 'none'] as const) {
    square.updatedFilter = updatedFilter;
    expect((await readShard('payments/LMAIN/updated')).rows).toEqual([]);
  }
  square.world.payments.push(payment('changed', at(-48), { updated_at: at(3) }));
  square.world.payments.push(payment('without a time of change', at(-48), { updated_at: undefined }));
  expect(ids((await readShard('payments/LMAIN/updated')).rows)).toEqual(['changed', 'without a time of change']);
});

test('a page that is short, or empty, is not the last, and an empty cursor is none', async () => {
  aDayOf(7);
  square.pageRows = 3;
  square.lastCursor = 'empty';
  const { pages, rows } = await readShard('payments/LMAIN/created');
  expect(pages.map((page) => [page.rows.length, page.done])).toEqual([
    [3, false],
    [3, false],
    [1, true],
  ]);
  expect(new Set(ids(rows)).size).toBe(7);
  square.script = (_url, number) => (number === 4 ? { body: '{"cursor":"cursor_1"}' } : undefined);
  expect((await readShard('payments/LMAIN/created')).rows.length).toBe(4);
});

test('a killed read goes on right behind the page that was stored', async () => {
  aDayOf(7);
  square.pageRows = 2;
  const whole = await readShard('payments/LMAIN/created');
  let seen = 0;
  for (const page of whole.pages.slice(0, -1)) {
    seen += page.rows.length;
    expect(page.cursor.length).toBeLessThan(100);
    const rest = await readShard('payments/LMAIN/created', page.cursor);
    expect(rest.rows).toEqual(whole.rows.slice(seen));
  }
});

test('a cursor that expired meanwhile, or is none of ours, means the start of the shard', async () => {
  aDayOf(7);
  square.pageRows = 2;
  const whole = await readShard('payments/LMAIN/created');
  square.expireCursors();
  for (const cursor of [whole.pages[1]?.cursor ?? '', '{"list":7}', 'nonsense', '']) {
    expect((await readShard('payments/LMAIN/created', cursor)).rows).toEqual(whole.rows);
  }
});

test('a list whose cursors keep expiring is given up after two restarts, to be tried again later', async () => {
  aDayOf(7);
  square.pageRows = 2;
  square.script = (url) => {
    if (url.searchParams.has('cursor')) square.expireCursors();
    return undefined;
  };
  const reading = readShard('payments/LMAIN/created');
  await expect(reading).rejects.toThrow('cursors of payments/LMAIN/created expired 3 times in one read');
  await expect(reading).rejects.toThrow(SourceUnavailable);
  expect(square.requests.length).toBe(6);
});

test('a payment that changes between two pages is not lost, and pushes none away', async () => {
  aDayOf(6);
  square.pageRows = 2;
  square.script = (_url, number) => {
    if (number !== 2) return undefined;
    // The first one, which was read already, and the last one, which was not.
    for (const index of [0, 5]) {
      square.world.payments[index] = { ...(square.world.payments[index] ?? payment('', '')), updated_at: at(25) };
    }
    square.world.payments.push(payment('late', at(0, 30)));
    return undefined;
  };
  const { rows } = await readShard('payments/LMAIN/created');
  for (const index of [0, 1, 2, 3, 4, 5]) expect(ids(rows)).toContain(`P00${index}`);
});

test('a page that comes twice brings its rows twice, as the same rows', async () => {
  aDayOf(4);
  square.pageRows = 2;
  const first = JSON.stringify({ payments: square.world.payments.slice(0, 2), cursor: 'cursor_1' });
  square.script = (_url, number) => (number === 2 ? { body: first.replace('cursor_1', 'again') } : undefined);
  const reading = readShard('payments/LMAIN/created');
  // The cursor that leads on from the copy is unknown, so that the shard starts again.
  const { rows } = await reading;
  expect(new Set(rows.map((row) => `${row.externalId} ${row.contentHash}`)).size).toBe(4);
});

test('amounts beyond what a float can hold arrive exactly', async () => {
  square.world.payments.push(payment('P1', at(1), { total_money: usd(9_007_199_254_740_993n) }));
  expect((await readShard('payments/LMAIN/created')).rows[0]?.grossMinor).toBe(9_007_199_254_740_993n);
});

test('one unreadable record is quarantined by its id, and the rest of its page goes on', async () => {
  square.world.payments.push(
    payment('P1', at(1)),
    payment('P2', at(2), { total_money: { amount: 1, currency: 'US' } }),
    payment('P3', at(3), { reference_id: 'x'.repeat(513) }),
    payment('P4', 'yesterday'),
    payment('P5', at(4), { total_money: { amount: 12.5, currency: 'USD' } }),
  );
  square.script = () => ({ body: JSON.stringify({ payments: square.world.payments }) });
  const { rows, quarantined } = await readShard('payments/LMAIN/created');
  expect(ids(rows)).toEqual(['P1']);
  expect(quarantined).toEqual([
    { source: 'Square API', position: 'P2', reason: 'total_money.currency: "US" is not an ISO 4217 currency' },
    { source: 'Square API', position: 'P3', reason: expect.stringContaining('reference_id: is longer') },
    { source: 'Square API', position: 'P4', reason: expect.stringContaining('created_at: ') },
    { source: 'Square API', position: 'P5', reason: expect.stringContaining('totalMoney.amount: ') },
  ]);
});

test('a currency that changes within a page is each row its own', async () => {
  const yen = { total_money: { amount: 500, currency: 'JPY' } };
  square.world.payments.push(payment('P1', at(1)), payment('P2', at(2), yen));
  expect((await readShard('payments/LMAIN/created')).rows).toMatchObject([{ currency: 'USD' }, { currency: 'JPY' }]);
});

test('of all disputes those are kept that changed lately, and what happened after the window is the next one', async () => {
  square.world.disputes.push(
    dispute('old', at(-24 * 30), 'LOST'),
    dispute('changed', at(-24 * 30), 'LOST', { updated_at: at(1) }),
    dispute('won later', at(-24 * 30), 'WON', { updated_at: at(25) }),
    dispute('next', at(25), 'PROCESSING'),
  );
  expect(sortedIds((await readShard('disputes')).rows)).toEqual(['changed', 'won later']);
  expect(sortedIds((await readShard('disputes', null, NEXT_DAY)).rows)).toEqual([
    'changed',
    'next',
    'won later',
    'won later:won',
  ]);
});

test('no more is asked than what must be: one list of locations, one page for each list', async () => {
  aDayOf(100);
  square.world.payouts.push(payout('po_1', at(2), 81), payout('po_2', at(3), 10, { type: 'SIMPLE' }));
  square.world.entries.po_1 = [entry('e_1', 'po_1', 'CHARGE', 100, 19)];
  await readAll(source(), DAY);
  const asked = square.requests.map((url) => `${url.pathname}?${url.searchParams.get('location_id') ?? ''}`).sort();
  expect(asked).toEqual([
    '/v2/disputes?',
    '/v2/locations?',
    ...['LMAIN', 'LMAIN', 'LSIDE', 'LSIDE'].map((id) => `/v2/payments?${id}`),
    '/v2/payouts/po_1/payout-entries?',
    '/v2/payouts?LMAIN',
    '/v2/payouts?LSIDE',
    '/v2/refunds?',
    '/v2/refunds?',
  ]);
});

test('it asks in the order of creation, a hundred at a time, for the window and no more', async () => {
  await readShard('payments/LMAIN/updated');
  expect(Object.fromEntries(square.requests[0]?.searchParams ?? [])).toEqual({
    begin_time: new Date(DAY.fromMs - 365 * 86_400_000).toISOString(),
    end_time: '2026-01-31T05:00:00.000Z',
    updated_at_begin_time: '2026-01-31T05:00:00.000Z',
    sort_field: 'CREATED_AT',
    sort_order: 'ASC',
    limit: '100',
    location_id: 'LMAIN',
  });
});

test('planted personal data is found in no row, no quarantined row and no cursor', async () => {
  square.world.payments.push(payment('P1', at(1)), payment('P2', at(1), { total_money: null }));
  square.world.refunds.push(refund('R1', at(1)));
  square.world.disputes.push(dispute('D1', at(1), 'WON'));
  square.world.payouts.push(payout('po_1', at(2), 81));
  square.world.entries.po_1 = [
    entry('e_1', 'po_1', 'CHARGE', 100, 19, { type_charge_details: { payment_id: 'P1', note: PERSONAL[1] } }),
  ];
  const { pages, rows } = await readAll(source(), DAY);
  expect(rows.length).toBe(6);
  const text = JSON.stringify(pages, (_key, value) => (typeof value === 'bigint' ? String(value) : value));
  for (const personal of PERSONAL) expect(text).not.toContain(personal);
});

test('complete is what is older than five minutes', async () => {
  expect(await source().watermarkMs(NEVER_ABORTED)).toBe(DAY.toMs + 4 * 3_600_000 - 300_000);
});
