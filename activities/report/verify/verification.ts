// What verifying a report file comes to: each thing that was checked, and whether it held. Pure.
import { differingTotals } from '../differing-totals.ts';
import type { ReadList } from '../read-list.ts';
import { countWords, plural } from '../run-words.ts';
import type { Said } from './said.ts';

export interface Check {
  readonly name: string;
  readonly passed: boolean;
  readonly detail: string;
}

export interface Verification {
  readonly file: string;
  readonly format: string;
  /** null: the file is too damaged to say. */
  readonly said: Said | null;
  readonly checks: readonly Check[];
}

/** The file holds nothing that it could be checked against: that is not the same as broken. */
export class Unverifiable extends Error {
  override readonly name = 'Unverifiable';
}

export function isIntact({ checks }: Verification): boolean {
  return checks.every(({ passed }) => passed);
}

/** The list as read against what the file says of it. */
export function listChecks(read: ReadList, said: Said): Check[] {
  const differing = differingTotals(read.totals, said.totals);
  return [
    check(
      'count',
      read.count === said.listedCount,
      plural(read.count, 'difference'),
      `${countWords(read.count)} differences in the file, which says ${countWords(said.listedCount)}`,
    ),
    check(
      'sums',
      differing.length === 0,
      `${plural(said.totals.size, 'total')} by section, severity, verdict and currency`,
      differing.join('; '),
    ),
    check('list digest', read.listDigest === said.listDigest, read.listDigest, 'the SHA-256 of the list is another'),
  ];
}

export function check(name: string, passed: boolean, held: string, broken: string): Check {
  return { name, passed, detail: passed ? held : broken };
}
