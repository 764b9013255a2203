// Decides what an evidence package is made of and under which key it stands. By content: the key ends with the digest of the
// manifest, so that a package that was half written by another attempt is never mixed with this one. Pure.
import type { ReportFormat } from '../report/report-files.ts';
import { CONTENT_TYPES, REPORT_FORMATS, reportFileName } from '../report/report-files.ts';

export const MANIFEST_FILE = 'manifest.json';
/** As sha256sum writes it: `sha256sum -c` checks the manifest where there is no recon. Put last: with it a package is whole. */
export const MANIFEST_DIGEST_FILE = 'manifest.json.sha256';

export const EVIDENCE_FILES = {
  completeness: 'completeness.json',
  totals: 'control-totals.json',
  result: 'result.json',
  rules: 'rules.json',
  decisions: 'decisions.json',
  audit: 'audit.ndjson',
  history: 'history.json',
} as const;

export function contentTypeOf(name: string): string {
  const format = REPORT_FORMATS.find((candidate) => reportFileName(candidate) === name);
  if (format !== undefined) return CONTENT_TYPES[format];
  if (name === MANIFEST_DIGEST_FILE) return 'text/plain; charset=utf-8';
  return name.endsWith('.ndjson') ? 'application/x-ndjson' : 'application/json';
}

export function reportFiles(): ReadonlyArray<readonly [ReportFormat, string]> {
  return REPORT_FORMATS.map((format) => [format, reportFileName(format)]);
}

export interface NamedRun {
  readonly account: string;
  readonly date: string;
  readonly number: number;
}

const DIGEST_CHARS = 12;

/** "evidence/stripe/us/2026-01-31/run-1-0f3a9c51e7d2" */
export function evidenceKey(run: NamedRun, manifestSha256: string): string {
  return `evidence/${run.account}/${run.date}/run-${run.number}-${manifestSha256.slice(0, DIGEST_CHARS)}`;
}

/** "stripe-us-2026-01-31-run-1": a folder of its own for an exported package. */
export function exportFolderName(run: NamedRun): string {
  return `${run.account.replaceAll('/', '-')}-${run.date}-run-${run.number}`;
}

export function manifestDigestText(manifestSha256: string): string {
  return `${manifestSha256}  ${MANIFEST_FILE}\n`;
}

/** Null where the text is not what was written. */
export function manifestDigestOf(text: string): string | null {
  const digest = text.slice(0, 64);
  return /^[0-9a-f]{64}$/.test(digest) && text === manifestDigestText(digest) ? digest : null;
}
