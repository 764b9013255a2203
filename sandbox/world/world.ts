// What a seeded world consists of: a processor's ledger, the shop's own books, and the truth about where they differ.
// Neutral: what an entry looks like at an API is its emulator's business.
// The truth stands apart: nothing in an entry or a record says that it was planted.
import type { BusinessDate } from '../../domain/business-date.ts';
import type { Kind, Side, Verdict } from '../../domain/vocabulary.ts';
import type { Presentment } from './prices.ts';

export interface World {
  readonly seed: string;
  /** As the product calls it: stripe/us. */
  readonly account: string;
  /** The processor's own name of the account. */
  readonly accountId: string;
  /** The currency that the account settles and the shop keeps its books in. */
  readonly currency: Presentment;
  readonly zone: string;
  readonly firstDate: BusinessDate;
  readonly lastDate: BusinessDate;
  readonly startMs: number;
  /** End of the last date. A few rows lie after it: partners of what was booked around that midnight. */
  readonly endMs: number;
  /** The processor's ledger, oldest first. */
  readonly entries: readonly LedgerEntry[];
  readonly payouts: readonly Payout[];
  /** The shop's books, oldest first. */
  readonly records: readonly ShopRecord[];
  /** Ordered by date. */
  readonly truth: readonly TruthRow[];
}

/** What a movement is, in words of this sandbox; each emulator has its own codes for it. */
export type Movement = 'charge' | 'refund' | 'dispute' | 'dispute_fee' | 'fee' | 'payout' | 'conversion' | 'unheard_of';

/** A movement of the balance. Its id is the row's id as the product calls it. */
export interface LedgerEntry {
  readonly id: string;
  readonly movement: Movement;
  readonly currency: Presentment;
  readonly grossMinor: bigint;
  readonly feeMinor: bigint;
  readonly createdS: number;
  readonly availableOnS: number;
  /** A row becomes listable a little after its own `created`. */
  readonly listableAtS: number;
  readonly description: string | null;
  /** Minor units of settlement currency per minor unit of presentment currency, in millionths; null without conversion. */
  readonly exchangeRateMicros: bigint | null;
  readonly source: EntrySource | null;
  /** The payout that paid this entry out, or that this entry is. Filled when the payout is made. */
  payoutId: string | null;
}

export type EntrySource = Charge | Refund | Dispute | Payout | Conversion;

export interface Charge {
  readonly object: 'charge';
  readonly id: string;
  readonly entryId: string;
  readonly paymentIntentId: string;
  readonly orderId: string;
  /** What the customer paid in; the entry says what it became. */
  readonly currency: Presentment;
  readonly amountMinor: bigint;
  readonly createdS: number;
  readonly customerNumber: number;
  readonly refunds: Refund[];
}

export interface Refund {
  readonly object: 'refund';
  readonly id: string;
  readonly entryId: string;
  readonly charge: Charge;
  readonly amountMinor: bigint;
  readonly createdS: number;
}

export interface Dispute {
  readonly object: 'dispute';
  readonly id: string;
  readonly charge: Charge;
  readonly amountMinor: bigint;
  readonly createdS: number;
}

export interface Payout {
  readonly object: 'payout';
  readonly id: string;
  readonly entryId: string;
  readonly amountMinor: bigint;
  readonly createdS: number;
  readonly listableAtS: number;
  readonly arrivalDateS: number;
  /** Made by the processor itself; only those can be itemised. */
  readonly automatic: boolean;
}

/** The two legs of an exchange inside the account name the same one. */
export interface Conversion {
  readonly object: 'conversion';
  readonly id: string;
}

/** A line of the shop's ledger. The amount is signed like the processor's gross. */
export interface ShopRecord {
  readonly id: string;
  readonly kind: Kind;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly feeMinor: bigint | null;
  readonly status: 'paid' | 'failed';
  readonly processorReference: string | null;
  readonly orderId: string | null;
  readonly occurredAtMs: number;
}

/** One planted situation, named by the row that shows it: the processor's where both sides have one. */
export interface TruthRow {
  readonly date: BusinessDate;
  readonly side: Side;
  readonly externalId: string;
  /** What it is once nothing more can arrive; pending_timing settles on the date of its partner. */
  readonly verdict: Verdict;
  readonly note: string;
  readonly kind: Kind;
  readonly occurredAtMs: number;
  readonly partner: TruthPartner | null;
  /** Set where the partner comes on a later date: the day on which this becomes matched. */
  readonly settlesOn?: BusinessDate;
}

export interface TruthPartner {
  readonly side: Side;
  readonly externalId: string;
  readonly date: BusinessDate;
  readonly occurredAtMs: number;
}
