import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { freePort } from '../../../local/free-port.ts';
import { AuthRejected, RateLimited, SourceNotReady, SourceRejected, SourceUnavailable } from '../../errors.ts';
import { NEVER_ABORTED } from '../pages-for-tests.ts';
import { paypalBalances } from './paypal-balances.ts';
import {
  BALANCES_PATH,
  CLIENT_ID,
  CLIENT_SECRET,
  SEARCH_PATH,
  startTestPayPal,
  type TestPayPal,
  type TestReply,
  TOKEN_PATH,
} from './paypal-server-for-tests.ts';
import { PayPalSession } from './paypal-session.ts';
import { type PayPalTokenOptions, PayPalTokens } from './paypal-tokens.ts';

let paypal: TestPayPal;
beforeAll(async () => {
  paypal = await startTestPayPal();
});
beforeEach(() => {
  paypal.requests.length = 0;
  paypal.tokens.clear();
  paypal.clients = new Map([[CLIENT_ID, CLIENT_SECRET]]);
  paypal.scope = 'openid https://uri.paypal.com/services/reporting/search/read';
  paypal.refreshedS = 1_000_000;
  paypal.script = () => undefined;
});
afterAll(() => paypal.stop());

const QUERY = { start_date: '1970-01-01T00:00:00Z', end_date: '1970-01-01T00:00:01Z' };

function opened(given: Partial<PayPalTokenOptions> = {}) {
  const options = {
    account: 'paypal/us',
    clientId: () => CLIENT_ID,
    clientSecret: () => CLIENT_SECRET,
    baseUrl: paypal.baseUrl,
    requestTimeoutMs: 5_000,
    ...given,
  };
  const tokens = new PayPalTokens(options);
  return (signal = NEVER_ABORTED) => new PayPalSession(options, tokens, signal);
}

const search = (session: PayPalSession) => session.get(SEARCH_PATH, QUERY);
const asked = () => paypal.requests.map(({ path }) => (path === TOKEN_PATH ? 'token' : 'search'));

async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}

test('all sessions share one token, also when they ask for it at once', async () => {
  const session = opened();
  await Promise.all([search(session()), search(session()), search(session())]);
  await search(session());
  expect(asked().sort()).toEqual(['search', 'search', 'search', 'search', 'token']);
});

test('a reader that is ended while it asks for the token leaves the others theirs', async () => {
  const stop = new AbortController();
  paypal.script = ({ path, number }) => (path === TOKEN_PATH && number === 1 ? 'hanging' : undefined);
  const session = opened();
  const first = failure(search(session(stop.signal)));
  const second = search(session());
  while (asked().length === 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error('the worker shuts down'));
  expect((await first).message).toBe('the worker shuts down');
  await second;
  expect(asked()).toEqual(['token', 'token', 'search']);
});

test('a reader that waits for the token of another ends at once when it is told to', async () => {
  const [stop, stopFirst] = [new AbortController(), new AbortController()];
  paypal.script = ({ path }) => (path === TOKEN_PATH ? 'hanging' : undefined);
  const session = opened();
  const first = failure(search(session(stopFirst.signal)));
  const second = failure(search(session(stop.signal)));
  while (asked().length === 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error('enough'));
  expect((await second).message).toBe('enough');
  stopFirst.abort(new Error('end of test'));
  await first;
});

test('a token that was revoked is replaced once, by whoever notices', async () => {
  const session = opened();
  await search(session());
  paypal.tokens.clear();
  await Promise.all([search(session()), search(session())]);
  expect(asked().filter((what) => what === 'token').length).toBe(2);
});

test('a token about to expire is not used any more', async () => {
  paypal.script = ({ path }, usual) => {
    const reply = usual();
    if (path !== TOKEN_PATH || typeof reply === 'string' || 'text' in reply) return reply;
    return { ...reply, body: { ...(reply.body as object), expires_in: 0.000_001 } };
  };
  const session = opened();
  await search(session());
  await search(session());
  expect(asked()).toEqual(['token', 'search', 'token', 'search']);
});

test('credentials that were replaced meanwhile are fetched again, once', async () => {
  const wanted: boolean[] = [];
  const clientSecret = ({ fresh }: { fresh: boolean }) => {
    wanted.push(fresh);
    return fresh ? CLIENT_SECRET : 'of yesterday';
  };
  await search(opened({ clientSecret })());
  expect(wanted).toEqual([false, true]);
  expect(asked()).toEqual(['token', 'token', 'search']);
});

test('two refused tokens make it fetch the credentials again, and try once more where they are others', async () => {
  paypal.clients.set('new-client', 'new-secret');
  paypal.script = ({ path, headers }) =>
    path === SEARCH_PATH && headers.authorization !== 'Bearer token-3'
      ? { status: 401, body: { error: 'invalid_token' } }
      : undefined;
  const clientId = ({ fresh }: { fresh: boolean }) => (fresh ? 'new-client' : CLIENT_ID);
  const clientSecret = ({ fresh }: { fresh: boolean }) => (fresh ? 'new-secret' : CLIENT_SECRET);
  await search(opened({ clientId, clientSecret })());
  expect(asked()).toEqual(['token', 'search', 'token', 'search', 'token', 'search']);
  paypal.requests.length = 0;
  paypal.script = ({ path }) => (path === SEARCH_PATH ? { status: 401, body: { error: 'invalid_token' } } : undefined);
  expect(await failure(search(opened()()))).toBeInstanceOf(AuthRejected);
  expect(asked()).toEqual(['token', 'search', 'token', 'search']);
});

test('wrong credentials are named by the end of the client id, the secret never', async () => {
  const error = await failure(search(opened({ clientSecret: () => 'a-wrong-secret' })()));
  expect(error).toBeInstanceOf(AuthRejected);
  expect(error.message).toBe(
    'PayPal API: does not accept the client of paypal/us ending in …wxyz (Paypal-Debug-Id d3b06): put a valid client id ' +
      'and secret of the app in their place',
  );
  const none = await failure(search(opened({ clientId: () => ' ' })()));
  expect(none.message).toBe('PayPal API: there is no client id and secret for paypal/us: configure both');
});

test('a token that may not search says what to switch on, and that it takes hours', async () => {
  paypal.scope = 'openid https://uri.paypal.com/services/reporting/search/readonly';
  const error = await failure(search(opened()()));
  expect(error).toBeInstanceOf(AuthRejected);
  expect(error.message).toContain('switch on "Transaction Search" for the app in the PayPal developer dashboard');
  expect(error.message).toContain('up to 9 hours');
  expect(asked()).toEqual(['token']);
});

test('a permission that is missing says the same', async () => {
  paypal.script = ({ path }) =>
    path === SEARCH_PATH
      ? { status: 403, body: { name: 'NOT_AUTHORIZED', message: 'Authorization failed' } }
      : undefined;
  const error = await failure(search(opened()()));
  expect(error).toBeInstanceOf(AuthRejected);
  expect(error.message).toContain('switch on "Transaction Search"');
});

test.each([
  [undefined, null],
  ['7', 7_000],
  ['1000000', 3_600_000],
  ['soon', null],
])('a rate limit with Retry-After %s is told to the gate and asked nothing more', async (header, expected) => {
  paypal.script = ({ path }) =>
    path === SEARCH_PATH
      ? {
          status: 429,
          headers: header === undefined ? {} : { 'retry-after': header },
          body: { name: 'RATE_LIMIT_REACHED', message: 'Too many requests.' },
        }
      : undefined;
  const paused: (number | null)[] = [];
  const gate = { pass: async () => undefined, pause: async (ms: number | null) => void paused.push(ms) };
  const error = await failure(search(opened({ gate })()));
  expect(error).toBeInstanceOf(RateLimited);
  expect(error).toMatchObject({ retryAfterMs: expected });
  expect([paused, asked()]).toEqual([[expected], ['token', 'search']]);
});

test('each request, also the one for the token, waits for its turn', async () => {
  let turns = 0;
  const pass = async () => {
    turns += 1;
  };
  await search(opened({ gate: { pass, pause: async () => undefined } })());
  expect(turns).toBe(2);
});

const SPOILED: [string, TestReply][] = [
  ['a 500', { status: 500, body: { name: 'INTERNAL_SERVER_ERROR', message: 'An internal error.' } }],
  ['a 503 of something between', { status: 503, text: '<html>maintenance</html>' }],
  ['HTML', { text: '<html>hello</html>' }],
  ['a 403 of something between', { status: 403, text: '<html>blocked</html>' }],
  ['truncated JSON', { text: '{"transaction_details":[{"transaction_info"' }],
  ['nothing', { text: '' }],
  ['text', { body: 'hello' }],
  ['a dropped connection', 'dropped'],
];
test.each(SPOILED)('%s is worth another try, which is not ours to make', async (_what, reply) => {
  for (const spoiled of [SEARCH_PATH, TOKEN_PATH]) {
    paypal.script = ({ path }) => (path === spoiled ? reply : undefined);
    paypal.requests.length = 0;
    expect(await failure(search(opened()()))).toBeInstanceOf(SourceUnavailable);
    expect(asked()).toEqual(spoiled === TOKEN_PATH ? ['token'] : ['token', 'search']);
  }
});

test('silence is an end after the request timeout', async () => {
  paypal.script = ({ path }) => (path === SEARCH_PATH ? 'hanging' : undefined);
  const error = await failure(search(opened({ requestTimeoutMs: 50 })()));
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(error.message).toBe('PayPal API: cannot be reached or took too long');
});

test('the signal ends a request that hangs, with its own reason', async () => {
  paypal.script = ({ path }) => (path === SEARCH_PATH ? 'hanging' : undefined);
  const stop = new AbortController();
  const ended = failure(search(opened()(stop.signal)));
  while (!asked().includes('search')) await new Promise((resolve) => setImmediate(resolve));
  stop.abort(new Error('the worker shuts down'));
  expect((await ended).message).toBe('the worker shuts down');
});

test('nobody listening is named with the code of the system', async () => {
  const error = await failure(search(opened({ baseUrl: `http://127.0.0.1:${await freePort()}` })()));
  expect(error).toBeInstanceOf(SourceUnavailable);
  expect(error.message).toBe('PayPal API: cannot be reached or took too long (ECONNREFUSED)');
});

test('a redirect is not followed: the token stays here', async () => {
  paypal.script = ({ path }) =>
    path === SEARCH_PATH ? { status: 302, headers: { location: '/elsewhere' }, body: {} } : undefined;
  expect(await failure(search(opened()()))).toBeInstanceOf(SourceUnavailable);
  expect(asked()).toEqual(['token', 'search']);
});

test('a refused request says what PayPal said, without personal data', async () => {
  const details = [{ issue: 'Invalid value of jane.doe@example.com', field: 'start_date' }];
  paypal.script = ({ path }) =>
    path === SEARCH_PATH
      ? { status: 400, body: { name: 'INVALID_REQUEST', message: 'Not well-formed', details } }
      : undefined;
  const error = await failure(search(opened()()));
  expect(error).toBeInstanceOf(SourceRejected);
  expect(error.message).toBe(
    'PayPal API: refuses the request (400) (Paypal-Debug-Id d3b06): INVALID_REQUEST Not well-formed; Invalid value of (e-mail address)',
  );
});

test('a start that is not refreshed yet is no error, but something to wait for', async () => {
  paypal.refreshedS = -1;
  const error = await failure(search(opened()()));
  expect(error).toBeInstanceOf(SourceNotReady);
  expect(error.message).toContain('has not refreshed its search up to the start of the window yet');
});

test('balances are read as totals at their own time, and nothing is said where they may not be', async () => {
  const asOfMs = Date.UTC(2026, 1, 1);
  expect(await paypalBalances(opened()(), asOfMs)).toBeNull();
  const body = {
    balances: [
      { currency: 'USD', primary: true, total_balance: { currency_code: 'USD', value: '1200.50' } },
      { currency: 'JPY', total_balance: { currency_code: 'JPY', value: '-1200.00' } },
    ],
    account_id: 'MERCHANT1',
    as_of_time: '2026-02-01T00:00:00+0000',
  };
  const replies = (given: object) => {
    paypal.script = ({ path }) => (path === BALANCES_PATH ? { body: { ...body, ...given } } : undefined);
  };
  replies({});
  expect(await paypalBalances(opened()(), asOfMs)).toEqual([
    { asOfMs, currency: 'USD', totalMinor: 120_050n },
    { asOfMs, currency: 'JPY', totalMinor: -1200n },
  ]);
  expect(paypal.requests.at(-1)?.query.get('as_of_time')).toBe('2026-02-01T00:00:00Z');
  replies({ as_of_time: '2026-01-31T23:00:00+0000' });
  expect(await paypalBalances(opened()(), asOfMs)).toEqual([]);
  replies({ balances: [{ total_balance: { currency_code: 'JPY', value: '0.50' } }] });
  expect(await failure(paypalBalances(opened()(), asOfMs))).toBeInstanceOf(SourceUnavailable);
  replies({ balances: 'none' });
  expect(await failure(paypalBalances(opened()(), asOfMs))).toBeInstanceOf(SourceUnavailable);
});
