// What `recon rules explain` says of rows of each kind of verdict, read from a real database after real runs.
import { beforeAll, expect, test } from '@jest/globals';
import {
  internal,
  LONG_AFTER,
  processor,
  rules,
  runOf,
  situationsForTests,
} from '../../activities/reconcile/situations-for-tests.ts';
import { plainPalette } from '../terminal/plain-palette-for-tests.ts';
import { explainRow } from './explain-row.ts';
import { explanationOnTheWire } from './explanation-on-the-wire.ts';
import { renderExplanation } from './render-explanation.ts';
import { parseRowAddress } from './row-address.ts';

const { newAccount, started } = situationsForTests();
const AFTER = { asOf: LONG_AFTER };
const at = '2026-02-01T10:00:00Z';

const explanation = (row: string) => explainRow(started().engine.database, parseRowAddress(row));
const text = async (id: string) => renderExplanation(plainPalette, await explanation(`stripe/us/${id}`));
const wire = async (id: string) =>
  JSON.parse(JSON.stringify(explanationOnTheWire(await explanation(`stripe/us/${id}`)), strings));
const strings = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

beforeAll(async () => {
  const account = newAccount({ account: 'stripe/us' });
  const first = [
    processor('ch_1', 'payment 100.00 USD', { order: 'A', fee: '3.20' }),
    internal('o_1', 'payment 100.00 USD', { names: 'ch_1', order: 'A', fee: '2.90' }),
    processor('ch_2', 'payment 1200.00 USD', { order: 'B' }),
    internal('o_2', 'payment 1200.00 USD', { order: 'C' }),
    processor('ch_3', 'payment 500 JPY'),
    internal('o_3', 'payment 50000 JPY', { names: 'ch_3' }),
    processor('re_4', 'refund -30.00 USD', { order: 'D', parent: 'ch_0' }),
    processor('re_5', 'refund -20.00 USD', { order: 'D', parent: 'ch_0' }),
    internal('o_4', 'refund -50.00 USD', { order: 'D' }),
    processor('ch_6', 'payment 77.00 USD', { order: 'E' }),
    processor('ch_7', 'payment 77.00 USD', { order: 'E' }),
    internal('o_6', 'payment 77.00 USD', { order: 'E' }),
    processor('du_1', 'dispute -10.00 USD', { parent: 'ch_1', order: 'A' }),
    processor('ch_10', 'payment 108.00 USD', { presented: '100.00 EUR' }),
    internal('o_10', 'payment 100.00 EUR', { names: 'ch_10' }),
    processor('fee_1', 'fee -3.00 USD', { parent: 'ch_1' }),
    processor('fee_2', 'fee 3.00 USD', { parent: 'ch_1', reverses: true }),
    processor('ch_11', 'payment 0.00 USD'),
    processor('ch_12', 'payment 12.00 USD'),
    internal('o_12', 'payment 12.00 USD', { at: '2026-01-29T12:00:00Z' }),
    processor('ch_13', 'payment 25.00 USD'),
    processor('ch_14', 'payment 25.00 USD'),
    internal('o_13', 'payment 25.00 USD'),
    internal('o_14', 'payment 25.00 USD'),
    processor('x_1', 'magic_money 5.00 USD'),
    ...Array.from({ length: 51 }, (_, n) => processor(`many_${n}`, `payment ${n + 1}.50 USD`, { order: 'MANY' })),
    internal('o_15', 'payment 1.50 USD', { order: 'MANY', at: '2026-01-20T12:00:00Z' }),
  ];
  await runOf(account, first, AFTER);
  const second = [
    internal('o_9', 'dispute -10.00 USD', { names: 'du_1', at }),
    processor('re_9', 'refund -9.00 USD', { at }),
    processor('ch_20', 'payment 20.00 USD', { at: '2026-02-02T10:00:00Z' }),
  ];
  await runOf(account, second, { date: '2026-02-01', asOf: '2026-02-02T12:00:00Z' });
}, 60_000);

const CASES: ReadonlyArray<readonly [id: string, says: readonly string[]]> = [
  [
    'processor/ch_1',
    [
      'Fees differ · discrepancy',
      '0.30 USD at risk',
      'Both rows carry the processor id ch_1.',
      'They disagree about fee.',
      'the same side: another movement (explained by o_9)',
      'Step        references',
    ],
  ],
  [
    'processor/ch_2',
    [
      'Missing in your records',
      'The one row in your records that came into question is not its partner',
      'may take 3h, here until 31 Jan 2026, 15:00; that is over',
      'another merchant reference: C',
      'looked at again by stripe/us/2026-02-01#1',
    ],
  ],
  [
    'internal/o_3',
    [
      'Stripe minus your records is -49,500 JPY; the rules allow no difference in JPY.',
      'One is exactly 100 times the other',
    ],
  ],
  [
    'processor/re_4',
    [
      're_4, re_5 and o_4 carry the merchant reference D.',
      '2 rows at Stripe with -50.00 USD, 1 row in your records with -50.00 USD',
      'Its 2 partners',
      'Step        sums',
    ],
  ],
  [
    'processor/ch_6',
    [
      'There are 2 equal rows at Stripe with the merchant reference E, and only 1 in your records: 1 too many.',
      'Nothing tells which of them: ch_6 and ch_7.',
      'belongs to one of the equal rows',
    ],
  ],
  [
    'internal/o_6',
    ['2 equal rows at Stripe share its merchant reference E', 'one of several equal rows, more than needed'],
  ],
  [
    'processor/du_1',
    [
      'Matched late',
      'They did not all come with the same run',
      'already explained by ch_1 (processor id)',
      'stripe/us/2026-01-31#1: missing in your records',
    ],
  ],
  ['processor/ch_10', ['compared in EUR, which the customer paid; Stripe settled in USD']],
  ['processor/fee_1', ['fee_1 and fee_2 cancel: the one undoes the other', 'Step        netting']],
  ['processor/ch_11', ['Ignored by a rule', 'a rule says that such rows do not matter: nothing moved']],
  ['internal/o_12', ['2 days away, and shares no reference: the rules look 1d around']],
  [
    'processor/ch_13',
    [
      'ch_13, ch_14, o_13 and o_14 fit each other equally well',
      'add up to the same, so that no money is missing',
      'Open together with it',
    ],
  ],
  [
    'processor/re_9',
    [
      'Waiting for the other side',
      'No row in your records carries its processor id re_9, and none there is a refund of -9.00 USD within a week',
      'may take 10d, here until 11 Feb 2026, 10:00; both sides are known up to',
    ],
  ],
  ['processor/x_1', ['No table knows the code "magic_money"']],
  [
    'internal/o_15',
    [
      'merchant reference MANY stands on 51 rows of a side: no evidence above 50',
      'There are more; these are the first.',
    ],
  ],
  ['processor/ch_20', ['No run has taken it up yet: its day is 2026-02-02.']],
];

test.each(CASES)('%s is explained', async (id, says) => {
  const said = await text(id);
  for (const part of says) expect(said).toContain(part);
});

test('a discrepancy is explained by its number, from either of its rows', async () => {
  const { discrepancies } = await wire('internal/o_1');
  expect(discrepancies).toMatchObject([{ verdict: 'fee_mismatch', amount: '0.30', currency: 'USD' }]);
  const byNumber = await explanation(discrepancies[0].number);
  expect(byNumber.facts.row.id).toBe('ch_1');
});

test('for scripts: verdict, pass, partners, differences, and a code for each row that was rejected', async () => {
  expect(await wire('processor/ch_1')).toMatchObject({
    account: 'stripe/us',
    row: { side: 'processor', id: 'ch_1', amount: '100.00', currency: 'USD', version: 1, introduced: true },
    verdicts: [
      {
        level: 'activity',
        verdict: 'fee_mismatch',
        open: false,
        rule: 'processor_id',
        pass: 'references',
        run: 'stripe/us/2026-01-31#1',
        ruleSetHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        with: [{ side: 'internal', id: 'o_1' }],
        differences: [{ field: 'fee', processor: '3.20', internal: '2.90' }],
      },
    ],
    rejected: expect.arrayContaining([expect.objectContaining({ id: 'du_1', code: 'same_side' })]),
    keys: [
      { type: 'processor_id', value: 'ch_1', processorRows: 1, internalRows: 1 },
      { type: 'merchant_reference', value: 'A', processorRows: 2, internalRows: 1 },
    ],
  });
  expect((await wire('processor/ch_6')).verdicts[0].with).toMatchObject([{ id: 'ch_7' }]);
});

test('with sums switched off, rows that would add up are named; a reference that the rules do not use is no key', async () => {
  const account = newAccount({ account: 'stripe/eu' });
  const rows = [
    processor('re_1', 'refund -30.00 USD', { order: 'A' }),
    processor('re_2', 'refund -20.00 USD', { order: 'A' }),
    internal('o_1', 'refund -50.00 USD', { order: 'A' }),
  ];
  await runOf(account, rows, { ...AFTER, rules: rules({ groups: false }) });
  const said = renderExplanation(plainPalette, await explanation('stripe/eu/internal/o_1'));
  expect(said).toContain(
    'The sums fit: re_1 and re_2 at Stripe add up to o_1 in your records. The rules switch sums off (groups: false).',
  );
  const other = newAccount({ account: 'stripe/uk' });
  const pair = [
    processor('ch_1', 'payment 30.00 USD', { order: 'A' }),
    internal('o_1', 'payment 40.00 USD', { order: 'A' }),
  ];
  await runOf(other, pair, { ...AFTER, rules: rules({ references: ['processor_id'] }) });
  expect(renderExplanation(plainPalette, await explanation('stripe/uk/internal/o_1'))).toContain(
    'shares only the merchant reference A, which the rules do not use',
  );
});

test('a tolerated difference, a keyless match, and a record of what was undone are explained', async () => {
  const account = newAccount({ account: 'stripe/au' });
  const rows = [
    processor('re_1', 'refund -50.00 USD', { order: 'A' }),
    processor('re_2', 'refund 50.00 USD', { parent: 're_1', reverses: true }),
    internal('o_1', 'refund -50.00 USD', { order: 'A' }),
    processor('ch_1', 'payment 12.34 USD'),
    internal('k_1', 'payment 12.34 USD', { at: '2026-01-31T18:00:00Z' }),
    processor('ch_2', 'payment 100.00 USD'),
    internal('o_2', 'payment 100.01 USD', { names: 'ch_2' }),
  ];
  await runOf(account, rows, { ...AFTER, rules: rules({ tolerance: { USD: { absolute: '0.01' } } }) });
  const said = async (id: string) => renderExplanation(plainPalette, await explanation(`stripe/au/${id}`));
  expect(await said('internal/o_1')).toContain(
    're_1 and re_2 cancel: the one undoes the other, and together they move nothing.\n  Your record o_1 still says that the money moved.',
  );
  expect(await said('processor/ch_1')).toContain(
    'k_1 is the only row in your records with the same amount, currency and kind within 1d',
  );
  expect(await said('internal/o_2')).toContain(
    'Only the amounts differ, by no more than the rules allow.\n  Stripe minus your records is -0.01 USD; the rules allow 0.01 USD.',
  );
});

test('a payout that does not add up says by how much', async () => {
  const account = newAccount({ account: 'stripe/ca', payoutsItemised: true });
  const rows = [
    processor('ch_1', 'payment 100.00 USD', { fee: '3.00', payout: 'po_1' }),
    internal('o_1', 'payment 100.00 USD', { names: 'ch_1' }),
    processor('po_1', 'payout -90.00 USD', { fee: '0.00' }),
  ];
  await runOf(account, rows, AFTER);
  const said = renderExplanation(plainPalette, await explanation('stripe/ca/processor/po_1'));
  expect(said).toContain('Payout po_1 and its entries must add up to nothing: 7.00 USD are left.');
  expect(said).toContain('Payouts and their entries: Payout does not add up');
});

test.each([
  ['stripe/us/processor/nobody', 'stripe/us has no processor row "nobody"'],
  ['999999', 'there is no discrepancy 999999'],
  ['stripe/us/ch_1', 'names no row: write account/side/id'],
  ['Stripe/us/processor/ch_1', 'is not an account'],
])('%s is refused with what to write instead', async (row, says) => {
  await expect((async () => explanation(row))()).rejects.toThrow(says);
});

test('an id may hold slashes', () => {
  expect(parseRowAddress('stripe/us/internal/2026/17')).toEqual({
    account: 'stripe/us',
    side: 'internal',
    id: '2026/17',
  });
});
