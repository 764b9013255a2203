// Writes the three files of a report into a folder from one snapshot of the database, in one pass over the
// discrepancies, with bounded memory; then proves them. Must never hand on a file that does not hold what the database
// does.
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { type CommonQueryMethods, type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { InvariantViolated } from '../errors.ts';
import { assertRunHolds } from './assert-run-holds.ts';
import type { RunScope } from './discrepancies-as-of.ts';
import { createHashedFile, type HashedFile } from './hashed-file.ts';
import { assertSameTotals, readBackCsv, readBackJson } from './read-back.ts';
import { readDiscrepancies } from './read-discrepancies.ts';
import { DISCREPANCIES_SHOWN_MAX, inSnapshot, readReportAround } from './read-report.ts';
import { readRun } from './read-run.ts';
import { csvHeader, renderCsv } from './render-csv.ts';
import { renderHtml } from './render-html.ts';
import { jsonDiscrepancy, jsonHead, jsonTail } from './render-json.ts';
import { type ReportFormat, reportFileName } from './report-files.ts';
import type { ReportedDiscrepancy, RunReport } from './run-report.ts';

const CHUNK_ROWS = 500;

export interface WrittenFile {
  readonly path: string;
  readonly sha256: string;
}

export async function writeReport(
  database: DatabasePool,
  runId: bigint,
  folder: string,
): Promise<Readonly<Record<ReportFormat, WrittenFile>>> {
  const file = (format: ReportFormat) => createHashedFile(join(folder, reportFileName(format)));
  const files = { html: await file('html'), csv: await file('csv'), json: await file('json') };
  try {
    const report = await inSnapshot(database, (transaction) => writeFiles(transaction, runId, files));
    const written = {
      html: { path: files.html.path, sha256: await files.html.finish() },
      csv: { path: files.csv.path, sha256: await files.csv.finish() },
      json: { path: files.json.path, sha256: await files.json.finish() },
    };
    const totals = report.discrepancyTotals;
    assertSameTotals(reportFileName('csv'), await readBackCsv(written.csv.path), totals);
    assertSameTotals(reportFileName('json'), await readBackJson(written.json.path, report.run.resultDigest), totals);
    return written;
  } finally {
    for (const { close } of Object.values(files)) await close();
  }
}

type Files = Readonly<Record<ReportFormat, HashedFile>>;

async function writeFiles(transaction: DatabaseTransactionConnection, runId: bigint, files: Files): Promise<RunReport> {
  const found = await readRun(transaction, runId);
  const report = await readReportAround(transaction, found, []);
  await assertRunHolds(transaction, found.scope, report);
  const canonicalResult = await readCanonicalResult(transaction, report);
  const shown = await writeLists(transaction, report, files, found.scope);
  await files.json.write(jsonTail(report, canonicalResult));
  await files.html.write(renderHtml({ ...report, discrepancies: shown }));
  return report;
}

/** Answers with the rows for the page: the first ones, up to its bound. */
async function writeLists(
  transaction: DatabaseTransactionConnection,
  report: RunReport,
  files: Files,
  scope: RunScope,
): Promise<ReportedDiscrepancy[]> {
  await files.csv.write(csvHeader());
  await files.json.write(jsonHead(report));
  const shown: ReportedDiscrepancy[] = [];
  let chunk: ReportedDiscrepancy[] = [];
  let count = 0;
  const flush = async () => {
    if (chunk.length === 0) return;
    const first = count - chunk.length;
    await files.csv.write(renderCsv(chunk, report.run));
    await files.json.write(chunk.map((row, index) => jsonDiscrepancy(row, first + index === 0)).join(''));
    chunk = [];
  };
  for await (const discrepancy of readDiscrepancies(transaction, scope)) {
    if (shown.length < DISCREPANCIES_SHOWN_MAX) shown.push(discrepancy);
    chunk.push(discrepancy);
    count += 1;
    if (chunk.length >= CHUNK_ROWS) await flush();
  }
  await flush();
  return shown;
}

// The canonical result holds digests of its rows, not the rows: it stays small.
const CANONICAL_RESULT_CHARS_MAX = 8 * 1024 * 1024;

async function readCanonicalResult(connection: CommonQueryMethods, { run }: RunReport): Promise<string> {
  const { text } = await connection.one(sql.type(z.object({ text: z.string().nullable() }))`
    select case when length(canonical_result) <= ${CANONICAL_RESULT_CHARS_MAX} then canonical_result end as text
    from reconciliation_runs where run_id = ${run.runId}`);
  if (text === null || hash('sha256', text, 'hex') !== run.resultDigest) {
    throw new InvariantViolated(`the canonical result of run ${run.runId}`, [
      text === null
        ? 'it is missing, or larger than a report may hold'
        : 'its SHA-256 is not the result digest of the run',
    ]);
  }
  return text;
}
