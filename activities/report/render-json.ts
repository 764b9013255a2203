// Renders a report as canonical JSON (sorted keys, amounts as decimal strings) in three parts, so that the
// discrepancies between head and tail may be as many as they like. Pure. Holds the run's canonical result as it is
// stored: its SHA-256 is the result digest.
import type { Hash } from 'node:crypto';
import { formatMinor } from '../../domain/money.ts';
import { canonicalJson } from '../../domain/rule-set.ts';
import { type Completeness, completeness } from './completeness.ts';
import type { ReportedDiscrepancy, RunReport, SideRow } from './run-report.ts';

/** docs/schemas/report.schema.json says what it holds. */
const JSON_FORMAT = 'recon-report/1';

/** Everything whose key sorts before "discrepancies", then the opening of the list. */
export function jsonHead(report: RunReport): string {
  const parts: ReadonlyArray<readonly [key: string, json: string]> = [
    ['ageing', canonicalJson(ageingJson(report))],
    ['checks', canonicalJson(report.checks)],
    ['completeness', canonicalJson(completenessJson(completeness(report)))],
  ];
  return `{${parts.map(([key, json]) => `"${key}":${json}`).join(',')},"discrepancies":[`;
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

export interface JsonEnd {
  /** Placed byte for byte. */
  readonly canonicalResult: string;
  readonly listDigest: string;
}

/** In place of the digest while it is reckoned. */
export const NO_FILE_DIGEST = `"fileDigest":"${'0'.repeat(64)}",`;
export const FILE_DIGEST = /^"fileDigest":"([0-9a-f]{64})",$/;

/**
 * The rest, with the digest of the whole file, reckoned with zeros in its place. `before` has been fed all that was
 * written so far.
 */
export function sealedTail(before: Hash, report: RunReport, end: JsonEnd): string {
  const tail = jsonTail(report, end);
  const digest = before.copy().update(tail).digest('hex');
  return tail.replace(NO_FILE_DIGEST, `"fileDigest":"${digest}",`);
}

function jsonTail(report: RunReport, { canonicalResult, listDigest }: JsonEnd): string {
  const { run } = report;
  const parts: ReadonlyArray<readonly [key: string, json: string]> = [
    ['discrepancyTotals', canonicalJson(discrepancyTotalsJson(report))],
    ['fileDigest', canonicalJson('0'.repeat(64))],
    ['format', canonicalJson(JSON_FORMAT)],
    ['listDigest', canonicalJson(listDigest)],
    ['population', canonicalJson(report.population)],
    ['quarantined', canonicalJson(report.quarantined)],
    ['quarantinedCount', canonicalJson(report.quarantinedCount)],
    ['result', canonicalResult],
    ['resultDigest', canonicalJson(run.resultDigest)],
    ['run', canonicalJson(runJson(report))],
    ['sources', canonicalJson(sourcesJson(report.batches))],
    ['supersededCount', canonicalJson(report.supersededCount)],
    ['totals', canonicalJson(totalsJson(report))],
    ['trend', canonicalJson(trendJson(report))],
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

function sourcesJson(batches: RunReport['batches']) {
  return batches.map(({ watermarkMs, fetchedUntilMs, extractedAtMs, ...rest }) => ({
    ...rest,
    extractedAt: instant(extractedAtMs),
    watermark: instant(watermarkMs),
    fetchedUntil: instant(fetchedUntilMs),
  }));
}

function ageingJson({ ageing }: RunReport) {
  return ageing.map(({ amountMinor, ...rest }) => ({ ...rest, amount: formatMinor(amountMinor, rest.currency) }));
}

function trendJson({ trend, run }: RunReport) {
  return trend.map(({ atRiskMinor, ...rest }) => ({
    ...rest,
    atRisk: formatMinor(atRiskMinor, run.reportingCurrency),
  }));
}

function completenessJson(of: Completeness) {
  return {
    run: of.run,
    zone: of.zone,
    window: { start: instant(of.windowStartMs), end: instant(of.windowEndMs) },
    horizon: instant(of.horizonMs),
    coverage: { processor: instant(of.processorCoverageMs), internal: instant(of.internalCoverageMs) },
    codeVersion: of.codeVersion,
    ruleSetHash: of.ruleSetHash,
    schemaVersion: of.schemaVersion,
    inputDigest: of.inputDigest,
    resultDigest: of.resultDigest,
    sources: sourcesJson(of.sources),
    gates: of.gates,
    controlTotals: of.controlTotals.map(({ debitsMinor, creditsMinor, ...rest }) => ({
      ...rest,
      debits: formatMinor(debitsMinor, rest.currency),
      credits: formatMinor(creditsMinor, rest.currency),
    })),
    listedCount: of.listedCount,
  };
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
