// Writes the files of a report into a folder from one snapshot of the database, in one pass over the discrepancies, with
// bounded memory; then proves them. Must never hand on a file that does not hold what the database does.
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { type CommonQueryMethods, type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { InvariantViolated } from '../errors.ts';
import { assertRunHolds } from './assert-run-holds.ts';
import { completeness } from './completeness.ts';
import type { RunScope } from './discrepancies-as-of.ts';
import { createHashedFile } from './hashed-file.ts';
import { createListDigest, listedFields } from './list-digest.ts';
import { readDiscrepancies } from './read-discrepancies.ts';
import { inSnapshot, readReportAround } from './read-report.ts';
import { readRun } from './read-run.ts';
import { renderCompleteness } from './render-completeness.ts';
import { type ReportFormat, reportFileName } from './report-files.ts';
import { type ListFormat, openWriter, type ReportEnd, type ReportWriter } from './report-writers.ts';
import type { ReportedDiscrepancy, RunReport } from './run-report.ts';

const CHUNK_ROWS = 500;

export interface WrittenFile {
  readonly path: string;
  readonly sha256: string;
}

const LIST_FORMATS: readonly ListFormat[] = ['html', 'xlsx', 'csv', 'json'];

/** The files of the given formats, and the completeness sheet that names them. */
export async function writeReport(
  database: DatabasePool,
  runId: bigint,
  folder: string,
  formats: readonly ListFormat[] = LIST_FORMATS,
): Promise<ReadonlyMap<ReportFormat, WrittenFile>> {
  const writers = new Map<ListFormat, ReportWriter>();
  try {
    const written = await inSnapshot(database, (transaction) =>
      writeFiles(transaction, runId, async (report) => {
        for (const format of formats) writers.set(format, await openWriter(format, folder, report));
        return [...writers.values()];
      }),
    );
    const { report, end, digests } = written;
    for (const writer of writers.values()) await writer.prove(end.listDigest);
    const files = [...writers].map(
      ([format, { path }]) => [format, { path, sha256: digests.get(path) ?? '' }] as const,
    );
    const sheet = await writeSheet(folder, report, end, files);
    return new Map<ReportFormat, WrittenFile>([...files, ['completeness', sheet]]);
  } finally {
    for (const writer of writers.values()) await writer.close();
  }
}

async function writeFiles(
  transaction: DatabaseTransactionConnection,
  runId: bigint,
  open: (report: RunReport) => Promise<readonly ReportWriter[]>,
) {
  const found = await readRun(transaction, runId);
  const report = await readReportAround(transaction, found, []);
  await assertRunHolds(transaction, found.scope, report);
  const canonicalResult = await readCanonicalResult(transaction, report);
  const writers = await open(report);
  const end: ReportEnd = { canonicalResult, listDigest: await writeList(transaction, found.scope, writers) };
  const digests = new Map<string, string>();
  for (const writer of writers) digests.set(writer.path, await writer.finish(end));
  return { report, end, digests };
}

/** Answers with the digest of the list. */
async function writeList(
  transaction: DatabaseTransactionConnection,
  scope: RunScope,
  writers: readonly ReportWriter[],
): Promise<string> {
  const digest = createListDigest();
  let chunk: ReportedDiscrepancy[] = [];
  const flush = async () => {
    for (const writer of writers) await writer.add(chunk);
    chunk = [];
  };
  for await (const discrepancy of readDiscrepancies(transaction, scope)) {
    digest.add(listedFields(discrepancy));
    chunk.push(discrepancy);
    if (chunk.length >= CHUNK_ROWS) await flush();
  }
  if (chunk.length > 0) await flush();
  return digest.hex();
}

async function writeSheet(
  folder: string,
  report: RunReport,
  { listDigest }: ReportEnd,
  files: ReadonlyArray<readonly [format: ReportFormat, file: WrittenFile]>,
): Promise<WrittenFile> {
  const named = files.map(([format, { sha256 }]) => ({ name: reportFileName(format), sha256 }));
  const file = await createHashedFile(join(folder, reportFileName('completeness')));
  try {
    await file.write(renderCompleteness(completeness(report), listDigest, named));
    return { path: file.path, sha256: await file.finish() };
  } finally {
    await file.close();
  }
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
