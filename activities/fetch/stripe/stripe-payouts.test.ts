// What Stripe's payouts paid out, over HTTP: assignments that add up, resumable at any page, never a row.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type StripeEmulator, startStripeEmulator } from '../../../sandbox/stripe/start-stripe-emulator.ts';
import { generateWorld } from '../../../sandbox/world/generate-world.ts';
import { AuthRejected, SourceUnavailable } from '../../errors.ts';
import { NEVER_ABORTED } from '../pages-for-tests.ts';
import type { PayoutEntry, SourcePage } from '../source.ts';
import { failure, KEY, readPart, stripeSourceAt, whileAnswering } from './stripe-for-tests.ts';

const LEDGER_KEY = 'rk_test_ledger_0123456789mnop';
const generated = generateWorld({
  seed: 8,
  account: 'stripe/us',
  zone: 'America/New_York',
  firstDate: '2026-03-05',
  days: 7,
  transactionsPerDay: 130,
});
// One that somebody made by hand, between others.
const payouts = generated.payouts.map((payout, at) => (at === 1 ? { ...payout, automatic: false } : payout));
const world = { ...generated, payouts };
const window = { fromMs: world.startMs, toMs: world.endMs };
const whole = { name: 'payouts of the week', ...window };

let emulator: StripeEmulator;
beforeAll(async () => {
  const ledgerOnly = { key: LEDGER_KEY, permissions: ['rak_balance_transaction_source_read'] as const };
  emulator = await startStripeEmulator({
    accounts: [{ world, keys: [{ key: KEY }, ledgerOnly] }],
    clock: () => world.endMs + 30 * 86_400_000,
  });
});
afterAll(() => emulator.stop());

const membersOf = (payoutId: string) =>
  world.entries.filter((entry) => entry.payoutId === payoutId && entry.movement !== 'payout');
const idsOf = (entries: readonly PayoutEntry[], payoutId: string) =>
  entries.filter((entry) => entry.payoutId === payoutId).map(({ externalId }) => externalId);

/** The pages of a shard that holds all payouts of the week. */
async function readWhole(cursor: string | null = null, at: { readonly port: number } = emulator) {
  const pages: SourcePage<never>[] = [];
  for await (const page of stripeSourceAt(at).read(whole, cursor, NEVER_ABORTED)) {
    pages.push({ ...page, rows: [] });
    expect(page.rows).toEqual([]);
  }
  return pages;
}
const entriesOf = (pages: readonly SourcePage<never>[]) => pages.flatMap((page) => page.payoutEntries ?? []);

test('each automatic payout says what it paid out, to the cent, and is no member of itself', async () => {
  const { entries, quarantined } = await readPart(stripeSourceAt(emulator), 'payouts', window);
  const automatic = payouts.filter((payout) => payout.automatic);
  expect(automatic.length).toBeGreaterThan(2);
  for (const { id, amountMinor, entryId } of automatic) {
    const members = membersOf(id);
    expect(members.length).toBeGreaterThan(20);
    expect(idsOf(entries, id).sort()).toEqual(members.map((entry) => entry.id).sort());
    expect(idsOf(entries, id)).not.toContain(entryId);
    const nets = entries.filter((entry) => entry.payoutId === id).map((entry) => entry.netMinor);
    expect(nets.reduce((sum, net) => sum + net, 0n)).toBe(amountMinor);
  }
  expect(entries.every(({ currency }) => currency === 'USD')).toBe(true);
  expect(quarantined).toEqual([]);
});

test('a payout made by hand has no members, and Stripe is not asked for them', async () => {
  const manual = payouts.find((payout) => !payout.automatic);
  const before = emulator.requests().length;
  expect(idsOf(entriesOf(await readWhole()), manual?.id ?? '')).toEqual([]);
  const asked = emulator.requests().slice(before);
  expect(asked.filter(({ query }) => query.get('payout') === manual?.id)).toEqual([]);
});

test('it asks for one list of payouts and for the pages that their members fill, and nothing else', async () => {
  const before = emulator.requests().length;
  await readWhole();
  const pages = payouts.map(({ id, automatic }) => (automatic ? Math.ceil((membersOf(id).length + 1) / 100) : 0));
  const asked = emulator.requests().slice(before);
  expect(asked.length).toBe(1 + pages.reduce((sum, count) => sum + count, 0));
  expect([...(asked[0]?.query ?? [])]).toEqual([
    ['created[gte]', String(window.fromMs / 1_000)],
    ['created[lt]', String(window.toMs / 1_000)],
    ['limit', '100'],
  ]);
  expect(asked.every(({ query }) => !query.has('expand[0]'))).toBe(true);
});

test('a payout comes once, whatever the ends of the windows', async () => {
  const middle = (payouts[2]?.createdS ?? 0) * 1_000;
  for (const cutMs of [middle - 1, middle, middle + 1]) {
    const before = await readPart(stripeSourceAt(emulator), 'payouts', { ...window, toMs: cutMs });
    const after = await readPart(stripeSourceAt(emulator), 'payouts', { ...window, fromMs: cutMs });
    const ids = [...before.entries, ...after.entries].map(({ externalId }) => externalId);
    expect(ids.sort()).toEqual(
      payouts.flatMap(({ id, automatic }) => (automatic ? membersOf(id).map((entry) => entry.id) : [])).sort(),
    );
  }
});

test('a killed read goes on at the payout and page behind the one that was stored', async () => {
  const pages = await readWhole();
  expect(pages.map((page) => page.done)).toEqual([...new Array(pages.length - 1).fill(false), true]);
  expect(pages.some(({ cursor }) => cursor.includes(' '))).toBe(true);
  for (const [at, page] of pages.slice(0, -1).entries()) {
    expect(await readWhole(page.cursor)).toEqual(pages.slice(at + 1));
  }
});

test('a day without payouts is one request and one page, done', async () => {
  const longAgo = { fromMs: window.fromMs - 86_400_000, toMs: window.fromMs };
  const before = emulator.requests().length;
  const { pages } = await readPart(stripeSourceAt(emulator), 'payouts', longAgo);
  expect(pages).toEqual([{ rows: [], lines: null, quarantined: [], payoutEntries: [], cursor: '', done: true }]);
  expect(emulator.requests().length - before).toBe(1);
});

test('a key that may not see payouts is told what to grant', async () => {
  const error = await failure(readPart(stripeSourceAt(emulator, { apiKey: () => LEDGER_KEY }), 'payouts', window));
  expect(error).toBeInstanceOf(AuthRejected);
  expect(error.message).toContain('(it asks for rak_payout_read)');
});

const createdS = window.fromMs / 1_000;
const payout = (id: string, more: object = {}) => ({
  id,
  created: createdS,
  automatic: true,
  reconciliation_status: 'completed',
  ...more,
});
const member = (id: string, more: object = {}) => ({
  id,
  created: 1,
  net: 97,
  currency: 'usd',
  source: 'ch_1',
  ...more,
});
const listOf = (data: readonly object[], hasMore = false) => ({ object: 'list', data, has_more: hasMore });
/** What the lists say, by the payout (or none) and cursor that they are asked for. */
const answering = (lists: Readonly<Record<string, object>>) => (_path: string, query: URLSearchParams) =>
  lists[`${query.get('payout') ?? ''}>${query.get('starting_after') ?? ''}`] ?? null;
const readAnswers = (lists: Readonly<Record<string, object>>) =>
  whileAnswering(answering(lists), (at) => readWhole(null, at));

test('a payout whose members Stripe is still gathering has none yet, nor has an instant one', async () => {
  const pages = await readAnswers({
    '>': listOf([
      payout('po_1', { reconciliation_status: 'in_progress' }),
      payout('po_2', { automatic: false, method: 'instant', reconciliation_status: 'not_applicable' }),
      payout('po_3', { status: 'failed' }),
    ]),
    'po_3>': listOf([member('txn_1'), member('txn_2', { source: 'po_3', net: -97 })]),
  });
  expect(entriesOf(pages)).toEqual([{ payoutId: 'po_3', externalId: 'txn_1', netMinor: 97n, currency: 'USD' }]);
});

test('payouts of many pages are all read, each member in its own currency and minor units', async () => {
  const pages = await readAnswers({
    '>': listOf([payout('po_1')], true),
    '>po_1': listOf([payout('po_2'), payout('po_3', { automatic: false })], true),
    '>po_3': listOf([]),
    'po_1>': listOf([member('txn_1', { currency: 'isk', net: 12_300 })], true),
    'po_1>txn_1': listOf([member('txn_2', { currency: 'jpy', net: -5 })]),
    'po_2>': listOf([member('txn_3', { source: null })]),
  });
  expect(entriesOf(pages)).toEqual([
    { payoutId: 'po_1', externalId: 'txn_1', netMinor: 123n, currency: 'ISK' },
    { payoutId: 'po_1', externalId: 'txn_2', netMinor: -5n, currency: 'JPY' },
    { payoutId: 'po_2', externalId: 'txn_3', netMinor: 97n, currency: 'USD' },
  ]);
  expect(pages.map(({ cursor, done }) => [cursor, done])).toEqual([
    ['po_1 txn_1', false],
    ['po_1', false],
    ['po_2', false],
    ['po_3', true],
  ]);
});

test('a member that cannot be counted is quarantined under its payout and its own id, the others stay', async () => {
  const pages = await readAnswers({
    '>': listOf([payout('po_1')]),
    'po_1>': listOf([member('txn_1', { currency: 'isk', net: 12_350 }), member('txn_2')]),
  });
  expect(pages.flatMap((page) => page.quarantined)).toEqual([
    {
      source: 'Stripe API',
      position: 'po_1/txn_1',
      reason: 'net: 12350 does not divide into whole minor units of ISK',
    },
  ]);
  expect(entriesOf(pages).map(({ externalId }) => externalId)).toEqual(['txn_2']);
});

test.each([
  ['no list of payouts', { '>': { data: [{ id: 'po_1' }], has_more: false } }, 'not a list of payouts'],
  ['no list of members', { '>': listOf([payout('po_1')]), 'po_1>': listOf([{ id: 1 }]) }, 'not a list of transactions'],
  ['a payout of another day', { '>': listOf([payout('po_1', { created: 1 })]) }, 'rows from outside the window'],
  ['a page that leads nowhere', { '>': listOf([], true) }, 'a page that leads nowhere'],
  [
    'a page of members once more',
    {
      '>': listOf([payout('po_1')]),
      'po_1>': listOf([member('txn_1')], true),
      'po_1>txn_1': listOf([member('txn_1')]),
    },
    'the page before once more',
  ],
])('%s is not believed', async (_what, lists, message) => {
  const error = await failure(readAnswers(lists));
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(error.message).toContain(message);
});
