// Decides the columns of a discrepancy in every table that leaves the system, CSV and XLSX alike: name, type and value.
// Pure. The two differ only in how a cell is written, never in what it says.
import { formatMinor } from '../../domain/money.ts';
import type { Side } from '../../domain/vocabulary.ts';
import type { ReportedDiscrepancy, RunFacts } from './run-report.ts';
import { ageDays, reasonWords, ruleWords } from './run-words.ts';
import { verdictWords } from './verdict-words.ts';

/** Amounts are decimal strings in major units; text is foreign, or may be. */
export type Cell =
  | { readonly type: 'text'; readonly value: string | null }
  | { readonly type: 'word'; readonly value: string }
  | { readonly type: 'date'; readonly value: string }
  | { readonly type: 'integer'; readonly value: string }
  | { readonly type: 'amount'; readonly value: string | null; readonly currency: string };

export const DISCREPANCY_COLUMNS = [
  'discrepancy_id',
  'section',
  'severity',
  'verdict',
  'meaning',
  'state',
  'account',
  'run_date',
  'run_number',
  'business_date',
  'age_days',
  'level',
  'kind',
  'currency',
  'amount',
  'anchor_side',
  'processor_id',
  'processor_reference',
  'processor_amount',
  'processor_currency',
  'processor_fee',
  'processor_status',
  'internal_id',
  'internal_reference',
  'internal_amount',
  'internal_currency',
  'internal_fee',
  'internal_status',
  'differs',
  'rule',
  'reason',
  'closed_by',
  'beside_ids',
  'members',
  'surplus',
  'balanced',
] as const;

export function discrepancyCells(discrepancy: ReportedDiscrepancy, run: RunFacts): readonly Cell[] {
  const { rule, reason, members, surplus, balanced } = discrepancy;
  return [
    integer(discrepancy.discrepancyId),
    word(discrepancy.section),
    word(discrepancy.severity),
    word(discrepancy.verdict),
    text(verdictWords(discrepancy.verdict, discrepancy.level).title),
    word(discrepancy.state),
    text(run.account),
    date(run.runDate),
    integer(run.runNumber),
    date(discrepancy.businessDate),
    integer(ageDays(discrepancy.businessDate, run.runDate)),
    word(discrepancy.level),
    word(discrepancy.kind),
    text(discrepancy.currency),
    amount(discrepancy.amountMinor, discrepancy.currency),
    word(discrepancy.anchorSide),
    ...sideCells(discrepancy, 'processor'),
    ...sideCells(discrepancy, 'internal'),
    word(discrepancy.differences.map(({ field }) => field).join(' ')),
    text(rule === null ? null : ruleWords(rule)),
    text(reason === null ? null : reasonWords(reason)),
    word(discrepancy.closedBy ?? ''),
    text(discrepancy.besideExternalIds),
    members === null ? word('') : integer(members),
    surplus === null ? word('') : integer(surplus),
    word(balanced === null ? '' : balanced ? 'yes' : 'no'),
  ];
}

function sideCells(discrepancy: ReportedDiscrepancy, side: Side): readonly Cell[] {
  const row = discrepancy[side];
  if (row === null) return [text(sideId(discrepancy, side)), ...Array.from({ length: 5 }, () => word(''))];
  return [
    text(row.externalId),
    text(row.merchantReference),
    amount(row.amountMinor, row.currency),
    text(row.currency),
    amount(row.feeMinor, row.currency),
    word(row.status),
  ];
}

/** The id in a side's column: of its row, else what the discrepancy itself knows. */
export function sideId(discrepancy: ReportedDiscrepancy, side: Side): string | null {
  const row = discrepancy[side];
  if (row !== null) return row.externalId;
  return side === discrepancy.anchorSide ? discrepancy.anchorExternalId : discrepancy.partnerExternalId;
}

const text = (value: string | null): Cell => ({ type: 'text', value });
/** One of our own words: nothing in it can be a formula. */
const word = (value: string): Cell => ({ type: 'word', value });
const date = (value: string): Cell => ({ type: 'date', value });
const integer = (value: bigint | number): Cell => ({ type: 'integer', value: value.toString() });
const amount = (minor: bigint | null, currency: string): Cell => ({
  type: 'amount',
  value: minor === null ? null : formatMinor(minor, currency),
  currency,
});
