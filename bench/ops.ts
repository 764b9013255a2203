// What the people who act on it wait for: reports, what they ask of a year of differences, the proof of the log, the mails.
import { benchAudit } from './ops/audit.ts';
import { benchOutbox } from './ops/outbox.ts';
import { benchQueries } from './ops/queries.ts';
import { benchReports } from './ops/reports.ts';
import type { BenchOptions } from './part.ts';

export async function benchOps(options: BenchOptions): Promise<object> {
  const queries = await benchQueries(options);
  const audit = await benchAudit(options);
  const outbox = await benchOutbox(options);
  const reports = await benchReports(options);
  return { ops: { reports, queries, audit, outbox } };
}
