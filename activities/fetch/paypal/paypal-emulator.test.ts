import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { addDays, windowOf } from '../../../domain/business-date.ts';
import type { ProcessorRow } from '../../../domain/transaction.ts';
import type { EmulatedRequest } from '../../../sandbox/http/fault.ts';
import type { FaultAnswer } from '../../../sandbox/paypal/fault.ts';
import { type PayPalEmulator, startPayPalEmulator } from '../../../sandbox/paypal/start-paypal-emulator.ts';
import { generateWorld } from '../../../sandbox/world/generate-world.ts';
import { AuthRejected, RateLimited, type SourceError, SourceNotReady, SourceUnavailable } from '../../errors.ts';
import { NEVER_ABORTED, readAll } from '../pages-for-tests.ts';
import { type PayPalSourceOptions, paypalSource } from './paypal.ts';
import { failure } from './paypal-day-for-tests.ts';

const CREDENTIAL = { clientId: 'client-of-the-tests', clientSecret: 'secret-of-the-tests' };
const BLIND = { clientId: 'blind-client', clientSecret: 'secret-of-the-tests', scopes: ['openid'] };
const world = generateWorld({
  seed: 7,
  account: 'paypal/eu',
  currency: 'EUR',
  zone: 'Europe/Berlin',
  firstDate: '2026-05-01',
  days: 4,
  transactionsPerDay: 150,
});
const window = { fromMs: windowOf(world.firstDate, world.zone).startMs, toMs: world.endMs };
// Everything that will ever happen to the rows has happened.
const LATER_MS = world.endMs + 20 * 86_400_000;

let emulator: PayPalEmulator;
beforeAll(async () => {
  const accounts = [{ world, credentials: [CREDENTIAL, BLIND] }];
  emulator = await startPayPalEmulator({ accounts, clock: () => LATER_MS, maximumItems: 100 });
});
beforeEach(() => {
  emulator.setFaults([]);
  emulator.holdRefreshAt(null);
});
afterAll(() => emulator.stop());

function source(options: Partial<PayPalSourceOptions> = {}) {
  return paypalSource({
    account: world.account,
    clientId: () => CREDENTIAL.clientId,
    clientSecret: () => CREDENTIAL.clientSecret,
    baseUrl: `http://${emulator.host}:${emulator.port}`,
    zone: world.zone,
    requestTimeoutMs: 5_000,
    shardHours: 24,
    now: () => LATER_MS,
    ...options,
  });
}

const secondPage = ({ query }: EmulatedRequest) => query.get('page') === '2';
const money = (row: { grossMinor: bigint; feeMinor: bigint | null; currency: string }) =>
  `${row.grossMinor} ${row.feeMinor} ${row.currency}`;
const said = (rows: readonly ProcessorRow[]) =>
  rows.map((row) => `${row.externalId} ${money(row)} ${row.occurredAtMs}`).sort();
const known = (fromMs: number, toMs: number) =>
  world.entries
    .filter(({ createdS }) => createdS * 1_000 >= fromMs && createdS * 1_000 < toMs)
    .map((entry) => `${entry.id} ${money(entry)} ${entry.createdS * 1_000}`)
    .sort();

test('every row of the world comes exactly once, with its money, whatever the slices and pages', async () => {
  for (const [shardHours, pageRows] of [
    [24, 500],
    [7, 40],
    [1_000, 33],
  ] as const) {
    const { rows, quarantined } = await readAll(source({ shardHours, pageRows }), window);
    // Also the first hours after the last day are read.
    expect(said(rows)).toEqual(known(window.fromMs, Number.POSITIVE_INFINITY));
    expect(quarantined).toEqual([]);
  }
});

test('of one day nothing is missing, also what was refunded days later and is found only there', async () => {
  const day = windowOf(addDays(world.firstDate, 1), world.zone);
  const { rows } = await readAll(source(), { fromMs: day.startMs, toMs: day.endMs });
  const ofDay = rows.filter(({ occurredAtMs }) => occurredAtMs >= day.startMs && occurredAtMs < day.endMs);
  expect(said(ofDay)).toEqual(known(day.startMs, day.endMs));
});

test('only codes that PayPal has not published are unknown', async () => {
  const { rows } = await readAll(source(), window);
  const unheardOf = new Set(world.entries.filter(({ movement }) => movement === 'unheard_of').map(({ id }) => id));
  expect(unheardOf.size).toBeGreaterThan(0);
  for (const row of rows) expect(row.unknownCode !== null).toBe(unheardOf.has(row.externalId));
});

test('nothing that a customer is or wrote gets into the rows', async () => {
  const text = JSON.stringify(await readAll(source(), window), (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(text).not.toMatch(/@|example\.|Street|payer|note/i);
});

test('the rows that PayPal has are all that its balances hold', async () => {
  const { rows } = await readAll(source(), window);
  const balances = await source().balances?.(world.endMs, NEVER_ABORTED);
  for (const { currency, totalMinor } of balances ?? []) {
    const settled = rows.filter((row) => row.currency === currency && row.occurredAtMs <= world.endMs);
    expect(settled.reduce((sum, row) => sum + (row.netMinor ?? 0n), 0n)).toBe(totalMinor);
  }
  expect(balances?.length).toBeGreaterThan(1);
});

test.each<FaultAnswer>([{ kind: 'refreshed' }, { kind: 'tokens_revoked' }, { kind: 'page_repeated' }])(
  'nothing is lost where, in the middle of a window, there is %j',
  async (answer) => {
    emulator.holdRefreshAt(world.endMs + 3_600_000);
    emulator.setFaults([{ on: secondPage, answer }]);
    const { rows } = await readAll(source({ pageRows: 40 }), window);
    const ofDays = rows.filter(({ occurredAtMs }) => occurredAtMs < world.endMs - 86_400_000);
    expect([...new Set(said(ofDays))]).toEqual(known(window.fromMs, world.endMs - 86_400_000));
  },
);

test.each<[FaultAnswer, new (...given: never[]) => SourceError]>([
  [{ kind: 'rate_limited' }, RateLimited],
  [{ kind: 'rate_limited', retryAfterS: 3 }, RateLimited],
  [{ kind: 'server_error' }, SourceUnavailable],
  [{ kind: 'dropped' }, SourceUnavailable],
  [{ kind: 'dropped_midway' }, SourceUnavailable],
  [{ kind: 'truncated_json' }, SourceUnavailable],
  [{ kind: 'html', status: 502 }, SourceUnavailable],
])('%j ends the read with its fact', async (answer, fact) => {
  emulator.setFaults([{ on: secondPage, answer }]);
  expect(await failure(readAll(source({ pageRows: 40 }), window))).toBeInstanceOf(fact);
});

test('the plan ends where PayPal has not refreshed, and a shard that reaches further waits', async () => {
  const [planned] = (await source().plan(window, NEVER_ABORTED)).shards.slice(-1);
  emulator.holdRefreshAt(world.endMs - 5 * 3_600_000 - 1_000);
  expect((await source().plan(window, NEVER_ABORTED)).fetchedUntilMs).toBe(world.endMs - 5 * 3_600_000);
  if (planned === undefined) throw new Error('no shard');
  const [page] = [source().read(planned, null, NEVER_ABORTED)[Symbol.asyncIterator]()];
  expect(await failure(page?.next() ?? Promise.resolve())).toBeInstanceOf(SourceNotReady);
});

test('an app without Transaction Search is told what to switch on', async () => {
  const error = await failure(source({ clientId: () => BLIND.clientId }).probe(NEVER_ABORTED));
  expect(error).toBeInstanceOf(AuthRejected);
  expect(error.message).toContain('switch on "Transaction Search"');
});
