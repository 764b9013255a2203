// A payout as the API shows it, on its own or as the source of a ledger entry.
import type Stripe from 'stripe';
import type { Payout } from '../world/world.ts';

export function renderPayout(payout: Payout, currency: string, nowS: number): Stripe.Payout {
  return {
    id: payout.id,
    object: 'payout',
    amount: Number(payout.amountMinor),
    application_fee: null,
    application_fee_amount: null,
    arrival_date: payout.arrivalDateS,
    automatic: payout.automatic,
    balance_transaction: payout.entryId,
    created: payout.createdS,
    currency: currency.toLowerCase(),
    description: 'STRIPE PAYOUT',
    destination: payout.id.replace('po_', 'ba_'),
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    livemode: true,
    metadata: {},
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: payout.automatic ? 'completed' : 'not_applicable',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: payout.arrivalDateS <= nowS ? 'paid' : 'in_transit',
    trace_id: null,
    type: 'bank_account',
  };
}
