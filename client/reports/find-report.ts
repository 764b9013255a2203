// Finds the report of the run that a reference names. Reads only.
import type { DatabasePool } from 'slonik';
import { CannotDo } from '../cannot-do.ts';
import { findRun } from '../find-run.ts';
import { TYPED_AS } from '../help-examples.ts';
import type { RunReference } from '../run-reference.ts';
import { runReferenceOf } from '../run-view.ts';

export interface FoundReport {
  readonly runId: bigint;
  /** stripe/us/2026-01-31#2 */
  readonly name: string;
  readonly reportKey: string;
}

/** @throws UsageError where there is no such run, CannotDo where it has no report. */
export async function findReport(database: DatabasePool, reference: RunReference): Promise<FoundReport> {
  const { run } = await findRun(database, reference);
  const { runId, reportKey, status, publishStatus } = run;
  const name = runReferenceOf(run);
  if (reportKey !== null) return { runId, name, reportKey };
  throw new CannotDo(
    status === 'completed'
      ? `${name} has no report yet: publishing is ${publishStatus}; ${TYPED_AS} doctor checks the report store`
      : `${name} is ${status}: only a completed run has a report`,
  );
}
