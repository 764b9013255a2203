// Exchange rates: what was settled in another currency than our record implies a rate, which the rules hold against their own.
import { describe, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { EngineAccount } from '../engine-for-tests.ts';
import { replayRun } from './replay-run.ts';
import {
  DAY,
  internal,
  LONG_AFTER,
  processor,
  rules,
  runOf,
  type SituationRow,
  situationsForTests,
} from './situations-for-tests.ts';

const { newAccount, started } = situationsForTests();

const COMPARE = ['currency', 'kind', 'amount', 'status', 'fee', 'fx'];
const RATES = { compare: COMPARE, referenceRates: { 'EUR/USD': '1.0842' }, fxBand: '1' };

const discrepancyRow = z.object({
  id: z.string(),
  verdict: z.string(),
  money: z.string(),
  differences: z.record(z.string(), z.unknown()).nullable(),
});

async function open(account: EngineAccount) {
  return started().engine.database.any(sql.type(discrepancyRow)`
    select anchor_external_id as id, verdict, amount || ' ' || currency as money, differences
    from discrepancies where account = ${account.account} and state = 'open' order by anchor_external_id`);
}

/** A customer's payment, settled in dollars, with our record of it. */
const pair = (n: number, settled: string, presented: string, details: { fee?: string; ours?: string } = {}) => [
  processor(`ch_${n}`, `payment ${settled}`, { presented, ...(details.fee === undefined ? {} : { fee: details.fee }) }),
  internal(`o_${n}`, `payment ${details.ours ?? presented}`, { names: `ch_${n}` }),
];

async function decided(rows: readonly SituationRow[], given: object = RATES) {
  const account = newAccount();
  const run = await runOf(account, rows, { asOf: LONG_AFTER, rules: rules(given) });
  return { account, run, verdicts: await account.verdicts(), open: await open(account) };
}

test('a rate outside the band is a variance: the money that it cost is at risk, in the currency that was settled', async () => {
  const found = await decided([...pair(1, '110.00 USD', '100.00 EUR'), ...pair(2, '106.00 USD', '100.00 EUR')]);
  expect(found.run.outcome).toBe('differences');
  expect(found.verdicts).toEqual({
    'processor ch_1': 'fx_variance',
    'internal o_1': 'fx_variance',
    'processor ch_2': 'fx_variance',
    'internal o_2': 'fx_variance',
  });
  expect(found.open).toEqual([
    { id: 'ch_1', verdict: 'fx_variance', money: '158 USD', differences: { fx: ['1.1', '1.0842'] } },
    { id: 'ch_2', verdict: 'fx_variance', money: '242 USD', differences: { fx: ['1.06', '1.0842'] } },
  ]);
});

test('inside the band it is matched, by the same key as without rates', async () => {
  const rows = [
    ...pair(1, '109.00 USD', '100.00 EUR'),
    processor('ch_2', 'payment 108.42 USD', { presented: '100.00 EUR', order: 'A' }),
    internal('o_2', 'payment 100.00 EUR', { order: 'A' }),
    processor('ch_3', 'payment 108.00 USD', { presented: '100.00 EUR', alsoKnownAs: ['pi_3'] }),
    internal('o_3', 'payment 100.00 EUR', { names: 'pi_3' }),
  ];
  const [withRates, without] = [await decided(rows), await decided(rows, {})];
  expect(withRates.open).toEqual([]);
  expect(withRates.verdicts).toEqual(without.verdicts);
});

test('whichever key tied the two, the rate is judged', async () => {
  const found = await decided([
    processor('ch_2', 'payment 120.00 USD', { presented: '100.00 EUR', order: 'A' }),
    internal('o_2', 'payment 100.00 EUR', { order: 'A' }),
    processor('ch_3', 'payment 130.00 USD', { presented: '110.00 EUR', alsoKnownAs: ['pi_3'] }),
    internal('o_3', 'payment 110.00 EUR', { names: 'pi_3' }),
    processor('ch_4', 'payment 140.00 USD', { presented: '120.00 EUR' }),
    internal('o_4', 'payment 120.00 EUR'),
  ]);
  expect(found.open.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
    'ch_2 fx_variance',
    'ch_3 fx_variance',
    // Without a key the currency that moved is compared: these two do not find each other.
    'ch_4 missing_internal',
    'o_4 missing_processor',
  ]);
});

describe('nothing is claimed', () => {
  test.each([
    ['of a pair without a reference rate', pair(1, '90.00 USD', '10000 JPY'), RATES],
    [
      'of a day before the first rate',
      pair(1, '150.00 USD', '100.00 EUR'),
      { ...RATES, referenceRates: { 'EUR/USD': { '2026-02-01': '1.0842' } } },
    ],
    ['where fx is not compared', pair(1, '150.00 USD', '100.00 EUR'), { referenceRates: RATES.referenceRates }],
    ['of what was not converted', pair(1, '150.00 USD', '150.00 USD'), RATES],
    ['of a cent of rounding', pair(1, '0.11 USD', '0.10 EUR'), RATES],
    ['of nothing', pair(1, '0.00 USD', '0.00 EUR'), RATES],
  ])('%s', async (_what, rows, given) => {
    const found = await decided(rows, given);
    expect(found.open).toEqual([]);
    expect(found.verdicts['processor ch_1']).toBe('matched');
  });
});

test('a rate holds from its day until the next one, by the business date of the row', async () => {
  const dated = { ...RATES, referenceRates: { 'EUR/USD': { '2026-01-01': '1.2', [DAY]: '1.0', '2026-02-01': '1.2' } } };
  const found = await decided([...pair(1, '120.00 USD', '100.00 EUR'), ...pair(2, '100.00 USD', '100.00 EUR')], dated);
  expect(found.open.map(({ id, differences }) => [id, differences])).toEqual([['ch_1', { fx: ['1.2', '1'] }]]);
});

test('a rate written the other way round, and currencies of other decimals', async () => {
  const found = await decided(
    [
      ...pair(1, '100.00 USD', '100.00 EUR'),
      ...pair(2, '200.00 USD', '100.00 EUR'),
      ...pair(3, '3.000 KWD', '1500 JPY'),
      ...pair(4, '6.000 KWD', '1500 JPY'),
      ...pair(5, '1500 JPY', '6.000 KWD'),
    ],
    { compare: COMPARE, referenceRates: { 'USD/EUR': '0.5', 'KWD/JPY': '500' }, fxBand: '1' },
  );
  expect(found.open.map(({ id, money, differences }) => [id, money, differences])).toEqual([
    ['ch_1', '10000 USD', { fx: ['1', '2'] }],
    ['ch_4', '3000 KWD', { fx: ['0.004', '0.002'] }],
    ['ch_5', '1500 JPY', { fx: ['250', '500'] }],
  ]);
});

test('half a cent of the money at risk is rounded away from zero', async () => {
  const found = await decided(pair(1, '2.00 USD', '1.00 EUR'), { ...RATES, referenceRates: { 'EUR/USD': '1.005' } });
  // 100.5 cents were to be expected: 101.
  expect(found.open).toMatchObject([{ money: '99 USD', differences: { fx: ['2', '1.005'] } }]);
});

test('fx is the last in precedence; all that differs is stored', async () => {
  const off = '150.00 USD';
  const found = await decided(
    [
      processor('ch_1', `payment ${off}`, { presented: '100.00 EUR' }),
      internal('o_1', 'payment 90.00 EUR', { names: 'ch_1' }),
      processor('ch_2', `payment ${off}`, { presented: '200.00 EUR', status: 'void' }),
      internal('o_2', 'payment 200.00 EUR', { names: 'ch_2' }),
      processor('ch_3', `payment ${off}`, { presented: '300.00 EUR' }),
      internal('o_3', 'refund 300.00 EUR', { names: 'ch_3' }),
      processor('ch_4', `payment ${off}`, { presented: '400.00 EUR' }),
      internal('o_4', 'payment 400.01 EUR', { names: 'ch_4' }),
    ],
    { ...RATES, tolerance: { EUR: { absolute: '0.01' } } },
  );
  expect(
    found.open.map(({ id, verdict, differences }) => [id, verdict, Object.keys(differences ?? {}).sort()]),
  ).toEqual([
    ['ch_1', 'amount_mismatch', ['amount', 'fx']],
    ['ch_2', 'status_mismatch', ['fx', 'status']],
    ['ch_3', 'kind_mismatch', ['fx', 'kind']],
    ['ch_4', 'fx_variance', ['amount', 'fx']],
  ]);
});

test('a variance does not wait for a pending status', async () => {
  const account = newAccount();
  const rows = [
    processor('ch_1', 'payment 150.00 USD', { presented: '100.00 EUR', status: 'pending' }),
    internal('o_1', 'payment 100.00 EUR', { names: 'ch_1' }),
  ];
  await runOf(account, rows, { asOf: '2026-02-01T00:00:00Z', rules: rules({ ...RATES, timing: { payment: '5d' } }) });
  expect(await account.verdicts()).toMatchObject({ 'processor ch_1': 'status_mismatch' });
});

test('of several settled rows for one record the sums are compared', async () => {
  const parts = (n: number, one: string, two: string, presented = '-50.00 EUR', sum = '-100.00 EUR') => [
    processor(`ch_${n}a`, `refund ${one}`, { presented, order: `A${n}` }),
    processor(`ch_${n}b`, `refund ${two}`, { presented, order: `A${n}` }),
    internal(`o_${n}`, `refund ${sum}`, { order: `A${n}` }),
  ];
  const found = await decided([
    ...parts(1, '-54.21 USD', '-54.21 USD'),
    ...parts(2, '-60.00 USD', '-61.00 USD'),
    // Each rounded by itself.
    ...parts(3, '-0.11 USD', '-0.12 USD', '-0.10 EUR', '-0.20 EUR'),
  ]);
  expect(found.open).toEqual([
    { id: 'ch_2a', verdict: 'fx_variance', money: '1258 USD', differences: { fx: ['1.21', '1.0842'] } },
  ]);
});

test('a variance of a record that was open first is still in the currency that was settled, and replays', async () => {
  const account = newAccount();
  const given = { asOf: LONG_AFTER, rules: rules(RATES) };
  await runOf(account, [internal('o_1', 'payment 100.00 EUR', { names: 'ch_1' })], given);
  const late = [processor('ch_1', 'payment 110.00 USD', { presented: '100.00 EUR' })];
  const run = await runOf(account, late, given);
  expect(await open(account)).toMatchObject([{ id: 'o_1', verdict: 'fx_variance', money: '158 USD' }]);
  expect(await replayRun(started().engine.database, BigInt(run.runId))).toMatchObject({ verdict: 'intact' });
  const total = await started().engine.database.oneFirst(sql.type(z.object({ total: z.string() }))`
    select total_discrepancy_amount::text as total from reconciliation_runs where run_id = ${BigInt(run.runId)}`);
  // Design section 6 does not count rates into it.
  expect(total).toBe('0.00');
});

test('a run with other rates decides again', async () => {
  const account = newAccount();
  const rows = pair(1, '110.00 USD', '100.00 EUR');
  await runOf(account, rows, { asOf: LONG_AFTER, rules: rules(RATES) });
  expect(await open(account)).toHaveLength(1);
  const corrected = rules({ ...RATES, referenceRates: { 'EUR/USD': '1.1' } });
  const run = await runOf(account, rows, { asOf: LONG_AFTER, rules: corrected });
  expect([run.outcome, await open(account)]).toEqual(['clean', []]);
});
