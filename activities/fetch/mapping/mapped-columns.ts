// Turns the cells of a foreign file into the record of the file contract, as its mapping says. Only the columns that the
// mapping names are looked at, so that nobody's name or card goes further. What a record may hold is not decided here:
// readProcessorRow and readInternalRow are for that.
import { DataError } from '../../../domain/data-error.ts';
import { type CsvColumns, MISSHAPEN_ROW } from '../file/csv-columns.ts';
import { requiredCurrency } from '../row/contract-fields.ts';
import { quoted } from '../row/quoted.ts';
import { internalFields } from './mapped-internal.ts';
import { processorFields } from './mapped-processor.ts';
import { type ColumnFinder, cellAt, columnFinder } from './mapping-cells.ts';
import { type IdContext, idReader } from './mapping-id.ts';
import type { Mapping } from './mapping-schema.ts';
import { timeReader } from './mapping-time.ts';
import { currencyReader, flagReader, kindReader, wordReader } from './mapping-words.ts';
import { namedColumns } from './named-columns.ts';

/** The field that a DataError names when the mapping says that the row is none. */
export const SKIPPED_ROW = 'skipped';

type Cells = readonly string[];

/** @throws SourceRejected naming the columns that the file lacks or has twice. */
export function mappedColumns(
  mapping: Mapping,
  header: readonly string[],
  fileName: string,
  context: IdContext,
): CsvColumns {
  const find = columnFinder(header, namedColumns(mapping), mapping.optional, fileName);
  const skip = skipper(mapping, find);
  const assertAccount = accountCheck(mapping, find);
  const kindOf = kindReader(mapping.kind, find);
  const currencyOf = currencyReader(mapping.currency, find);
  const timeOf = timeReader(mapping.time, find);
  const statusOf = mapping.status === undefined ? null : wordReader(mapping.status, 'status', find);
  const movesOf = flagReader(mapping.movesBalance, 'movesBalance', find);
  const sideOf = mapping.side === 'processor' ? processorFields(mapping, find) : internalFields(mapping, find);
  const idOf = idReader(mapping.id?.columns, find, context);
  return {
    record(cells, line) {
      if (cells.length < 2 && cellAt(cells, 0) === '') return null;
      skip(cells);
      if (cells.length !== header.length) {
        throw new DataError(MISSHAPEN_ROW, `has ${cells.length} cells where the header has ${header.length}`);
      }
      assertAccount(cells);
      const meaning = kindOf(cells);
      const currency = requiredCurrency(currencyOf(cells), 'currency');
      const record = sideOf(cells, currency, meaning);
      record.currency = currency;
      record.occurredAt = timeOf(cells);
      record.status = statusOf?.(cells);
      record.movesBalance = movesOf?.(cells);
      record.id = idOf(cells, record, line);
      return record;
    },
  };
}

function skipper(mapping: Mapping, find: ColumnFinder): (cells: Cells) => void {
  const rules = mapping.skip.map(({ column, values, reason }) => ({
    at: find(column),
    values: new Set(values),
    reason,
  }));
  return (cells) => {
    for (const { at, values, reason } of rules) {
      if (values.has(cellAt(cells, at))) throw new DataError(SKIPPED_ROW, reason);
    }
  };
}

function accountCheck(mapping: Mapping, find: ColumnFinder): (cells: Cells) => void {
  if (mapping.account === undefined) return () => undefined;
  const { column, value } = mapping.account;
  const at = find(column);
  const ours = new Set(value);
  return (cells) => {
    const account = cellAt(cells, at);
    if (ours.has(account)) return;
    throw new DataError(
      'account',
      `the row belongs to account ${quoted(account)}, not to ${value.map(quoted).join(' or ')}`,
    );
  };
}
