// Square's records as its published examples show them, with the personal data that they carry. Never imported by the
// product.
import type { Wire } from './square-server-for-tests.ts';

/** Stands in every record of every list; none of it may get through. */
export const PERSONAL = ['jane.doe@example.com', 'Jane Doe', '4111111111111111', 'Jane says thanks', '+1 650-354-7217'];

const [EMAIL, NAME, CARD, NOTE, PHONE] = PERSONAL;
const address = { address_line_1: '123 Main St', first_name: NAME, postal_code: '94114' };

export const usd = (amount: number | bigint) => ({ amount, currency: 'USD' });
export const fee = (amount: number | bigint, type = 'INITIAL') => ({
  effective_at: '2026-01-31T14:00:00.000Z',
  type,
  amount_money: usd(amount),
});

export function location(id: string, given: object = {}): Wire {
  return {
    id,
    name: NAME,
    address,
    phone_number: PHONE,
    business_email: EMAIL,
    merchant_id: 'MERCHANT1',
    status: 'ACTIVE',
    ...given,
  };
}

export function payment(id: string, createdAt: string, given: object = {}): Wire {
  return {
    id,
    created_at: createdAt,
    updated_at: createdAt,
    amount_money: usd(1_000),
    tip_money: usd(230),
    total_money: usd(1_230),
    status: 'COMPLETED',
    source_type: 'CARD',
    location_id: 'LMAIN',
    order_id: `order_${id}`,
    note: NOTE,
    buyer_email_address: EMAIL,
    billing_address: address,
    card_details: {
      status: 'CAPTURED',
      card: { card_brand: 'VISA', last_4: '1111', bin: '411111', fingerprint: CARD },
    },
    receipt_url: `https://squareup.com/receipt/preview/${id}?to=${EMAIL}`,
    ...given,
  };
}

export function refund(id: string, createdAt: string, given: object = {}): Wire {
  return {
    id,
    created_at: createdAt,
    updated_at: createdAt,
    amount_money: usd(500),
    status: 'COMPLETED',
    payment_id: 'P1',
    order_id: `order_${id}`,
    location_id: 'LMAIN',
    reason: NOTE,
    destination_type: 'CARD',
    destination_details: { card_details: { card: { fingerprint: CARD } } },
    ...given,
  };
}

export function dispute(id: string, createdAt: string, state: string, given: object = {}): Wire {
  return {
    id,
    dispute_id: id,
    created_at: createdAt,
    updated_at: createdAt,
    reported_at: createdAt,
    amount_money: usd(2_500),
    state,
    reason: 'NO_KNOWLEDGE',
    card_brand: 'VISA',
    disputed_payment: { payment_id: 'P1' },
    brand_dispute_id: CARD,
    location_id: 'LMAIN',
    ...given,
  };
}

export function payout(id: string, createdAt: string, amount: number | bigint, given: object = {}): Wire {
  return {
    id,
    created_at: createdAt,
    updated_at: createdAt,
    amount_money: usd(amount),
    status: 'PAID',
    type: 'BATCH',
    location_id: 'LMAIN',
    arrival_date: '2026-02-02',
    end_to_end_id: `L${id}`,
    destination: { type: 'BANK_ACCOUNT', id: 'bact:ZPp3oedR3AeEUNd3z7' },
    ...given,
  };
}

export function entry(
  id: string,
  payoutId: string,
  type: string,
  gross: number,
  cost: number,
  details: object = {},
): Wire {
  return {
    id,
    payout_id: payoutId,
    effective_at: '2026-01-31T10:00:00Z',
    type,
    gross_amount_money: usd(gross),
    fee_amount_money: usd(cost),
    net_amount_money: usd(gross - cost),
    ...details,
  };
}
