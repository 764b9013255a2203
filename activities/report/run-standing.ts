// Decides how bad a run is: its worst open discrepancy, how many of which severity, and money at risk by currency,
// never added across currencies. Only discrepancies of the run's own population count; what waits for time does not.
// Pure.
import { SEVERITIES, type Severity, type Verdict } from '../../domain/vocabulary.ts';
import type { DiscrepancyTotal, RunSummary, Section } from './run-report.ts';

/**
 * Verdicts whose money counts as at risk (design section 6); ambiguous money is said apart, an unknown type's is not
 * known.
 */
export const AT_RISK_VERDICTS: readonly Verdict[] = [
  'missing_internal',
  'missing_processor',
  'currency_mismatch',
  'kind_mismatch',
  'status_mismatch',
  'amount_mismatch',
  'fee_mismatch',
  'duplicate_processor',
  'duplicate_internal',
  'unexplained_remainder',
];

interface MoneyTotal {
  readonly currency: string;
  readonly minor: bigint;
}

export interface RunStanding {
  readonly worst: Severity | null;
  /** Open, of the run's own population, not pending. */
  readonly openCount: bigint;
  /** The worst first; only severities that occur. */
  readonly bySeverity: ReadonlyArray<{ readonly severity: Severity; readonly count: bigint }>;
  /** The reporting currency first, always there; ambiguous rows stand apart and are not in it. */
  readonly atRisk: readonly MoneyTotal[];
  readonly carriedCount: bigint;
  /** Open since earlier days, the worst first; only severities that occur. */
  readonly carriedBySeverity: ReadonlyArray<{ readonly severity: Severity; readonly count: bigint }>;
  readonly waitingCount: bigint;
  readonly closedCount: bigint;
  readonly quarantinedCount: bigint;
  readonly failedChecks: number;
}

export function runStanding(summary: RunSummary): RunStanding {
  const own = summary.discrepancyTotals.filter((total) => total.section === 'own');
  const bySeverity = countsBySeverity(own);
  const inSection = (section: Section) =>
    countOf(summary.discrepancyTotals.filter((total) => total.section === section));
  return {
    worst: bySeverity[0]?.severity ?? null,
    openCount: countOf(own),
    bySeverity,
    atRisk: atRiskByCurrency(summary, own),
    carriedCount: inSection('carried'),
    carriedBySeverity: countsBySeverity(summary.discrepancyTotals.filter(({ section }) => section === 'carried')),
    waitingCount: inSection('waiting'),
    closedCount: inSection('closed'),
    quarantinedCount: summary.quarantinedCount,
    failedChecks: summary.checks.filter((check) => !check.passed).length,
  };
}

function countsBySeverity(totals: readonly DiscrepancyTotal[]) {
  return [...SEVERITIES]
    .reverse()
    .map((severity) => ({ severity, count: countOf(totals.filter((total) => total.severity === severity)) }))
    .filter(({ count }) => count > 0n);
}

function countOf(totals: readonly DiscrepancyTotal[]): bigint {
  return totals.reduce((sum, total) => sum + total.count, 0n);
}

function atRiskByCurrency({ run }: RunSummary, own: readonly DiscrepancyTotal[]): MoneyTotal[] {
  const others = new Map<string, bigint>();
  for (const { currency, verdict, amountMinor } of own) {
    // The reporting currency's sum is the run's own.
    if (currency === run.reportingCurrency || !AT_RISK_VERDICTS.includes(verdict)) continue;
    others.set(currency, (others.get(currency) ?? 0n) + amountMinor);
  }
  const rest = [...others].map(([currency, minor]) => ({ currency, minor })).filter(({ minor }) => minor !== 0n);
  return [
    { currency: run.reportingCurrency, minor: run.atRiskMinor },
    ...rest.sort((a, b) => (a.currency < b.currency ? -1 : 1)),
  ];
}
