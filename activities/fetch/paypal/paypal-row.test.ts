import { expect, test } from '@jest/globals';
import { rowContext } from '../row/row-context.ts';
import { paypalEntry } from './paypal-entry.ts';
import { paypalRow } from './paypal-row.ts';

const context = rowContext('paypal/us', 'America/New_York');

const INFO = {
  paypal_account_id: 'PAYERACCOUNT7',
  transaction_id: '5TY05013RG002845M',
  transaction_event_code: 'T0006',
  transaction_initiation_date: '2026-02-01T04:30:00+0000',
  transaction_updated_date: '2026-02-01T04:30:00+0000',
  transaction_amount: { currency_code: 'USD', value: '465.00' },
  fee_amount: { currency_code: 'USD', value: '-13.79' },
  transaction_status: 'S',
  transaction_subject: 'A present for Jane Doe',
  transaction_note: 'Ring at 4 Privet Drive',
  invoice_id: 'ORD-1',
  custom_field: 'shop-7',
};
const DETAIL = {
  payer_info: { email_address: 'jane.doe@example.com', payer_name: { given_name: 'Jane', surname: 'Doe' } },
  shipping_info: { name: 'Jane Doe', address: { line1: '4 Privet Drive', postal_code: '12345' } },
  cart_info: { item_details: [{ item_name: 'Hat of Jane' }] },
};

function read(given: object = {}) {
  return paypalRow(paypalEntry({ ...DETAIL, transaction_info: { ...INFO, ...given } }), context);
}

test('a sale is a payment with all its keys, its fee positive', () => {
  expect(read()).toEqual({
    externalId: '5TY05013RG002845M:T0006:USD',
    level: 'activity',
    kind: 'payment',
    unknownCode: null,
    grossMinor: 46_500n,
    feeMinor: 1379n,
    netMinor: 45_121n,
    currency: 'USD',
    occurredAtMs: Date.UTC(2026, 1, 1, 4, 30),
    homeDate: '2026-01-31',
    availableOn: null,
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
    references: [{ type: 'processor_id', value: '5TY05013RG002845M' }],
    contentHash: expect.any(BigInt),
  });
});

test('nothing of the payer, the shipping, the cart or a note gets into a row', () => {
  const text = JSON.stringify(read(), (_key, value) => (typeof value === 'bigint' ? String(value) : value));
  for (const personal of ['Jane', 'jane', 'Privet', 'Hat', 'PAYERACCOUNT7', '12345'])
    expect(text).not.toContain(personal);
});

test('a refund names what it pays back and repeats its order', () => {
  const refund = {
    transaction_id: '1AB23456CD789012E',
    transaction_event_code: 'T1107',
    paypal_reference_id: '5TY05013RG002845M',
    paypal_reference_id_type: 'TXN',
    transaction_amount: { currency_code: 'USD', value: '-20.00' },
    fee_amount: { currency_code: 'USD', value: '0.58' },
  };
  expect(read(refund)).toMatchObject({
    kind: 'refund',
    grossMinor: -2000n,
    feeMinor: -58n,
    netMinor: -1942n,
    merchantReference: 'ORD-1',
    parentId: '5TY05013RG002845M',
    references: [{ type: 'processor_id', value: '1AB23456CD789012E' }],
  });
});

test('the legs of a conversion share the parent and are told apart by their currency', () => {
  const leg = { transaction_event_code: 'T0200', paypal_reference_id: 'SALE1', paypal_reference_id_type: 'TXN' };
  const from = read({ ...leg, transaction_amount: { currency_code: 'EUR', value: '-10.00' }, fee_amount: null });
  const to = read({ ...leg, transaction_amount: { currency_code: 'USD', value: '10.88' }, fee_amount: undefined });
  expect([from, to]).toMatchObject([
    {
      externalId: '5TY05013RG002845M:T0200:EUR',
      kind: 'conversion',
      grossMinor: -1000n,
      feeMinor: 0n,
      parentId: 'SALE1',
    },
    {
      externalId: '5TY05013RG002845M:T0200:USD',
      kind: 'conversion',
      grossMinor: 1088n,
      feeMinor: 0n,
      parentId: 'SALE1',
    },
  ]);
});

test('an order is a key of its payments, not their parent; a subscription is neither', () => {
  const order = read({ paypal_reference_id: '8AB', paypal_reference_id_type: 'ODR' });
  expect(order).toMatchObject({
    parentId: null,
    references: [
      { type: 'processor_id', value: '5TY05013RG002845M' },
      { type: 'processor_id', value: '8AB' },
    ],
  });
  for (const type of ['SUB', 'PAP']) {
    const row = read({ paypal_reference_id: 'I-7', paypal_reference_id_type: type });
    expect(row).toMatchObject({ parentId: null, references: [{ value: '5TY05013RG002845M' }] });
  }
});

test('a withdrawal is its own payout with the key of the bank; a returned one belongs to it', () => {
  const withdrawal = {
    transaction_id: 'W1',
    transaction_event_code: 'T0400',
    transaction_amount: { currency_code: 'USD', value: '-100.00' },
    fee_amount: undefined,
    bank_reference_id: 'BANK-9',
  };
  expect(read(withdrawal)).toMatchObject({
    kind: 'payout',
    payoutId: 'W1',
    references: [
      { type: 'bank_reference', value: 'BANK-9' },
      { type: 'processor_id', value: 'W1' },
    ],
  });
  const back = { transaction_id: 'W2', transaction_event_code: 'T1101', paypal_reference_id: 'W1' };
  expect(read(back)).toMatchObject({ kind: 'payout', reverses: true, payoutId: 'W1', parentId: 'W1' });
});

test.each([
  ['S', 'settled', true],
  ['P', 'pending', true],
  ['V', 'settled', true],
  ['F', 'settled', true],
  ['D', 'void', false],
])('status %s is %s', (transaction_status, status, movesBalance) => {
  expect(read({ transaction_status })).toMatchObject({ status, movesBalance });
});

test('an authorisation is no money, whatever its status', () => {
  expect(read({ transaction_event_code: 'T1300' })).toMatchObject({ kind: 'other', movesBalance: false });
});

test('an unknown code is other with its code, under an id of its own', () => {
  expect(read({ transaction_event_code: 'T8801' })).toMatchObject({
    externalId: '5TY05013RG002845M:T8801:USD',
    kind: 'other',
    unknownCode: 'T8801',
  });
});

test.each([
  ['JPY', '12.00', 12n],
  ['JPY', '-1200', -1200n],
  ['TWD', '1200', 120_000n],
  ['HUF', '1200.00', 120_000n],
  ['USD', '0.1', 10n],
  ['USD', '12.3400', 1234n],
  ['KWD', '1.234', 1234n],
  ['USD', '-0.00', 0n],
])('%s %s is %s in minor units of ISO 4217', (currency_code, value, grossMinor) => {
  expect(read({ transaction_amount: { currency_code, value }, fee_amount: null }).grossMinor).toBe(grossMinor);
});

test.each([
  ['2014-07-11T04:03:52+0000', '2014-07-11T04:03:52.000Z'],
  ['2014-07-11T04:03:52-0700', '2014-07-11T11:03:52.000Z'],
  ['2014-07-11T04:03:52.500+0530', '2014-07-10T22:33:52.500Z'],
  ['2014-07-11T04:03:52Z', '2014-07-11T04:03:52.000Z'],
  ['2014-07-11T04:03:52+01:00', '2014-07-11T03:03:52.000Z'],
])('%s is an instant', (transaction_initiation_date, instant) => {
  expect(new Date(read({ transaction_initiation_date }).occurredAtMs).toISOString()).toBe(instant);
});

test('the custom field is the reference of last resort, where it is one', () => {
  const reference = (custom_field: unknown, invoice_id: unknown = undefined) =>
    read({ custom_field, invoice_id }).merchantReference;
  expect(reference('wc_order_12/7')).toBe('wc_order_12/7');
  expect(reference('wc_order_12', 'INV-1')).toBe('INV-1');
  expect(reference('wc_order_12', 'n/a')).toBe('wc_order_12');
  for (const text of ['jane.doe@example.com', 'Jane Doe', '{"order_id":7}', '4242424242424242', '0', '', null]) {
    expect(reference(text)).toBeNull();
  }
});

test.each([
  [
    { transaction_amount: { currency_code: 'JPY', value: '12.50' } },
    'transaction_amount.value: "12.50" has 2 decimals',
  ],
  [{ transaction_amount: { currency_code: 'USD', value: '1,200.00' } }, 'is not a plain decimal'],
  [{ transaction_amount: { currency_code: 'USD', value: 12.5 } }, 'transaction_amount.value: Invalid input'],
  [{ transaction_amount: { currency_code: 'XXX', value: '1.00' } }, '"XXX" is not an ISO 4217 currency'],
  [{ transaction_amount: undefined }, 'transaction_amount: Invalid input'],
  [{ fee_amount: { currency_code: 'EUR', value: '-1.00' } }, 'fee_amount: is in another currency than the transaction'],
  [{ transaction_status: 'X' }, 'transaction_status: "X" is not one of S, P, V, D, F'],
  [{ transaction_status: 'constructor' }, 'transaction_status: "constructor" is not one of'],
  [{ transaction_initiation_date: '2026-02-01T04:30:00' }, 'transaction_initiation_date'],
  [{ transaction_initiation_date: '01/02/2026' }, 'transaction_initiation_date'],
  [{ transaction_id: '' }, 'transaction_info.transaction_id'],
])('%j is refused: %s', (given, reason) => {
  expect(() => read(given)).toThrow(reason);
});
