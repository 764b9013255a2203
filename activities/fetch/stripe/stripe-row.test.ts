import { expect, test } from '@jest/globals';
import { rowContext } from '../row/row-context.ts';
import { stripeProjection } from './stripe-entry.ts';
import { stripeRow } from './stripe-row.ts';

const context = rowContext('stripe/us', 'America/New_York');
const project = stripeProjection('order_id');

const CHARGE = {
  id: 'ch_1',
  object: 'charge',
  amount: 1230,
  amount_captured: 1230,
  currency: 'usd',
  livemode: true,
  payment_intent: 'pi_1',
  metadata: { order_id: 'ORD-1', customer: 'Jane Doe' },
  billing_details: { email: 'jane.doe@example.com', name: 'Jane Doe' },
  payment_method_details: { card: { last4: '4242' } },
};
const ENTRY = {
  id: 'txn_1',
  object: 'balance_transaction',
  amount: 1230,
  fee: 66,
  net: 1164,
  currency: 'usd',
  created: Date.UTC(2026, 1, 1, 4, 30) / 1_000,
  available_on: Date.UTC(2026, 1, 3) / 1_000,
  exchange_rate: null,
  reporting_category: 'charge',
  type: 'charge',
  status: 'pending',
  description: 'Order of jane.doe@example.com',
  source: CHARGE,
};

function read(given: object = {}, expectLive = false) {
  return stripeRow(project({ ...ENTRY, ...given }), context, { metadataReference: 'order_id', expectLive });
}

test('a charge is a settled payment with all its keys; funds that are not available yet do not make it pending', () => {
  expect(read()).toEqual({
    externalId: 'txn_1',
    level: 'activity',
    kind: 'payment',
    unknownCode: null,
    grossMinor: 1230n,
    feeMinor: 66n,
    netMinor: 1164n,
    currency: 'USD',
    occurredAtMs: Date.UTC(2026, 1, 1, 4, 30),
    homeDate: '2026-01-31',
    availableOn: '2026-02-03',
    status: 'settled',
    reverses: false,
    movesBalance: true,
    testMode: false,
    merchantReference: 'ORD-1',
    parentId: null,
    payoutId: null,
    presentmentMinor: null,
    presentmentCurrency: null,
    fxRate: null,
    references: [
      { type: 'processor_id', value: 'ch_1' },
      { type: 'processor_id', value: 'pi_1' },
    ],
    contentHash: expect.any(BigInt),
  });
});

test('only the fields that are normalised get through the projection', () => {
  const text = JSON.stringify(project(ENTRY));
  for (const personal of ['Jane', 'jane', '4242', 'Order of']) expect(text).not.toContain(personal);
});

test('a refund and a dispute name their charge as the parent, and the payment intent is none of their own keys', () => {
  const money = { amount: -500, fee: 0, net: -500 };
  const refund = { id: 're_1', object: 'refund', amount: 500, currency: 'usd', charge: 'ch_1', payment_intent: 'pi_1' };
  expect(read({ ...money, type: 'refund', reporting_category: 'refund', source: refund })).toMatchObject({
    kind: 'refund',
    grossMinor: -500n,
    merchantReference: 'pi_1',
    parentId: 'ch_1',
    references: [{ type: 'processor_id', value: 're_1' }],
  });
  const dispute = { ...refund, id: 'du_1', object: 'dispute', charge: { id: 'ch_1' }, payment_intent: { id: 'pi_1' } };
  expect(read({ type: 'adjustment', reporting_category: 'dispute', source: dispute })).toMatchObject({
    kind: 'dispute',
    merchantReference: 'pi_1',
    parentId: 'ch_1',
    references: [{ type: 'processor_id', value: 'du_1' }],
  });
});

test('a payout is its own payout, a fee has no source, an unexpanded source is still a key', () => {
  const payout = { id: 'po_1', object: 'payout', amount: 1230, currency: 'usd' };
  expect(read({ type: 'payout', reporting_category: 'payout', source: payout })).toMatchObject({
    kind: 'payout',
    payoutId: 'po_1',
    references: [{ type: 'processor_id', value: 'po_1' }],
  });
  expect(read({ type: 'stripe_fee', reporting_category: 'fee', source: null })).toMatchObject({
    kind: 'fee',
    merchantReference: null,
    references: [],
  });
  expect(read({ source: 'ch_1' }).references).toEqual([{ type: 'processor_id', value: 'ch_1' }]);
});

// Stripe counts most currencies as ISO does; ISK and UGX with two decimals, MGA with none (docs: currencies).
test.each([
  ['usd', 1230, 1230n],
  ['jpy', 1230, 1230n],
  ['kwd', 1230, 1230n],
  ['isk', 123_000, 1230n],
  ['ugx', 123_000, 1230n],
  ['mga', 1230, 123_000n],
])('%s: %i in the API is %s in minor units of ISO 4217', (currency, amount, grossMinor) => {
  expect(read({ currency, amount, fee: 0, net: amount }).grossMinor).toBe(grossMinor);
});

test.each([
  ['eur', 1130, 1.0884, '1.0884', 1130n],
  // Stripe's rate turns yen into cents; a rate is between major units.
  ['jpy', 1863, 0.66, '0.0066', 1863n],
  ['kwd', 3790, 0.3245, '3.245', 3790n],
  ['isk', 172_000, 0.00715, '0.00715', 1720n],
])(
  'what the customer paid in %s stands beside the settlement, with the rate',
  (currency, amount, rate, fxRate, minor) => {
    const source = { ...CHARGE, currency, amount, amount_captured: amount };
    expect(read({ source, exchange_rate: rate })).toMatchObject({
      grossMinor: 1230n,
      presentmentMinor: minor,
      presentmentCurrency: currency.toUpperCase(),
      fxRate,
    });
  },
);

test('what the customer got back has the sign of the settlement; a part that was captured counts, not what was asked', () => {
  const refund = { id: 're_1', object: 'refund', amount: 460, currency: 'eur', charge: 'ch_1' };
  const money = { amount: -500, fee: 0, net: -500, exchange_rate: 1.087 };
  expect(read({ ...money, reporting_category: 'refund', source: refund }).presentmentMinor).toBe(-460n);
  const source = { ...CHARGE, currency: 'eur', amount: 2000, amount_captured: 1130 };
  expect(read({ source, exchange_rate: 1.0884 }).presentmentMinor).toBe(1130n);
});

test('a row is a test only where the account is live', () => {
  const source = { ...CHARGE, livemode: false };
  expect([read({ source }).testMode, read({ source }, true).testMode, read({}, true).testMode]).toEqual([
    false,
    true,
    false,
  ]);
});

test('a very small rate is written as a plain decimal', () => {
  expect(read({ source: { ...CHARGE, currency: 'eur' }, exchange_rate: 1e-7 }).fxRate).toBe('0.0000001');
});

test('what the tables do not know is other with its code', () => {
  expect(read({ reporting_category: 'loyalty', type: 'loyalty_credit' })).toMatchObject({
    kind: 'other',
    unknownCode: 'loyalty',
  });
});

test.each([
  [{ net: 1165 }, 'net: is not amount minus fee'],
  [{ currency: 'xxx' }, 'currency: "XXX" is not an ISO 4217 currency'],
  [
    { currency: 'isk', amount: 12_350, fee: 0, net: 12_350 },
    'amount: 12350 does not divide into whole minor units of ISK',
  ],
  [{ amount: '12.30' }, 'amount: Invalid input: expected number, received string'],
  [{ amount: 1230.5 }, 'amount: Invalid input: expected int'],
  [{ amount: 2 ** 60 }, 'amount: Too big'],
  [{ created: null }, 'created: Invalid input: expected number, received null'],
  [{ source: { object: 'charge' } }, 'source'],
])('%j is refused: %s', (given, reason) => {
  expect(() => read(given)).toThrow(reason);
});
