// Finds the columns that a mapping names in a file's header, and reads their cells. A column that is missing or there
// twice stops the file: no row of it could be right.
import { SourceRejected } from '../../errors.ts';
import { quoted } from '../row/quoted.ts';

/** Place of the column in the row; NOWHERE for an optional one that this file does not have. */
export type ColumnFinder = (name: string) => number;

/** `cells[NOWHERE]` is undefined, which reads as empty. */
export const NOWHERE = -1;
const SHOWN_MAX = 12;

/** @throws SourceRejected naming every missing and every doubled column. */
export function columnFinder(
  header: readonly string[],
  named: readonly string[],
  optional: readonly string[],
  fileName: string,
): ColumnFinder {
  const names = header.map((cell) => cell.trim());
  const missing = named.filter((name) => !names.includes(name) && !optional.includes(name));
  if (missing.length > 0) {
    const what = missing.length === 1 ? 'the column' : 'the columns';
    throw new SourceRejected(
      fileName,
      `lacks ${what} ${missing.map((name) => withLookalike(name, names)).join(', ')} that the mapping names. ` +
        `${headerFacts(names)} Correct the mapping, or list columns that may be missing under optional.`,
    );
  }
  const twice = named.filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice.length > 0) {
    throw new SourceRejected(
      fileName,
      `has the column ${twice.map(quoted).join(', ')} twice, and the mapping reads it: export it once`,
    );
  }
  const places = new Map(names.map((name, index) => [name, index]));
  return (name) => places.get(name) ?? NOWHERE;
}

/** The cell without white space around it; '' where it is empty or its column is not there. */
export function cellAt(cells: readonly string[], at: number): string {
  return cells[at]?.trim() ?? '';
}

function withLookalike(name: string, names: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
  const similar = names.find((candidate) => plain(candidate) === plain(name));
  return similar === undefined ? quoted(name) : `${quoted(name)} (it has ${quoted(similar)})`;
}

function headerFacts(names: readonly string[]): string {
  if (names.length === 1) {
    return 'Its header is one single cell: does format.delimiter fit, and is format.header the number of its line?';
  }
  const shown = names.slice(0, SHOWN_MAX).map(quoted).join(', ');
  return `Its header has ${shown}${names.length > SHOWN_MAX ? `, and ${names.length - SHOWN_MAX} more` : ''}.`;
}
