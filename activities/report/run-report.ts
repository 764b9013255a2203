// What a report says about one run, as plain data: what the database knew when the run had decided. Money is bigint
// minor units. Never holds a clock's answer: the same run gives the same report whenever it is rendered.
import type {
  DifferenceField,
  DiscrepancyState,
  Kind,
  Level,
  Outcome,
  Severity,
  Side,
  Status,
  Trigger,
  Verdict,
} from '../../domain/vocabulary.ts';

export interface RunFacts {
  readonly runId: bigint;
  readonly account: string;
  readonly processorName: string;
  readonly zone: string;
  readonly runDate: string;
  readonly runNumber: number;
  readonly decisionSeq: bigint;
  readonly outcome: Outcome;
  readonly trigger: Trigger;
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  readonly horizonMs: number | null;
  readonly processorCoverageMs: number | null;
  readonly internalCoverageMs: number | null;
  readonly reportingCurrency: string;
  readonly missingTransactionCount: number;
  /** Money at risk in the reporting currency; other currencies are never added to it. */
  readonly atRiskMinor: bigint;
  readonly ambiguousMinor: bigint;
  readonly carriedCount: number;
  readonly carriedMinor: bigint;
  readonly ruleSetHash: string | null;
  readonly codeVersion: string | null;
  /** The last migration that the database had when the run began. */
  readonly schemaVersion: string | null;
  readonly inputDigest: string | null;
  readonly resultDigest: string;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly reportKey: string | null;
}

export const TERMS = [
  'open_before',
  'introduced',
  'taken_up',
  'version_delta',
  'reopened',
  'closed',
  'open_after',
] as const;
export type Term = (typeof TERMS)[number];

export interface TermTotal {
  readonly term: Term;
  readonly side: Side;
  readonly level: Level;
  readonly kind: Kind;
  readonly currency: string;
  readonly movesBalance: boolean;
  readonly count: bigint;
  readonly debitsMinor: bigint;
  readonly creditsMinor: bigint;
}

export interface VerdictTotal {
  readonly side: Side;
  readonly level: Level;
  readonly verdict: Verdict;
  readonly currency: string;
  readonly count: bigint;
  readonly amountMinor: bigint;
}

/**
 * own: open, of the run's own date or introduced by it. carried: open since an earlier run. waiting: only time can
 * settle it. closed: closed by this run, with evidence.
 */
export const SECTIONS = ['own', 'carried', 'waiting', 'closed'] as const;
export type Section = (typeof SECTIONS)[number];

export interface DiscrepancyTotal {
  readonly section: Section;
  readonly severity: Severity;
  readonly verdict: Verdict;
  readonly currency: string;
  readonly count: bigint;
  readonly amountMinor: bigint;
  /** How many of them a later run changed: their amount is the present one. */
  readonly changedLater: bigint;
}

/** What one side says of the movement. */
export interface SideRow {
  readonly externalId: string;
  readonly amountMinor: bigint;
  readonly feeMinor: bigint | null;
  readonly currency: string;
  readonly kind: Kind;
  readonly status: Status;
  readonly merchantReference: string | null;
  readonly occurredAtMs: number;
}

export interface Difference {
  readonly field: DifferenceField;
  /** As a person reads it: money as a decimal string in major units, words as they are. */
  readonly processor: string | null;
  readonly internal: string | null;
}

export interface ReportedDiscrepancy {
  readonly section: Section;
  readonly discrepancyId: bigint;
  readonly level: Level;
  readonly anchorSide: Side;
  readonly anchorExternalId: string;
  /** The other side's row; of a group or cluster its rows, the first of them. */
  readonly partnerExternalId: string | null;
  /** Of a group or cluster: the other rows of the anchor's side, the first of them. */
  readonly besideExternalIds: string | null;
  readonly businessDate: string;
  readonly verdict: Verdict;
  readonly reason: string | null;
  readonly state: DiscrepancyState;
  readonly severity: Severity;
  readonly kind: Kind;
  readonly currency: string;
  readonly amountMinor: bigint;
  readonly processor: SideRow | null;
  readonly internal: SideRow | null;
  readonly differences: readonly Difference[];
  /** The rule that closed it, where one did. */
  readonly rule: string | null;
  /** Rows of the group or cluster it stands for; null where it stands for a row or a pair, or a later run changed it. */
  readonly members: number | null;
  /** Of equal rows: how many are too many. */
  readonly surplus: number | null;
  /** Of rows that nobody can tell apart: whether both sides sum to the same. */
  readonly balanced: boolean | null;
  readonly closedBy: 'matched_late' | 'netted' | 'superseded' | 'person' | null;
  readonly changedLater: boolean;
}

export interface QuarantinedRow {
  readonly side: Side;
  readonly source: string;
  readonly position: string;
  readonly reason: string;
  /** A later row with the same id counts in its place: no money is missing. */
  readonly superseded: boolean;
}

export interface QualityCheck {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

export interface SourceBatch {
  readonly side: Side;
  readonly sourceName: string;
  readonly sourceKey: string;
  /** What was asked for or read: slices of the window, files with their SHA-256; bounded, `partsCount` counts all. */
  readonly parts: readonly SourcePart[];
  readonly partsCount: number;
  /** When the read began. */
  readonly extractedAtMs: number;
  readonly watermarkMs: number | null;
  readonly fetchedUntilMs: number | null;
  readonly statesCompleteness: boolean;
  readonly rowCount: bigint;
  readonly quarantinedCount: bigint;
}

export interface SourcePart {
  readonly name: string;
  readonly contentKey: string | null;
}

/** The processor's rows that are this day's: of its date, and older ones that it introduced. */
export interface Population {
  readonly rows: bigint;
  /** Of them: matched when the run had decided. */
  readonly matched: bigint;
  /** Of the matched: with a partner that another day brought. */
  readonly matchedLate: bigint;
  /** Not of them: rows of earlier days that this run matched. */
  readonly matchedOfEarlierDays: bigint;
}

/** One business day as its last run up to this one left it. */
export interface TrendDay {
  readonly date: string;
  readonly outcome: Outcome;
  /** The processor's rows that are the day's; of them: matched when that run had decided. As in its population. */
  readonly rows: bigint;
  readonly matched: bigint;
  /** In the reporting currency. */
  readonly atRiskMinor: bigint;
}

/** What is open and not merely waiting, by how old it was on the day of the run. */
export interface AgeTotal {
  readonly age: Age;
  readonly severity: Severity;
  readonly currency: string;
  readonly count: bigint;
  readonly amountMinor: bigint;
}

export const AGES = ['same_day', 'days_1_to_3', 'days_4_to_7', 'days_8_to_30', 'older'] as const;
export type Age = (typeof AGES)[number];

/** Everything but single rows: enough for the mail, which must not hold any. */
export interface RunSummary {
  readonly run: RunFacts;
  readonly population: Population;
  readonly totals: readonly TermTotal[];
  readonly verdicts: readonly VerdictTotal[];
  readonly discrepancyTotals: readonly DiscrepancyTotal[];
  /** Rows that could not be read, and that nothing replaced. */
  readonly quarantinedCount: bigint;
  readonly supersededCount: bigint;
  readonly checks: readonly QualityCheck[];
}

export interface RunReport extends RunSummary {
  /** The worst first; bounded, `discrepancyTotals` counts all. */
  readonly discrepancies: readonly ReportedDiscrepancy[];
  /** Bounded; `quarantinedCount` and `supersededCount` count all. */
  readonly quarantined: readonly QuarantinedRow[];
  readonly batches: readonly SourceBatch[];
  /** Ascending; days without a run are not in it. */
  readonly trend: readonly TrendDay[];
  readonly ageing: readonly AgeTotal[];
}
