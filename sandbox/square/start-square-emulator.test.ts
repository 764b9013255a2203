import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { generateWorld } from '../world/generate-world.ts';
import { type SquareEmulator, startSquareEmulator } from './start-square-emulator.ts';

const TOKEN = 'EAAA_reader';
const DAY_MS = 86_400_000;
const world = generateWorld({
  seed: 4,
  account: 'square/jp',
  currency: 'JPY',
  zone: 'Asia/Tokyo',
  firstDate: '2026-05-01',
  days: 6,
  transactionsPerDay: 120,
});
const LATER_MS = world.endMs + 2 * DAY_MS;

let emulator: SquareEmulator;
let nowMs = LATER_MS;
beforeAll(async () => {
  emulator = await startSquareEmulator({
    accounts: [{ world, tokens: [{ token: TOKEN }, { token: 'EAAA_old', expiresMs: 0 }] }],
    clock: () => nowMs,
    cursorLifeMs: 60_000,
    shortPages: true,
  });
});
beforeEach(() => {
  nowMs = LATER_MS;
  emulator.setFaults([]);
});
afterAll(() => emulator.stop());

interface Money {
  amount: number;
}
interface Row {
  id: string;
  location_id: string;
  created_at: string;
  updated_at: string;
  amount_money: Money;
  total_money: Money;
  tip_money?: Money;
  net_amount_money: Money;
  processing_fee?: { amount_money: Money }[];
  status: string;
  source_type: string;
}
type Answer = { cursor?: string; errors?: { code: string }[] } & Record<string, Row[] | undefined>;

async function ask(path: string, query: Record<string, string> = {}, token = TOKEN): Promise<Answer> {
  const url = `http://${emulator.host}:${emulator.port}/v2/${path}?${new URLSearchParams(query)}`;
  return (await (await fetch(url, { headers: { Authorization: `Bearer ${token}` } })).json()) as Answer;
}

async function all(path: string, rows: string, query: Record<string, string> = {}): Promise<Row[]> {
  const found: Row[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page: Answer = await ask(path, cursor === '' ? query : { ...query, cursor });
    found.push(...(page[rows] ?? []));
    cursor = page.cursor;
  }
  return found;
}

const [main = '', second = ''] = ['A', 'B'].map((letter) => `L${letter}${world.accountId.slice(1)}`);
const since = { begin_time: '2026-01-01T00:00:00Z' };
const codeOf = (answer: Answer) => answer.errors?.[0]?.code;

test('payments and payouts answer for the main location unless another is named, refunds for all', async () => {
  const locations = async (path: string, rows: string, query = {}) =>
    new Set((await all(path, rows, { ...since, ...query })).map(({ location_id }) => location_id));
  expect(await locations('payments', 'payments')).toEqual(new Set([main]));
  expect(await locations('payments', 'payments', { location_id: second })).toEqual(new Set([second]));
  expect(await locations('payouts', 'payouts')).toEqual(new Set([main]));
  expect(await locations('refunds', 'refunds')).toEqual(new Set([main, second]));
});

test('both locations together hold every charge of the world once, in either order and whatever the page', async () => {
  const charges = world.entries.filter(({ movement }) => movement === 'charge').map(({ id }) => id);
  for (const query of [{}, { limit: '7' }, { sort_order: 'ASC' }, { sort_order: 'ASC', sort_field: 'UPDATED_AT' }]) {
    const rows = [main, second].map((location_id) => all('payments', 'payments', { ...since, ...query, location_id }));
    const ids = (await Promise.all(rows)).flat().map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(charges.filter((id) => !ids.includes(id))).toEqual([]);
  }
});

test('a tip is in the total and not in the amount', async () => {
  const tipped = (await all('payments', 'payments', since)).filter(({ tip_money }) => tip_money !== undefined);
  expect(tipped.length).toBeGreaterThan(5);
  for (const { amount_money, tip_money, total_money } of tipped) {
    expect(amount_money.amount + (tip_money?.amount ?? 0)).toBe(total_money.amount);
  }
});

test('the fee comes later and moves updated_at', async () => {
  const [row] =
    (await ask('payments', { sort_order: 'ASC', ...since, begin_time: '2026-05-01T00:00:00Z' })).payments ?? [];
  const ofRow = async () => (await all('payments', 'payments', since)).find(({ id }) => id === row?.id);
  nowMs = Date.parse(row?.created_at ?? '') + 5 * 60_000;
  const early = await ofRow();
  nowMs += 20 * 60_000;
  const late = await ofRow();
  expect([early?.processing_fee, late?.processing_fee?.length]).toEqual([undefined, 1]);
  expect(Date.parse(late?.updated_at ?? '')).toBeGreaterThan(Date.parse(early?.updated_at ?? ''));
});

test('one payment is what the list holds, of any location, from when it is listable', async () => {
  const listed = (await all('payments', 'payments', { ...since, location_id: second })).slice(0, 3);
  expect(listed.length).toBe(3);
  for (const payment of listed) expect((await ask(`payments/${payment.id}`)).payment).toEqual(payment);
  nowMs = Date.parse(listed[0]?.created_at ?? '') - 1;
  expect(codeOf(await ask(`payments/${listed[0]?.id}`))).toBe('NOT_FOUND');
});

test('a window by updated_at finds what was created before it', async () => {
  const [payment] = await all('payments', 'payments', { ...since, limit: '1' });
  emulator.touchPayment(payment?.id ?? '', LATER_MS - 1000);
  const query = { ...since, updated_at_begin_time: new Date(LATER_MS - 5_000).toISOString() };
  expect((await all('payments', 'payments', query)).map(({ id }) => id)).toEqual([payment?.id]);
});

test('authorisations that were let go and cash are in the list, and in no payout', async () => {
  const payments = await all('payments', 'payments', since);
  expect(payments.some(({ status }) => status === 'CANCELED')).toBe(true);
  expect(payments.some(({ source_type }) => source_type === 'CASH')).toBe(true);
});

test('the entries of every payout sum to its amount', async () => {
  const payouts = [main, second].map((location_id) => all('payouts', 'payouts', { location_id }));
  const found = (await Promise.all(payouts)).flat();
  expect(found.length).toBeGreaterThan(3);
  for (const { id, amount_money } of found) {
    const entries = await all(`payouts/${id}/payout-entries`, 'payout_entries', { limit: '10' });
    expect(entries.reduce((sum, entry) => sum + entry.net_amount_money.amount, 0)).toBe(amount_money.amount);
  }
});

test('a cursor belongs to its query, and dies', async () => {
  const { cursor = '' } = await ask('payments', { ...since, limit: '10' });
  expect(codeOf(await ask('payments', { ...since, limit: '11', cursor }))).toBe('INVALID_CURSOR');
  nowMs += 60_001;
  expect(codeOf(await ask('payments', { ...since, limit: '10', cursor }))).toBe('INVALID_CURSOR');
});

test.each([
  ['payments', { begin_time: 'yesterday' }, TOKEN, 'INVALID_TIME'],
  ['payments', { begin_time: '2026-05-02T00:00:00Z', end_time: '2026-05-01T00:00:00Z' }, TOKEN, 'INVALID_TIME_RANGE'],
  ['payments', {}, 'EAAA_nobody', 'UNAUTHORIZED'],
  ['payments', {}, 'EAAA_old', 'ACCESS_TOKEN_EXPIRED'],
  ['payouts/po_nowhere/payout-entries', {}, TOKEN, 'NOT_FOUND'],
  ['payments/nowhere', {}, TOKEN, 'NOT_FOUND'],
])('%s %j is refused with a code', async (path, query, token, code) => {
  expect(codeOf(await ask(path, query as Record<string, string>, token))).toBe(code);
});
