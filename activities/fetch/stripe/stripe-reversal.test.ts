// What undoes something at Stripe, and what belongs to what: failures, cancellations, reversals, disputes, adjustments.
import { expect, test } from '@jest/globals';
import { rowContext } from '../row/row-context.ts';
import { stripeProjection } from './stripe-entry.ts';
import { stripeRow } from './stripe-row.ts';

const context = rowContext('stripe/us', 'America/New_York');
const project = stripeProjection('order_id');
const ENTRY = {
  id: 'txn_1',
  object: 'balance_transaction',
  amount: 500,
  fee: 0,
  net: 500,
  currency: 'usd',
  created: Date.UTC(2026, 1, 1, 4, 30) / 1_000,
  available_on: Date.UTC(2026, 1, 3) / 1_000,
  exchange_rate: null,
};
const read = (given: object) =>
  stripeRow(project({ ...ENTRY, ...given }), context, { metadataReference: 'order_id', expectLive: false });

const CHARGE = { id: 'ch_1', object: 'charge', amount: 500, currency: 'usd', payment_intent: 'pi_1' };
const REFUND = { id: 're_1', object: 'refund', amount: 500, currency: 'usd', charge: 'ch_1', payment_intent: 'pi_1' };
const DISPUTE = { ...REFUND, id: 'du_1', object: 'dispute' };
const PAYOUT = { id: 'po_1', object: 'payout', amount: 1164, currency: 'usd', livemode: true };

// What undoes a row has its kind, the opposite sign, and the same parent or the earlier row itself as its parent.
test.each([
  ['a refund that failed', 'refund_failure', 'refund_failure', REFUND, { kind: 'refund', parentId: 'ch_1' }, 're_1'],
  ['a refund that was cancelled', 'refund', 'refund_failure', REFUND, { kind: 'refund', parentId: 'ch_1' }, 're_1'],
  [
    'a refund without a charge that failed',
    'refund_failure',
    'refund_failure',
    { ...REFUND, charge: null },
    { kind: 'refund', parentId: 're_1' },
    're_1',
  ],
  ['a dispute that was won', 'adjustment', 'dispute_reversal', DISPUTE, { kind: 'dispute', parentId: 'ch_1' }, 'du_1'],
  [
    'a debit that bounced',
    'payment_failure_refund',
    'charge_failure',
    { ...CHARGE, id: 'py_1' },
    { kind: 'payment', parentId: 'py_1' },
    'py_1',
  ],
  [
    'a debit that bounced, as a refund',
    'payment_failure_refund',
    'charge_failure',
    { ...REFUND, id: 'pyr_1', charge: 'py_1' },
    { kind: 'payment', parentId: 'py_1' },
    'pyr_1',
  ],
  [
    'a part that was not captured',
    'refund',
    'partial_capture_reversal',
    REFUND,
    { kind: 'payment', parentId: 'ch_1' },
    're_1',
  ],
  ['a payout that failed', 'payout_failure', 'payout_reversal', PAYOUT, { kind: 'payout', parentId: 'po_1' }, 'po_1'],
  [
    'a payout that was cancelled',
    'payout_cancel',
    'payout_reversal',
    PAYOUT,
    { kind: 'payout', parentId: 'po_1' },
    'po_1',
  ],
  [
    'a payout that takes another back',
    'payout',
    'payout_reversal',
    { ...PAYOUT, id: 'po_2', original_payout: 'po_1' },
    { kind: 'payout', parentId: 'po_1' },
    'po_2',
  ],
  [
    'a transfer that was reversed',
    'transfer_refund',
    'transfer_reversal',
    { id: 'trr_1', object: 'transfer_reversal', transfer: 'tr_1' },
    { kind: 'transfer', parentId: 'tr_1' },
    'trr_1',
  ],
  [
    'a transfer that failed',
    'transfer_failure',
    'transfer_reversal',
    { id: 'tr_1', object: 'transfer' },
    { kind: 'transfer', parentId: 'tr_1' },
    'tr_1',
  ],
  [
    'a top-up that was taken back',
    'topup_reversal',
    'topup_reversal',
    { id: 'tu_1', object: 'topup' },
    { kind: 'transfer', parentId: 'tu_1' },
    'tu_1',
  ],
  [
    'an application fee that was given back',
    'application_fee_refund',
    'platform_earning_refund',
    { id: 'fr_1', object: 'fee_refund', fee: { id: 'fee_1' } },
    { kind: 'transfer', parentId: 'fee_1' },
    'fr_1',
  ],
  [
    'a source that is not expanded',
    'payout_failure',
    'payout_reversal',
    'po_1',
    { kind: 'payout', parentId: 'po_1' },
    'po_1',
  ],
])('%s points to what it undoes', (_what, type, reporting_category, source, expected, key) => {
  const row = read({ type, reporting_category, source });
  expect(row).toMatchObject({ ...expected, reverses: true, payoutId: null });
  expect(row.references).toContainEqual({ type: 'processor_id', value: key });
});

test('what came back from a payout has the payout’s own key, the opposite sign, and is not paid out by it', () => {
  const money = { amount: -1164, fee: 0, net: -1164 };
  const payout = read({ ...money, type: 'payout', reporting_category: 'payout', source: PAYOUT });
  const failed = { type: 'payout_failure', reporting_category: 'payout_reversal', amount: 1164, fee: 0, net: 1164 };
  const back = read({ ...failed, id: 'txn_2', source: { ...PAYOUT, status: 'failed' } });
  expect([payout.payoutId, payout.parentId, payout.reverses]).toEqual(['po_1', null, false]);
  expect([back.payoutId, back.parentId, back.reverses]).toEqual([null, 'po_1', true]);
  expect(payout.grossMinor + back.grossMinor).toBe(0n);
  expect(payout.references).toEqual(back.references);
});

test('a payout that changes its status is the same row', () => {
  const hashes = ['in_transit', 'paid', 'failed'].map(
    (status) => read({ type: 'payout', reporting_category: 'payout', source: { ...PAYOUT, status } }).contentHash,
  );
  expect(new Set(hashes).size).toBe(1);
});

test('an adjustment of Stripe’s own undoes nothing and belongs to nothing', () => {
  expect(read({ type: 'adjustment', reporting_category: 'other_adjustment', source: null })).toMatchObject({
    kind: 'adjustment',
    reverses: false,
    parentId: null,
    payoutId: null,
    references: [],
  });
});

test('money that the bank took back for a dispute and its fee is one row, and stays one when the dispute is won', () => {
  const withdrawal = { amount: -7481, fee: 2000, net: -9481, type: 'adjustment', reporting_category: 'dispute' };
  expect(read({ ...withdrawal, source: DISPUTE })).toMatchObject({
    kind: 'dispute',
    grossMinor: -7481n,
    feeMinor: 2000n,
    netMinor: -9481n,
    reverses: false,
  });
  const won = { amount: 7481, fee: 0, net: 7481, type: 'adjustment', reporting_category: 'dispute_reversal' };
  expect(read({ ...won, source: DISPUTE })).toMatchObject({ kind: 'dispute', grossMinor: 7481n, reverses: true });
});
