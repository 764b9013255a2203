// Publishes the report of a run: writes its files, proves them, puts them into the store, and notes where they are.
// Idempotent by (run, result digest, format): what was published first stays.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatabasePool, sql } from 'slonik';
import { auditReportWritten } from '../audit/delivery-events.ts';
import { storedDigest } from '../audit/stored-digest.ts';
import type { ObjectStore } from './object-store.ts';
import { readRun } from './read-run.ts';
import { CONTENT_TYPES, REPORT_FORMATS, type ReportFormat, reportFileKey, reportKey } from './report-files.ts';
import { writeReport } from './write-report.ts';

export interface PublishDeps {
  readonly database: DatabasePool;
  readonly store: ObjectStore;
}

export interface PublishedReport {
  readonly reportKey: string;
  readonly locations: Readonly<Record<ReportFormat, string>>;
}

export async function publishReport(
  deps: PublishDeps,
  { runId }: { readonly runId: bigint },
): Promise<PublishedReport> {
  const { run } = await readRun(deps.database, runId);
  const key = reportKey(run);
  const missing = await missingFormats(deps.store, key);
  if (missing.length > 0) await writeAndPut(deps, runId, key, missing);
  // As the store has them: what was there before this attempt is told like what it wrote.
  const fileKeys = REPORT_FORMATS.map((format) => reportFileKey(key, format));
  const files = Object.fromEntries(
    await Promise.all(fileKeys.map(async (file) => [file, await storedDigest(deps.store, file)] as const)),
  );
  await deps.database.transaction(async (transaction) => {
    await transaction.query(sql.unsafe`
      update reconciliation_runs set report_key = ${key}, publish_status = 'done'
      where run_id = ${runId} and (report_key is distinct from ${key} or publish_status <> 'done')`);
    await auditReportWritten(transaction, run, { reportKey: key, resultDigest: run.resultDigest, files });
  });
  const locations = REPORT_FORMATS.map((format) => [format, deps.store.locate(reportFileKey(key, format))]);
  return { reportKey: key, locations: Object.fromEntries(locations) as PublishedReport['locations'] };
}

async function missingFormats(store: ObjectStore, key: string): Promise<ReportFormat[]> {
  const missing: ReportFormat[] = [];
  for (const format of REPORT_FORMATS) if (!(await store.exists(reportFileKey(key, format)))) missing.push(format);
  return missing;
}

async function writeAndPut(
  deps: PublishDeps,
  runId: bigint,
  key: string,
  formats: readonly ReportFormat[],
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'recon-report-'));
  try {
    const files = await writeReport(deps.database, runId, folder);
    for (const format of formats) {
      const file = files.get(format);
      if (file === undefined) throw new TypeError(`no ${format} was written`);
      const { path, sha256 } = file;
      await deps.store.put(reportFileKey(key, format), { path }, { contentType: CONTENT_TYPES[format], sha256 });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
