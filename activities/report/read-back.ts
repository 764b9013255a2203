// Compares a written report, as read back from its file, with what the database holds: the last of the completeness
// gates (security.md).
import { InvariantViolated } from '../errors.ts';
import { differingTotals } from './differing-totals.ts';
import type { ReadList } from './read-list.ts';
import type { DiscrepancyTotal } from './run-report.ts';

interface ExpectedList {
  readonly totals: readonly DiscrepancyTotal[];
  readonly listDigest: string;
}

/** @throws InvariantViolated when the file and the database differ in one row, one minor unit or one word of the list. */
export function assertSameList(file: string, read: ReadList, { totals, listDigest }: ExpectedList): void {
  const stored = totals.map((total) => {
    const key = [total.section, total.severity, total.verdict, total.currency].join(' ');
    return [key, total] as const;
  });
  const diagnostics = differingTotals(read.totals, new Map(stored));
  if (diagnostics.length === 0 && read.listDigest !== listDigest) {
    diagnostics.push('the SHA-256 of the list is not that of what was handed over');
  }
  if (diagnostics.length > 0) throw new InvariantViolated(`${file} does not hold what the database does`, diagnostics);
}
