import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { addDays, windowOf } from '../../domain/business-date.ts';
import { formatMinor, parseDecimalAmount } from '../../domain/money.ts';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { generateWorld } from '../world/generate-world.ts';
import { loadShop } from './load-shop.ts';
import { SHOP_LEDGER_QUERY, SHOP_READER, SHOP_WATERMARK_QUERY } from './shop-queries.ts';

const options = { seed: 9, zone: 'America/New_York', firstDate: '2026-04-01', days: 2, transactionsPerDay: 600 };
const us = generateWorld({ ...options, account: 'stripe/us' });
const eu = generateWorld({ ...options, account: 'stripe/eu' });

let postgres: LocalPostgres;
let reader: Client;
beforeAll(async () => {
  postgres = await startPostgres({ durable: false });
  await loadShop(postgres.url, us);
  // Loading again must not double anything.
  await loadShop(postgres.url, us);
  await loadShop(postgres.url, eu, { loadedUntilMs: eu.endMs - 1_000 });
  const url = new URL(postgres.url);
  url.username = SHOP_READER.user;
  url.password = SHOP_READER.password;
  reader = new Client({ connectionString: url.href });
  await reader.connect();
});
afterAll(async () => {
  await reader.end();
  await postgres.stop();
});

test('the read-only login reads a window of one account in the words of the file contract', async () => {
  const { startMs, endMs } = windowOf(us.firstDate, us.zone);
  const { rows } = await reader.query(SHOP_LEDGER_QUERY, [new Date(startMs), new Date(endMs), us.account]);
  const booked = us.records.filter(({ occurredAtMs }) => occurredAtMs >= startMs && occurredAtMs < endMs);
  const found = rows.map((row) => ({
    id: row.id,
    account: row.account,
    kind: row.kind,
    // A trailing zero of numeric(18,3) would not parse: a dollar has two decimals.
    amount: formatMinor(parseDecimalAmount(row.amount, row.currency, 'amount'), row.currency),
    currency: row.currency,
    occurredAtMs: row.occurredAt.getTime(),
    fee: row.fee === null ? null : formatMinor(parseDecimalAmount(row.fee, row.currency, 'fee'), row.currency),
    status: row.status,
    processorReference: row.processorReference,
    merchantReference: row.merchantReference,
  }));
  const expected = booked.map((record) => ({
    id: record.id,
    account: us.account,
    kind: record.kind,
    amount: formatMinor(record.amountMinor, record.currency),
    currency: record.currency,
    occurredAtMs: record.occurredAtMs,
    fee: record.feeMinor === null ? null : formatMinor(record.feeMinor, record.currency),
    status: record.status === 'failed' ? 'void' : 'settled',
    processorReference: record.processorReference,
    merchantReference: record.orderId,
  }));
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
  expect(found.sort(byId)).toEqual(expected.sort(byId));
});

test('every record is in exactly one window, also after loading twice', async () => {
  let read = 0;
  for (const date of [us.firstDate, us.lastDate, addDays(us.lastDate, 1)]) {
    const { startMs, endMs } = windowOf(date, us.zone);
    read += (await reader.query(SHOP_LEDGER_QUERY, [new Date(startMs), new Date(endMs), us.account])).rows.length;
  }
  expect(read).toBe(us.records.length);
});

test('there is one order for each payment', async () => {
  const { rows } = await reader.query('select count(*)::int as count from shop.orders where account = $1', [
    us.account,
  ]);
  expect(rows).toEqual([{ count: us.records.filter(({ kind }) => kind === 'payment').length }]);
});

test('an order that was booked twice is one order, and half of a coin stands in the ledger as the shop wrote it', async () => {
  const world = generateWorld({ ...options, account: 'adyen/uk', currency: 'GBP', situations: {} });
  await loadShop(postgres.url, world);
  const orders = new Set(
    world.records.flatMap(({ kind, orderId }) => (kind === 'payment' && orderId ? [orderId] : [])),
  );
  const { rows } = await reader.query('select count(*)::int as count from shop.orders where account = $1', [
    world.account,
  ]);
  expect(rows).toEqual([{ count: orders.size }]);
  const [half] = world.odd.records;
  const ledger = await reader.query('select amount::text as amount from shop.ledger where id = $1', [half?.id]);
  expect(ledger.rows).toEqual([{ amount: `${formatMinor(half?.amountMinor ?? 0n, 'GBP')}5` }]);
});

test('the watermark is that of the slowest account', async () => {
  const { rows } = await reader.query({ text: SHOP_WATERMARK_QUERY, rowMode: 'array' });
  expect(rows).toEqual([[new Date(eu.endMs - 1_000)]]);
});

test('the reader cannot write', async () => {
  await expect(reader.query('delete from shop.ledger')).rejects.toThrow('read-only transaction');
  await reader.query('set default_transaction_read_only = off');
  await expect(reader.query('delete from shop.ledger')).rejects.toThrow('permission denied');
});
