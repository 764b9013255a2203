// Hand-made reports for tests of renderers and mails: a day with every kind of thing in it, a clean day, an undecided
// one. Never imported by the product.

import { createHash } from 'node:crypto';
import { ageOf } from './age-of.ts';
import { sampleDiscrepancies, sampleDiscrepancy, totalsOf } from './discrepancies-for-tests.ts';
import { createListDigest, listedFields } from './list-digest.ts';
import { jsonDiscrepancy, jsonHead, sealedTail } from './render-json.ts';
import type { Age, AgeTotal, ReportedDiscrepancy, RunFacts, RunReport, TrendDay } from './run-report.ts';
import { sampleTotals, sampleVerdicts } from './totals-for-tests.ts';

const HOUR_MS = 3_600_000;
const DAY_START_MS = Date.UTC(2026, 0, 31, 5);

export function sampleRun(changes: Partial<RunFacts> = {}): RunFacts {
  return {
    runId: 41n,
    account: 'stripe/us',
    processorName: 'stripe',
    zone: 'America/New_York',
    runDate: '2026-01-31',
    runNumber: 2,
    decisionSeq: 31n,
    outcome: 'differences',
    trigger: 'schedule',
    windowStartMs: DAY_START_MS,
    windowEndMs: DAY_START_MS + 24 * HOUR_MS,
    horizonMs: DAY_START_MS + 28 * HOUR_MS,
    processorCoverageMs: DAY_START_MS + 29 * HOUR_MS,
    internalCoverageMs: DAY_START_MS + 28 * HOUR_MS,
    reportingCurrency: 'USD',
    missingTransactionCount: 4,
    atRiskMinor: 1_457_295n,
    ambiguousMinor: 30_000n,
    carriedCount: 1,
    carriedMinor: 8_900n,
    ruleSetHash: '7d1f2c9a40be5583a1d09c7be88f6f1b0f5a2ce1d34b9a6678e0c1f2a3b4c5d6',
    codeVersion: '0.1.0+3f9c2e1',
    schemaVersion: '0009_people.sql',
    inputDigest: '0b6f0f3d8e1c5a794be2d1f0c3a8b7965e4d3c2b1a0f9e8d7c6b5a4938271605',
    resultDigest: '9c41e7a2d05b8f36c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f405162738',
    startedAtMs: DAY_START_MS + 28 * HOUR_MS,
    finishedAtMs: DAY_START_MS + 28 * HOUR_MS + 42_000,
    reportKey: null,
    ...changes,
  };
}

export function sampleReport(changes: Partial<RunReport> = {}): RunReport {
  const discrepancies = changes.discrepancies ?? sampleDiscrepancies();
  return {
    run: sampleRun(),
    population: { rows: 9_871n, matched: 9_850n, matchedLate: 1n, matchedOfEarlierDays: 3n },
    totals: sampleTotals(),
    verdicts: sampleVerdicts(),
    discrepancyTotals: totalsOf(discrepancies),
    discrepancies,
    quarantinedCount: 2n,
    supersededCount: 0n,
    quarantined: [
      {
        side: 'internal',
        source: 'ledger-2026-01-31.csv',
        position: 'line 417',
        reason: 'amount: "1.234,50" is not a plain decimal such as 12.30',
        superseded: false,
      },
      {
        side: 'internal',
        source: 'ledger-2026-01-31.csv',
        position: 'line 902',
        reason: 'occurredAt: a time without offset',
        superseded: false,
      },
    ],
    checks: [
      { name: 'conservation', passed: true, detail: 'open before + introduced - closed = open after' },
      { name: 'processor balance', passed: true, detail: 'the sum of the rows equals the change of the balance' },
      {
        name: 'key_fan_out',
        passed: false,
        detail: '1 reference(s) stand on more than 50 rows of a side and were not used as evidence',
      },
    ],
    batches: [
      {
        side: 'processor',
        sourceName: 'Stripe API',
        sourceKey: 'stripe/2026-01-31',
        parts: [
          { name: 'transactions 2026-01-31T05:00Z/6h', contentKey: null },
          { name: 'transactions 2026-01-31T11:00Z/6h', contentKey: null },
        ],
        partsCount: 4,
        extractedAtMs: DAY_START_MS + 28 * HOUR_MS,
        watermarkMs: null,
        fetchedUntilMs: DAY_START_MS + 29 * HOUR_MS,
        statesCompleteness: false,
        rowCount: 9_871n,
        quarantinedCount: 0n,
      },
      {
        side: 'internal',
        sourceName: 'ledger-2026-01-31.csv',
        sourceKey: 'ledger-2026-01-31.csv#0b6f',
        parts: [{ name: 'ledger-2026-01-31.csv', contentKey: `ledger-2026-01-31.csv ${'0b6f'.repeat(16)}` }],
        partsCount: 1,
        extractedAtMs: DAY_START_MS + 28 * HOUR_MS,
        watermarkMs: DAY_START_MS + 28 * HOUR_MS,
        fetchedUntilMs: DAY_START_MS + 28 * HOUR_MS,
        statesCompleteness: true,
        rowCount: 9_866n,
        quarantinedCount: 2n,
      },
    ],
    trend: sampleTrend(),
    ageing: ageingOf(discrepancies, changes.run?.runDate ?? '2026-01-31'),
    ...changes,
  };
}

export function listDigestOf(discrepancies: readonly ReportedDiscrepancy[]): string {
  const digest = createListDigest();
  for (const discrepancy of discrepancies) digest.add(listedFields(discrepancy));
  return digest.hex();
}

/** report.json as a run publishes it. */
export function renderedJson(report: RunReport, canonicalResult: string): string {
  const lines = report.discrepancies.map((row, index) => jsonDiscrepancy(row, index === 0));
  const list = jsonHead(report) + lines.join('');
  return (
    list +
    sealedTail(createHash('sha256').update(list), report, {
      canonicalResult,
      listDigest: listDigestOf(report.discrepancies),
    })
  );
}

/** Four weeks before the run's day, one day without a run, one that was not decided. */
function sampleTrend(): TrendDay[] {
  return Array.from({ length: 28 }, (_, index) => index + 4)
    .filter((day) => day !== 18)
    .map((day) => ({
      date: `2026-01-${day.toString().padStart(2, '0')}`,
      outcome: day === 25 ? ('inconclusive' as const) : ('differences' as const),
      rows: day === 25 ? 0n : 9_000n + BigInt(day * 29),
      matched: day === 25 ? 0n : 9_000n + BigInt(day * 29 - ((day * 7) % 41)),
      atRiskMinor: day === 31 ? 1_457_295n : BigInt(((day * 37_813) % 19) * 61_000),
    }));
}

function ageingOf(discrepancies: readonly ReportedDiscrepancy[], runDate: string): AgeTotal[] {
  const totals = new Map<string, AgeTotal>();
  for (const { section, severity, currency, amountMinor, businessDate } of discrepancies) {
    if (section !== 'own' && section !== 'carried') continue;
    const age: Age = ageOf(businessDate, runDate);
    const key = [age, severity, currency].join('|');
    const known = totals.get(key) ?? { age, severity, currency, count: 0n, amountMinor: 0n };
    totals.set(key, { ...known, count: known.count + 1n, amountMinor: known.amountMinor + amountMinor });
  }
  return [...totals.values()];
}

/** Nothing open, nothing waiting, nothing unreadable. */
export function cleanReport(): RunReport {
  return sampleReport({
    run: sampleRun({
      outcome: 'clean',
      missingTransactionCount: 0,
      atRiskMinor: 0n,
      ambiguousMinor: 0n,
      carriedCount: 0,
      carriedMinor: 0n,
    }),
    population: { rows: 9_871n, matched: 9_871n, matchedLate: 0n, matchedOfEarlierDays: 0n },
    discrepancies: [],
    verdicts: [
      { side: 'processor', level: 'activity', verdict: 'matched', currency: 'USD', count: 9_871n, amountMinor: 0n },
      { side: 'internal', level: 'activity', verdict: 'matched', currency: 'USD', count: 9_871n, amountMinor: 0n },
    ],
    quarantined: [],
    quarantinedCount: 0n,
    checks: [],
  });
}

/** Your records stop at 16:40 of the day. */
export function inconclusiveReport(): RunReport {
  const waiting = sampleDiscrepancy({ section: 'waiting', verdict: 'pending_source', severity: 'low' });
  return sampleReport({
    run: sampleRun({
      outcome: 'inconclusive',
      internalCoverageMs: DAY_START_MS + 16 * HOUR_MS + 40 * 60_000,
      missingTransactionCount: 0,
      atRiskMinor: 0n,
      ambiguousMinor: 0n,
      carriedCount: 0,
      carriedMinor: 0n,
    }),
    population: { rows: 1n, matched: 0n, matchedLate: 0n, matchedOfEarlierDays: 0n },
    discrepancies: [waiting],
    verdicts: [
      {
        side: 'processor',
        level: 'activity',
        verdict: 'pending_source',
        currency: 'USD',
        count: 1n,
        amountMinor: 125_000n,
      },
    ],
    quarantined: [],
    quarantinedCount: 0n,
    checks: [],
  });
}
