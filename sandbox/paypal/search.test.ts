// How a transaction search selects, pages and refuses.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ALL, type Info, idOf, LATER_MS, startTestEmulator, type TestEmulator, world } from './emulator-for-tests.ts';
import { stampOf, zuluOf } from './stamp.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOON_MS = Date.UTC(2026, 4, 3, 12);

let nowMs = LATER_MS;
let emulator: TestEmulator;
beforeAll(async () => {
  emulator = await startTestEmulator({ clock: () => nowMs });
});
beforeEach(() => {
  nowMs = LATER_MS;
  emulator.holdRefreshAt(null);
});
afterAll(() => emulator.stop());

function search(query: string) {
  return emulator.ask(`reporting/transactions?${query}`);
}

function between(fromMs: number, toMs: number): string {
  return `start_date=${zuluOf(fromMs / 1000)}&end_date=${zuluOf(toMs / 1000)}`;
}

/** What stands on the wire of the world's own rows, whatever a row's version. */
function knownIds(rows: readonly Info[]): string[] {
  return rows.map(idOf).sort();
}

test('the pages of a search hold every row of the ledger once, in no order that means anything', async () => {
  const rows = await emulator.rows(ALL);
  expect(knownIds(rows)).toEqual(world.entries.map(({ id }) => id).sort());
  for (const field of ['transaction_updated_date', 'transaction_initiation_date', 'transaction_id'] as const) {
    const order = rows.map((row) => row[field]);
    expect([order.toSorted(), order.toSorted().toReversed()]).not.toContainEqual(order);
  }
  expect(await emulator.rows(ALL)).toEqual(rows);
});

test('pages are counted from 1, the last one is short, and beyond it there is nothing', async () => {
  const total = world.entries.length;
  const last = Math.ceil(total / 400);
  const pages = [1, last, last + 1].map(async (page) => (await search(`${ALL}&page_size=400&page=${page}`)).body);
  for (const [index, body] of (await Promise.all(pages)).entries()) {
    expect(body).toMatchObject({ total_items: total, total_pages: last, page: [1, last, last + 1][index] });
    expect(body.transaction_details.length).toBe([400, total % 400, 0][index]);
  }
  expect((await search(ALL)).body.transaction_details.length).toBe(100);
});

test('links lead to the other pages', async () => {
  const { body } = await search(`${ALL}&page_size=100&page=2`);
  const pages = body.links.map(({ rel, href }) => [rel, Number(new URL(href).searchParams.get('page'))]);
  expect(pages).toEqual([
    ['self', 2],
    ['first', 1],
    ['prev', 1],
    ['next', 3],
    ['last', body.total_pages],
  ]);
  const next = body.links.find(({ rel }) => rel === 'next')?.href ?? '';
  const followed = await emulator.ask(next.slice(next.indexOf('reporting')));
  expect(followed.body).toMatchObject({ page: 3, total_items: body.total_items });
});

test('both ends of the window belong to it, to the second', async () => {
  const entry = world.entries.find(({ movement }) => movement === 'fee');
  const atMs = (entry?.createdS ?? 0) * 1000;
  const found = async (fromMs: number, toMs: number) => knownIds(await emulator.rows(between(fromMs, toMs)));
  expect(await found(atMs, atMs)).toContain(entry?.id);
  expect(await found(atMs - 5_000, atMs)).toContain(entry?.id);
  expect(await found(atMs, atMs + 5_000)).toContain(entry?.id);
  expect(await found(atMs + 1_000, atMs + 5_000)).not.toContain(entry?.id);
  expect(await found(atMs - 5_000, atMs - 1_000)).not.toContain(entry?.id);
});

test('a window in which nothing happened is an empty list of no pages', async () => {
  const { status, body } = await search(between(Date.UTC(2026, 3, 1), Date.UTC(2026, 3, 2)));
  expect([status, body]).toMatchObject([200, { transaction_details: [], total_items: 0, total_pages: 0, page: 1 }]);
  expect(body.links.map(({ rel }) => rel)).toEqual(['self']);
});

test('empty parameters and ampersands to spare count for nothing', async () => {
  const tidy = await search(`${ALL}&page_size=3`);
  const untidy = await search(`&&&${ALL}&&transaction_id=&store_id=&page_size=3&&&`);
  expect(untidy.body.transaction_details).toEqual(tidy.body.transaction_details);
});

describe('what is not loaded yet', () => {
  test('the data lags two to three hours behind and ends a second before a full hour', async () => {
    for (const minutes of [0, 1, 59]) {
      nowMs = NOON_MS + minutes * 60_000;
      const { body } = await search(between(NOON_MS - DAY_MS, NOON_MS));
      expect(body.last_refreshed_datetime).toBe('2026-05-03T09:59:59+0000');
    }
  });

  test('an end that it does not reach is clipped without an error', async () => {
    nowMs = NOON_MS;
    const reached = await search(between(NOON_MS - DAY_MS, NOON_MS - 3 * HOUR_MS));
    expect(reached.body.end_date).toBe('2026-05-03T09:00:00+0000');
    const clipped = await search(between(NOON_MS - DAY_MS, NOON_MS + DAY_MS));
    expect(clipped.body.end_date).toBe(clipped.body.last_refreshed_datetime);
    const rows = await emulator.rows(between(NOON_MS - DAY_MS, NOON_MS + DAY_MS));
    expect(rows.every((row) => row.transaction_updated_date <= clipped.body.end_date)).toBe(true);
  });

  test('a start that it does not reach is an error, the last second that it reaches is none', async () => {
    nowMs = NOON_MS;
    const { status, body } = await search(between(NOON_MS - 2 * HOUR_MS, NOON_MS));
    expect([status, body]).toMatchObject([
      400,
      { name: 'INVALID_REQUEST', message: 'Data for the given start date is not available.', details: [] },
    ]);
    expect((await search(between(NOON_MS - 2 * HOUR_MS - 1_000, NOON_MS))).status).toBe(200);
  });

  test('it can be held where a test needs it', async () => {
    emulator.holdRefreshAt(NOON_MS);
    expect(emulator.refreshedUntilMs()).toBe(NOON_MS);
    expect((await search(ALL)).body.last_refreshed_datetime).toBe('2026-05-03T12:00:00+0000');
    const rows = await emulator.rows(ALL);
    expect(knownIds(rows)).toEqual(
      world.entries
        .filter(({ createdS }) => createdS <= NOON_MS / 1000)
        .map(({ id }) => id)
        .sort(),
    );
    emulator.holdRefreshAt(null);
    expect((await search(ALL)).body.total_items).toBe(world.entries.length);
  });
});

describe('limits', () => {
  test('a search that selects too much gives no page at all, and says how much it selects', async () => {
    const small = await startTestEmulator({ maximumItems: 200 });
    const { status, body } = await small.ask(`reporting/transactions?${ALL}&page_size=10`);
    const day = await small.ask(`reporting/transactions?${between(NOON_MS, NOON_MS + DAY_MS)}`);
    await small.stop();
    expect([status, body]).toMatchObject([
      400,
      { name: 'RESULTSET_TOO_LARGE', total_items: world.entries.length, maximum_items: 200 },
    ]);
    expect([body.transaction_details, day.status]).toEqual([undefined, 200]);
  });

  test('31 days are allowed, a second more is not', async () => {
    const fromMs = Date.UTC(2026, 3, 12);
    expect((await search(between(fromMs, fromMs + 31 * DAY_MS))).status).toBe(200);
    const { status, body } = await search(between(fromMs, fromMs + 31 * DAY_MS + 1_000));
    expect([status, body.name]).toEqual([400, 'INVALID_REQUEST']);
    expect(body.details).toMatchObject([{ field: 'end_date', issue: 'Date range is greater than 31 days' }]);
  });

  test('nothing is kept longer than three years', async () => {
    nowMs = Date.UTC(2026, 4, 17, 8);
    const limitMs = Date.UTC(2023, 4, 17, 8);
    expect((await search(between(limitMs, limitMs + DAY_MS))).status).toBe(200);
    const { status, body } = await search(between(limitMs - 1_000, limitMs + DAY_MS));
    expect([status, body.details[0]?.field]).toEqual([400, 'start_date']);
  });

  test.each([
    ['', 'start_date'],
    ['start_date=2026-05-01T00:00:00Z', 'end_date'],
    ['start_date=2026-05-01&end_date=2026-05-02T00:00:00Z', 'start_date'],
    ['start_date=2026-05-01T00:00Z&end_date=2026-05-02T00:00:00Z', 'start_date'],
    ['start_date=2026-05-01T00:00:00&end_date=2026-05-02T00:00:00Z', 'start_date'],
    ['start_date=2026-05-01T00:00:00Z&end_date=2026-05-32T00:00:00Z', 'end_date'],
    ['start_date=2026-04-31T00:00:00Z&end_date=2026-05-02T00:00:00Z', 'start_date'],
    // A plus sign that nobody encoded arrives as a space.
    ['start_date=2026-05-01T00:00:00+0000&end_date=2026-05-02T00:00:00Z', 'start_date'],
    ['start_date=2026-05-02T00:00:00Z&end_date=2026-05-01T00:00:00Z', 'end_date'],
    [`${ALL}&page_size=0`, 'page_size'],
    [`${ALL}&page_size=501`, 'page_size'],
    [`${ALL}&page_size=ten`, 'page_size'],
    [`${ALL}&page=0`, 'page'],
    [`${ALL}&fields=transaction_info,secrets`, 'fields'],
    [`${ALL}&balance_affecting_records_only=yes`, 'balance_affecting_records_only'],
    [`${ALL}&transaction_id=tooshort`, 'transaction_id'],
    [`${ALL}&transaction_amount=5`, 'transaction_amount'],
  ])('%s is refused for its %s', async (query, field) => {
    const { status, headers, body } = await search(query);
    expect([status, body.name, body.details[0]?.field]).toEqual([400, 'INVALID_REQUEST', field]);
    expect(body.debug_id).toBe(headers.get('paypal-debug-id'));
    expect(body.debug_id).toMatch(/^[0-9a-f]{13}$/);
  });

  test('offsets with and without a colon and fractions of seconds are understood', async () => {
    const { body } = await search('start_date=2026-05-02T02:00:00.999%2B0200&end_date=2026-05-02T19:00:00-05:00');
    expect([body.start_date, body.end_date]).toEqual(['2026-05-02T00:00:00+0000', '2026-05-03T00:00:00+0000']);
  });

  test('another path is not there', async () => {
    const { status, body } = await emulator.ask('reporting/nowhere');
    expect([status, body.name]).toEqual([404, 'RESOURCE_NOT_FOUND']);
  });
});

test('type, status, currency, amount and id select, alone and together', async () => {
  const rows = await emulator.rows(ALL);
  const refunds = await emulator.rows(`${ALL}&transaction_type=T1107`);
  expect(knownIds(refunds)).toEqual(knownIds(rows.filter((row) => row.transaction_event_code === 'T1107')));
  const reversed = await emulator.rows(`${ALL}&transaction_status=V`);
  expect(knownIds(reversed)).toEqual(knownIds(rows.filter((row) => row.transaction_status === 'V')));
  const yen = await emulator.rows(`${ALL}&transaction_currency=JPY&transaction_type=T0006`);
  expect(yen.length).toBeGreaterThan(2);
  for (const { transaction_amount } of yen) expect(transaction_amount.value).toMatch(/^\d+$/);
  const [sale] = rows.filter((row) => row.transaction_event_code === 'T0006' && row.transaction_status === 'S');
  const minor = world.entries.find(({ id }) => sale !== undefined && id === idOf(sale))?.grossMinor;
  expect(knownIds(await emulator.rows(`${ALL}&transaction_amount=${minor}+TO+${minor}`))).toContain(
    sale === undefined ? '' : idOf(sale),
  );
  expect(knownIds(await emulator.rows(`${ALL}&transaction_id=${sale?.transaction_id}`))).toEqual(
    sale === undefined ? [] : [idOf(sale)],
  );
  expect(await emulator.rows(`${ALL}&store_id=1`)).toEqual([]);
});

test('a row that PayPal lists late is nowhere before, and in its place afterwards', async () => {
  const late = world.entries[100];
  const listableAtS = (late?.createdS ?? 0) + 90_000;
  const entries = world.entries.map((entry) => (entry === late ? { ...entry, listableAtS } : entry));
  let clockMs = listableAtS * 1000 - 1_000;
  const credentials = [{ clientId: 'client-of-the-tests', clientSecret: 'secret-of-the-tests' }];
  const own = await startTestEmulator({
    accounts: [{ world: { ...world, entries }, credentials }],
    clock: () => clockMs,
  });
  const around = `start_date=${encodeURIComponent(stampOf(late?.createdS ?? 0))}&end_date=${zuluOf(late?.createdS ?? 0)}`;
  expect(knownIds(await own.rows(around))).not.toContain(late?.id);
  clockMs += 1_000;
  expect(knownIds(await own.rows(around))).toContain(late?.id);
  await own.stop();
});
