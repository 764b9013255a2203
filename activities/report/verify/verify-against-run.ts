// Compares what a report file says with what the database knows of its run, as it stood when the run had decided.
// Reads one snapshot and writes nothing.
import type { DatabasePool } from 'slonik';
import { differingTotals } from '../differing-totals.ts';
import { inSnapshot, readSummary } from '../read-report.ts';
import { runName } from '../report-files.ts';
import type { Said } from './said.ts';
import { type Check, check } from './verification.ts';

export async function verifyAgainstRun(database: DatabasePool, runId: bigint, said: Said): Promise<Check[]> {
  const { run, discrepancyTotals } = await inSnapshot(database, (transaction) => readSummary(transaction, runId));
  const keyOf = (total: (typeof discrepancyTotals)[number]) =>
    [total.section, total.severity, total.verdict, total.currency].join(' ');
  const stored = new Map(discrepancyTotals.map((total) => [keyOf(total), total]));
  // Where a later run changed a discrepancy, its amount is the present one.
  const differing = differingTotals(said.totals, stored, (key) => stored.get(key)?.changedLater === 0n);
  const name = runName(run);
  return [
    check('run', name === said.run, name, `the file is about ${said.run}, this run is ${name}`),
    check(
      'result digest of the run',
      run.resultDigest === said.resultDigest,
      run.resultDigest,
      `the database has ${run.resultDigest}`,
    ),
    check(
      'totals of the run',
      differing.length === 0,
      'the database adds up to the same',
      `the file against the database: ${differing.join('; ')}`,
    ),
  ];
}
