// Decides what a Stripe balance transaction is. The reporting category first, because the type `adjustment` hides
// disputes and failed refunds; the type where the category is new. Lists: stripe 23.1.0, API 2026-10-28.
import { type CodedKind, kindsByCode, unknownKind } from '../row/kind-table.ts';

const BY_CATEGORY = kindsByCode([
  ['payment', 'charge', 'charge_failure partial_capture_reversal'],
  ['refund', 'refund', 'refund_failure'],
  ['dispute', 'dispute', 'dispute_reversal'],
  ['fee', 'fee network_cost tax', ''],
  ['payout', 'payout', 'payout_reversal'],
  [
    'transfer',
    'transfer topup connect_collection_transfer platform_earning',
    'transfer_reversal topup_reversal platform_earning_refund',
  ],
  [
    'adjustment',
    'other_adjustment advance advance_funding anticipation_repayment financing_paydown financing_payout',
    'financing_paydown_reversal financing_payout_reversal',
  ],
  ['reserve', 'connect_reserved_funds risk_reserved_funds', ''],
  [
    'other',
    `climate_order_purchase contribution issuing_authorization_hold issuing_dispute issuing_transaction
     unreconciled_customer_funds`,
    'climate_order_refund issuing_authorization_release',
  ],
]);

const BY_TYPE = kindsByCode([
  ['payment', 'charge payment payment_unreconciled', 'payment_failure_refund'],
  ['refund', 'refund payment_refund payment_reversal', 'refund_failure'],
  ['fee', 'stripe_fee stripe_fx_fee tax_fee', ''],
  ['payout', 'payout', 'payout_cancel payout_failure'],
  [
    'transfer',
    'transfer topup application_fee connect_collection_transfer inbound_transfer',
    `transfer_cancel transfer_failure transfer_refund topup_reversal application_fee_refund
     inbound_transfer_reversal`,
  ],
  [
    'adjustment',
    `adjustment advance advance_funding anticipation_repayment fee_credit_funding obligation_outbound
     obligation_reversal_inbound stripe_balance_payment_debit tax_fund`,
    'stripe_balance_payment_debit_reversal',
  ],
  [
    'reserve',
    'reserve_transaction reserved_funds reserve_hold payment_network_reserve_hold payout_minimum_balance_hold',
    'reserve_release payment_network_reserve_release payout_minimum_balance_release',
  ],
  [
    'other',
    `climate_order_purchase contribution issuing_authorization_hold issuing_dispute issuing_transaction
     issuing_dispute_provisional_credit`,
    'climate_order_refund issuing_authorization_release issuing_dispute_provisional_credit_reversal',
  ],
]);

export function stripeKind(reportingCategory: string, type: string, amountMinor: bigint): CodedKind {
  const known = BY_CATEGORY.get(reportingCategory) ?? BY_TYPE.get(type);
  if (known === undefined) return unknownKind(reportingCategory || type);
  // One category holds what is put aside and what is released: only the sign tells them apart.
  return known.kind === 'reserve' ? { ...known, reverses: amountMinor > 0n } : known;
}
