// Whom Stripe lets read what: keys that are wrong, old or too weak, accounts of others, and what the probe says of it.
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { StripePermission } from '../../../sandbox/stripe/permissions.ts';
import { type StripeEmulator, startStripeEmulator } from '../../../sandbox/stripe/start-stripe-emulator.ts';
import { generateWorld } from '../../../sandbox/world/generate-world.ts';
import { AuthRejected } from '../../errors.ts';
import { NEVER_ABORTED } from '../pages-for-tests.ts';
import type { StripeSourceOptions } from './stripe.ts';
import { clock, failure, KEY, readPart, stripeSourceAt, window, world } from './stripe-for-tests.ts';

const BLIND_KEY = 'rk_test_blind_0123456789wxyz';
const SHORT_LIVED_KEY = 'rk_test_short_0123456789qrst';
const SECRET_KEY = 'sk_test_secret_0123456789uvwx';
const LEDGER_ONLY: readonly StripePermission[] = ['rak_balance_transaction_source_read'];
const LEDGER_KEY = 'rk_test_ledger_0123456789mnop';
const NO_BALANCE_KEY = 'rk_test_shy_0123456789efgh';

const { fromMs } = window;
const connected = generateWorld({
  seed: 6,
  account: 'stripe/seller',
  zone: world.zone,
  firstDate: world.firstDate,
  days: 2,
  transactionsPerDay: 40,
});

let nowMs = 0;
let emulator: StripeEmulator;
beforeAll(async () => {
  const keys = [
    { key: KEY },
    { key: BLIND_KEY, permissions: [] },
    { key: SHORT_LIVED_KEY, expiresAtS: clock() / 1_000 + 60 },
    { key: SECRET_KEY },
    { key: LEDGER_KEY, permissions: LEDGER_ONLY },
    { key: NO_BALANCE_KEY, permissions: [...LEDGER_ONLY, 'rak_payout_read' as const] },
  ];
  emulator = await startStripeEmulator({ accounts: [{ world, keys, connected: [connected] }], clock: () => nowMs });
});
beforeEach(() => {
  nowMs = clock();
});
afterAll(() => emulator.stop());

const source = (options: Partial<StripeSourceOptions> = {}) => stripeSourceAt(emulator, options);
const probe = (apiKey: string, options: Partial<StripeSourceOptions> = {}) =>
  source({ apiKey: () => apiKey, ...options }).probe(NEVER_ABORTED);
const readLedger = (options: Partial<StripeSourceOptions>) => readPart(source(options), 'ledger');
const idsBetween = (of: typeof world) =>
  of.entries
    .filter(({ createdS }) => createdS * 1_000 >= fromMs && createdS * 1_000 < of.endMs)
    .map(({ id }) => id)
    .sort();

test('the probe says which account answers, how far its data reaches and what serves as control', async () => {
  expect((await probe(KEY)).detail).toMatch(
    new RegExp(
      `^answers as ${world.accountId}, latest transaction 2026-03-\\S+Z, latest payout 2026-03-\\S+Z, the balance as control$`,
    ),
  );
});

test('what a key lacks that no run needs is a remark', async () => {
  const { detail } = await probe(NO_BALANCE_KEY);
  expect(detail).toContain('answers (its name is not readable with this key)');
  expect(detail).toContain('no balance as control (grant read access to Balance)');
});

test('a key that could move money is told of', async () => {
  expect((await probe(SECRET_KEY)).detail).toContain('a secret key that may move money: use a restricted one');
  expect((await probe(KEY)).detail).not.toContain('money');
});

test('what a key lacks that runs need is one refusal with all of it', async () => {
  const blind = await failure(probe(BLIND_KEY));
  expect(blind).toBeInstanceOf(AuthRejected);
  expect(blind.message).toContain('(it asks for rak_balance_transaction_source_read, rak_payout_read)');
  expect((await failure(probe(LEDGER_KEY))).message).toContain('(it asks for rak_payout_read)');
});

test('an account without a transaction is probed like any other', async () => {
  nowMs = fromMs - 86_400_000;
  expect((await probe(KEY)).detail).toContain('no transaction yet, no payout yet');
});

test('a key that is wrong or lacks a permission is named by its end and told what to grant', async () => {
  const wrong = await failure(readLedger({ apiKey: () => 'rk_test_wrong_0123456789ijkl' }));
  expect(wrong).toBeInstanceOf(AuthRejected);
  expect(wrong.message).toBe(
    'Stripe API: does not accept the key of stripe/us ending in …ijkl: put a valid restricted key in its place, ' +
      'with read access to Balance transaction sources, Charges and Refunds, Disputes, and Payouts',
  );
  const blind = await failure(readLedger({ apiKey: () => BLIND_KEY }));
  expect(blind).toBeInstanceOf(AuthRejected);
  expect(blind.message).toContain('refuses the key of stripe/us ending in …wxyz: grant it read access to');
  expect(blind.message).toContain('(it asks for rak_balance_transaction_source_read)');
  const none = await failure(readLedger({ apiKey: () => ' ' }));
  expect(none.message).toBe('Stripe API: there is no key for stripe/us: configure one');
});

test('a key that was replaced meanwhile is fetched again, once', async () => {
  const asked: boolean[] = [];
  const apiKey = ({ fresh }: { fresh: boolean }) => {
    asked.push(fresh);
    return fresh ? KEY : 'rk_test_of_yesterday';
  };
  const { rows } = await readLedger({ apiKey, shardHours: 100 });
  expect([rows.length, asked]).toEqual([idsBetween(world).length, [false, true]]);
});

test('a key that is revoked in the middle ends the read with what to do, and a new one goes on from the cursor', async () => {
  const [shard] = (await source({ shardHours: 100 }).plan(window, NEVER_ABORTED)).shards;
  if (shard === undefined) throw new Error('no shard');
  const seen: string[] = [];
  let cursor: string | null = null;
  const reading = async (apiKey: string) => {
    for await (const page of source({ apiKey: () => apiKey }).read(shard, cursor, NEVER_ABORTED)) {
      seen.push(...page.rows.map((row) => row.externalId));
      cursor = page.cursor;
      nowMs += 40_000;
    }
  };
  const error = await failure(reading(SHORT_LIVED_KEY));
  expect(error).toBeInstanceOf(AuthRejected);
  expect(error.message).toBe(
    'Stripe API: the key of stripe/us ending in …qrst has expired: put a valid restricted key in its place, ' +
      'with read access to Balance transaction sources, Charges and Refunds, Disputes, and Payouts',
  );
  expect(seen.length).toBe(200);
  await reading(KEY);
  expect(seen.sort()).toEqual(idsBetween(world));
});

test('a platform reads a connected account under its own key, by a header on every request', async () => {
  const before = emulator.requests().length;
  const connectedAccount = connected.accountId;
  const { rows } = await readLedger({ connectedAccount });
  expect(rows.map((row) => row.externalId).sort()).toEqual(idsBetween(connected));
  const { entries } = await readPart(source({ connectedAccount }), 'payouts');
  expect(entries.every(({ externalId }) => connected.entries.some(({ id }) => id === externalId))).toBe(true);
  await source({ connectedAccount }).balances?.(0, NEVER_ABORTED);
  expect((await probe(KEY, { connectedAccount })).detail).toContain(`answers as ${connectedAccount}`);
  const asked = emulator.requests().slice(before);
  expect(new Set(asked.map(({ path }) => path))).toEqual(
    new Set(['/v1/balance_transactions', '/v1/payouts', '/v1/balance', '/v1/account']),
  );
  expect(asked.every(({ stripeAccount }) => stripeAccount === connectedAccount)).toBe(true);
  await readLedger({});
  expect(emulator.requests().at(-1)?.stripeAccount).toBeUndefined();
});

test('an account that is not connected is refused by name, and is no missing permission', async () => {
  const stranger = { connectedAccount: 'acct_stranger' };
  const refusal =
    'Stripe API: the key of stripe/us ending in …abcd has no access to acct_stranger: ' +
    'correct connectedAccount, or connect it to the platform again';
  for (const work of [
    () => readLedger(stranger),
    () => readPart(source(stranger), 'payouts'),
    async () => source(stranger).balances?.(0, NEVER_ABORTED),
    () => probe(KEY, stranger),
  ]) {
    const error = await failure(work());
    expect([error.constructor, error.message]).toEqual([AuthRejected, refusal]);
  }
});
