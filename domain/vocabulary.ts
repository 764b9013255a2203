// The words everybody shares (design section 2, 5 and 6). The same lists are the enum types of the database.
export const SIDES = ['processor', 'internal'] as const;
export type Side = (typeof SIDES)[number];

export const LEVELS = ['activity', 'netting', 'settlement', 'bank'] as const;
export type Level = (typeof LEVELS)[number];

export const KINDS = [
  'payment',
  'refund',
  'dispute',
  'fee',
  'payout',
  'transfer',
  'adjustment',
  'reserve',
  'conversion',
  'other',
] as const;
export type Kind = (typeof KINDS)[number];

export const STATUSES = ['pending', 'settled', 'void'] as const;
export type Status = (typeof STATUSES)[number];

export const REFERENCE_TYPES = ['processor_id', 'merchant_reference', 'parent', 'payout', 'bank_reference'] as const;
export type ReferenceType = (typeof REFERENCE_TYPES)[number];

export const VERDICTS = [
  'matched',
  'matched_tolerance',
  'matched_late',
  'pending_timing',
  'pending_source',
  'missing_internal',
  'missing_processor',
  'amount_mismatch',
  'currency_mismatch',
  'fee_mismatch',
  'status_mismatch',
  'kind_mismatch',
  'fx_variance',
  'duplicate_processor',
  'duplicate_internal',
  'ambiguous',
  'unexplained_remainder',
  'not_in_bank',
  'data_error',
  'unknown_type',
  'ignored',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** Verdicts that close a row: nobody needs to look. */
export const SETTLED_VERDICTS: readonly Verdict[] = ['matched', 'matched_tolerance', 'matched_late', 'ignored'];
/** Verdicts that only time can settle; they are watched, never counted as a difference. */
export const PENDING_VERDICTS: readonly Verdict[] = ['pending_timing', 'pending_source'];

export const DIFFERENCE_FIELDS = ['currency', 'kind', 'amount', 'status', 'fee', 'fx'] as const;
export type DifferenceField = (typeof DIFFERENCE_FIELDS)[number];

export const OUTCOMES = ['clean', 'differences', 'inconclusive'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const RUN_STATUSES = ['running', 'completed', 'failed', 'cancelled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const TRIGGERS = ['schedule', 'manual', 'backfill', 'retry', 'try'] as const;
export type Trigger = (typeof TRIGGERS)[number];

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const DISCREPANCY_STATES = ['open', 'assigned', 'proposed', 'resolved', 'written_off', 'closed'] as const;
export type DiscrepancyState = (typeof DISCREPANCY_STATES)[number];
