import { expect, test } from '@jest/globals';
import { isMarked } from '../row/personal-mark.ts';
import { rowContext } from '../row/row-context.ts';
import { squareDisputeRows, squarePaymentRow, squareRefundRow } from './square-activity-rows.ts';
import { projectDispute, projectPayment, projectRefund } from './square-record.ts';

const context = rowContext('square/us', 'America/New_York');
const usd = (amount: bigint) => ({ amount, currency: 'USD' });

const PAYMENT = {
  id: 'P1',
  createdAt: '2026-02-01T04:30:00.123Z',
  updatedAt: '2026-02-01T04:31:00Z',
  status: 'COMPLETED',
  sourceType: 'CARD',
  amountMoney: usd(1_000n),
  tipMoney: usd(230n),
  totalMoney: usd(1_230n),
  orderId: 'O1',
  referenceId: 'ORD-1',
  buyerEmailAddress: 'jane.doe@example.com',
};
const REFUND = {
  id: 'P1_R1',
  createdAt: '2026-02-01T12:00:00Z',
  status: 'COMPLETED',
  amountMoney: usd(500n),
  paymentId: 'P1',
  orderId: 'O2',
};
const DISPUTE = {
  id: 'D1',
  createdAt: '2026-02-01T12:00:00Z',
  updatedAt: '2026-02-20T12:00:00Z',
  state: 'EVIDENCE_REQUIRED',
  amountMoney: usd(2_500n),
  disputedPayment: { paymentId: 'P1' },
};

const payment = (given: object = {}) => squarePaymentRow(projectPayment({ ...PAYMENT, ...given }), context);
const refund = (given: object = {}) => squareRefundRow(projectRefund({ ...REFUND, ...given }), PAYMENT, context);
const disputes = (given: object = {}) => squareDisputeRows(projectDispute({ ...DISPUTE, ...given }), context);
const fees = (...amounts: bigint[]) => ({ processingFee: amounts.map((amount) => ({ amountMoney: usd(amount) })) });

test('a completed payment is settled with its tip; its fee is unknown until Square says it, never nothing', () => {
  expect(payment()).toEqual({
    externalId: 'P1',
    level: 'activity',
    kind: 'payment',
    unknownCode: null,
    grossMinor: 1_230n,
    feeMinor: null,
    netMinor: null,
    currency: 'USD',
    occurredAtMs: Date.UTC(2026, 1, 1, 4, 30, 0, 123),
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
    references: [{ type: 'processor_id', value: 'O1' }],
    contentHash: expect.any(BigInt),
  });
  expect(payment({ processingFee: [] }).feeMinor).toBeNull();
});

test('a fee that comes later, and its adjustment, are new versions of the same row on the same day', () => {
  const [early, late, adjusted] = [
    payment(),
    payment(fees(66n)),
    payment({ ...fees(66n, -6n), updatedAt: '2026-02-03' }),
  ];
  expect([late.feeMinor, late.netMinor, adjusted.feeMinor, adjusted.netMinor]).toEqual([66n, 1_164n, 60n, 1_170n]);
  expect(new Set([early, late, adjusted].map((row) => row.contentHash)).size).toBe(3);
  expect(new Set([early, late, adjusted].map((row) => `${row.externalId} ${row.homeDate}`)).size).toBe(1);
});

test('a change that says nothing new about the money makes no version', () => {
  expect(payment({ updatedAt: '2026-03-01T00:00:00Z', versionToken: 'x' }).contentHash).toBe(payment().contentHash);
});

test.each([
  ['APPROVED', 'pending', false],
  ['PENDING', 'pending', false],
  ['COMPLETED', 'settled', true],
  ['CANCELED', 'void', false],
  ['FAILED', 'void', false],
])('a payment that is %s is %s', (status, expected, movesBalance) => {
  expect(payment({ status })).toMatchObject({ kind: 'payment', status: expected, movesBalance });
});

test.each([
  ['COMPLETED', 'settled', true],
  ['PENDING', 'pending', true],
  ['REJECTED', 'void', false],
  ['FAILED', 'void', false],
])('a refund that is %s is %s', (status, expected, movesBalance) => {
  expect(refund({ status })).toMatchObject({ kind: 'refund', status: expected, movesBalance });
});

test("cash and other processors' payments and refunds never touch the balance", () => {
  for (const outside of ['CASH', 'EXTERNAL']) {
    expect(payment({ sourceType: outside })).toMatchObject({ status: 'settled', movesBalance: false });
    expect(refund({ destinationType: outside })).toMatchObject({ status: 'settled', movesBalance: false });
  }
  expect(payment({ sourceType: 'WALLET' }).movesBalance).toBe(true);
});

test('without a reference of its own the order is what the shop knows the payment by', () => {
  expect(payment({ referenceId: undefined })).toMatchObject({ merchantReference: 'O1' });
  expect(payment({ referenceId: null, orderId: null })).toMatchObject({ merchantReference: null, references: [] });
});

test('a refund is taken from the balance, names its payment, and may bring back some of the fee', () => {
  expect(refund(fees(-34n))).toMatchObject({
    kind: 'refund',
    grossMinor: -500n,
    feeMinor: -34n,
    netMinor: -466n,
    parentId: 'P1',
    references: [],
  });
  expect(refund({ paymentId: null, unlinked: true }).parentId).toBeNull();
});

test('the shop knows a refund by what it knows the payment by, never by the order that Square makes for it', () => {
  const referenceOf = (payment: Parameters<typeof squareRefundRow>[1]) =>
    squareRefundRow(projectRefund(REFUND), payment, context).merchantReference;
  expect(referenceOf(PAYMENT)).toBe('ORD-1');
  expect(referenceOf({ orderId: 'O1', referenceId: 'n/a' })).toBe('O1');
  expect(referenceOf({ orderId: null })).toBeNull();
  expect(referenceOf(null)).toBeNull();
});

test('a dispute takes the money, an inquiry only asks', () => {
  for (const state of ['EVIDENCE_REQUIRED', 'PROCESSING', 'LOST', 'ACCEPTED']) {
    expect(disputes({ state })).toMatchObject([
      { kind: 'dispute', grossMinor: -2_500n, feeMinor: null, parentId: 'P1', status: 'settled', movesBalance: true },
    ]);
  }
  for (const state of ['INQUIRY_EVIDENCE_REQUIRED', 'INQUIRY_PROCESSING', 'INQUIRY_CLOSED']) {
    expect(disputes({ state })).toMatchObject([{ kind: 'dispute', movesBalance: false }]);
  }
});

test('a dispute that was won is undone by a second row with the same parent', () => {
  const [taken, givenBack, ...others] = disputes({ state: 'WON' });
  expect(taken).toEqual(disputes()[0]);
  expect(givenBack).toMatchObject({
    externalId: 'D1:won',
    kind: 'dispute',
    reverses: true,
    grossMinor: 2_500n,
    parentId: 'P1',
    occurredAtMs: Date.UTC(2026, 1, 20, 12),
    references: [{ type: 'processor_id', value: 'D1' }],
  });
  expect(others).toEqual([]);
});

test('a code that no table knows is other, with the code, and neither lost nor ignored', () => {
  const unknown = { kind: 'other', unknownCode: 'ESCROWED', movesBalance: true };
  expect(payment({ status: 'ESCROWED' })).toMatchObject(unknown);
  expect(refund({ status: 'ESCROWED' })).toMatchObject(unknown);
  expect(disputes({ state: 'ESCROWED' })).toMatchObject([unknown]);
});

test('amounts beyond what a float can hold stay exact', () => {
  expect(payment({ totalMoney: usd(9_007_199_254_740_993n) }).grossMinor).toBe(9_007_199_254_740_993n);
});

test.each([
  [{ totalMoney: usd(2n ** 63n) }, 'totalMoney.amount: Too big'],
  [{ totalMoney: { amount: 12.3, currency: 'USD' } }, 'totalMoney.amount: Invalid input: expected bigint'],
  [{ totalMoney: { amount: 1_230n } }, 'totalMoney.currency: Invalid input: expected string'],
  [{ totalMoney: { amount: 1_230n, currency: 'XXX' } }, 'total_money.currency: "XXX" is not an ISO 4217 currency'],
  [{ totalMoney: null }, 'totalMoney: Invalid input'],
  [{ status: undefined }, 'status: Invalid input'],
  [{ createdAt: '2026-02-01T04:30:00' }, 'created_at: "2026-02-01T04:30:00" has no offset'],
  [{ referenceId: 'x'.repeat(513) }, 'reference_id: is longer than 512 characters'],
  [{ processingFee: [{ amountMoney: { amount: 1n, currency: 'EUR' } }] }, 'is not the currency of the row'],
  [{ processingFee: [{}] }, 'processing_fee: has a fee without an amount'],
])('%j is refused: %s', (given, reason) => {
  expect(() => payment(given)).toThrow(reason);
});

test.each(['jane.doe@example.com', '4111 1111 1111 1111'])(
  'a reference such as %s is marked for the projection, in the payment and in its refunds',
  (referenceId) => {
    const refunded = squareRefundRow(projectRefund(REFUND), { referenceId }, context);
    for (const row of [payment({ referenceId }), refunded]) expect(isMarked(row.merchantReference)).toBe(true);
  },
);

test('an amount that came with the sign that we would give is refused, not turned round', () => {
  expect(() => refund({ amountMoney: usd(-500n) })).toThrow('amount_money: is negative');
  expect(() => disputes({ amountMoney: usd(-500n) })).toThrow('amount_money: is negative');
});
