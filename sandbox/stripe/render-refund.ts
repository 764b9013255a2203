// A refund as the API shows it when a ledger entry's source is expanded.
import type Stripe from 'stripe';
import type { Refund } from '../world/world.ts';

/** The shop writes its order id on refunds as well, because a refund does not inherit the charge's metadata. */
export function renderRefund(refund: Refund): Stripe.Refund {
  return {
    id: refund.id,
    object: 'refund',
    amount: Number(refund.amountMinor),
    balance_transaction: refund.entryId,
    charge: refund.charge.id,
    created: refund.createdS,
    currency: refund.charge.currency.toLowerCase(),
    customer: null,
    customer_account: null,
    destination_details: { type: 'card', card: { type: 'refund', reference_status: 'pending' } },
    metadata: { order_id: refund.charge.orderId },
    payment_intent: refund.charge.paymentIntentId,
    payment_method: refund.charge.id.replace('ch_', 'pm_'),
    reason: 'requested_by_customer',
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
}
