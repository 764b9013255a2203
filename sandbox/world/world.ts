// What a seeded world consists of: a processor's ledger, the shop's own books, and the truth about where they differ.
// Neutral: what an entry looks like at an API is its emulator's business.
// The truth stands apart: nothing in an entry or a record says that it was planted.
import type { BusinessDate } from '../../domain/business-date.ts';
import type { Kind, Level, Side, Verdict } from '../../domain/vocabulary.ts';
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
  /** Ordered by date. Empty where only plain differences are planted. */
  readonly situations: readonly Situation[];
  /** What stands beside the books: rows that nobody can read, or that are none of the shop's money. */
  readonly odd: OddRows;
}

export interface OddRows {
  readonly entries: readonly OddEntry[];
  /** The shop wrote half of the smallest coin: there is no such amount. */
  readonly records: readonly ShopRecord[];
}

/** Not in the ledger: it moves nothing, is paid out by nobody, and only a list of the processor shows it. */
export interface OddEntry {
  readonly entry: LedgerEntry;
  readonly how: 'unreadable' | 'test_mode';
}

/** What a movement is, in words of this sandbox; each emulator has its own codes for it. */
export type Movement =
  | 'charge'
  | 'refund'
  | 'charge_failure'
  | 'dispute'
  | 'dispute_fee'
  | 'dispute_won'
  | 'fee'
  | 'payout'
  | 'conversion'
  | 'unheard_of';

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
  /** Until then the processor calls it pending, where it says such a thing at all; null: never. */
  readonly pendingUntilS: number | null;
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
  /** Kept back from the sum of its entries, and listed nowhere. */
  readonly withheldMinor: bigint;
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
  /** What it is once nothing more can arrive; pending_timing and matched_late settle on the date of the partner. */
  readonly verdict: Verdict;
  readonly note: string;
  readonly kind: Kind;
  readonly occurredAtMs: number;
  /** What the row moved, as long as it stands alone. */
  readonly money: Money;
  /** What the difference is worth. */
  readonly atRisk: Money;
  readonly partner: TruthPartner | null;
  /** Set where the partner comes on a later date: the day on which this becomes matched. */
  readonly settlesOn?: BusinessDate;
}

export interface TruthPartner {
  readonly side: Side;
  readonly externalId: string;
  readonly date: BusinessDate;
  readonly occurredAtMs: number;
  readonly money: Money;
}

/** Never negative. */
export interface Money {
  readonly minor: bigint;
  readonly currency: string;
}

/** Several rows that say something together: a group, duplicates, a riddle. Or one that says something by itself. */
export interface Situation {
  readonly date: BusinessDate;
  /** The business date whose run can say so; a run before it says `before`. */
  readonly knownOn: BusinessDate;
  readonly verdict: Verdict;
  /** How rows belong together where more than one pair does, or no key says so. */
  readonly by: 'sum' | 'netting' | 'keyless' | null;
  readonly note: string;
  readonly level: Level;
  /** Rows of which the verdict is said; where it is said once, any of them may stand for the others. */
  readonly rows: readonly SituationRow[];
  /** Rows that belong to the story, and of which another verdict is right. */
  readonly beside: readonly SituationRow[];
  /** What needs a person or time; null: nothing does. */
  readonly atRisk: Money | null;
  /** What an earlier run says: of each row, or of all of them once. */
  readonly before: { readonly verdict: Verdict; readonly once: boolean } | null;
}

export interface SituationRow {
  readonly side: Side;
  readonly externalId: string;
  readonly money: Money;
}
