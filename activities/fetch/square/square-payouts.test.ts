import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { SourceUnavailable } from '../../errors.ts';
import { NEVER_ABORTED } from '../pages-for-tests.ts';
import type { SourcePage } from '../source.ts';
import { squareSource } from './square.ts';
import { entry, location, payout } from './square-records-for-tests.ts';
import { type SquareServer, startSquareServer } from './square-server-for-tests.ts';

const DAY = { fromMs: Date.UTC(2026, 0, 31), toMs: Date.UTC(2026, 1, 1) };
const MINUTE_MS = 60_000;
const at = (hour: number) => new Date(DAY.fromMs + hour * 3_600_000).toISOString();

let square: SquareServer;
let nowMs: number;
beforeEach(async () => {
  nowMs = DAY.toMs;
  square = await startSquareServer();
  square.world.locations.push(location('LMAIN'));
});
afterEach(() => square.stop());

async function read(cursor: string | null = null) {
  const source = squareSource({
    account: 'square/us',
    zone: 'UTC',
    accessToken: () => 'EAAA_test_token_of_the_reader_1234',
    baseUrl: square.url,
    requestTimeoutMs: 5_000,
    now: () => nowMs,
  });
  const pages: SourcePage<ProcessorRow>[] = [];
  for await (const page of source.read({ name: 'payouts/LMAIN', ...DAY }, cursor, NEVER_ABORTED)) pages.push(page);
  return { pages, rows: pages.flatMap((page) => page.rows), quarantined: pages.flatMap((page) => page.quarantined) };
}

const ids = (rows: readonly ProcessorRow[]) => rows.map((row) => row.externalId);
const entriesAsked = () => square.requests.filter((url) => url.pathname.endsWith('payout-entries')).length;

/** A payout of entries of 81 each. */
function batch(id: string, hour: number, count: number, missing = 0) {
  square.world.payouts.push(payout(id, at(hour), 81 * count));
  square.world.entries[id] = Array.from({ length: count - missing }, (_, index) =>
    entry(`${id}_${index}`, id, 'CHARGE', 100, 19, { type_charge_details: { payment_id: `P${index}` } }),
  );
}

test('payouts come with their entries, which add up to them', async () => {
  batch('po_1', 1, 3);
  batch('po_2', 2, 1);
  const { rows, pages } = await read();
  expect(ids(rows)).toEqual(['po_1', 'po_1_0', 'po_1_1', 'po_1_2', 'po_2', 'po_2_0']);
  expect(rows.every((row) => row.level === 'settlement' && row.payoutId === row.externalId.slice(0, 4))).toBe(true);
  expect(rows.reduce((sum, row) => sum + (row.netMinor ?? 0n), 0n)).toBe(0n);
  expect(pages.map((page) => page.done)).toEqual([false, false, true]);
});

test('a killed read goes on in the middle of a payout, and no page of entries is read twice', async () => {
  square.pageRows = 2;
  batch('po_1', 1, 5);
  square.world.payouts.push(payout('po_2', at(2), 10, { type: 'SIMPLE' }));
  batch('po_3', 3, 3);
  const whole = await read();
  expect(new Set(ids(whole.rows)).size).toBe(11);
  const entryPages = entriesAsked();
  let seen = 0;
  let entryPagesSeen = 0;
  for (const page of whole.pages.slice(0, -1)) {
    seen += page.rows.length;
    entryPagesSeen += page.rows.some((row) => row.externalId.includes('_', 3)) ? 1 : 0;
    expect(page.cursor.length).toBeLessThan(200);
    square.requests.length = 0;
    expect((await read(page.cursor)).rows).toEqual(whole.rows.slice(seen));
    expect(entriesAsked()).toBe(entryPages - entryPagesSeen);
  }
});

test('a cursor that expired restarts the payout that it was in, or the shard', async () => {
  square.pageRows = 2;
  batch('po_1', 1, 3);
  batch('po_2', 2, 5);
  const whole = await read();
  const inSecond = whole.pages.findIndex((page) => ids(page.rows).includes('po_2_1'));
  square.expireCursors();
  expect(ids((await read(whole.pages[inSecond]?.cursor)).rows)).toEqual(ids(whole.rows).slice(4));
  batch('po_3', 3, 1);
  const longer = await read();
  const endOfPage = longer.pages.findIndex((page) => page.rows.length === 0);
  square.expireCursors();
  expect((await read(longer.pages[endOfPage]?.cursor)).rows).toEqual(longer.rows);
});

test('an instant payout has no entries, and none are asked for', async () => {
  square.world.payouts.push(payout('po_1', at(1), 10, { type: 'SIMPLE' }));
  expect((await read()).rows).toMatchObject([{ externalId: 'po_1', movesBalance: false }]);
  expect(entriesAsked()).toBe(0);
});

test('entries that do not add up are read again at once, and are believed when they then do', async () => {
  batch('po_1', 1, 3, 1);
  square.script = (_url, number) => {
    if (number === 3) square.world.entries.po_1?.push(entry('po_1_2', 'po_1', 'CHARGE', 100, 19));
    return undefined;
  };
  expect(new Set(ids((await read()).rows))).toEqual(new Set(['po_1', 'po_1_0', 'po_1_1', 'po_1_2']));
  expect(entriesAsked()).toBe(2);
});

test('a fresh payout whose entries do not add up yet is tried again later; nothing of it is taken for complete', async () => {
  batch('po_1', 23, 3, 1);
  nowMs = DAY.fromMs + 23 * 3_600_000 + 29 * MINUTE_MS;
  const reading = read();
  await expect(reading).rejects.toThrow('the entries of a payout of payouts/LMAIN do not add up to it yet');
  await expect(reading).rejects.toThrow(SourceUnavailable);
  nowMs += MINUTE_MS;
  const { rows, pages } = await read();
  expect([rows.length, pages.at(-1)?.done]).toEqual([6, true]);
  expect(new Set(ids(rows)).size).toBe(3);
});

test('a remainder that stays is staged as it is, for the settlement level to show', async () => {
  batch('po_1', 1, 3, 1);
  const { rows } = await read();
  expect(new Set(ids(rows))).toEqual(new Set(['po_1', 'po_1_0', 'po_1_1']));
  expect(entriesAsked()).toBe(2);
});

test('an unreadable entry is quarantined, and a sum that cannot be said is not compared', async () => {
  batch('po_1', 23, 2);
  nowMs = DAY.fromMs + 23 * 3_600_000;
  square.world.entries.po_1?.push(
    entry('bad', 'po_1', 'CHARGE', 100, 19, { net_amount_money: { amount: 1, currency: 'USD' } }),
  );
  const { rows, quarantined } = await read();
  expect(ids(rows)).toEqual(['po_1', 'po_1_0', 'po_1_1']);
  expect(quarantined).toEqual([
    { source: 'Square API', position: 'bad', reason: 'net_amount_money: is not gross minus fee' },
  ]);
  expect(entriesAsked()).toBe(1);
});

test('an unreadable payout is quarantined, and its entries come all the same', async () => {
  batch('po_1', 1, 2);
  square.world.payouts[0] = { ...payout('po_1', at(1), 1), amount_money: null };
  const { rows, quarantined } = await read();
  expect(ids(rows)).toEqual(['po_1_0', 'po_1_1']);
  expect(quarantined).toMatchObject([{ position: 'po_1', reason: expect.stringContaining('amountMoney') }]);
});

test('entries of another payout are not taken for those that were asked for', async () => {
  batch('po_1', 1, 1);
  square.world.entries.po_1 = [entry('foreign', 'po_9', 'CHARGE', 100, 19)];
  expect((await read()).quarantined).toMatchObject([
    { position: 'foreign', reason: expect.stringContaining('payout_id') },
  ]);
});

test('a payout of the next day stays with it', async () => {
  batch('po_1', 0, 1);
  batch('po_2', 24, 1);
  expect(ids((await read()).rows)).toEqual(['po_1', 'po_1_0']);
});
