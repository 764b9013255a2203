import { expect, test } from '@jest/globals';
import { Square } from 'square';
import { squareKind } from './square-kinds.ts';

const TYPES = Object.values(Square.ActivityType);

test('every published activity type has a kind', () => {
  expect(TYPES.length).toBe(58);
  expect(TYPES.filter((type) => squareKind(type, -1n).unknownCode !== null)).toEqual([]);
});

test('what undoes something says so, and nothing else does', () => {
  expect(TYPES.filter((type) => squareKind(type, -1n).reverses).sort()).toEqual([
    'APP_FEE_REFUND',
    'AUTOMATIC_BITCOIN_CONVERSIONS_REVERSED',
    'AUTOMATIC_SAVINGS_REVERSED',
    'BALANCE_FOLDERS_TRANSFER_REVERSED',
    'CREDIT_CARD_REPAYMENT_REVERSED',
    'DEPOSIT_FEE_REVERSED',
    'GIFT_CARD_LOAD_FEE_REFUND',
    'GIFT_CARD_POOL_TRANSFER_REVERSED',
    'MONEY_TRANSFER_REVERSAL',
    'PAID_SERVICE_FEE_REFUND',
    'PERCENTAGE_PROCESSING_REPAYMENT_REVERSED',
    'PROCESSING_FEE_REFUND',
    'RELEASE_ADJUSTMENT',
    'RESERVE_RELEASE',
    'RETURNED_PAYOUT',
    'SQUARE_CAPITAL_REVERSED_PAYMENT',
    'SQUARE_PAYROLL_TRANSFER_REVERSED',
    'SUBSCRIPTION_FEE_PAID_REFUND',
    'SUBSCRIPTION_FEE_REFUND',
    'THIRD_PARTY_FEE_REFUND',
  ]);
});

test.each([
  ['CHARGE', 81n, { kind: 'payment', reverses: false }],
  ['DISPUTE', -2_500n, { kind: 'dispute', reverses: false }],
  ['DISPUTE', 2_500n, { kind: 'dispute', reverses: true }],
  ['OPEN_DISPUTE', 2_500n, { kind: 'dispute', reverses: true }],
  ['UNDO_PROCESSING_FEE_REFUND', -3n, { kind: 'fee', reverses: false }],
  ['FREE_PROCESSING', 3n, { kind: 'adjustment', reverses: false }],
  ['HOLD_ADJUSTMENT', -3n, { kind: 'reserve', reverses: false }],
  ['LOYALTY_CREDIT', 3n, { kind: 'other', reverses: false, unknownCode: 'LOYALTY_CREDIT' }],
])('%s of %s', (type, net, expected) => {
  expect(squareKind(type, net)).toMatchObject(expected);
});
