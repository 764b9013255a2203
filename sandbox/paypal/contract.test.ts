// The emulator's answers against PayPal's published schema. PayPal's own answers depart from it; how is named here, undone, and
// then everything else has to fit.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type ProblemsOf, publishedSchema } from '../specs/published-schema-for-tests.ts';
import {
  ALL,
  type Answer,
  CREDENTIAL,
  type Info,
  startTestEmulator,
  type TestEmulator,
  world,
} from './emulator-for-tests.ts';

const DOCUMENTED_STATUSES = ['D', 'P', 'S', 'V'];
const NOTHING = 'start_date=2026-04-01T00:00:00Z&end_date=2026-04-02T00:00:00Z';
const PAGE = `reporting/transactions?${ALL}&page_size=500&balance_affecting_records_only=N`;

let emulator: TestEmulator;
let problems: ProblemsOf;
beforeAll(async () => {
  emulator = await startTestEmulator();
  problems = await publishedSchema('paypal');
});
afterAll(() => emulator.stop());

function expectValid(name: string, value: unknown): void {
  expect(problems(name, value)).toEqual([]);
}

/** 1. Stamps end in +0000, where the schema wants +00:00. */
function withColons<T>(body: T): T {
  return JSON.parse(JSON.stringify(body).replace(/("\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00)(00")/g, '$1:$2'));
}

/** 2. An empty result is [], where the schema wants one row at least. */
function withoutEmptyList({ transaction_details: rows, ...body }: Answer['body']): unknown {
  return rows.length === 0 ? body : { ...body, transaction_details: rows };
}

/** 3. A fee of nothing may be null, where the schema wants an object. */
function withoutNullFees(body: Answer['body']): Answer['body'] {
  const rows = body.transaction_details.map((detail) => {
    const { fee_amount: fee, ...rest } = detail.transaction_info;
    const info: Info = fee === null || fee === undefined ? rest : { ...rest, fee_amount: fee };
    return { ...detail, transaction_info: info };
  });
  return { ...body, transaction_details: rows };
}

test.each(['transaction_info', 'all', 'transaction_info,payer_info,cart_info'])(
  'every page of a search for %s',
  async (fields) => {
    const pages = (await emulator.ask(PAGE)).body.total_pages;
    expect(pages).toBeGreaterThan(1);
    for (let page = 1; page <= pages; page += 1) {
      const { body } = await emulator.ask(`${PAGE}&fields=${fields}&page=${page}`);
      expectValid('search_response', withColons(withoutNullFees(body)));
    }
  },
);

test('stamps, nulls and emptiness are the only departures that the schema sees', async () => {
  const found = problems('search_response', (await emulator.ask(PAGE)).body);
  const stamp = /\/(transaction_(initiation|updated)_date|start_date|end_date|last_refreshed_datetime)$/;
  for (const { instancePath, keyword } of found) {
    if (stamp.test(instancePath)) expect(keyword).toBe('pattern');
    else expect([instancePath.split('/').at(-1), keyword]).toEqual(['fee_amount', 'type']);
  }
  expect(found.length).toBeGreaterThan(1_000);
  const { body } = await emulator.ask(`reporting/transactions?${NOTHING}`);
  expect(problems('search_response', withColons(body))).toMatchObject([
    { instancePath: '/transaction_details', keyword: 'minItems' },
  ]);
  expect(body.total_pages).toBe(0);
  expectValid('search_response', withColons(withoutEmptyList(body)));
});

test('one status is outside the documented ones', async () => {
  const statuses = new Set((await emulator.rows(ALL)).map((row) => row.transaction_status));
  expect([...statuses].filter((status) => !DOCUMENTED_STATUSES.includes(status))).toEqual(['F']);
});

test('balances and tokens need no excuse', async () => {
  expectValid('balances_response', (await emulator.ask('reporting/balances')).body);
  expectValid('balances_response', (await emulator.ask('reporting/balances?as_of_time=2026-05-02T00:00:00Z')).body);
  expectValid('oauth2_token_response', (await emulator.askToken()).body);
});

test('every kind of error', async () => {
  const noRights = { ...CREDENTIAL, scopes: [] };
  const strict = await startTestEmulator({ accounts: [{ world, credentials: [noRights] }] });
  expectValid('error_403', (await strict.ask(PAGE)).body);
  await strict.stop();
  const small = await startTestEmulator({ maximumItems: 10 });
  expectValid('search_error', (await small.ask(PAGE)).body);
  await small.stop();
  expectValid('error_400', (await emulator.ask('reporting/transactions')).body);
  expectValid('error_404', (await emulator.ask('nowhere')).body);
  expectValid('error_401', await (await fetch(`http://${emulator.host}:${emulator.port}/v1/${PAGE}`)).json());
  emulator.setFaults([
    { on: 2, answer: { kind: 'server_error' } },
    { on: 4, answer: { kind: 'server_error', status: 503 } },
    { on: 6, answer: { kind: 'rate_limited' } },
  ]);
  for (const name of ['error_500', 'error_503', 'search_error']) expectValid(name, (await emulator.ask(PAGE)).body);
});
