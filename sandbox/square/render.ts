// A ledger's rows as Square's API shows them at an instant. With everything personal that the real one sends: the product must show
// that none of it gets through.
import { inventedCustomer } from '../world/invented-customer.ts';
import type { LedgerEntry } from '../world/world.ts';
import {
  paymentIdOf,
  type SquareDispute,
  type SquarePayment,
  type SquarePayout,
  type SquareRefund,
} from './square-ledger.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const NO_CURRENCY = 'ZZZ';

type Money = { readonly amount: number; readonly currency: string };

export function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function money(minor: bigint, currency: string): Money {
  return { amount: Number(minor), currency };
}

/** The last thing that happened to it so far. */
export function paymentUpdatedMs(payment: SquarePayment, nowMs: number): number {
  const events = [payment.createdMs + 1_200, ...payment.refunds.map(({ createdMs }) => createdMs + 400)];
  if (payment.feeKnownMs !== null) events.push(payment.feeKnownMs);
  return Math.max(payment.createdMs, ...events.filter((ms) => ms <= nowMs));
}

export function renderPayment(payment: SquarePayment, home: string, nowMs: number): object {
  const currency = payment.unreadable ? NO_CURRENCY : home;
  const refunds = payment.refunds.filter(({ createdMs }) => createdMs <= nowMs);
  const refunded = refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const { email } = inventedCustomer(payment.customerNumber);
  return {
    id: payment.id,
    created_at: instant(payment.createdMs),
    updated_at: instant(paymentUpdatedMs(payment, nowMs)),
    amount_money: money(payment.amountMinor - payment.tipMinor, currency),
    ...(payment.tipMinor === 0n ? {} : { tip_money: money(payment.tipMinor, currency) }),
    total_money: money(payment.amountMinor, currency),
    approved_money: money(payment.amountMinor, currency),
    ...(refunded === 0n ? {} : { refunded_money: money(refunded, currency), refund_ids: refunds.map(({ id }) => id) }),
    ...processingFee(payment, currency, nowMs),
    status: payment.status,
    delay_duration: 'PT168H',
    delay_action: 'CANCEL',
    delayed_until: instant(payment.createdMs + 7 * DAY_MS),
    source_type: payment.sourceType,
    ...(payment.sourceType === 'CARD' ? cardDetails(payment) : cashDetails(payment, currency)),
    location_id: payment.locationId,
    order_id: `order-${payment.id}`,
    ...(payment.orderId === '' ? {} : { reference_id: payment.orderId }),
    buyer_email_address: email,
    note: `Sold to ${email}`,
    receipt_number: payment.id.slice(0, 4),
    receipt_url: `https://squareup.com/receipt/preview/${payment.id}`,
    version_token: `${payment.id.slice(0, 8)}o`,
  };
}

function processingFee({ feeKnownMs, feeMinor, createdMs }: SquarePayment, currency: string, nowMs: number): object {
  if (feeKnownMs === null || feeKnownMs > nowMs) return {};
  const fee = {
    effective_at: instant(createdMs + 2 * HOUR_MS),
    type: 'INITIAL',
    amount_money: money(feeMinor, currency),
  };
  return { processing_fee: [fee] };
}

function cardDetails({ createdMs, customerNumber }: SquarePayment): object {
  return {
    card_details: {
      status: 'CAPTURED',
      card: {
        card_brand: 'VISA',
        last_4: '1111',
        exp_month: 11,
        exp_year: 2031,
        fingerprint: `sq-1-${customerNumber}`,
        card_type: 'CREDIT',
        prepaid_type: 'NOT_PREPAID',
        bin: '411111',
      },
      entry_method: 'KEYED',
      cvv_status: 'CVV_ACCEPTED',
      avs_status: 'AVS_ACCEPTED',
      statement_description: 'SQ *EXAMPLE SHOP',
      card_payment_timeline: { authorized_at: instant(createdMs), captured_at: instant(createdMs + 700) },
    },
  };
}

function cashDetails({ amountMinor }: SquarePayment, currency: string): object {
  return {
    cash_details: { buyer_supplied_money: money(amountMinor, currency), change_back_money: money(0n, currency) },
  };
}

export function renderRefund(refund: SquareRefund, currency: string): object {
  return {
    id: refund.id,
    status: 'COMPLETED',
    location_id: refund.locationId,
    unlinked: false,
    destination_type: 'CARD',
    amount_money: money(refund.amountMinor, currency),
    payment_id: refund.paymentId,
    order_id: `order-${refund.id}`,
    reason: 'Returned goods',
    created_at: instant(refund.createdMs),
    updated_at: instant(refund.createdMs + 900),
  };
}

/** Before it is won it is one that waits for evidence. */
export function renderDispute(dispute: SquareDispute, currency: string, nowMs: number): object {
  const isWon = dispute.wonMs !== null && dispute.wonMs <= nowMs;
  return {
    id: dispute.id,
    dispute_id: dispute.id,
    amount_money: money(dispute.amountMinor, currency),
    reason: 'NO_KNOWLEDGE',
    state: dispute.state === 'WON' && !isWon ? 'EVIDENCE_REQUIRED' : dispute.state,
    due_at: instant(dispute.createdMs + 14 * DAY_MS),
    disputed_payment: { payment_id: dispute.paymentId },
    card_brand: 'VISA',
    created_at: instant(dispute.createdMs),
    updated_at: instant(isWon ? (dispute.wonMs ?? dispute.createdMs) : dispute.createdMs),
    reported_at: instant(dispute.createdMs),
    version: 1,
    location_id: dispute.locationId,
  };
}

export function renderPayout(payout: SquarePayout, currency: string, nowMs: number): object {
  const arrived = payout.arrivalMs <= nowMs;
  return {
    id: payout.id,
    status: arrived ? 'PAID' : 'SENT',
    location_id: payout.locationId,
    created_at: instant(payout.createdMs),
    updated_at: instant(arrived ? payout.arrivalMs : payout.createdMs),
    amount_money: money(payout.amountMinor, currency),
    destination: { type: 'BANK_ACCOUNT', id: 'bact:example' },
    version: arrived ? 2 : 1,
    type: 'BATCH',
    arrival_date: instant(payout.arrivalMs).slice(0, 10),
    end_to_end_id: `L${payout.id.slice(3, 13)}`,
  };
}

const ACTIVITY: Readonly<Record<string, string>> = {
  charge: 'CHARGE',
  refund: 'REFUND',
  dispute: 'DISPUTE',
  dispute_won: 'DISPUTE',
};

export function renderPayoutEntry(entry: LedgerEntry, payoutId: string): object {
  const { currency, grossMinor, feeMinor, source } = entry;
  const type = ACTIVITY[entry.movement];
  if (type === undefined) throw new RangeError(`a Square payout holds no ${entry.movement}`);
  const details = {
    payment_id: paymentIdOf(entry),
    ...(source?.object === 'refund' ? { refund_id: source.id } : {}),
    ...(source?.object === 'dispute' ? { dispute_id: source.id } : {}),
  };
  return {
    id: `poe_${entry.id}`,
    payout_id: payoutId,
    effective_at: instant(entry.createdS * 1000),
    type,
    gross_amount_money: money(grossMinor, currency),
    fee_amount_money: money(feeMinor, currency),
    net_amount_money: money(grossMinor - feeMinor, currency),
    [`type_${type.toLowerCase()}_details`]: details,
  };
}

export function renderLocation(
  id: string,
  world: { zone: string; currency: string; accountId: string },
  active: boolean,
): object {
  return {
    id,
    name: active ? `Shop ${id.slice(0, 2)}` : 'Closed shop',
    timezone: world.zone,
    capabilities: ['CREDIT_CARD_PROCESSING'],
    status: active ? 'ACTIVE' : 'INACTIVE',
    created_at: '2021-02-19T17:58:25Z',
    merchant_id: world.accountId,
    country: 'JP',
    language_code: 'en-US',
    currency: world.currency,
    business_name: 'Example Shop',
    type: 'PHYSICAL',
    business_email: 'owner@example.com',
    phone_number: '+1 202-555-0117',
  };
}
