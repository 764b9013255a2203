// Decides what the columns of a CSV file are, by the contract's names in its header. Columns of other names are not
// read. A required column that is missing stops the file: no row of it could be right.
import { DataError } from '../../../domain/data-error.ts';
import { REFERENCE_TYPES, type Side } from '../../../domain/vocabulary.ts';
import { SourceRejected } from '../../errors.ts';
import { quoted } from '../row/quoted.ts';

export interface CsvColumns {
  /** The row as the contract's object, or null for a blank line. `line` is where it starts in the file, from 1. */
  record(cells: readonly string[], line: number): object | null;
}

/** The field that a DataError names when the row has not the header's shape; any other is about a value. */
export const MISSHAPEN_ROW = 'row';

const REQUIRED: Record<Side, readonly string[]> = {
  processor: ['id', 'kind', 'gross', 'currency', 'occurredAt'],
  internal: ['id', 'kind', 'amount', 'currency', 'occurredAt'],
};
const OPTIONAL: Record<Side, readonly string[]> = {
  processor: [
    ...['fee', 'net', 'reverses', 'movesBalance', 'availableOn', 'status', 'merchantReference', 'parentId'],
    ...['payoutId', 'fxRate', 'account', 'testMode', 'level'],
  ],
  internal: [
    ...['fee', 'reverses', 'movesBalance', 'status', 'processorReference', 'merchantReference', 'parentId', 'account'],
  ],
};
const FLAGS: ReadonlySet<string> = new Set(['reverses', 'movesBalance', 'testMode']);
const PRESENTMENT = { amount: 'presentment.amount', currency: 'presentment.currency' };
const REFERENCE_PREFIX = 'ref.';
const REFERENCE_COLUMNS: ReadonlySet<string> = new Set(REFERENCE_TYPES.map((type) => REFERENCE_PREFIX + type));

/** @throws SourceRejected naming the column and the file. */
export function csvColumns(header: readonly string[], side: Side, fileName: string): CsvColumns {
  const names = header.map((cell) => cell.trim());
  assertColumns(names, side, fileName);
  const known = new Set([...REQUIRED[side], ...OPTIONAL[side]]);
  const fields = names.flatMap((name, index) => (known.has(name) ? [{ name, index, flag: FLAGS.has(name) }] : []));
  const amountAt = names.indexOf(PRESENTMENT.amount);
  const currencyAt = names.indexOf(PRESENTMENT.currency);
  const references = side === 'internal' ? [] : referenceColumns(names);
  const hasPresentment = side === 'processor' && (amountAt >= 0 || currencyAt >= 0);
  return {
    record(cells) {
      if (cells.length < 2 && (cells[0] ?? '').trim() === '') return null;
      if (cells.length !== names.length) {
        throw new DataError(MISSHAPEN_ROW, `has ${cells.length} cells where the header has ${names.length}`);
      }
      const record: Record<string, unknown> = {};
      for (const { name, index, flag } of fields) record[name] = flag ? flagOf(cells[index]) : cellOf(cells[index]);
      if (hasPresentment) record.presentment = presentmentOf(cellOf(cells[amountAt]), cellOf(cells[currencyAt]));
      if (references.length > 0) {
        record.references = references.map(({ type, index }) => ({ type, value: cellOf(cells[index]) }));
      }
      return record;
    },
  };
}

function assertColumns(names: readonly string[], side: Side, fileName: string): void {
  const missing = REQUIRED[side].filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const only = names.length === 1 ? names[0] : undefined;
    const hint = only?.includes(';') || only?.includes('\t') ? ' Its cells must be separated by commas.' : '';
    const what = missing.length === 1 ? 'the column' : 'the columns';
    throw new SourceRejected(
      fileName,
      `lacks ${what} ${missing.join(', ')} of the ${side} file contract in its header.${hint} ` +
        'Rename its columns, or describe them in a mapping.',
    );
  }
  const known = [...REQUIRED[side], ...OPTIONAL[side], PRESENTMENT.amount, PRESENTMENT.currency];
  const unknown = names.find((name) => name.startsWith(REFERENCE_PREFIX) && !REFERENCE_COLUMNS.has(name));
  if (unknown !== undefined) {
    throw new SourceRejected(fileName, `has the column ${quoted(unknown)}: use ${[...REFERENCE_COLUMNS].join(', ')}`);
  }
  const twice = known.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined) throw new SourceRejected(fileName, `has the column ${twice} twice: keep one of them`);
}

function referenceColumns(names: readonly string[]): { type: string; index: number }[] {
  return names.flatMap((name, index) => {
    if (!name.startsWith(REFERENCE_PREFIX)) return [];
    return [{ type: name.slice(REFERENCE_PREFIX.length), index }];
  });
}

/** In CSV an empty cell is an absent field. White space around a value is never part of it. */
function cellOf(cell: string | undefined): string | undefined {
  const text = cell?.trim();
  return text === '' ? undefined : text;
}

/** What is neither stays text, so that the row's reader refuses it with the field's name. */
function flagOf(cell: string | undefined): boolean | string | undefined {
  const text = cellOf(cell);
  return text === 'true' ? true : text === 'false' ? false : text;
}

function presentmentOf(amount: string | undefined, currency: string | undefined): object | undefined {
  return amount === undefined && currency === undefined ? undefined : { amount, currency };
}
