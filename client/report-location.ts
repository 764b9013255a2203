// Where the files of a run's report are, for people and programs. Reads nothing.
import { REPORT_FORMATS, type ReportFormat, reportFileKey } from '../activities/report/report-files.ts';
import type { ReconConfig } from '../worker/config.ts';

/** A file path, or s3://…, of each format. */
export async function reportLocations(
  config: ReconConfig,
  reportKey: string,
): Promise<Readonly<Record<ReportFormat, string>>> {
  // The AWS clients take long to load, and most commands need no store.
  const { composeStore } = await import('../worker/compose-outbox.ts');
  const store = composeStore(config);
  const entries = REPORT_FORMATS.map((format) => [format, store.locate(reportFileKey(reportKey, format))]);
  return Object.fromEntries(entries) as Record<ReportFormat, string>;
}
