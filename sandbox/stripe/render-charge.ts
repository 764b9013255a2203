// A charge as the API shows it when a ledger entry's source is expanded.
import type Stripe from 'stripe';
import { inventedCustomer } from '../world/invented-customer.ts';
import type { Charge } from '../world/world.ts';

const BRANDS = ['visa', 'mastercard', 'amex', 'discover'] as const;

/** What was refunded so far depends on when one asks; the charge's own movement does not. */
export function renderCharge(charge: Charge, nowS: number): Stripe.Charge {
  const amount = Number(charge.amountMinor);
  const refunded = charge.refunds.reduce(
    (sum, refund) => sum + (refund.createdS <= nowS ? refund.amountMinor : 0n),
    0n,
  );
  const { fullName, email, line1, city, postalCode } = inventedCustomer(charge.customerNumber);
  return {
    id: charge.id,
    object: 'charge',
    amount,
    amount_captured: amount,
    amount_refunded: Number(refunded),
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: charge.entryId,
    billing_details: {
      address: {
        city,
        country: 'US',
        line1,
        line2: null,
        postal_code: postalCode,
        state: 'NY',
      },
      email,
      name: fullName,
      phone: null,
      tax_id: null,
    },
    calculated_statement_descriptor: 'EXAMPLE SHOP',
    captured: true,
    created: charge.createdS,
    currency: charge.currency.toLowerCase(),
    customer: null,
    description: `Order ${charge.orderId}`,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode: true,
    metadata: { order_id: charge.orderId },
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: 'approved_by_network',
      reason: null,
      risk_level: 'normal',
      risk_score: charge.customerNumber % 60,
      seller_message: 'Payment complete.',
      type: 'authorized',
    },
    paid: true,
    payment_intent: charge.paymentIntentId,
    payment_method: charge.id.replace('ch_', 'pm_'),
    payment_method_details: { type: 'card', card: renderCard(charge, amount) },
    receipt_email: email,
    receipt_number: null,
    receipt_url: null,
    refunded: refunded === charge.amountMinor,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

function renderCard(charge: Charge, amount: number): Stripe.Charge.PaymentMethodDetails.Card {
  const brand = BRANDS[charge.customerNumber % BRANDS.length] ?? BRANDS[0];
  return {
    amount_authorized: amount,
    authorization_code: String(charge.customerNumber).padStart(6, '0'),
    brand,
    checks: { address_line1_check: 'pass', address_postal_code_check: 'pass', cvc_check: 'pass' },
    country: 'US',
    electronic_commerce_indicator: null,
    exp_month: 1 + (charge.customerNumber % 12),
    exp_year: 2031,
    fingerprint: charge.paymentIntentId.slice(-16),
    funding: 'credit',
    installments: null,
    last4: '4242',
    mandate: null,
    network: brand,
    network_transaction_id: null,
    regulated_status: 'unregulated',
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  };
}
