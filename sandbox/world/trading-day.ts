// Makes the rows of one local day of the shop, on both sides. It knows what a row looks like; which rows there are, and which of them
// lie, is decided by its callers.
import type { BusinessDate, Window } from '../../domain/business-date.ts';
import { addDays } from '../../domain/business-date.ts';
import type { Books } from './books.ts';
import { convertMinor, processingFee } from './charge-money.ts';
import { instantOfDay } from './day-curve.ts';
import { drawPrice, drawRates, type Presentment } from './prices.ts';
import type { Random } from './random.ts';
import type { BalanceEntry, ShopRecord, StripeCharge, StripeDispute, StripeRefund } from './world.ts';

const DAY_S = 86_400;
const TXN_ID_LENGTH = 24;
const CUSTOMERS = 50_000;
const LISTING_LAG_S_MAX = 40;
const DISPUTE_FEE_MINOR = 1500n;
// Cards are disputed and refunded within weeks, not years.
const OLDER_ORDER_DAYS_MAX = 60;

type Draft = Pick<BalanceEntry, 'type' | 'reportingCategory' | 'grossMinor' | 'createdS'> & Partial<BalanceEntry>;

export class TradingDay {
  readonly date: BusinessDate;
  readonly startS: number;
  readonly endS: number;
  readonly random: Random;
  readonly #books: Books;
  readonly #rates: Readonly<Record<Presentment, bigint | null>>;

  constructor(books: Books, date: BusinessDate, window: Window, random: Random) {
    this.date = date;
    this.startS = window.startMs / 1000;
    this.endS = window.endMs / 1000;
    this.random = random;
    this.#books = books;
    this.#rates = drawRates(random);
  }

  /** A second of this day on the shop's day and night curve, at least `marginS` before its end. */
  instantS(marginS = 1): number {
    return instantOfDay(this.random, this.startS, this.endS - marginS);
  }

  /** Takes the customer's money; nothing is booked in the shop yet. */
  charge(createdS: number, currency: Presentment): { charge: StripeCharge; entry: BalanceEntry } {
    const charge = this.#newCharge(createdS, currency, this.date);
    const { grossMinor, exchangeRateMicros } = this.#settle(charge.amountMinor, currency);
    const entry = this.#enter({
      id: charge.entryId,
      type: 'charge',
      reportingCategory: 'charge',
      grossMinor,
      exchangeRateMicros,
      feeMinor: processingFee(grossMinor),
      createdS,
      // Stripe pays card money out two days after the day (UTC) of the charge.
      availableOnS: (Math.floor(createdS / DAY_S) + 2) * DAY_S,
      description: `Order ${charge.orderId}`,
      source: charge,
    });
    return { charge, entry };
  }

  /** A charge from before this world; only its refund or dispute falls into it. */
  olderCharge(currency: Presentment = 'USD'): StripeCharge {
    const daysBefore = this.random.between(1, OLDER_ORDER_DAYS_MAX);
    const { firstDate, startS } = this.#books;
    return this.#newCharge(startS - daysBefore * DAY_S, currency, addDays(firstDate, -daysBefore));
  }

  refund(charge: StripeCharge, amountMinor: bigint, createdS: number): { refund: StripeRefund; entry: BalanceEntry } {
    const settled = this.#settle(amountMinor, charge.currency);
    const entryId = this.random.stripeId('txn_', TXN_ID_LENGTH);
    const id = this.random.stripeId('re_', TXN_ID_LENGTH);
    const refund: StripeRefund = { object: 'refund', id, entryId, charge, amountMinor, createdS };
    charge.refunds.push(refund);
    const entry = this.#enter({
      id: entryId,
      type: 'refund',
      reportingCategory: 'refund',
      grossMinor: -settled.grossMinor,
      exchangeRateMicros: settled.exchangeRateMicros,
      createdS,
      description: `REFUND FOR CHARGE (Order ${charge.orderId})`,
      source: refund,
    });
    return { refund, entry };
  }

  /** Only charges in the settlement currency are disputed here: a converted dispute may come as several rows. */
  dispute(charge: StripeCharge, createdS: number): { dispute: StripeDispute; entry: BalanceEntry } {
    const entryId = this.random.stripeId('txn_', TXN_ID_LENGTH);
    const id = this.random.stripeId('du_', TXN_ID_LENGTH);
    const dispute: StripeDispute = { object: 'dispute', id, charge, amountMinor: charge.amountMinor, createdS };
    const entry = this.#enter({
      id: entryId,
      type: 'adjustment',
      reportingCategory: 'dispute',
      grossMinor: -charge.amountMinor,
      feeMinor: DISPUTE_FEE_MINOR,
      createdS,
      description: `Chargeback withdrawal for ${charge.id}`,
      source: dispute,
    });
    return { dispute, entry };
  }

  /** What Stripe bills for its own services: no source, the cost in the gross, nothing in the fee. */
  stripeFee(costMinor: bigint, createdS: number): BalanceEntry {
    const description = this.random.pick(['Radar for Fraud Teams', 'Billing - Usage Fee', 'Card account updater']);
    return this.#enter({ type: 'stripe_fee', reportingCategory: 'fee', grossMinor: -costMinor, createdS, description });
  }

  /** A movement of a type that no table knows. */
  unheardOf(grossMinor: bigint, createdS: number): BalanceEntry {
    return this.#enter({
      type: 'merchant_rewards_credit',
      reportingCategory: 'merchant_rewards',
      grossMinor,
      createdS,
      description: 'Merchant rewards',
    });
  }

  /** The shop's own booking; what is not given is unknown to it. */
  book(draft: Pick<ShopRecord, 'kind' | 'amountMinor' | 'occurredAtMs'> & Partial<ShopRecord>): ShopRecord {
    const record: ShopRecord = {
      id: this.random.uuid(),
      currency: 'USD',
      feeMinor: null,
      status: 'paid',
      processorReference: null,
      orderId: null,
      ...draft,
    };
    this.#books.records.push(record);
    return record;
  }

  /** When the shop books what happened at `createdS`: its webhook comes a little later, but never on the next day. */
  bookingMs(createdS: number): number {
    const delayedMs = createdS * 1000 + this.random.between(400, 90_000);
    return delayedMs < this.endS * 1000 ? delayedMs : createdS * 1000;
  }

  nextOrderId(date: BusinessDate = this.date): string {
    return this.#books.nextOrderId(date);
  }

  #newCharge(createdS: number, currency: Presentment, orderDate: BusinessDate): StripeCharge {
    return {
      object: 'charge',
      id: this.random.stripeId('ch_', TXN_ID_LENGTH),
      entryId: this.random.stripeId('txn_', TXN_ID_LENGTH),
      paymentIntentId: this.random.stripeId('pi_', TXN_ID_LENGTH),
      orderId: this.#books.nextOrderId(orderDate),
      currency,
      amountMinor: drawPrice(this.random, currency),
      createdS,
      customerNumber: this.random.between(1, CUSTOMERS),
      refunds: [],
    };
  }

  #settle(amountMinor: bigint, currency: Presentment): Pick<BalanceEntry, 'grossMinor' | 'exchangeRateMicros'> {
    const exchangeRateMicros = this.#rates[currency];
    if (exchangeRateMicros === null) return { grossMinor: amountMinor, exchangeRateMicros };
    return { grossMinor: convertMinor(amountMinor, exchangeRateMicros), exchangeRateMicros };
  }

  #enter(draft: Draft): BalanceEntry {
    const entry: BalanceEntry = {
      id: draft.id ?? this.random.stripeId('txn_', TXN_ID_LENGTH),
      type: draft.type,
      reportingCategory: draft.reportingCategory,
      grossMinor: draft.grossMinor,
      feeMinor: draft.feeMinor ?? 0n,
      createdS: draft.createdS,
      // Refunds, disputes and fees are taken from the balance at once.
      availableOnS: draft.availableOnS ?? draft.createdS,
      listableAtS: draft.createdS + this.random.between(0, LISTING_LAG_S_MAX),
      description: draft.description ?? null,
      exchangeRateMicros: draft.exchangeRateMicros ?? null,
      source: draft.source ?? null,
      payoutId: null,
    };
    this.#books.entries.push(entry);
    return entry;
  }
}
