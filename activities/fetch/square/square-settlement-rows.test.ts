import { expect, test } from '@jest/globals';
import { rowContext } from '../row/row-context.ts';
import { projectPayout, projectPayoutEntry } from './square-record.ts';
import { squareEntryRow, squarePayoutRow } from './square-settlement-rows.ts';

const context = rowContext('square/us', 'UTC');
const usd = (amount: bigint) => ({ amount, currency: 'USD' });

const PAYOUT = {
  id: 'po_1',
  createdAt: '2026-02-01T03:07:09Z',
  status: 'PAID',
  type: 'BATCH',
  amountMoney: usd(103n),
  arrivalDate: '2026-02-03',
  endToEndId: 'L2100000006',
  payoutFee: [{ type: 'TRANSFER_FEE', amountMoney: usd(95n) }],
};
const OWN = { id: 'po_1', availableOn: '2026-02-03' };
const ENTRY = {
  id: 'poe_1',
  payoutId: 'po_1',
  effectiveAt: '2026-01-31T23:31:49Z',
  type: 'CHARGE',
  grossAmountMoney: usd(100n),
  feeAmountMoney: usd(19n),
  netAmountMoney: usd(81n),
  typeChargeDetails: { paymentId: 'P1' },
};

const payout = (given: object = {}) => squarePayoutRow(projectPayout({ ...PAYOUT, ...given }), context);
const entry = (given: object = {}) => {
  const { typeChargeDetails, ...bare } = ENTRY;
  const details = Object.keys(given).some((name) => name.endsWith('Details')) ? {} : { typeChargeDetails };
  return squareEntryRow(projectPayoutEntry({ ...bare, ...details, ...given }), OWN, context);
};
const amounts = (gross: bigint, cost: bigint) => ({
  grossAmountMoney: usd(gross),
  feeAmountMoney: usd(cost),
  netAmountMoney: usd(gross - cost),
});

test('a payout leaves the balance as its own payout, with the key of the bank statement, and its cost is an entry', () => {
  expect(payout()).toMatchObject({
    externalId: 'po_1',
    level: 'settlement',
    kind: 'payout',
    grossMinor: -103n,
    feeMinor: 0n,
    netMinor: -103n,
    payoutId: 'po_1',
    availableOn: '2026-02-03',
    status: 'settled',
    movesBalance: true,
    references: [{ type: 'bank_reference', value: 'L2100000006' }],
  });
  expect(payout({ amountMoney: usd(-103n) }).grossMinor).toBe(103n);
});

test('a payout that the bank rejects has left the balance all the same; it comes back as an entry of another', () => {
  for (const status of ['SENT', 'FAILED']) expect(payout({ status }).contentHash).toBe(payout().contentHash);
  expect(entry({ type: 'RETURNED_PAYOUT', ...amounts(103n, 0n) })).toMatchObject({ kind: 'payout', reverses: true });
});

test('an instant payout is only shown: it moves the balance as an entry of a later batch', () => {
  expect(payout({ type: 'SIMPLE' })).toMatchObject({ kind: 'payout', payoutId: 'po_1', movesBalance: false });
});

test('an entry is a row of its payout and names the row of the activity view that it pays out', () => {
  expect(entry()).toMatchObject({
    externalId: 'poe_1',
    level: 'settlement',
    kind: 'payment',
    grossMinor: 100n,
    feeMinor: 19n,
    netMinor: 81n,
    payoutId: 'po_1',
    parentId: 'P1',
    homeDate: '2026-01-31',
    availableOn: '2026-02-03',
    references: [{ type: 'processor_id', value: 'P1' }],
  });
  const refund = { type: 'REFUND', ...amounts(-50n, -2n), typeRefundDetails: { paymentId: 'P1', refundId: 'P1_R1' } };
  expect(entry(refund)).toMatchObject({
    kind: 'refund',
    netMinor: -48n,
    parentId: 'P1',
    references: [{ type: 'processor_id', value: 'P1_R1' }],
  });
});

test('what a dispute takes and gives back has one parent', () => {
  const typeDisputeDetails = { paymentId: 'P1', disputeId: 'D1' };
  const [taken, givenBack] = [-100n, 100n].map((gross) =>
    entry({ type: 'DISPUTE', ...amounts(gross, 0n), typeDisputeDetails }),
  );
  expect(taken).toMatchObject({ kind: 'dispute', reverses: false, parentId: 'P1' });
  expect(givenBack).toMatchObject({
    kind: 'dispute',
    reverses: true,
    parentId: 'P1',
    references: [{ type: 'processor_id', value: 'D1' }],
  });
});

test('a row of kind fee carries its cost in gross, wherever Square writes it', () => {
  const expected = { kind: 'fee', grossMinor: -30n, feeMinor: 0n, netMinor: -30n };
  expect(entry({ type: 'PROCESSING_FEE', ...amounts(-30n, 0n) })).toMatchObject(expected);
  expect(entry({ type: 'PROCESSING_FEE', ...amounts(0n, 30n) })).toMatchObject(expected);
  expect(
    entry({ type: 'DEPOSIT_FEE', ...amounts(-30n, 0n), typeDepositFeeDetails: { payoutId: 'po_0' } }),
  ).toMatchObject({
    parentId: 'po_0',
    references: [],
  });
});

test('an activity that no table knows is other with its code, and its details are read all the same', () => {
  expect(entry({ type: 'LOYALTY_CREDIT', typeLoyaltyCreditDetails: { paymentId: 'P9', note: 'Jane' } })).toMatchObject({
    kind: 'other',
    unknownCode: 'LOYALTY_CREDIT',
    parentId: 'P9',
  });
});

test('a fee that is not said follows from gross and net', () => {
  expect(entry({ feeAmountMoney: null })).toMatchObject({ feeMinor: 19n, netMinor: 81n });
});

test.each([
  [{ netAmountMoney: usd(80n) }, 'net_amount_money: is not gross minus fee'],
  [{ netAmountMoney: { amount: 81n, currency: 'EUR' } }, 'gross_amount_money.currency: is not the currency of the row'],
  [{ payoutId: 'po_2' }, 'payout_id: is not the payout whose entries were asked for'],
  [{ netAmountMoney: undefined }, 'netAmountMoney: Invalid input'],
  [{ effectiveAt: undefined }, 'effectiveAt: Invalid input'],
])('an entry with %j is refused: %s', (given, reason) => {
  expect(() => entry(given)).toThrow(reason);
});
