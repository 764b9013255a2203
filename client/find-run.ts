// Finds the run that a reference names. Reads only.
import type { DatabasePool } from 'slonik';
import { type RunSummary, readRunsOfDay } from './database/read-runs.ts';
import { TYPED_AS } from './help-examples.ts';
import { formatRunReference, type RunReference } from './run-reference.ts';
import { runReferenceOf } from './run-view.ts';
import { UsageError } from './usage-error.ts';

export interface FoundRun {
  readonly run: RunSummary;
  /** The other runs of the day, newest first. */
  readonly others: readonly RunSummary[];
}

/** @throws UsageError naming the runs there are. */
export async function findRun(database: DatabasePool, reference: RunReference): Promise<FoundRun> {
  const runs = await readRunsOfDay(database, reference);
  const { runNumber } = reference;
  const run = runNumber === null ? runs[0] : runs.find((candidate) => candidate.runNumber === runNumber);
  if (run !== undefined) return { run, others: runs.filter((other) => other !== run) };
  const there =
    runs.length === 0
      ? `${reference.account} has none on ${reference.date}; ${TYPED_AS} runs list --account ${reference.account} shows those it has`
      : `there are: ${runs.map(runReferenceOf).join(', ')}`;
  throw new UsageError(`no run ${formatRunReference(reference)}: ${there}`);
}
