import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { freePort } from '../../../local/free-port.ts';
import type { FaultAnswer } from '../../../sandbox/stripe/fault.ts';
import { type StripeEmulator, startStripeEmulator } from '../../../sandbox/stripe/start-stripe-emulator.ts';
import { writeWorldFiles } from '../../../sandbox/world/write-world-files.ts';
import { RateLimited, SourceRejected, SourceUnavailable } from '../../errors.ts';
import { fileSource } from '../file/file.ts';
import { NEVER_ABORTED, readAll } from '../pages-for-tests.ts';
import type { StripeSourceOptions } from './stripe.ts';
import { clock, failure, KEY, readPart, stripeSourceAt, window, world } from './stripe-for-tests.ts';

let emulator: StripeEmulator;
beforeAll(async () => {
  emulator = await startStripeEmulator({ accounts: [{ world, keys: [{ key: KEY }] }], clock });
});
beforeEach(() => emulator.setFaults([]));
afterAll(() => emulator.stop());

const source = (options: Partial<StripeSourceOptions> = {}) => stripeSourceAt(emulator, options);
const readLedger = (options: Partial<StripeSourceOptions> = {}, request = window, cursor: string | null = null) =>
  readPart(source(options), 'ledger', request, cursor);

const inWindow = world.entries.filter(
  ({ createdS }) => createdS * 1_000 >= window.fromMs && createdS * 1_000 < window.toMs,
);

test('every transaction of the window comes exactly once, whatever the slices', async () => {
  const expected = inWindow.map(({ id }) => id).sort();
  for (const shardHours of [1, 5, 100]) {
    const { rows, quarantined } = await readLedger({ shardHours });
    expect(rows.map((row) => row.externalId).sort()).toEqual(expected);
    expect(quarantined).toEqual([]);
  }
});

test('windows whose ends are not whole seconds share no transaction and lose none', async () => {
  const middleMs = (inWindow[200]?.createdS ?? 0) * 1_000;
  for (const cutMs of [middleMs - 1, middleMs, middleMs + 1]) {
    const before = await readLedger({}, { fromMs: window.fromMs, toMs: cutMs });
    const after = await readLedger({}, { fromMs: cutMs, toMs: window.toMs });
    expect(before.rows.every((row) => row.occurredAtMs < cutMs)).toBe(true);
    expect(before.rows.length + after.rows.length).toBe(inWindow.length);
  }
  const nothing = await readLedger({}, { fromMs: middleMs + 1, toMs: middleMs + 2 });
  expect(nothing.pages).toMatchObject([{ rows: [], done: true }]);
});

test('a killed read goes on right behind the page that was stored', async () => {
  const whole = await readLedger({ shardHours: 100 });
  expect(whole.pages.map((page) => page.done)).toEqual([...new Array(whole.pages.length - 1).fill(false), true]);
  let seen = 0;
  for (const page of whole.pages.slice(0, -1)) {
    seen += page.rows.length;
    const rest = await readLedger({ shardHours: 100 }, window, page.cursor);
    expect(rest.rows).toEqual(whole.rows.slice(seen));
  }
});

test('the API says of every transaction what its file says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recon-stripe-'));
  try {
    const { processorFile } = await writeWorldFiles(world, folder, { startMs: window.fromMs, endMs: window.toMs });
    const paths = [processorFile];
    const account = { account: world.account, zone: world.zone, watermarkMs: null, complete: false };
    const fromFile = await readAll(fileSource({ side: 'processor', paths, ...account }));
    const fromApi = await readLedger();
    const hashes = (rows: readonly { externalId: string; contentHash: bigint }[]) =>
      rows.map((row) => `${row.externalId} ${row.contentHash}`).sort();
    expect(hashes(fromApi.rows)).toEqual(hashes(fromFile.rows));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('it asks for a hundred expanded rows at a time, and nothing else', async () => {
  const before = emulator.requests().length;
  await readLedger({ shardHours: 100 });
  const [request] = emulator.requests().slice(before);
  expect([...(request?.query ?? [])]).toEqual([
    ['created[gte]', String(window.fromMs / 1_000)],
    ['created[lt]', String(window.toMs / 1_000)],
    ['limit', '100'],
    ['expand[0]', 'data.source'],
  ]);
});

test('complete is what is older than five minutes', async () => {
  expect(await source().watermarkMs(NEVER_ABORTED)).toBe(clock() - 300_000);
});

test('a rate limit is told with the wait that Stripe asks for, and asked nothing more', async () => {
  for (const [retryAfterS, expected] of [
    [undefined, null],
    [7, 7_000],
    [1_000_000, 3_600_000],
  ] as const) {
    const answer: FaultAnswer = { kind: 'rate_limited', ...(retryAfterS === undefined ? {} : { retryAfterS }) };
    emulator.setFaults([{ on: 1, answer }]);
    const before = emulator.requests().length;
    const error = await failure(readLedger());
    expect(error).toBeInstanceOf(RateLimited);
    expect(error).toMatchObject({ retryAfterMs: expected });
    expect(emulator.requests().length - before).toBe(1);
  }
});

test.each<FaultAnswer>([
  { kind: 'server_error' },
  { kind: 'server_error', status: 503 },
  { kind: 'dropped' },
  { kind: 'dropped_midway' },
  { kind: 'truncated_json' },
  { kind: 'html' },
  { kind: 'html', status: 502 },
])('%j is worth another try, which is not ours to make', async (answer) => {
  emulator.setFaults([{ on: 1, answer }]);
  const before = emulator.requests().length;
  expect(await failure(readLedger())).toBeInstanceOf(SourceUnavailable);
  expect(emulator.requests().length - before).toBe(1);
});

test('silence is an end after the request timeout', async () => {
  emulator.setFaults([{ on: 1, answer: { kind: 'hanging' } }]);
  const error = await failure(readLedger({ requestTimeoutMs: 50 }));
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(error.message).toContain('cannot be reached or took too long');
});

test('the signal ends a request that hangs, with its own reason', async () => {
  emulator.setFaults([{ on: 1, answer: { kind: 'hanging' } }]);
  const stop = new AbortController();
  const before = emulator.requests().length;
  const [shard] = (await source().plan(window, stop.signal)).shards;
  if (shard === undefined) throw new Error('no shard');
  const reading = (async () => {
    for await (const _page of source().read(shard, null, stop.signal)) expect(_page).toBeUndefined();
  })();
  const ended = failure(reading);
  while (emulator.requests().length === before) await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error('the worker shuts down'));
  expect((await ended).message).toBe('the worker shuts down');
});

test('nobody listening is named with the code of the system', async () => {
  const baseUrl = `http://127.0.0.1:${await freePort()}`;
  const error = await failure(readLedger({ baseUrl }));
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(error.message).toBe('Stripe API: cannot be reached or took too long (ECONNREFUSED)');
});

test('a cursor that Stripe does not know is refused for good', async () => {
  const error = await failure(readLedger({}, window, 'txn_unknown'));
  expect(error).toBeInstanceOf(SourceRejected);
  expect(error.message).toMatch(/refuses the request \(40[04]\): No such balance_transaction/);
});

test('each request waits for its turn', async () => {
  let turns = 0;
  const pass = async () => {
    turns += 1;
  };
  const before = emulator.requests().length;
  await readLedger({ gate: { pass, pause: async () => undefined } });
  expect(turns).toBe(emulator.requests().length - before);
});

test('a window of too many slices is refused with the next step', async () => {
  await expect(source({ shardHours: 0.001 }).plan({ fromMs: 0, toMs: 86_400_000 }, NEVER_ABORTED)).rejects.toThrow(
    'raise shardHours or shorten the window',
  );
});

test('a storm of refusals costs one request each, tells everybody to wait, and loses nothing when it is over', async () => {
  const waits = [undefined, 2, undefined, 30];
  emulator.setFaults(
    waits.map((retryAfterS, at) => ({
      on: at + 2,
      answer: { kind: 'rate_limited', ...(retryAfterS === undefined ? {} : { retryAfterS }) },
    })),
  );
  const paused: (number | null)[] = [];
  const gate = { pass: async () => undefined, pause: async (waitMs: number | null) => void paused.push(waitMs) };
  const api = source({ shardHours: 100, gate });
  const [shard] = (await api.plan(window, NEVER_ABORTED)).shards;
  if (shard === undefined) throw new Error('no shard');
  const seen: string[] = [];
  let cursor: string | null = null;
  // What the workflow does: try again from the last cursor that was stored.
  for (let attempt = 0; attempt < 10; attempt += 1) {
    try {
      for await (const page of api.read(shard, cursor, NEVER_ABORTED)) {
        seen.push(...page.rows.map((row) => row.externalId));
        cursor = page.cursor;
      }
      break;
    } catch (error) {
      expect(error).toBeInstanceOf(RateLimited);
    }
  }
  expect(paused).toEqual([null, 2_000, null, 30_000]);
  expect(seen.sort()).toEqual(inWindow.map(({ id }) => id).sort());
});

test('a day without a transaction is a page without rows, and done', async () => {
  const longAgo = { fromMs: window.fromMs - 10 * 86_400_000, toMs: window.fromMs - 9 * 86_400_000 };
  const { pages } = await readLedger({ shardHours: 24 }, longAgo);
  expect(pages).toEqual([{ rows: [], lines: null, quarantined: [], cursor: '', done: true }]);
});
