// The canonical rows of both sides (design section 5). Sign: gross and net are signed from the merchant's balance,
// fee is positive when it costs, net = gross - fee. Unknown is null, never 0.
import type { BusinessDate } from './business-date.ts';
import type { Kind, Level, ReferenceType, Status } from './vocabulary.ts';

export interface Reference {
  readonly type: ReferenceType;
  readonly value: string;
}

interface Row {
  /** The id in its own system; identity is (account, side, externalId). */
  readonly externalId: string;
  readonly kind: Kind;
  /** The code as the source wrote it when no table knows it; the row is then of kind `other`. */
  readonly unknownCode: string | null;
  readonly currency: string;
  readonly occurredAtMs: number;
  /** Calendar day of occurredAt in the account's zone. */
  readonly homeDate: BusinessDate;
  readonly status: Status;
  readonly reverses: boolean;
  readonly movesBalance: boolean;
  readonly feeMinor: bigint | null;
  readonly merchantReference: string | null;
  readonly parentId: string | null;
  /** First 64 bits of the SHA-256 over the compared content: equal content makes no version. */
  readonly contentHash: bigint;
}

export interface ProcessorRow extends Row {
  readonly level: Level;
  readonly grossMinor: bigint;
  readonly netMinor: bigint | null;
  /** ISO date on which the money becomes available, null where the source does not say. */
  readonly availableOn: string | null;
  readonly payoutId: string | null;
  readonly presentmentMinor: bigint | null;
  readonly presentmentCurrency: string | null;
  readonly fxRate: string | null;
  readonly testMode: boolean;
  /** Keys beside the id and the merchant reference. */
  readonly references: readonly Reference[];
}

export interface InternalRow extends Row {
  readonly amountMinor: bigint;
  readonly processorReference: string | null;
}

// What systems write where they mean "none" (design section 2).
const NONE = new Set(['', '0', 'n/a', 'na', 'null', 'none', '-']);
const NONE_CHARS_MAX = 4;

/** A reference value as a key, or null where the text means that there is none. */
export function referenceOrNull(value: string | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  const trimmed = value.trim();
  return trimmed.length <= NONE_CHARS_MAX && NONE.has(trimmed.toLowerCase()) ? null : trimmed;
}
