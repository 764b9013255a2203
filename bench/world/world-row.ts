// What the benchmark's world is made of: rows of both sides that belong together, and what is true of each.
import type { Kind, Status, Verdict } from '../../domain/vocabulary.ts';

interface WorldRowShared {
  readonly id: string;
  readonly kind: Kind;
  /** Whole minor units, far below 2^53: safe as a number, and bigints would double the time of writing. */
  readonly minor: number;
  readonly fee: number | null;
  readonly currency: string;
  readonly occurredAtMs: number;
  readonly status: Status | null;
  readonly order: string | null;
  readonly parent: string | null;
  readonly reverses: boolean;
}

export interface WorldProcessorRow extends WorldRowShared {
  readonly side: 'processor';
  /** A further id of the same movement. */
  readonly alsoKnownAs: string | null;
  /** What the customer saw, where that is another currency. */
  readonly presented: { readonly minor: number; readonly currency: string } | null;
  readonly testMode: boolean;
}

export interface WorldInternalRow extends WorldRowShared {
  readonly side: 'internal';
  /** The processor's id that the record names. */
  readonly names: string | null;
}

export type WorldRow = WorldProcessorRow | WorldInternalRow;

/** What must be said of a row. Several verdicts where each of them is right. */
export interface RowTruth {
  readonly row: WorldRow;
  readonly verdicts: readonly [Verdict, ...Verdict[]];
  /** Rows of one situation with the same letter explain each other; null: the row stands alone or cannot be told apart. */
  readonly group: string | null;
}

export interface WorldSituation {
  readonly name: string;
  readonly rows: readonly RowTruth[];
}

export const TRUTH_COLUMNS = ['side', 'id', 'verdict', 'group', 'situation'] as const;
/** Between verdicts that are all right. */
export const VERDICT_SEPARATOR = '|';
