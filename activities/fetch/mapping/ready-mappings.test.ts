// Each ready mapping on a small file of invented data in the layout of the real export.
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { fileSource } from '../file/file.ts';
import { FILE_OPTIONS } from '../file/files-for-tests.ts';
import { readAll } from '../pages-for-tests.ts';
import { rowContext } from '../row/row-context.ts';
import { stripeProjection } from '../stripe/stripe-entry.ts';
import { stripeKind } from '../stripe/stripe-kinds.ts';
import { stripeRow } from '../stripe/stripe-row.ts';
import { mappedReading } from './mapped-reading.ts';
import { readMapping } from './mapping.ts';
import { namedColumns } from './named-columns.ts';
import { readyMappingNames } from './ready-mappings.ts';

const EXAMPLES = join(import.meta.dirname, 'ready', 'examples');
const NAMES = await readyMappingNames();

async function example(name: string) {
  const mapped = mappedReading(await readMapping(`ready:${name}`), { side: 'processor', snapshot: false });
  const paths = [join(EXAMPLES, `${name}.csv`)];
  return readAll(fileSource({ ...FILE_OPTIONS, ...mapped, side: 'processor', paths }));
}

/** kind, gross, fee, net, time: what every row must have right. */
const money = ({ kind, grossMinor, feeMinor, netMinor, currency, occurredAtMs }: ProcessorRow) =>
  `${kind} ${grossMinor} ${feeMinor} ${netMinor} ${currency} ${new Date(occurredAtMs).toISOString().slice(0, 19)}Z`;
const keys = ({ merchantReference, parentId, payoutId, references }: ProcessorRow) => ({
  merchantReference,
  parentId,
  payoutId,
  references: references.map(({ type, value }) => `${type} ${value}`),
});

test.each(NAMES)('%s understands every row of its example, and no person in it', async (name) => {
  const { rows, quarantined } = await example(name);
  expect(quarantined).toEqual([]);
  expect(new Set(rows.map(({ externalId }) => externalId)).size).toBe(rows.length);
  const text = JSON.stringify(rows, (_key, value) => (typeof value === 'bigint' ? `${value}` : value));
  expect(text).not.toMatch(/@|Example (?:Person|Customer|Staff)|Note|gift/);
});

test.each(NAMES)('%s does not read the columns in which exports name people and cards', async (name) => {
  const named = namedColumns(await readMapping(`ready:${name}`));
  expect(named.filter((column) => /name|mail|address|phone|pan|card|staff|note|subject/i.test(column))).toEqual([]);
});

describe('Adyen settlement details', () => {
  test('every journal type has its kind and its sign, and a batch adds up to nothing', async () => {
    const { rows } = await example('adyen-settlement-details');
    expect(rows.map(money)).toEqual([
      'payment 10000 159 9841 EUR 2026-01-30T10:26:49Z',
      // Settled in another currency than the shopper paid: gross is what was settled plus the fees.
      'payment 5750 88 5662 EUR 2026-01-30T11:00:00Z',
      'refund -4000 10 -4010 EUR 2026-01-31T08:00:01Z',
      'dispute -4999 750 -5749 EUR 2026-01-31T09:37:26Z',
      'dispute 2000 0 2000 EUR 2026-01-31T09:40:00Z',
      'fee -120 0 -120 EUR 2026-01-31T22:55:00Z',
      'reserve -1000 0 -1000 EUR 2026-01-31T22:55:00Z',
      'fee -500 0 -500 EUR 2026-01-31T22:58:00Z',
      'payout -6124 0 -6124 EUR 2026-01-31T23:10:00Z',
    ]);
    expect(rows.reduce((sum, { netMinor }) => sum + (netMinor ?? 0n), 0n)).toBe(0n);
    expect(rows.filter(({ reverses }) => reverses).map(({ externalId }) => externalId)).toEqual([
      'XK7PQ2ZNGN94TZ02:ChargebackReversed:MK7PQ2ZNGN94TZ72:238',
    ]);
  });

  test('rows carry their references, their batch, and what the shopper paid in another currency', async () => {
    const { rows } = await example('adyen-settlement-details');
    expect(keys(rows[2] as ProcessorRow)).toEqual({
      merchantReference: 'order-5001',
      parentId: 'XK7PQ2ZNGN94TZ55',
      payoutId: '238',
      references: ['processor_id MK7PQ2ZNGN94TZ70', 'processor_id XK7PQ2ZNGN94TZ55'],
    });
    expect(rows.map((row) => row.payoutId)).toEqual(rows.map(() => '238'));
    expect(rows.map((row) => [row.presentmentMinor, row.presentmentCurrency])[1]).toEqual([5000n, 'GBP']);
    expect(rows.filter((row) => row.presentmentMinor !== null)).toHaveLength(1);
  });
});

describe('Stripe itemised balance change from activity', () => {
  test('a row is the same as through the API, byte for byte', async () => {
    const { rows } = await example('stripe-balance-itemized');
    const context = rowContext(FILE_OPTIONS.account, FILE_OPTIONS.zone);
    const common = { exchange_rate: null, currency: 'usd', status: 'available', description: 'is not read' };
    const seconds = (text: string) => Date.parse(`${text}Z`) / 1_000;
    const entries = [
      {
        ...{
          id: 'txn_1Example0001',
          amount: 123450,
          fee: 3610,
          net: 119840,
          type: 'charge',
          reporting_category: 'charge',
        },
        ...{ created: seconds('2026-01-31T09:12:00'), available_on: seconds('2026-02-02T00:00:00') },
        source: {
          ...{ id: 'ch_Example0001', object: 'charge', amount: 123450, currency: 'usd' },
          ...{ payment_intent: 'pi_Example0001', metadata: { order_id: 'order-1001' } },
        },
      },
      {
        ...{ id: 'txn_1Example0002', amount: -2000, fee: 0, net: -2000, type: 'refund', reporting_category: 'refund' },
        ...{ created: seconds('2026-01-31T10:00:00'), available_on: seconds('2026-01-31T00:00:00') },
        source: {
          ...{ id: 're_Example0002', object: 'refund', amount: 2000, currency: 'usd', metadata: {} },
          ...{ payment_intent: 'pi_Example0990', charge: 'ch_Example0990' },
        },
      },
      {
        ...{
          id: 'txn_1Example0003',
          amount: -7481,
          fee: 2000,
          net: -9481,
          type: 'adjustment',
          reporting_category: 'dispute',
        },
        ...{ created: seconds('2026-01-31T11:00:00'), available_on: seconds('2026-01-31T00:00:00') },
        source: {
          ...{ id: 'du_Example0003', object: 'dispute', amount: 7481, currency: 'usd', metadata: {} },
          ...{ payment_intent: 'pi_Example0800', charge: 'ch_Example0800' },
        },
      },
    ];
    const project = stripeProjection('order_id');
    for (const [at, entry] of entries.entries()) {
      const options = { metadataReference: 'order_id', expectLive: true };
      const fromApi = stripeRow(project({ ...common, ...entry }), context, options);
      // Which payout it went into is an assignment, which the API tells separately.
      expect({ ...rows[at], payoutId: null }).toEqual(fromApi);
    }
    expect(rows[0]?.payoutId).toBe('po_Example01');
  });

  test('what the customer paid in another currency stands beside it; an unknown category is said', async () => {
    const { rows } = await example('stripe-balance-itemized');
    expect(rows[3]).toMatchObject({
      grossMinor: 1085n,
      currency: 'USD',
      presentmentMinor: 1000n,
      presentmentCurrency: 'EUR',
    });
    expect(rows[5]).toMatchObject({ kind: 'other', unknownCode: 'brand_new_category', grossMinor: 100n });
  });

  test('its table of categories is the one of the API', async () => {
    const mapping = await readMapping('ready:stripe-balance-itemized');
    if (!('column' in mapping.kind)) throw new Error('has no column of kinds');
    for (const [category, meaning] of Object.entries(mapping.kind.values)) {
      for (const [amount, sign] of [
        [100n, 'credit'],
        [-100n, 'debit'],
      ] as const) {
        const reverses = typeof meaning.reverses === 'boolean' ? meaning.reverses : meaning.reverses === sign;
        expect({ category, kind: meaning.kind, reverses, unknownCode: null }).toEqual({
          category,
          ...stripeKind(category, 'a new type', amount),
        });
      }
    }
  });
});

describe('PayPal activity download', () => {
  test('amounts are signed, fees are costs, both legs of a conversion stay, what moves no balance is marked', async () => {
    const { rows } = await example('paypal-activity-download');
    expect(rows.map(money)).toEqual([
      'payment 123450 3610 119840 USD 2026-01-31T17:12:00Z',
      'refund -4000 -116 -3884 USD 2026-01-31T17:30:00Z',
      'payment 1000 69 931 EUR 2026-01-31T18:00:00Z',
      'conversion -931 0 -931 EUR 2026-01-31T18:00:01Z',
      'conversion 1002 0 1002 USD 2026-01-31T18:00:01Z',
      'payment 1500 0 1500 USD 2026-01-31T19:00:00Z',
      'payout -500000 0 -500000 USD 2026-01-31T20:00:00Z',
      'fee -2000 0 -2000 USD 2026-01-31T21:00:00Z',
    ]);
    expect(rows.filter(({ movesBalance }) => !movesBalance).map(({ status }) => status)).toEqual(['void']);
  });

  test('days first, by a mapping of its own: a file does not tell which it has', async () => {
    const { rows } = await example('paypal-activity-download-day-first');
    expect(rows.map(money)).toEqual(['payment 123450 3610 119840 USD 2026-01-31T09:12:00Z']);
  });

  test('a refund names its payment, and the invoice or else the custom number is the merchant reference', async () => {
    const { rows } = await example('paypal-activity-download');
    expect(keys(rows[1] as ProcessorRow)).toEqual({
      merchantReference: 'order-2001',
      parentId: '1EX00000000000001',
      payoutId: null,
      references: ['processor_id 1EX00000000000002'],
    });
    expect(rows[2]?.merchantReference).toBe('custom-3');
  });
});

test('Square transactions: dollars with marks and parentheses, zones by their names, two ways to write a time', async () => {
  const { rows } = await example('square-transactions');
  expect(rows.map(money)).toEqual([
    'payment 123450 3220 120230 USD 2026-01-31T15:02:11Z',
    'refund -100 0 -100 USD 2026-01-31T16:40:00Z',
    'payment 7000 192 6808 USD 2026-01-31T19:30:00Z',
  ]);
  expect(keys(rows[0] as ProcessorRow)).toEqual({
    merchantReference: 'order-3001',
    parentId: null,
    payoutId: 'DEP01',
    references: ['processor_id ExamplePay0001', 'processor_id ExampleTxn0001'],
  });
});
