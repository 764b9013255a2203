import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { windowOf } from '../../../domain/business-date.ts';
import { type SquareEmulator, startSquareEmulator } from '../../../sandbox/square/start-square-emulator.ts';
import { generateWorld } from '../../../sandbox/world/generate-world.ts';
import { NEVER_ABORTED, readAll } from '../pages-for-tests.ts';
import { squareSource } from './square.ts';

const TOKEN = 'EAAA_reader';
const world = generateWorld({
  seed: 4,
  account: 'square/jp',
  currency: 'JPY',
  zone: 'Asia/Tokyo',
  firstDate: '2026-05-01',
  days: 5,
  transactionsPerDay: 150,
});
const window = { fromMs: windowOf(world.firstDate, world.zone).startMs, toMs: world.endMs };
const now = () => world.endMs + 2 * 86_400_000;

let emulator: SquareEmulator;
beforeAll(async () => {
  emulator = await startSquareEmulator({
    accounts: [{ world, tokens: [{ token: TOKEN }] }],
    clock: now,
    shortPages: true,
  });
});
afterAll(() => emulator.stop());

const source = () =>
  squareSource({
    account: world.account,
    zone: world.zone,
    accessToken: () => TOKEN,
    baseUrl: `http://${emulator.host}:${emulator.port}`,
    requestTimeoutMs: 5_000,
    now,
  });

test('of a world every charge comes, and no row comes twice, whichever place took it', async () => {
  const { rows, quarantined } = await readAll(source(), window);
  const ids = rows.map((row) => row.externalId);
  expect(quarantined).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  const expected = world.entries.filter(
    ({ movement, createdS }) =>
      movement === 'charge' && createdS * 1_000 >= window.fromMs && createdS * 1_000 < window.toMs,
  );
  expect(expected.length).toBeGreaterThan(500);
  expect(expected.filter(({ id }) => !ids.includes(id))).toEqual([]);
});

test('every refund carries the order of its payment, also of one from before the world, for one request each', async () => {
  const orders = new Map(
    world.entries.flatMap(({ source }) => (source?.object === 'refund' ? [[source.id, source.charge] as const] : [])),
  );
  const shard = { name: 'refunds/created', ...window };
  const before = emulator.requests().length;
  const pages = [];
  for await (const page of source().read(shard, null, NEVER_ABORTED)) pages.push(page);
  const rows = pages.flatMap((page) => page.rows);
  expect(rows.length).toBeGreaterThan(20);
  for (const { externalId, merchantReference } of rows) {
    expect(merchantReference).toBe(orders.get(externalId)?.orderId);
    expect(merchantReference).toMatch(/^ORD-/);
  }
  expect(rows.some(({ parentId }) => (orders.get(parentId ?? '')?.createdS ?? 0) * 1_000 < world.startMs)).toBe(true);
  const refunded = new Set(rows.map(({ parentId }) => parentId));
  expect(emulator.requests().length - before).toBe(pages.length + refunded.size);
});

test('the entries of each payout add up to it', async () => {
  const { rows } = await readAll(source(), window);
  const remainders = new Map<string, bigint>();
  for (const { level, payoutId, netMinor, movesBalance } of rows) {
    if (level !== 'settlement' || payoutId === null || !movesBalance) continue;
    remainders.set(payoutId, (remainders.get(payoutId) ?? 0n) + (netMinor ?? 0n));
  }
  expect(remainders.size).toBeGreaterThan(2);
  expect([...remainders.values()].every((remainder) => remainder === 0n)).toBe(true);
});

test('days that are read one by one hold together what they hold when read at once', async () => {
  const whole = await readAll(source(), window);
  const middleMs = window.fromMs + 2 * 86_400_000;
  const [before, after] = [
    await readAll(source(), { fromMs: window.fromMs, toMs: middleMs }),
    await readAll(source(), { fromMs: middleMs, toMs: window.toMs }),
  ];
  const ids = (rows: typeof whole.rows) => rows.map((row) => `${row.externalId} ${row.contentHash}`);
  expect(new Set([...ids(before.rows), ...ids(after.rows)])).toEqual(new Set(ids(whole.rows)));
});

test('a killed read of any shard goes on right behind its page', async () => {
  for (const shard of (await source().plan(window, NEVER_ABORTED)).shards) {
    const pages = [];
    for await (const page of source().read(shard, null, NEVER_ABORTED)) pages.push(page);
    const middle = Math.floor((pages.length - 1) / 2);
    const at = pages[middle];
    if (at === undefined || at.done) continue;
    const rest = [];
    for await (const page of source().read(shard, at.cursor, NEVER_ABORTED)) rest.push(...page.rows);
    expect(rest).toEqual(pages.slice(middle + 1).flatMap((page) => page.rows));
  }
});
