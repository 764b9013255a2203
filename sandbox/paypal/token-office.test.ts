import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { basic, CREDENTIAL, LATER_MS, startTestEmulator, type TestEmulator, world } from './emulator-for-tests.ts';
import { PAYPAL_SCOPES } from './token-office.ts';

const NO_BALANCES = { clientId: 'searcher', clientSecret: 's:with:colons', scopes: [PAYPAL_SCOPES[0]] };
const NO_SEARCH = { clientId: 'balancer', clientSecret: 's', scopes: [PAYPAL_SCOPES[1]] };
const SEARCH = `reporting/transactions?start_date=2026-05-02T00:00:00Z&end_date=2026-05-02T23:59:59Z`;
const HOUR_MS = 3_600_000;

let nowMs = LATER_MS;
let emulator: TestEmulator;
beforeAll(async () => {
  const accounts = [{ world, credentials: [CREDENTIAL, NO_BALANCES, NO_SEARCH] }];
  emulator = await startTestEmulator({ accounts, clock: () => nowMs });
});
beforeEach(() => {
  nowMs = LATER_MS;
  emulator.revokeTokens();
});
afterAll(() => emulator.stop());

test('a token lives nine hours, and asking again gives the same one with what is left', async () => {
  const first = await emulator.askToken();
  expect([first.status, first.body]).toMatchObject([
    200,
    { token_type: 'Bearer', expires_in: 32_400, scope: PAYPAL_SCOPES.join(' '), app_id: expect.any(String) },
  ]);
  expect(first.body.nonce).toMatch(/^2026-\d\d-\d\dT\d\d:\d\d:\d\dZ\S{43}$/);
  nowMs += HOUR_MS;
  const second = await emulator.askToken();
  expect(second.body).toMatchObject({ access_token: first.body.access_token, expires_in: 28_800 });
  nowMs += 8 * HOUR_MS;
  const third = await emulator.askToken();
  expect(third.body.access_token).not.toBe(first.body.access_token);
  expect(third.body.expires_in).toBe(32_400);
});

test('an expired, revoked or invented token is refused in the words of OAuth', async () => {
  const { access_token: token } = (await emulator.askToken()).body;
  nowMs += 9 * HOUR_MS - 1;
  expect((await emulator.ask(SEARCH, token)).status).toBe(200);
  nowMs += 1;
  for (const wrong of [token, 'A21AAinvented']) {
    const { status, body } = await emulator.ask(SEARCH, wrong);
    expect([status, body]).toEqual([
      401,
      { error: 'invalid_token', error_description: 'Access Token not found in cache' },
    ]);
  }
  const next = (await emulator.askToken()).body.access_token;
  emulator.revokeTokens();
  expect((await emulator.ask(SEARCH, next)).status).toBe(401);
  expect((await emulator.ask(SEARCH)).status).toBe(200);
});

test('a wrong secret, an unknown client and another grant get no token', async () => {
  for (const wrong of [
    { ...CREDENTIAL, clientSecret: 'wrong' },
    { ...CREDENTIAL, clientId: 'wrong' },
  ]) {
    const { status, body } = await emulator.askToken({ Authorization: basic(wrong) });
    expect([status, body]).toEqual([
      401,
      { error: 'invalid_client', error_description: 'Client Authentication failed' },
    ]);
  }
  expect((await emulator.askToken({}, '')).body).toMatchObject({ error_description: 'Grant Type is NULL' });
  const password = await emulator.askToken({}, 'grant_type=password');
  expect([password.status, password.body]).toMatchObject([400, { error: 'unsupported_grant_type' }]);
});

test('a request without a token is refused in the words of PayPal', async () => {
  const response = await fetch(`http://${emulator.host}:${emulator.port}/v1/${SEARCH}`);
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ name: 'AUTHENTICATION_FAILURE', debug_id: expect.any(String) });
});

test('a token says what it may do, and may not do more', async () => {
  const asked = async (credential: { clientId: string; clientSecret: string }) => {
    const { body } = await emulator.askToken({ Authorization: basic(credential) });
    const statusOf = async (path: string) => (await emulator.ask(path, body.access_token)).status;
    return [body.scope, await statusOf(SEARCH), await statusOf('reporting/balances')];
  };
  expect(await asked(NO_BALANCES)).toEqual([PAYPAL_SCOPES[0], 200, 403]);
  expect(await asked(NO_SEARCH)).toEqual([PAYPAL_SCOPES[1], 403, 200]);
  const token = (await emulator.askToken({ Authorization: basic(NO_SEARCH) })).body.access_token;
  const { headers, body } = await emulator.ask(SEARCH, token);
  expect(body).toEqual({
    name: 'NOT_AUTHORIZED',
    message: 'Authorization failed due to insufficient permissions.',
    debug_id: headers.get('paypal-debug-id'),
    links: [],
  });
});

test('the log says who asked what, and holds no secret', async () => {
  await emulator.ask(`${SEARCH}&page=2`);
  const [token, search] = emulator.requests().slice(-2);
  expect(token).toMatchObject({ method: 'POST', path: '/v1/oauth2/token', status: 200, fault: null });
  expect(search).toMatchObject({ method: 'GET', path: '/v1/reporting/transactions', status: 200 });
  expect(search?.query.get('page')).toBe('2');
  const log = JSON.stringify(emulator.requests());
  for (const { clientSecret } of [CREDENTIAL, NO_BALANCES]) expect(log).not.toContain(clientSecret);
});
