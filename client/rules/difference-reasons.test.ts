// How `recon rules explain` puts an exchange rate and an amount that is off by a factor, after a real run.
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
import { renderExplanation } from './render-explanation.ts';
import { parseRowAddress } from './row-address.ts';

const { newAccount, started } = situationsForTests();

const said = async (row: string) =>
  renderExplanation(plainPalette, await explainRow(started().engine.database, parseRowAddress(`stripe/us/${row}`)));

beforeAll(async () => {
  const rows = [
    processor('ch_1', 'payment 110.00 USD', { presented: '100.00 EUR' }),
    internal('o_1', 'payment 100.00 EUR', { names: 'ch_1' }),
    processor('ch_2', 'payment 500 JPY'),
    internal('o_2', 'payment 50000 JPY', { names: 'ch_2' }),
  ];
  const compare = ['currency', 'kind', 'amount', 'status', 'fee', 'fx'];
  const given = { compare, referenceRates: { 'USD/EUR': '0.9223' }, fxBand: { default: '5', 'USD/EUR': '1' } };
  await runOf(newAccount({ account: 'stripe/us' }), rows, { asOf: LONG_AFTER, rules: rules(given) });
});

test.each(['processor/ch_1', 'internal/o_1'])(
  'both rates are named, and how far apart they may be: %s',
  async (row) => {
    const text = await said(row);
    expect(text).toContain('Exchange rate differs');
    expect(text).toContain(
      'They disagree about the exchange rate.\n  Stripe made 1.1 USD of one EUR; the reference rate of the rules is 1.084245907, and they allow 1 percent either way.',
    );
  },
);

test('an amount of a hundred times the other is said to be one', async () => {
  expect(await said('processor/ch_2')).toContain('One is exactly 100 times the other: one side may count decimals');
});
