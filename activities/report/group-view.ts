// Decides how the differences of a report are grouped: the run's own by severity, then what earlier days left, what
// waits, what this run closed. Counts and sums are of all of them, the rows may be bounded. Pure.
import { SEVERITIES } from '../../domain/vocabulary.ts';
import { type DifferenceView, differenceView } from './difference-view.ts';
import type { Tone } from './headline.ts';
import { reportFileName } from './report-files.ts';
import type { DiscrepancyTotal, ReportedDiscrepancy, RunReport } from './run-report.ts';
import { countWords, moneyWords, plural, severityWords } from './run-words.ts';

export interface GroupView {
  readonly id: string;
  readonly tone: Tone | 'quiet';
  readonly title: string;
  readonly summary: string;
  readonly explanation: string | null;
  readonly amountLabel: string;
  readonly rows: readonly DifferenceView[];
  readonly more: string | null;
}

interface GroupPlan extends Pick<GroupView, 'id' | 'tone' | 'title' | 'explanation' | 'amountLabel'> {
  readonly takes: (of: Pick<DiscrepancyTotal, 'section' | 'severity'>) => boolean;
}

const PLANS: readonly GroupPlan[] = [
  ...[...SEVERITIES].reverse().map((severity) => ({
    id: severity,
    tone: severity,
    title: severityWords(severity),
    explanation: null,
    amountLabel: 'At risk',
    takes: (of: Pick<DiscrepancyTotal, 'section' | 'severity'>) => of.section === 'own' && of.severity === severity,
  })),
  {
    id: 'carried',
    tone: 'quiet',
    title: 'Open from earlier days',
    explanation: 'Found by earlier runs and still open. They are not part of this day’s numbers.',
    amountLabel: 'At risk',
    takes: ({ section }) => section === 'carried',
  },
  {
    id: 'waiting',
    tone: 'quiet',
    title: 'Waiting for the other side',
    explanation: 'Only time can settle these. Nothing to do: each closes when its partner comes, or becomes missing.',
    amountLabel: 'Amount',
    takes: ({ section }) => section === 'waiting',
  },
  {
    id: 'closed',
    tone: 'clean',
    title: 'Closed by this run',
    explanation: 'Differences of earlier runs that this run closed, each with its evidence.',
    amountLabel: 'Amount',
    takes: ({ section }) => section === 'closed',
  },
];

/** Only groups that have something in them. */
export function groupViews(report: RunReport): GroupView[] {
  return PLANS.flatMap((plan) => {
    const totals = report.discrepancyTotals.filter(plan.takes);
    return totals.length === 0 ? [] : [groupView(plan, totals, report)];
  });
}

function groupView(plan: GroupPlan, totals: readonly DiscrepancyTotal[], report: RunReport): GroupView {
  const count = totals.reduce((sum, total) => sum + total.count, 0n);
  const rows = report.discrepancies.filter((row: ReportedDiscrepancy) => plan.takes(row));
  const rest = count - BigInt(rows.length);
  const { id, tone, title, explanation, amountLabel } = plan;
  return {
    id,
    tone,
    title,
    explanation,
    amountLabel,
    summary: `${plural(count, plan.id === 'waiting' ? 'row' : 'difference')} · ${moneyByCurrency(totals, report.run.reportingCurrency)}`,
    rows: rows.map((row) => differenceView(row, report.run)),
    more: rest <= 0n ? null : `${rows.length === 0 ? '' : 'and '}${countWords(rest)} more in ${reportFileName('csv')}`,
  };
}

/** Each currency for itself, the reporting currency first. */
function moneyByCurrency(totals: readonly DiscrepancyTotal[], reportingCurrency: string): string {
  const sums = new Map<string, bigint>();
  for (const { currency, amountMinor } of totals) sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
  const rank = (currency: string) => (currency === reportingCurrency ? '' : currency);
  return [...sums]
    .sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1))
    .map(([currency, minor]) => moneyWords(minor, currency))
    .join(' · ');
}
