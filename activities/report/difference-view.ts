// Decides what stands in one row of the list of differences: what differs, what each side says, why. Pure: model in,
// text out.
import { formatMinor } from '../../domain/money.ts';
import type { DifferenceField, Side } from '../../domain/vocabulary.ts';
import { jointLines, settlementLines } from './joint-lines.ts';
import type { ReportedDiscrepancy, RunFacts, SideRow } from './run-report.ts';
import { ageWords, dateWords, foreignText, kindWords, moneyWords, reasonWords, ruleWords } from './run-words.ts';
import { verdictWords } from './verdict-words.ts';

export interface SideLine {
  readonly text: string;
  /** This is what the sides disagree about. */
  readonly differs: boolean;
  readonly isId: boolean;
}

export interface DifferenceView {
  readonly title: string;
  readonly kind: string;
  readonly processor: readonly SideLine[];
  readonly internal: readonly SideLine[];
  readonly amount: string;
  /** What a program finds of the row on the page. */
  readonly key: string;
  readonly amountDecimal: string;
  readonly sinceDate: string;
  readonly since: string;
  readonly age: string;
  readonly notes: readonly string[];
}

export function differenceView(discrepancy: ReportedDiscrepancy, run: RunFacts): DifferenceView {
  return {
    title: verdictWords(discrepancy.verdict, discrepancy.level).title,
    kind: kindWords(discrepancy.kind),
    processor: sideLines(discrepancy, 'processor'),
    internal: sideLines(discrepancy, 'internal'),
    amount: moneyWords(discrepancy.amountMinor, discrepancy.currency),
    key: [discrepancy.section, discrepancy.severity, discrepancy.verdict, discrepancy.currency].join(' '),
    amountDecimal: formatMinor(discrepancy.amountMinor, discrepancy.currency),
    sinceDate: discrepancy.businessDate,
    since: dateWords(discrepancy.businessDate),
    age: ageWords(discrepancy.businessDate, run.runDate),
    notes: notes(discrepancy),
  };
}

function sideLines(discrepancy: ReportedDiscrepancy, side: Side): SideLine[] {
  if (discrepancy.level === 'settlement' && side === 'internal') return settlementLines(discrepancy);
  const row = discrepancy[side];
  if (discrepancy.members !== null || discrepancy.surplus !== null) {
    return jointLines(discrepancy, side, row === null ? [] : pairLines(discrepancy, side, row));
  }
  return row === null ? linesWithoutRow(discrepancy, side) : pairLines(discrepancy, side, row);
}

function pairLines(discrepancy: ReportedDiscrepancy, side: Side, row: SideRow): SideLine[] {
  const differs = (field: DifferenceField) => discrepancy.differences.some((difference) => difference.field === field);
  const rate = discrepancy.differences.find(({ field }) => field === 'fx')?.[side];
  return [
    { text: moneyWords(row.amountMinor, row.currency), differs: differs('amount') || differs('currency'), isId: false },
    { text: row.status, differs: differs('status'), isId: false },
    ...(differs('kind') ? [{ text: kindWords(row.kind), differs: true, isId: false }] : []),
    ...(differs('fee') ? [{ text: `fee ${feeWords(row)}`, differs: true, isId: false }] : []),
    ...(rate == null
      ? []
      : [{ text: `${side === 'processor' ? 'rate' : 'reference rate'} ${rate}`, differs: true, isId: false }]),
    ...idLines(row),
  ];
}

function feeWords(row: SideRow): string {
  return row.feeMinor === null ? 'unknown' : moneyWords(row.feeMinor, row.currency);
}

const REFERENCE_CHARS_MAX = 80;

function idLines(row: SideRow): SideLine[] {
  const reference = row.merchantReference;
  const texts = [row.externalId, ...(reference === null || reference === row.externalId ? [] : [reference])];
  return texts.map((text) => ({ text: foreignText(text, REFERENCE_CHARS_MAX), differs: false, isId: true }));
}

/** The row is not at hand: what the discrepancy itself knows of that side. */
function linesWithoutRow(discrepancy: ReportedDiscrepancy, side: Side): SideLine[] {
  const id = side === discrepancy.anchorSide ? discrepancy.anchorExternalId : discrepancy.partnerExternalId;
  const values = discrepancy.differences.map((difference) => ({
    text: `${difference.field} ${foreignText(difference[side] ?? 'unknown')}`,
    differs: true,
    isId: false,
  }));
  if (id === null) return values;
  return [...values, { text: foreignText(id, REFERENCE_CHARS_MAX), differs: false, isId: true }];
}

const CLOSED_WORDS = {
  matched_late: 'Its partner came',
  netted: 'It cancels with its reversal',
  superseded: 'It became part of another difference, or a rule explains it',
  person: 'A person decided it',
} as const;

function notes(discrepancy: ReportedDiscrepancy): string[] {
  const { reason, rule, closedBy, state, changedLater, level, members } = discrepancy;
  const found: string[] = [];
  if (closedBy !== null) found.push(`${CLOSED_WORDS[closedBy]}${rule === null ? '' : `, ${ruleWords(rule)}`}.`);
  else if (rule !== null)
    found.push(members === null ? `Paired: ${ruleWords(rule)}.` : `Grouped, ${members} rows: ${ruleWords(rule)}.`);
  // Why it was open is the past of what is closed; "pair by …" and "group of … by …" say the rule again.
  if (reason !== null && closedBy === null && !(/^(?:pair|group of \d+) by /.test(reason) && rule !== null))
    found.push(foreignText(reasonWords(reason)));
  if (level === 'settlement') found.push('About the payout, not about your records.');
  if (level === 'bank') found.push('Seen at the bank.');
  if (state === 'assigned') found.push('Somebody works on it.');
  if (state === 'proposed') found.push('A decision waits for approval.');
  if (changedLater) found.push('A later run changed it since.');
  return found;
}
