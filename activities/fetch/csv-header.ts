// Reads the header of a CSV file, one line, and leaves the window at its first row.
import { DataError } from '../../domain/data-error.ts';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import type { Side } from '../../domain/vocabulary.ts';
import { SourceRejected } from '../errors.ts';
import { csvCells, csvFormat } from './csv.ts';
import { csvColumns } from './csv-columns.ts';
import { LINE_BYTES_MAX, type LineWindow } from './line-window.ts';
import type { RowFormat } from './row-format.ts';

export interface CsvRead<R extends ProcessorRow | InternalRow> {
  readonly name: string;
  readonly side: Side;
  readonly readRow: (record: object) => R;
}

/** A file without any line has no header to complain about: it is a file without rows. */
export async function openCsv<R extends ProcessorRow | InternalRow>(
  window: LineWindow,
  read: CsvRead<R>,
  signal: AbortSignal,
): Promise<RowFormat<R>> {
  for (;;) {
    signal.throwIfAborted();
    const bytes = window.bytes;
    const end = window.lineEnd(bytes, 0);
    if (end > LINE_BYTES_MAX || (end < 0 && bytes.length > LINE_BYTES_MAX)) {
      throw new SourceRejected(read.name, 'has a first line that is too long for a header: is it CSV?');
    }
    if (end >= 0) {
      const line = bytes.subarray(0, end);
      const blank = line.toString('latin1').trim() === '';
      const format = blank
        ? null
        : csvFormat(csvColumns(headerCells(line, read.name), read.side, read.name), read.readRow);
      window.consume(end, 1);
      if (format !== null) return format;
    } else if (window.ended) {
      return { take: () => 'starved' };
    } else {
      await window.more();
    }
  }
}

function headerCells(line: Buffer, fileName: string): string[] {
  try {
    return csvCells(line);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new SourceRejected(fileName, 'has a header with a quote that does not close on its line', { cause: error });
  }
}
