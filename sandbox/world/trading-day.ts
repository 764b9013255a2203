// Makes the rows of one local day of the shop, on both sides. It knows what a row looks like; which rows there are, and which of them
// lie, is decided by its callers.
import type { BusinessDate, Window } from '../../domain/business-date.ts';
import { addDays } from '../../domain/business-date.ts';
import type { Books } from './books.ts';
import { convertMinor, processingFee } from './charge-money.ts';
import { instantOfDay } from './day-curve.ts';
import { drawPrice, drawRates, type Presentment } from './prices.ts';
import type { MovementIds } from './processor-habits.ts';
import type { Random } from './random.ts';
import type { Charge, Conversion, Dispute, LedgerEntry, Movement, Refund, ShopRecord } from './world.ts';

const DAY_S = 86_400;
const PAYMENT_INTENT_LENGTH = 24;
const CUSTOMERS = 50_000;
const LISTING_LAG_S_MAX = 40;
const DISPUTE_FEE_MINOR = 1500n;
// Cards are disputed and refunded within weeks, not years.
const OLDER_ORDER_DAYS_MAX = 60;

/** What a charge is to be like, where chance does not decide. */
export interface WantedCharge {
  readonly amountMinor?: bigint;
  readonly orderId?: string;
  /** Of the day's exchange rate, where the money is converted. */
  readonly ratePerMille?: bigint;
}

type Draft = Pick<LedgerEntry, 'id' | 'movement' | 'grossMinor' | 'createdS'> & Partial<LedgerEntry>;

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
    this.#rates = drawRates(random, books.currency);
  }

  /** A second of this day on the shop's day and night curve, at least `marginS` before its end. */
  instantS(marginS = 1): number {
    return instantOfDay(this.random, this.startS, this.endS - marginS);
  }

  /** Takes the customer's money; nothing is booked in the shop yet. */
  charge(createdS: number, currency: Presentment, wanted: WantedCharge = {}): { charge: Charge; entry: LedgerEntry } {
    const charge = this.#newCharge(createdS, currency, this.date, wanted);
    const { grossMinor, exchangeRateMicros } = this.#settle(charge.amountMinor, currency, wanted.ratePerMille);
    const entry = this.#enter({
      id: charge.entryId,
      movement: 'charge',
      currency: this.#settlementCurrency(currency),
      grossMinor,
      exchangeRateMicros,
      feeMinor: processingFee(grossMinor),
      createdS,
      // Card money is paid out two days after the day (UTC) of the charge.
      availableOnS: (Math.floor(createdS / DAY_S) + 2) * DAY_S,
      description: `Order ${charge.orderId}`,
      source: charge,
    });
    return { charge, entry };
  }

  /** A charge from before this world; only its refund or dispute falls into it. */
  olderCharge(currency: Presentment = this.#books.currency): Charge {
    const daysBefore = this.random.between(1, OLDER_ORDER_DAYS_MAX);
    const { firstDate, startS } = this.#books;
    return this.#newCharge(startS - daysBefore * DAY_S, currency, addDays(firstDate, -daysBefore));
  }

  refund(
    charge: Charge,
    amountMinor: bigint,
    createdS: number,
    pendingUntilS: number | null = null,
  ): { refund: Refund; entry: LedgerEntry } {
    const settled = this.#settle(amountMinor, charge.currency);
    const currency = this.#settlementCurrency(charge.currency);
    const { id, entryId } = this.#ids('refund', currency);
    const refund: Refund = { object: 'refund', id, entryId, charge, amountMinor, createdS };
    charge.refunds.push(refund);
    const entry = this.#enter({
      id: entryId,
      movement: 'refund',
      currency,
      grossMinor: -settled.grossMinor,
      exchangeRateMicros: settled.exchangeRateMicros,
      createdS,
      description: `REFUND FOR CHARGE (Order ${charge.orderId})`,
      source: refund,
      pendingUntilS,
    });
    return { refund, entry };
  }

  /**
   * Only charges in the home currency are disputed here: a converted dispute may come as several rows. Where the fee of a dispute is
   * a row of its own, the shop books that row at once.
   */
  dispute(charge: Charge, createdS: number): { dispute: Dispute; entry: LedgerEntry } {
    const { disputeFee } = this.#books.habits;
    const { id, entryId } = this.#ids('dispute', this.#books.currency);
    const dispute: Dispute = { object: 'dispute', id, charge, amountMinor: charge.amountMinor, createdS };
    const entry = this.#enter({
      id: entryId,
      movement: 'dispute',
      grossMinor: -charge.amountMinor,
      feeMinor: disputeFee === 'inside' ? DISPUTE_FEE_MINOR : 0n,
      createdS,
      description: `Chargeback withdrawal for ${charge.id}`,
      source: dispute,
    });
    if (disputeFee === 'own_row') {
      const ids = this.#ids('dispute_fee', this.#books.currency);
      this.bookFee(
        this.#enter({
          id: ids.entryId,
          movement: 'dispute_fee',
          grossMinor: -DISPUTE_FEE_MINOR,
          createdS,
          description: `Chargeback fee for ${charge.id}`,
          source: dispute,
        }),
        ids.id,
      );
    }
    return { dispute, entry };
  }

  /** The money of a dispute comes back; what the dispute cost does not. */
  winDispute(dispute: Dispute, createdS: number): LedgerEntry {
    const { habits, currency } = this.#books;
    return this.#enter({
      id: habits.wonDisputeId?.(dispute.id) ?? this.#ids('dispute_won', currency).entryId,
      movement: 'dispute_won',
      grossMinor: dispute.amountMinor,
      createdS,
      description: `Chargeback reversal for ${dispute.charge.id}`,
      source: dispute,
    });
  }

  /** The bank takes a charge back that it had confirmed. */
  failCharge(charge: Charge, entry: LedgerEntry, createdS: number): LedgerEntry {
    return this.#enter({
      id: this.#ids('charge_failure', this.#books.currency).entryId,
      movement: 'charge_failure',
      grossMinor: -entry.grossMinor,
      createdS,
      description: `Payment failure refund for ${charge.id}`,
      source: charge,
    });
  }

  /** What the processor bills for its own services: no source, the cost in the gross, nothing in the fee. */
  processorFee(costMinor: bigint, createdS: number): { entry: LedgerEntry; id: string } {
    const description = this.random.pick(['Radar for Fraud Teams', 'Billing - Usage Fee', 'Card account updater']);
    const { id, entryId } = this.#ids('fee', this.#books.currency);
    return { id, entry: this.#enter({ id: entryId, movement: 'fee', grossMinor: -costMinor, createdS, description }) };
  }

  bookFee(entry: LedgerEntry, id: string): void {
    this.book({
      kind: 'fee',
      amountMinor: entry.grossMinor,
      processorReference: id,
      occurredAtMs: this.bookingMs(entry.createdS),
    });
  }

  /** Foreign money becomes home money; both legs name the exchange. */
  convert(currency: Presentment, heldMinor: bigint, homeMinor: bigint, createdS: number): void {
    const source: Conversion = { object: 'conversion', id: this.#ids('conversion', currency).id };
    const leg = (of: Presentment, grossMinor: bigint) => {
      const id = this.#ids('conversion', of).entryId;
      this.#enter({
        id,
        movement: 'conversion',
        currency: of,
        grossMinor,
        createdS,
        description: 'Currency conversion',
        source,
      });
    };
    leg(currency, -heldMinor);
    leg(this.#books.currency, homeMinor);
  }

  /** Home minor units for one minor unit of it, in millionths; null for the home currency. */
  rateOf(currency: Presentment): bigint | null {
    return this.#rates[currency];
  }

  /** A movement of a type that no table knows. */
  unheardOf(grossMinor: bigint, createdS: number): LedgerEntry {
    return this.#enter({
      id: this.#ids('unheard_of', this.#books.currency).entryId,
      movement: 'unheard_of',
      grossMinor,
      createdS,
      description: 'Merchant rewards',
    });
  }

  /** The shop's own booking; what is not given is unknown to it. */
  book(draft: Pick<ShopRecord, 'kind' | 'amountMinor' | 'occurredAtMs'> & Partial<ShopRecord>): ShopRecord {
    const record: ShopRecord = {
      id: this.random.uuid(),
      currency: this.#books.currency,
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

  #newCharge(createdS: number, currency: Presentment, orderDate: BusinessDate, wanted: WantedCharge = {}): Charge {
    return {
      object: 'charge',
      ...this.#ids('charge', this.#settlementCurrency(currency)),
      paymentIntentId: this.random.stripeId('pi_', PAYMENT_INTENT_LENGTH),
      orderId: wanted.orderId ?? this.#books.nextOrderId(orderDate),
      currency,
      amountMinor: wanted.amountMinor ?? drawPrice(this.random, currency),
      createdS,
      customerNumber: this.random.between(1, CUSTOMERS),
      refunds: [],
    };
  }

  #ids(movement: Movement, currency: Presentment): MovementIds {
    return this.#books.habits.ids(this.random, movement, currency);
  }

  /** The currency in which the ledger shows money that a customer paid in another. */
  #settlementCurrency(paid: Presentment): Presentment {
    return this.#books.habits.foreign === 'held' ? paid : this.#books.currency;
  }

  #settle(
    amountMinor: bigint,
    currency: Presentment,
    ratePerMille = 1_000n,
  ): Pick<LedgerEntry, 'grossMinor' | 'exchangeRateMicros'> {
    const rate = this.#books.habits.foreign === 'converted' ? this.#rates[currency] : null;
    if (rate === null) return { grossMinor: amountMinor, exchangeRateMicros: null };
    const exchangeRateMicros = (rate * ratePerMille) / 1_000n;
    return { grossMinor: convertMinor(amountMinor, exchangeRateMicros), exchangeRateMicros };
  }

  #enter(draft: Draft): LedgerEntry {
    const entry: LedgerEntry = {
      id: draft.id,
      movement: draft.movement,
      currency: draft.currency ?? this.#books.currency,
      grossMinor: draft.grossMinor,
      feeMinor: draft.feeMinor ?? 0n,
      createdS: draft.createdS,
      // Refunds, disputes and fees are taken from the balance at once.
      availableOnS: draft.availableOnS ?? draft.createdS,
      listableAtS: draft.createdS + this.random.between(0, LISTING_LAG_S_MAX),
      description: draft.description ?? null,
      exchangeRateMicros: draft.exchangeRateMicros ?? null,
      source: draft.source ?? null,
      pendingUntilS: draft.pendingUntilS ?? null,
      payoutId: null,
    };
    this.#books.entries.push(entry);
    return entry;
  }
}
