// Decides under which key the files of a run's report stand. By content: another result has another folder, so that a
// re-run never overwrites an earlier report.
import type { RunFacts } from './run-report.ts';

/** `completeness` is the sheet that a CSV has no place for. */
export const REPORT_FORMATS = ['html', 'xlsx', 'csv', 'json', 'completeness'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

const FILE_NAMES: Readonly<Record<ReportFormat, string>> = {
  html: 'report.html',
  xlsx: 'report.xlsx',
  csv: 'report.csv',
  json: 'report.json',
  completeness: 'completeness.csv',
};

export const CONTENT_TYPES: Readonly<Record<ReportFormat, string>> = {
  html: 'text/html; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json',
  completeness: 'text/csv; charset=utf-8; header=present',
};

const DIGEST_CHARS = 12;

/** "reports/stripe/us/2026-01-31/run-2-0f3a9c51e7d2": the folder of the report, kept as the run's report_key. */
export function reportKey(run: Pick<RunFacts, 'account' | 'runDate' | 'runNumber' | 'resultDigest'>): string {
  return `reports/${run.account}/${run.runDate}/run-${run.runNumber}-${run.resultDigest.slice(0, DIGEST_CHARS)}`;
}

/** "report.html" */
export function reportFileName(format: ReportFormat): string {
  return FILE_NAMES[format];
}

/** The key of one file of a report. */
export function reportFileKey(key: string, format: ReportFormat): string {
  return `${key}/${reportFileName(format)}`;
}

/** "digests/America/New_York/2026-01-31/digest-0f3a9c51e7d2.html": by content too, as the supplement finds more than the digest. */
export function digestKey({ zone, date }: { readonly zone: string; readonly date: string }, sha256: string): string {
  // Of the characters of a zone's name, a key has no plus sign: Etc/GMT+5.
  return `digests/${zone.replaceAll('+', '_plus_')}/${date}/digest-${sha256.slice(0, DIGEST_CHARS)}.html`;
}

/** A stable link that asks for a login. */
export function reportUrl(baseUrl: string, fileKey: string): string {
  return `${baseUrl.replace(/\/+$/, '')}/${fileKey}`;
}

/** How a run is named on the command line: stripe/us/2026-01-31#2. */
export function runName(run: Pick<RunFacts, 'account' | 'runDate' | 'runNumber'>): string {
  return `${run.account}/${run.runDate}#${run.runNumber}`;
}
