// What nobody should send, and somebody will: parents in a circle, groups without measure, amounts at the edge of what is
// stored, sides without a row. Each comes to the verdict that the rules give, or is refused with its reason.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { AMOUNT_MINOR_MAX, formatMinor } from '../../domain/money.ts';
import type { EngineAccount } from '../engine-for-tests.ts';
import {
  DAY,
  internal,
  LONG_AFTER,
  processor,
  runOf,
  type SituationRow,
  situationsForTests,
} from './situations-for-tests.ts';

const { newAccount, started, standings, expectStanding } = situationsForTests();

const LATER = { asOf: LONG_AFTER };
const COUNT = 10_000;

/** How many rows of the account stand with which verdict, by which rule or for which reason. */
async function tally(account: EngineAccount): Promise<Record<string, number>> {
  const found = await started().engine.database.any(sql.type(z.object({ standing: z.string(), rows: z.number() }))`
    select concat_ws(' ', side, verdict, 'by ' || rule) as standing, count(*)::int as rows
    from row_verdicts_now where account = ${account.account} group by 1 order by 1`);
  return Object.fromEntries(found.map(({ standing, rows }) => [standing, rows]));
}

/** Discrepancies that are open: anchor, verdict, amount in minor units. */
async function differences(account: EngineAccount): Promise<string[]> {
  const found = await started().engine.database.any(sql.type(z.object({ line: z.string() }))`
    select concat_ws(' ', anchor_external_id, verdict, amount, currency, members) as line from discrepancies
    where account = ${account.account} and state = 'open' order by 1`);
  return found.map(({ line }) => line);
}

async function unreadable(account: EngineAccount): Promise<string[]> {
  const found = await started().engine.database.any(sql.type(z.object({ line: z.string() }))`
    select concat_ws(' ', q.source, q.position, q.reason) as line from quarantined_rows q join accounts a using (account_id)
    where a.account = ${account.account} order by q.source, length(q.position), q.position`);
  return found.map(({ line }) => line);
}

/** Lines that somebody wrote, each with a number of its own. */
const lines = (row: (name: string) => SituationRow): SituationRow[] =>
  Array.from({ length: COUNT }, (_, at) => row(String(at).padStart(5, '0')));

test.each([
  ['none of them reverses', {}, {}],
  ['one of them reverses', {}, { reverses: true as const }],
  ['both of them reverse', { reverses: true as const }, { reverses: true as const }],
])('two rows that are each the parent of the other, and %s, each get one verdict', async (_which, first, second) => {
  const account = newAccount();
  const run = await runOf(
    account,
    [
      processor('re_a', 'refund -10.00 USD', { parent: 're_b', ...first }),
      processor('re_b', 'refund 10.00 USD', { parent: 're_a', ...second }),
    ],
    LATER,
  );
  const reverse = 'reverses' in first || 'reverses' in second;
  const verdict = reverse ? 'matched' : 'missing_internal';
  await expectStanding(account, [
    ['processor re_a', verdict],
    ['processor re_b', verdict],
  ]);
  expect(run.outcome).toBe(reverse ? 'clean' : 'differences');
});

test('a longer circle of reversals, each the parent of the next, is not netted by chance', async () => {
  const account = newAccount();
  await runOf(
    account,
    [
      processor('re_a', 'refund -10.00 USD', { parent: 're_c', reverses: true }),
      processor('re_b', 'refund 10.00 USD', { parent: 're_a', reverses: true }),
      processor('re_c', 'refund -10.00 USD', { parent: 're_b', reverses: true }),
    ],
    LATER,
  );
  expect(await tally(account)).toEqual({ 'processor missing_internal': 3 });
});

test('a row that is its own parent reverses nothing', async () => {
  const account = newAccount();
  await runOf(account, [processor('re_a', 'refund -10.00 USD', { parent: 're_a', reverses: true })], LATER);
  await expectStanding(account, [['processor re_a', 'missing_internal']]);
});

test(`one record over ${COUNT} rows under one key: a key that fans out so far is no evidence`, async () => {
  const account = newAccount();
  await runOf(
    account,
    [
      ...lines((name) => processor(`ch_${name}`, 'payment 1.00 USD', { order: 'A' })),
      internal('o_1', `payment ${COUNT}.00 USD`, { order: 'A' }),
    ],
    LATER,
  );
  expect(await tally(account)).toEqual({
    'internal missing_processor': 1,
    'processor missing_internal': COUNT,
  });
});

test(`${COUNT} rows a side under one key are told apart by the processor's ids`, async () => {
  const account = newAccount();
  const run = await runOf(account, [
    ...lines((name) => processor(`ch_${name}`, 'payment 1.00 USD', { order: 'A' })),
    ...lines((name) => internal(`o_${name}`, 'payment 1.00 USD', { order: 'A', names: `ch_${name}` })),
  ]);
  expect(run.outcome).toBe('clean');
  expect(await tally(account)).toEqual({
    'internal matched by processor_id': COUNT,
    'processor matched by processor_id': COUNT,
  });
});

test(`a payout of ${COUNT} entries is one group, and one cent is found`, async () => {
  const account = newAccount({ payoutsItemised: true });
  const entries = lines((name) => processor(`ch_${name}`, 'payment 1.00 USD', { fee: '0.00', payout: 'po_1' }));
  const booked = lines((name) => internal(`o_${name}`, 'payment 1.00 USD', { names: `ch_${name}` }));
  await runOf(account, [...entries, ...booked, processor('po_1', `payout -${COUNT}.00 USD`, { fee: '0.00' })], LATER);
  expect(await differences(account)).toEqual([]);
  await runOf(account, [processor('po_1', `payout -${COUNT - 1}.99 USD`, { fee: '0.00' })], LATER);
  expect(await differences(account)).toEqual(['po_1 unexplained_remainder 1 USD']);
});

const MOST = formatMinor(AMOUNT_MINOR_MAX, 'USD');
const BEYOND = formatMinor(AMOUNT_MINOR_MAX + 1n, 'USD');

test('the largest amounts are compared, netted and summed without a number that overflows', async () => {
  const account = newAccount();
  await runOf(
    account,
    [
      // One against the other: the difference of both is the most that a bigint holds.
      processor('ch_1', `payment ${MOST} USD`),
      internal('o_1', `payment -${MOST} USD`, { names: 'ch_1' }),
      // Their sum is not one: twice the most, and once more.
      ...['2', '3', '4'].map((name) => processor(`ch_${name}`, `payment ${MOST} USD`, { order: 'B' })),
      ...['2', '3', '4'].map((name) => internal(`o_${name}`, `payment ${MOST} USD`, { names: `ch_${name}` })),
      // A reversal of it.
      processor('re_5', `refund -${MOST} USD`),
      processor('re_6', `refund ${MOST} USD`, { parent: 're_5', reverses: true }),
    ],
    LATER,
  );
  expect(await differences(account)).toEqual([`ch_1 amount_mismatch ${AMOUNT_MINOR_MAX * 2n} USD`]);
  expect(await tally(account)).toMatchObject({
    'processor matched by netting': 2,
    'internal matched by processor_id': 3,
  });
});

test('a fee as large as its amount leaves a net that is stored', async () => {
  const account = newAccount({ payoutsItemised: true });
  await runOf(
    account,
    [
      processor('ch_1', `payment ${MOST} USD`, { fee: `-${MOST}`, payout: 'po_1' }),
      internal('o_1', `payment ${MOST} USD`, { names: 'ch_1' }),
      processor('po_1', `payout -${MOST} USD`, { fee: MOST }),
    ],
    LATER,
  );
  expect(await differences(account)).toEqual([]);
});

test('an amount beyond the bound is a row that cannot be read, on either side and in every field', async () => {
  const account = newAccount();
  const run = await runOf(
    account,
    [
      processor('ch_1', `payment ${BEYOND} USD`),
      processor('ch_2', 'payment 1.00 USD', { fee: `-${BEYOND}` }),
      processor('ch_3', 'payment 1.00 USD', { presented: `${BEYOND} EUR` }),
      internal('o_1', `payment -${BEYOND} USD`),
    ],
    LATER,
  );
  const reason = 'is larger than can be reckoned with exactly';
  expect(await unreadable(account)).toEqual([
    `internal.ndjson 1 amount: ${reason}`,
    `processor.ndjson 1 gross: ${reason}`,
    `processor.ndjson 2 fee: ${reason}`,
    `processor.ndjson 3 presentment.amount: ${reason}`,
  ]);
  expect([run.outcome, await tally(account)]).toEqual(['differences', {}]);
});

test.each([
  ['the processor', [processor('ch_1', 'payment 1.00 USD')], { 'processor missing_internal': 1 }],
  ['us', [internal('o_1', 'payment 1.00 USD')], { 'internal missing_processor': 1 }],
])(
  'rows of %s alone are all missing on the other side, whose file says that it is complete',
  async (_who, rows, expected) => {
    const account = newAccount();
    const run = await runOf(account, rows, LATER);
    expect([run.outcome, await tally(account)]).toEqual(['differences', expected]);
  },
);

test('a side without a row that does not say that it is complete accuses nobody', async () => {
  const account = newAccount();
  const run = await runOf(account, [processor('ch_1', 'payment 1.00 USD')], { ...LATER, complete: false });
  expect([run.outcome, await tally(account)]).toEqual(['inconclusive', { 'processor pending_source': 1 }]);
});

test('a day on which neither side has a row is decided like any other, again and again', async () => {
  const account = newAccount();
  const first = await runOf(account, [], LATER);
  const second = await runOf(account, [], LATER);
  expect([first.outcome, second.outcome, await tally(account)]).toEqual(['clean', 'clean', {}]);
  expect([first.runNumber, second.runNumber]).toEqual([1, 2]);
  const silent = await runOf(newAccount(), [], { ...LATER, complete: false });
  expect(silent.outcome).toBe('inconclusive');
});

test.each(['processor', 'internal'] as const)(
  'a version in another currency, of a row of the %s side, opens its pair again as a currency mismatch',
  async (side) => {
    const account = newAccount();
    const row = {
      processor: (currency: string) => processor('ch_1', `payment 100.00 ${currency}`),
      internal: (currency: string) => internal('o_1', `payment 100.00 ${currency}`, { names: 'ch_1' }),
    };
    await runOf(account, [row.processor('USD'), row.internal('USD')], LATER);
    expect(await tally(account)).toMatchObject({ 'processor matched by processor_id': 1 });
    const run = await runOf(account, [row[side]('EUR')], { ...LATER, date: '2026-02-01' });
    expect(run.outcome).toBe('differences');
    const stands = await standings(account);
    expect([...stands.values()].map(({ verdict, rule }) => `${verdict} by ${rule}`)).toEqual([
      'currency_mismatch by processor_id',
      'currency_mismatch by processor_id',
    ]);
    const other = side === 'processor' ? 'internal' : 'processor';
    await runOf(account, [row[other]('EUR')], { ...LATER, date: '2026-02-02' });
    expect(await differences(account)).toEqual([]);
    expect(await tally(account)).toMatchObject({ 'processor matched_late by processor_id': 1 });
  },
);

test('a member of a group comes in another currency: all of the group is decided again, and the gate holds', async () => {
  const account = newAccount();
  const refunds = [
    processor('re_1', 'refund -30.00 USD', { order: 'A' }),
    processor('re_2', 'refund -20.00 USD', { order: 'A' }),
    internal('o_1', 'refund -50.00 USD', { order: 'A' }),
  ];
  await runOf(account, refunds, LATER);
  expect(await tally(account)).toEqual({ 'internal matched by sum': 1, 'processor matched by sum': 2 });
  await runOf(account, [processor('re_1', 'refund -30.00 EUR', { order: 'A', at: `${DAY}T12:00:00Z` })], {
    ...LATER,
    date: '2026-02-01',
  });
  const stands = await standings(account);
  expect([...stands].map(([row, { verdict, partner }]) => [row, verdict, partner])).toEqual([
    ['processor re_1', 'missing_internal', null],
    ['processor re_2', 'amount_mismatch', 'o_1'],
    ['internal o_1', 'amount_mismatch', 're_2'],
  ]);
  expect(await differences(account)).toEqual(['re_1 missing_internal 3000 EUR', 're_2 amount_mismatch 3000 USD']);
});

test('what is at risk in a cluster, in surplus rows and in a payout is a sum, and larger than any row may be', async () => {
  const account = newAccount({ payoutsItemised: true });
  const settled = { fee: '0.00', payout: 'po_1' };
  const entries = ['1', '2', '3'].flatMap((name) => [
    processor(`ch_p${name}`, `payment ${MOST} USD`, settled),
    internal(`o_p${name}`, `payment ${MOST} USD`, { names: `ch_p${name}` }),
  ]);
  await runOf(
    account,
    [
      ...['1', '2', '3'].map((name) => processor(`ch_a${name}`, `payment ${MOST} USD`, { order: 'A' })),
      ...['1', '2'].map((name) => internal(`o_a${name}`, `payment -${MOST} USD`, { order: 'A' })),
      ...['1', '2', '3', '4'].map((name) => processor(`ch_b${name}`, `payment ${MOST} USD`, { order: 'B' })),
      internal('o_b', `payment ${MOST} USD`, { order: 'B' }),
      ...entries,
      processor('po_1', 'payout -1.00 USD', { fee: '0.00' }),
    ],
    LATER,
  );
  expect(await differences(account)).toEqual([
    `ch_a1 ambiguous ${AMOUNT_MINOR_MAX * 3n} USD 5`,
    `ch_b1 duplicate_processor ${AMOUNT_MINOR_MAX * 3n} USD 4`,
    `po_1 unexplained_remainder ${AMOUNT_MINOR_MAX * 3n - 100n} USD`,
  ]);
});
