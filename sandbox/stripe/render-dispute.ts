// A dispute as the API shows it when a ledger entry's source is expanded.
import type Stripe from 'stripe';
import { inventedCustomer } from '../world/invented-customer.ts';
import type { Dispute } from '../world/world.ts';

const DAY_S = 86_400;
const EVIDENCE_DAYS = 9;

/** Stripe makes disputes itself, so no order id stands on them. */
export function renderDispute(dispute: Dispute): Stripe.Dispute {
  return {
    id: dispute.id,
    object: 'dispute',
    amount: Number(dispute.amountMinor),
    // The real list repeats the entry that this dispute is the source of; a reader of the ledger already holds it.
    balance_transactions: [],
    charge: dispute.charge.id,
    created: dispute.createdS,
    currency: dispute.charge.currency.toLowerCase(),
    enhanced_eligibility_types: [],
    evidence: renderEvidence(dispute),
    evidence_details: {
      due_by: dispute.createdS + EVIDENCE_DAYS * DAY_S,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode: true,
    metadata: {},
    network_reason_code: '10.4',
    payment_intent: dispute.charge.paymentIntentId,
    reason: 'fraudulent',
    status: 'needs_response',
  };
}

function renderEvidence(dispute: Dispute): Stripe.Dispute.Evidence {
  const { fullName, email } = inventedCustomer(dispute.charge.customerNumber);
  return {
    access_activity_log: null,
    billing_address: null,
    cancellation_policy: null,
    cancellation_policy_disclosure: null,
    cancellation_rebuttal: null,
    customer_communication: null,
    customer_email_address: email,
    customer_name: fullName,
    customer_purchase_ip: '203.0.113.7',
    customer_signature: null,
    duplicate_charge_documentation: null,
    duplicate_charge_explanation: null,
    duplicate_charge_id: null,
    enhanced_evidence: {},
    product_description: null,
    receipt: null,
    refund_policy: null,
    refund_policy_disclosure: null,
    refund_refusal_explanation: null,
    service_date: null,
    service_documentation: null,
    shipping_address: null,
    shipping_carrier: null,
    shipping_date: null,
    shipping_documentation: null,
    shipping_tracking_number: null,
    uncategorized_file: null,
    uncategorized_text: null,
  };
}
