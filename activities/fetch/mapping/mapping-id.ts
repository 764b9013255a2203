// Decides the id of a row of a foreign file: the cells that the mapping names, or, where the file has none, a digest of
// what the row says. Two identical lines stay two, and reading the same file again gives the same ids.
import { hash } from 'node:crypto';
import { DataError } from '../../../domain/data-error.ts';
import { type ColumnFinder, cellAt } from './mapping-cells.ts';
import { OccurrenceCounter } from './occurrence-counter.ts';

/** delta: a file adds. snapshot: a file is the whole truth, delivered again and again with other rows around the same. */
export type IdContext =
  | { readonly mode: 'snapshot' }
  /** SHA-256 of what identifies the file's content. */
  | { readonly mode: 'delta'; readonly contentDigest: string };

export type IdReader = (cells: readonly string[], record: Readonly<Record<string, unknown>>, line: number) => string;

// 96 bits: no two different lines of a lifetime of files meet.
const DIGEST_CHARS = 24;
const FILE_DIGEST_CHARS = 16;

export function idReader(columns: readonly string[] | undefined, find: ColumnFinder, context: IdContext): IdReader {
  if (columns !== undefined) return columnsId(columns, find);
  if (context.mode === 'delta') {
    // A delta's bytes never change under its digest, so that the line tells identical rows apart, wherever a read resumes.
    const file = context.contentDigest.slice(0, FILE_DIGEST_CHARS);
    return (_cells, record, line) => `${digestOf(record)}-${file}#${line}`;
  }
  // In a snapshot lines move, so that only the count of identical rows above can tell them apart.
  const counter = new OccurrenceCounter();
  return (_cells, record) => {
    const digest = digestOf(record);
    return `${digest}#${counter.next(digest)}`;
  };
}

function columnsId(columns: readonly string[], find: ColumnFinder): IdReader {
  const places = columns.map(find);
  return (cells) => {
    let id = '';
    let isEmpty = true;
    for (const [at, place] of places.entries()) {
      const cell = cellAt(cells, place);
      if (cell !== '') isEmpty = false;
      id += at === 0 ? cell : `:${cell}`;
    }
    if (isEmpty)
      throw new DataError('id', `is missing: ${columns.join(', ')} ${columns.length === 1 ? 'is' : 'are'} empty`);
    return id;
  };
}

// Every field of the contract but the id, in an order that no change of code can alter: ids outlive it.
const DIGESTED = [
  ...['amount', 'availableOn', 'currency', 'fee', 'gross', 'kind', 'merchantReference', 'movesBalance', 'net'],
  ...['occurredAt', 'parentId', 'presentment', 'processorReference', 'references', 'reverses', 'status', 'testMode'],
];
// No field holds it: keys lose control characters when they are read, and the others are numbers and words.
const UNIT = '\u001f';

function digestOf(record: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (const field of DIGESTED) {
    const value = record[field];
    if (typeof value === 'string') text += value;
    else if (value !== undefined) text += JSON.stringify(value);
    text += UNIT;
  }
  return hash('sha256', text, 'hex').slice(0, DIGEST_CHARS);
}
