// Turns a ledger entry into the API's balance transaction, with its source as an id or expanded.
import type Stripe from 'stripe';
import type { EntrySource, LedgerEntry } from '../world/world.ts';
import { renderCharge } from './render-charge.ts';
import { renderDispute } from './render-dispute.ts';
import { renderPayout } from './render-payout.ts';
import { renderRefund } from './render-refund.ts';
import { stripeCodes } from './stripe-codes.ts';

const MICROS = 1_000_000;

export function renderBalanceTransaction(
  entry: LedgerEntry,
  expandSource: boolean,
  nowS: number,
): Stripe.BalanceTransaction {
  const { source } = entry;
  const codes = stripeCodes(entry.movement);
  return {
    id: entry.id,
    object: 'balance_transaction',
    amount: Number(entry.grossMinor),
    available_on: entry.availableOnS,
    balance_type: 'payments',
    created: entry.createdS,
    currency: entry.currency.toLowerCase(),
    description: entry.description,
    exchange_rate: entry.exchangeRateMicros === null ? null : Number(entry.exchangeRateMicros) / MICROS,
    fee: Number(entry.feeMinor),
    fee_details: renderFees(entry),
    net: Number(entry.grossMinor - entry.feeMinor),
    reporting_category: codes.reportingCategory,
    source: source === null ? null : expandSource ? renderSource(source, entry.currency, nowS) : source.id,
    // Only says whether the funds can be used yet, so the same row changes from one reading to the next.
    status: entry.availableOnS <= nowS ? 'available' : 'pending',
    type: codes.type,
  };
}

function renderFees(entry: LedgerEntry): Stripe.BalanceTransaction.FeeDetail[] {
  if (entry.feeMinor === 0n) return [];
  const description = entry.source?.object === 'dispute' ? 'Dispute fee' : 'Stripe processing fees';
  return [
    {
      amount: Number(entry.feeMinor),
      application: null,
      currency: entry.currency.toLowerCase(),
      description,
      type: 'stripe_fee',
    },
  ];
}

function renderSource(source: EntrySource, currency: string, nowS: number): Stripe.BalanceTransactionSource {
  switch (source.object) {
    case 'charge':
      return renderCharge(source, nowS);
    case 'refund':
      return renderRefund(source);
    case 'dispute':
      return renderDispute(source);
    case 'payout':
      return renderPayout(source, currency, nowS);
    case 'conversion':
      throw new RangeError('Stripe converts inside the charge: there is no conversion to show');
  }
}
