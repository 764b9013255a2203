import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { windowOf } from '../../domain/business-date.ts';
import { freePort } from '../../local/free-port.ts';
import type { FaultAnswer } from '../../sandbox/stripe/fault.ts';
import { type StripeEmulator, startStripeEmulator } from '../../sandbox/stripe/start-stripe-emulator.ts';
import { generateWorld } from '../../sandbox/world/generate-world.ts';
import { writeWorldFiles } from '../../sandbox/world/write-world-files.ts';
import { AuthRejected, RateLimited, SourceRejected, SourceUnavailable } from '../errors.ts';
import { fileSource } from './file.ts';
import { NEVER_ABORTED, readAll } from './pages-for-tests.ts';
import { type StripeSourceOptions, stripeSource } from './stripe.ts';

const KEY = 'rk_test_reader_0123456789abcd';
const BLIND_KEY = 'rk_test_blind_0123456789wxyz';
const world = generateWorld({
  seed: 5,
  account: 'stripe/us',
  zone: 'America/New_York',
  // The night in which the clocks go forward.
  firstDate: '2026-03-07',
  days: 2,
  transactionsPerDay: 350,
});
const window = { fromMs: windowOf(world.firstDate, world.zone).startMs, toMs: world.endMs };
const clock = () => world.endMs + 30 * 86_400_000;

let emulator: StripeEmulator;
beforeAll(async () => {
  const keys = [{ key: KEY }, { key: BLIND_KEY, permissions: [] }];
  emulator = await startStripeEmulator({ accounts: [{ world, keys }], clock });
});
beforeEach(() => emulator.setFaults([]));
afterAll(() => emulator.stop());

function source(options: Partial<StripeSourceOptions> = {}) {
  return stripeSource({
    account: world.account,
    apiKey: () => KEY,
    baseUrl: `http://${emulator.host}:${emulator.port}`,
    zone: world.zone,
    metadataReference: 'order_id',
    requestTimeoutMs: 5_000,
    shardHours: 6,
    now: clock,
    ...options,
  });
}

async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}

const inWindow = world.entries.filter(
  ({ createdS }) => createdS * 1_000 >= window.fromMs && createdS * 1_000 < window.toMs,
);

test('every transaction of the window comes exactly once, whatever the slices', async () => {
  const expected = inWindow.map(({ id }) => id).sort();
  for (const shardHours of [1, 5, 100]) {
    const { rows, quarantined } = await readAll(source({ shardHours }), window);
    expect(rows.map((row) => row.externalId).sort()).toEqual(expected);
    expect(quarantined).toEqual([]);
  }
});

test('windows whose ends are not whole seconds share no transaction and lose none', async () => {
  const middleMs = (inWindow[200]?.createdS ?? 0) * 1_000;
  for (const cutMs of [middleMs - 1, middleMs, middleMs + 1]) {
    const before = await readAll(source(), { fromMs: window.fromMs, toMs: cutMs });
    const after = await readAll(source(), { fromMs: cutMs, toMs: window.toMs });
    expect(before.rows.every((row) => row.occurredAtMs < cutMs)).toBe(true);
    expect(before.rows.length + after.rows.length).toBe(inWindow.length);
  }
  const nothing = await readAll(source(), { fromMs: middleMs + 1, toMs: middleMs + 2 });
  expect(nothing.pages).toMatchObject([{ rows: [], done: true }]);
});

test('a killed read goes on right behind the page that was stored', async () => {
  const whole = await readAll(source({ shardHours: 100 }), window);
  expect(whole.pages.map((page) => page.done)).toEqual([...new Array(whole.pages.length - 1).fill(false), true]);
  let seen = 0;
  for (const page of whole.pages.slice(0, -1)) {
    seen += page.rows.length;
    const rest = await readAll(source({ shardHours: 100 }), window, page.cursor);
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
    const fromApi = await readAll(source(), window);
    const hashes = (rows: typeof fromApi.rows) => rows.map((row) => `${row.externalId} ${row.contentHash}`).sort();
    expect(hashes(fromApi.rows)).toEqual(hashes(fromFile.rows));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('it asks for a hundred expanded rows at a time, and nothing else', async () => {
  const before = emulator.requests().length;
  await readAll(source({ shardHours: 100 }), window);
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

test('the probe says which account answers, or that the key may not say it', async () => {
  const { detail } = await source().probe(NEVER_ABORTED);
  expect(detail).toContain(`answers as ${world.stripeAccountId}, latest transaction 2026-03-`);
  const keys = [{ key: KEY, permissions: ['rak_balance_transaction_source_read'] as const }];
  const shy = await startStripeEmulator({ accounts: [{ world, keys }], clock });
  try {
    const { detail: unnamed } = await source({ baseUrl: `http://${shy.host}:${shy.port}` }).probe(NEVER_ABORTED);
    expect(unnamed).toContain('its name is not readable with this key');
  } finally {
    await shy.stop();
  }
});

test('a key that is wrong or lacks a permission is named by its end and told what to grant', async () => {
  const wrong = await failure(readAll(source({ apiKey: () => 'rk_test_wrong_0123456789ijkl' }), window));
  expect(wrong).toBeInstanceOf(AuthRejected);
  expect(wrong.message).toBe(
    'Stripe API: does not accept the key of stripe/us ending in …ijkl: put a valid restricted key in its place, ' +
      'with read access to Balance transaction sources, Charges and Refunds, Disputes, and Payouts',
  );
  const blind = await failure(readAll(source({ apiKey: () => BLIND_KEY }), window));
  expect(blind).toBeInstanceOf(AuthRejected);
  expect(blind.message).toContain('refuses the key of stripe/us ending in …wxyz: grant it read access to');
  expect(blind.message).toContain('(it asks for rak_balance_transaction_source_read)');
  const none = await failure(readAll(source({ apiKey: () => ' ' }), window));
  expect(none.message).toBe('Stripe API: there is no key for stripe/us: configure one');
});

test('a key that was replaced meanwhile is fetched again, once', async () => {
  const asked: boolean[] = [];
  const apiKey = ({ fresh }: { fresh: boolean }) => {
    asked.push(fresh);
    return fresh ? KEY : 'rk_test_of_yesterday';
  };
  const { rows } = await readAll(source({ apiKey, shardHours: 100 }), window);
  expect([rows.length, asked]).toEqual([inWindow.length, [false, true]]);
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
    const error = await failure(readAll(source(), window));
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
  expect(await failure(readAll(source(), window))).toBeInstanceOf(SourceUnavailable);
  expect(emulator.requests().length - before).toBe(1);
});

test('silence is an end after the request timeout', async () => {
  emulator.setFaults([{ on: 1, answer: { kind: 'hanging' } }]);
  const error = await failure(readAll(source({ requestTimeoutMs: 50 }), window));
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
  const error = await failure(readAll(source({ baseUrl }), window));
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(error.message).toBe('Stripe API: cannot be reached or took too long (ECONNREFUSED)');
});

test('a cursor that Stripe does not know is refused for good', async () => {
  const error = await failure(readAll(source(), window, 'txn_unknown'));
  expect(error).toBeInstanceOf(SourceRejected);
  expect(error.message).toMatch(/refuses the request \(40[04]\): No such balance_transaction/);
});

test('each request waits for its turn', async () => {
  let turns = 0;
  const pass = async () => {
    turns += 1;
  };
  const before = emulator.requests().length;
  await readAll(source({ gate: { pass, pause: async () => undefined } }), window);
  expect(turns).toBe(emulator.requests().length - before);
});

test('a window of too many slices is refused with the next step', async () => {
  await expect(source({ shardHours: 0.001 }).plan({ fromMs: 0, toMs: 86_400_000 }, NEVER_ABORTED)).rejects.toThrow(
    'raise shardHours or shorten the window',
  );
});

test('an unreadable transaction is quarantined by its id, and what is no list is not believed', async () => {
  const row = { id: 'txn_1', created: window.fromMs / 1_000 };
  const bodies = [
    [
      { data: [row], has_more: false },
      { quarantined: [{ source: 'Stripe API', position: 'txn_1', reason: expect.any(String) }] },
    ],
    [null, "gave an answer that is not Stripe's"],
    [{}, 'gave an answer that is not a list of transactions'],
    [{ data: [{}], has_more: false }, 'gave an answer that is not a list of transactions'],
    [{ data: [], has_more: true }, 'gave a page that leads nowhere'],
    [{ data: [row], has_more: true }, 'gave a page that leads nowhere'],
    [{ data: [{ ...row, created: 1 }], has_more: false }, 'gave rows from outside the window'],
  ] as const;
  for (const [body, expected] of bodies) {
    const server = await serve(JSON.stringify(body));
    try {
      const { port } = server.address() as AddressInfo;
      const reading = readAll(source({ baseUrl: `http://127.0.0.1:${port}`, shardHours: 100 }), window);
      if (typeof expected === 'string') expect((await failure(reading)).message).toContain(expected);
      else expect(await reading).toMatchObject(expected);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }
});

function serve(body: string): Promise<Server> {
  const server = createServer((_request, response) => response.end(body));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
