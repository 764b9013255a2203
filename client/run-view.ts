// How a run is shown: as columns of a table, and as an object for --json. Pure.
import { timeWords } from '../activities/report/run-words.ts';
import type { BusinessDate } from '../domain/business-date.ts';
import { formatForPeople, formatMinor } from '../domain/money.ts';
import type { RunSummary } from './database/read-runs.ts';
import { formatRunReference } from './run-reference.ts';
import { type Palette, toned } from './terminal/palette.ts';
import { type Column, renderTable } from './terminal/table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'Run' },
  { title: 'Outcome' },
  { title: 'Missing', align: 'right' },
  { title: 'At risk', align: 'right' },
  { title: 'Carried', align: 'right' },
  { title: 'Started by' },
  { title: 'Started' },
  { title: 'Took', align: 'right' },
];

export function renderRuns(palette: Palette, runs: readonly RunSummary[]): string {
  const rows = runs.map((run) => [
    runReferenceOf(run),
    toned(palette, outcomeWord(run)),
    run.missingCount === null ? '–' : String(run.missingCount),
    moneyOrDash(run.atRiskMinor, run.currency),
    run.carriedCount === null ? '–' : String(run.carriedCount),
    run.trigger,
    timeWords(wholeSeconds(run.startedAtMs), run.zone),
    run.finishedAtMs === null ? '–' : tookWords(run.finishedAtMs - run.startedAtMs),
  ]);
  return renderTable(palette, COLUMNS, rows);
}

export function runReferenceOf(run: Pick<RunSummary, 'account' | 'date' | 'runNumber'>): string {
  return formatRunReference({ account: run.account, date: run.date as BusinessDate, runNumber: run.runNumber });
}

/** The outcome once there is one, else how the run stands. */
export function outcomeWord(run: Pick<RunSummary, 'status' | 'outcome'>): string {
  return run.status === 'completed' && run.outcome !== null ? run.outcome : run.status;
}

export function runOnTheWire(run: RunSummary): Record<string, unknown> {
  return {
    run: runReferenceOf(run),
    runId: run.runId,
    account: run.account,
    processor: run.processor,
    date: run.date,
    runNumber: run.runNumber,
    decisionSeq: run.decisionSeq,
    status: run.status,
    outcome: run.outcome,
    trigger: run.trigger,
    reason: run.reason,
    currency: run.currency,
    missingTransactionCount: run.missingCount,
    totalDiscrepancyAmount: decimal(run.atRiskMinor, run.currency),
    ambiguousAmount: decimal(run.ambiguousMinor, run.currency),
    carriedCount: run.carriedCount,
    carriedAmount: decimal(run.carriedMinor, run.currency),
    startedAt: new Date(run.startedAtMs).toISOString(),
    finishedAt: run.finishedAtMs === null ? null : new Date(run.finishedAtMs).toISOString(),
    resultDigest: run.resultDigest,
    reportKey: run.reportKey,
    publishStatus: run.publishStatus,
    workflowId: run.workflowId,
    temporalRunId: run.temporalRunId,
    error: run.error,
  };
}

export function moneyOrDash(minor: bigint | null, currency: string): string {
  return minor === null ? '–' : formatForPeople({ currency, minor });
}

function decimal(minor: bigint | null, currency: string): string | null {
  return minor === null ? null : formatMinor(minor, currency);
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}

/** "0.4 s", "12 s", "3 min 5 s", "2 h 10 min", "3 d" */
export function tookWords(ms: number): string {
  const seconds = Math.max(0, ms) / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole >= 172_800) return `${Math.floor(whole / 86_400)} d`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}
