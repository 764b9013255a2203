// Renders a report as canonical JSON (sorted keys, amounts as decimal strings) in three parts, so that the
// discrepancies between head and tail may be as many as they like. Pure. Holds the run's canonical result as it is
// stored: its SHA-256 is the result digest.
import { formatMinor } from '../../domain/money.ts';
import { canonicalJson } from '../../domain/rule-set.ts';
import type { ReportedDiscrepancy, RunReport, SideRow } from './run-report.ts';

const JSON_FORMAT = 'recon-report/1';

/** Everything whose key sorts before "discrepancies", then the opening of the list. */
export function jsonHead(report: RunReport): string {
  return `{"checks":${canonicalJson(report.checks)},"discrepancies":[`;
}

/** One discrepancy on a line of its own. */
export function jsonDiscrepancy(discrepancy: ReportedDiscrepancy, isFirst: boolean): string {
  const { amountMinor, currency, processor, internal, ...rest } = discrepancy;
  const line = canonicalJson({
    ...rest,
    currency,
    amount: formatMinor(amountMinor, currency),
    processor: processor === null ? null : sideJson(processor),
    internal: internal === null ? null : sideJson(internal),
  });
  return `${isFirst ? '' : ','}\n${line}`;
}

/** The rest. `canonicalResult` is placed byte for byte. */
export function jsonTail(report: RunReport, canonicalResult: string): string {
  const { run } = report;
  const parts: ReadonlyArray<readonly [key: string, json: string]> = [
    ['discrepancyTotals', canonicalJson(discrepancyTotalsJson(report))],
    ['format', canonicalJson(JSON_FORMAT)],
    ['quarantined', canonicalJson(report.quarantined)],
    ['quarantinedCount', canonicalJson(report.quarantinedCount)],
    ['result', canonicalResult],
    ['resultDigest', canonicalJson(run.resultDigest)],
    ['run', canonicalJson(runJson(report))],
    ['sources', canonicalJson(sourcesJson(report))],
    ['supersededCount', canonicalJson(report.supersededCount)],
    ['totals', canonicalJson(totalsJson(report))],
    ['verdicts', canonicalJson(verdictsJson(report))],
  ];
  return `\n],\n${parts.map(([key, json]) => `"${key}":${json}`).join(',\n')}}\n`;
}

function sideJson({ amountMinor, feeMinor, occurredAtMs, ...rest }: SideRow) {
  return {
    ...rest,
    amount: formatMinor(amountMinor, rest.currency),
    fee: feeMinor === null ? null : formatMinor(feeMinor, rest.currency),
    occurredAt: new Date(occurredAtMs).toISOString(),
  };
}

function discrepancyTotalsJson({ discrepancyTotals }: RunReport) {
  return discrepancyTotals.map(({ amountMinor, changedLater, ...rest }) => ({
    ...rest,
    amount: formatMinor(amountMinor, rest.currency),
  }));
}

function totalsJson({ totals }: RunReport) {
  return totals.map(({ debitsMinor, creditsMinor, ...rest }) => ({
    ...rest,
    debits: formatMinor(debitsMinor, rest.currency),
    credits: formatMinor(creditsMinor, rest.currency),
  }));
}

function verdictsJson({ verdicts }: RunReport) {
  return verdicts.map(({ amountMinor, ...rest }) => ({ ...rest, amount: formatMinor(amountMinor, rest.currency) }));
}

function sourcesJson({ batches }: RunReport) {
  return batches.map(({ watermarkMs, fetchedUntilMs, ...rest }) => ({
    ...rest,
    watermark: instant(watermarkMs),
    fetchedUntil: instant(fetchedUntilMs),
  }));
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function runJson({ run }: RunReport) {
  const money = (minor: bigint) => formatMinor(minor, run.reportingCurrency);
  return {
    account: run.account,
    processorName: run.processorName,
    zone: run.zone,
    runDate: run.runDate,
    runNumber: run.runNumber,
    decisionSeq: run.decisionSeq,
    outcome: run.outcome,
    trigger: run.trigger,
    window: { start: instant(run.windowStartMs), end: instant(run.windowEndMs) },
    horizon: instant(run.horizonMs),
    coverage: { processor: instant(run.processorCoverageMs), internal: instant(run.internalCoverageMs) },
    reportingCurrency: run.reportingCurrency,
    missingTransactionCount: run.missingTransactionCount,
    totalDiscrepancyAmount: money(run.atRiskMinor),
    ambiguousAmount: money(run.ambiguousMinor),
    carriedCount: run.carriedCount,
    carriedAmount: money(run.carriedMinor),
    ruleSetHash: run.ruleSetHash,
    codeVersion: run.codeVersion,
    inputDigest: run.inputDigest,
    startedAt: instant(run.startedAtMs),
    finishedAt: instant(run.finishedAtMs),
  };
}
