import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { ALL, type Info, idOf, startTestEmulator, type TestEmulator } from './emulator-for-tests.ts';

const PAGE = `reporting/transactions?${ALL}&page_size=100`;
const SEARCH_PATH = '/v1/reporting/transactions';

let emulator: TestEmulator;
let token: string;
beforeAll(async () => {
  emulator = await startTestEmulator();
});
afterEach(() => {
  emulator.setFaults([]);
  emulator.holdRefreshAt(null);
});
afterAll(() => emulator.stop());

async function withToken(): Promise<string> {
  token = (await emulator.askToken()).body.access_token;
  return token;
}

/** As curl asks: the bytes, not what a client makes of them. */
function askRaw(page = 1): Promise<Response> {
  const url = `http://${emulator.host}:${emulator.port}/v1/${PAGE}&page=${page}`;
  return fetch(url, { headers: { Authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(5_000) });
}

test('a rate limit does not say for how long, unless the script does', async () => {
  await withToken();
  emulator.setFaults([
    { on: 1, answer: { kind: 'rate_limited' } },
    { on: 2, answer: { kind: 'rate_limited', retryAfterS: 3 } },
  ]);
  const [silent, told] = [await askRaw(), await askRaw()];
  expect([silent.status, silent.headers.get('retry-after')]).toEqual([429, null]);
  expect([told.status, told.headers.get('retry-after')]).toEqual([429, '3']);
  expect(await silent.json()).toEqual({
    name: 'RATE_LIMIT_REACHED',
    message: 'Too many requests. Blocked due to rate limiting.',
    debug_id: silent.headers.get('paypal-debug-id'),
    links: [],
  });
  expect((await askRaw()).status).toBe(200);
});

test('server errors hit the requests they are written for, the token endpoint too', async () => {
  await withToken();
  emulator.setFaults([
    { on: 2, answer: { kind: 'server_error', status: 503 } },
    { on: ({ path }) => path === '/v1/oauth2/token', answer: { kind: 'server_error' } },
  ]);
  expect([(await askRaw()).status, (await askRaw()).status, (await askRaw()).status]).toEqual([200, 503, 200]);
  expect((await emulator.askToken()).status).toBe(500);
  expect(
    emulator
      .requests()
      .slice(-4)
      .map(({ fault }) => fault),
  ).toEqual([null, 'server_error', null, 'server_error']);
});

test('what a network does arrives as such', async () => {
  await withToken();
  emulator.setFaults(
    (['dropped', 'dropped_midway', 'truncated_json', 'html'] as const).map((kind, index) => ({
      // A connection that broke before an answer is tried once more by fetch itself.
      on: ({ number }) => number >= index + 1,
      times: 1,
      answer: { kind },
    })),
  );
  await expect(askRaw().then((answer) => answer.text())).rejects.toThrow(/fetch failed|terminated/);
  await expect(askRaw().then((answer) => answer.text())).rejects.toThrow(/fetch failed|terminated/);
  const cut = await askRaw();
  expect([cut.status, cut.headers.get('content-type')]).toEqual([200, 'application/json']);
  await expect(cut.json()).rejects.toThrow('JSON');
  const page = await askRaw();
  expect([page.status, page.headers.get('content-type')]).toEqual([503, 'text/html; charset=utf-8']);
});

test('a silent connection stays silent until its reader leaves', async () => {
  await withToken();
  emulator.setFaults([{ on: 1, answer: { kind: 'hanging' } }]);
  const url = `http://${emulator.host}:${emulator.port}/v1/${PAGE}`;
  await expect(fetch(url, { signal: AbortSignal.timeout(100) })).rejects.toThrow('timeout');
  expect(emulator.requests().at(-1)).toMatchObject({ fault: 'hanging', status: 0 });
});

test('data that is loaded while somebody pages is seen from that request on', async () => {
  emulator.holdRefreshAt(Date.UTC(2026, 4, 3, 12));
  const isSecondPage = ({ path, query }: { path: string; query: URLSearchParams }) =>
    path === SEARCH_PATH && query.get('page') === '2';
  emulator.setFaults([{ on: isSecondPage, answer: { kind: 'refreshed', byMs: 7_200_000 } }]);
  const first = (await emulator.ask(`${PAGE}&page=1`)).body;
  const second = (await emulator.ask(`${PAGE}&page=2`)).body;
  const again = (await emulator.ask(`${PAGE}&page=1`)).body;
  expect([first, second, again].map((body) => body.last_refreshed_datetime)).toEqual([
    '2026-05-03T12:00:00+0000',
    '2026-05-03T14:00:00+0000',
    '2026-05-03T14:00:00+0000',
  ]);
  expect(second.total_items).toBeGreaterThan(first.total_items);
  expect(again.total_items).toBe(second.total_items);
});

test('a page may come twice under two numbers, and nothing else says so', async () => {
  emulator.setFaults([{ on: ({ query }) => query.get('page') === '2', answer: { kind: 'page_repeated' } }]);
  const first = (await emulator.ask(`${PAGE}&page=1`)).body;
  const repeated = (await emulator.ask(`${PAGE}&page=2`)).body;
  const proper = (await emulator.ask(`${PAGE}&page=2`)).body;
  const ids = (body: { transaction_details: { transaction_info: Info }[] }) =>
    body.transaction_details.map(({ transaction_info }) => idOf(transaction_info));
  expect(ids(repeated)).toEqual(ids(first));
  expect(ids(proper)).not.toEqual(ids(first));
  expect({ ...repeated, transaction_details: [] }).toEqual({ ...proper, transaction_details: [] });
});

test('tokens may lose their validity before their time', async () => {
  await withToken();
  emulator.setFaults([{ on: 2, answer: { kind: 'tokens_revoked' } }]);
  expect([(await askRaw()).status, (await askRaw()).status, (await askRaw()).status]).toEqual([200, 401, 401]);
  await withToken();
  expect((await askRaw()).status).toBe(200);
});
