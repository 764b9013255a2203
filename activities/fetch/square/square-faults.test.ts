import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { freePort } from '../../../local/free-port.ts';
import { AuthRejected, RateLimited, SourceRejected, SourceUnavailable } from '../../errors.ts';
import { NEVER_ABORTED, readAll } from '../pages-for-tests.ts';
import { type SquareSourceOptions, squareSource } from './square.ts';
import { location, payment } from './square-records-for-tests.ts';
import { type Fault, failure, type SquareServer, startSquareServer } from './square-server-for-tests.ts';

const TOKEN = 'EAAA_test_token_of_the_reader_1234';
const DAY = { fromMs: Date.UTC(2026, 0, 31), toMs: Date.UTC(2026, 1, 1) };
const SHARD = { name: 'payments/LMAIN/created', ...DAY };

let square: SquareServer;
beforeAll(async () => {
  square = await startSquareServer();
  square.world.locations.push(location('LMAIN'), location('LSIDE'));
  for (const id of ['P1', 'P2', 'P3']) square.world.payments.push(payment(id, '2026-01-31T10:00:00Z'));
});
afterEach(() => {
  square.script = null;
  square.permissions = new Set(['MERCHANT_PROFILE_READ', 'PAYMENTS_READ', 'PAYOUTS_READ', 'DISPUTES_READ']);
  square.requests.length = 0;
  square.tokens.length = 0;
});
afterAll(() => square.stop());

function source(options: Partial<SquareSourceOptions> = {}) {
  return squareSource({
    account: 'square/us',
    zone: 'UTC',
    accessToken: () => TOKEN,
    baseUrl: square.url,
    requestTimeoutMs: 5_000,
    ...options,
  });
}

async function readShard(options: Partial<SquareSourceOptions> = {}, signal = NEVER_ABORTED) {
  const rows = [];
  for await (const page of source(options).read(SHARD, null, signal)) rows.push(...page.rows);
  return rows;
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}

const always = (fault: Fault) => () => fault;
const LOGIN_PAGE: Fault = {
  headers: { 'content-type': 'text/html' },
  body: '<html><body>Sign in as Jane Doe</body></html>',
};

test.each<[string, Fault]>([
  ['a page of HTML that says that all is well', LOGIN_PAGE],
  ['JSON that is cut short', { body: '{"payments":[{"id":"P1"},{"id":' }],
  ['nothing at all', { body: '' }],
  ['a list where an object belongs', { body: '[]' }],
  ["somebody else's JSON", { body: '{"message":"welcome"}' }],
  ["somebody else's JSON with a word of Square's", { body: '{"status":"ok"}' }],
  ['a list that is none', { body: '{"payments":{"id":"P1"}}' }],
  ['a list of nothing', { body: '{"payments":[null]}' }],
  ['a record without an id', { body: '{"payments":[{"status":"COMPLETED"}]}' }],
  [
    'errors beside the rows',
    { body: '{"payments":[],"errors":[{"category":"API_ERROR","code":"INTERNAL_SERVER_ERROR"}]}' },
  ],
  ['a cursor that is no text', { body: '{"payments":[],"cursor":7}' }],
  ['an error of the server', failure(500, 'API_ERROR', 'INTERNAL_SERVER_ERROR')],
  ['a gateway that speaks HTML', { ...LOGIN_PAGE, status: 502 }],
  ['an error without a body', { status: 503, body: '' }],
  ['a dropped connection', 'drop'],
  ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' }],
])('%s is worth another try, which is not ours to make, and never an empty day', async (_what, fault) => {
  square.script = always(fault);
  const error = await failureOf(readShard());
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(square.requests.length).toBe(1);
  expect(`${error.message} ${String(error.cause)}`).not.toContain('Jane');
});

test('Square answers an empty object where there is nothing, and that is believed', async () => {
  square.script = always({ body: '{}' });
  expect(await readShard()).toEqual([]);
});

test('a page whose cursor is the one that it was asked with leads nowhere', async () => {
  square.script = always({ body: '{"payments":[],"cursor":"round"}' });
  await expect(readShard()).rejects.toThrow('gave a page that leads nowhere');
  expect(square.requests.length).toBe(2);
});

test.each([
  [{}, null],
  [{ 'retry-after': '7' }, 7_000],
  [{ 'retry-after': '1000000' }, 3_600_000],
  [{ 'retry-after': 'soon' }, null],
])('a rate limit with %j is told with the wait, to everybody, and asked nothing more', async (headers, expected) => {
  square.script = always(failure(429, 'RATE_LIMIT_ERROR', 'RATE_LIMITED', headers));
  const pauses: (number | null)[] = [];
  const gate = { pass: async () => undefined, pause: async (ms: number | null) => void pauses.push(ms) };
  const error = await failureOf(readShard({ gate }));
  expect(error).toBeInstanceOf(RateLimited);
  expect(error).toMatchObject({ retryAfterMs: expected });
  expect([square.requests.length, pauses]).toEqual([1, [expected]]);
});

test('each request waits for its turn', async () => {
  let turns = 0;
  const pass = async () => {
    turns += 1;
  };
  await readAll(source({ gate: { pass, pause: async () => undefined } }), DAY);
  expect(turns).toBe(square.requests.length);
});

test('silence is an end after the request timeout', async () => {
  square.script = always('hang');
  const error = await failureOf(readShard({ requestTimeoutMs: 50 }));
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(error.message).toContain('cannot be reached or took too long');
});

test('a request that failed keeps no process alive until it would have timed out', async () => {
  square.script = always('drop');
  const options = { account: 'square/us', zone: 'UTC', baseUrl: square.url, requestTimeoutMs: 3_600_000 };
  const program = `
    import { squareSource } from ${JSON.stringify(new URL('./square.ts', import.meta.url).href)};
    const source = squareSource({ ...${JSON.stringify(options)}, accessToken: () => 'EAAA' });
    await source.probe(new AbortController().signal).catch((error) => console.log(error.name));`;
  // A process that lingers is killed, which is an error here.
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { timeout: 60_000 });
  expect((await run).stdout).toBe('SourceUnavailable\n');
});

test('the signal ends a request that hangs, with its own reason', async () => {
  square.script = always('hang');
  const stop = new AbortController();
  const ended = failureOf(readShard({}, stop.signal));
  while (square.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error('the worker shuts down'));
  expect((await ended).message).toBe('the worker shuts down');
});

test('a signal that was given before asks nothing', async () => {
  await expect(readShard({}, AbortSignal.abort(new Error('too late')))).rejects.toThrow('too late');
  expect(square.requests.length).toBe(0);
});

test('nobody listening is named with the code of the system', async () => {
  const error = await failureOf(readShard({ baseUrl: `http://127.0.0.1:${await freePort()}` }));
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(error.message).toBe('Square API: cannot be reached or took too long (ECONNREFUSED)');
});

test.each(['ACCESS_TOKEN_EXPIRED', 'ACCESS_TOKEN_REVOKED', 'UNAUTHORIZED'])(
  'a token that Square calls %s is named by its end, with what to do',
  async (code) => {
    square.script = always(failure(401, 'AUTHENTICATION_ERROR', code));
    const error = await failureOf(readShard());
    expect(error).toBeInstanceOf(AuthRejected);
    expect(error.message).toBe(
      `Square API: does not accept the access token of square/us ending in …1234 (${code}): put a valid one in its ` +
        'place, with MERCHANT_PROFILE_READ, PAYMENTS_READ, PAYOUTS_READ, DISPUTES_READ',
    );
    expect(square.requests.length).toBe(1);
  },
);

test('a token that was replaced meanwhile is fetched again, once', async () => {
  const asked: boolean[] = [];
  const accessToken = ({ fresh }: { fresh: boolean }) => {
    asked.push(fresh);
    return fresh ? TOKEN : 'EAAA_of_yesterday';
  };
  expect((await readShard({ accessToken })).length).toBe(3);
  expect([asked, square.tokens]).toEqual([
    [false, true],
    ['EAAA_of_yesterday', TOKEN],
  ]);
  expect((await failureOf(readShard({ accessToken: () => ' ' }))).message).toContain(
    'there is no access token for square/us',
  );
});

test('a permission that is missing is named where it is needed', async () => {
  square.permissions = new Set(['MERCHANT_PROFILE_READ']);
  const error = await failureOf(readShard());
  expect(error).toBeInstanceOf(AuthRejected);
  expect(error.message).toContain('refuses the access token of square/us ending in …1234: grant it PAYMENTS_READ');
});

test('a request that Square finds wrong is wrong for good', async () => {
  square.script = always(failure(400, 'INVALID_REQUEST_ERROR', 'INVALID_TIME_RANGE'));
  const error = await failureOf(readShard());
  expect(error).toBeInstanceOf(SourceRejected);
  expect(error.message).toBe('Square API: refuses the request (400 INVALID_TIME_RANGE): It is INVALID_TIME_RANGE.');
});

test('a seller without a place is no answer: there would be nothing to read, and nobody would notice', async () => {
  square.script = always({ body: '{}' });
  await expect(source().plan(DAY, NEVER_ABORTED)).rejects.toThrow('is not a list of locations');
});

test('more places than a plan can hold are refused by name', async () => {
  const locations = Array.from({ length: 161 }, (_, index) => location(`L${index}`));
  square.script = always({ body: JSON.stringify({ locations }) });
  await expect(source().plan(DAY, NEVER_ABORTED)).rejects.toThrow('has more than 160 locations');
});

test('the probe says who answers, where, and up to when', async () => {
  expect(await source().probe(NEVER_ABORTED)).toEqual({
    detail: 'answers as MERCHANT1 with 2 locations, latest payment 2026-01-31T10:00:00.000Z',
  });
});

test('the probe names all missing permissions at once', async () => {
  square.permissions = new Set(['PAYMENTS_READ']);
  const error = await failureOf(source().probe(NEVER_ABORTED));
  expect(error).toBeInstanceOf(AuthRejected);
  expect(error.message).toBe(
    'Square API: lacks permissions for square/us: grant MERCHANT_PROFILE_READ, PAYOUTS_READ, DISPUTES_READ',
  );
});
