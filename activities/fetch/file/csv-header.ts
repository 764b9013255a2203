// Reads the header of a CSV file, one line, and leaves the window at its first row.
import { DataError } from '../../../domain/data-error.ts';
import type { InternalRow, ProcessorRow } from '../../../domain/transaction.ts';
import type { Side } from '../../../domain/vocabulary.ts';
import { SourceRejected } from '../../errors.ts';
import { CONTRACT_DIALECT, type CsvDialect, csvCells, csvFormat } from './csv.ts';
import { type CsvColumns, csvColumns } from './csv-columns.ts';
import { LINE_BYTES_MAX, type LineWindow } from './line-window.ts';
import type { RowFormat } from './row-format.ts';

/** How a CSV is laid out that is not the file contract's. Made anew for each reading of a file. */
export interface CsvLayout {
  readonly dialect: CsvDialect;
  /** The header is the first line from here on, counted from 1, that is not blank; what stands above is not read. */
  readonly headerLine: number;
  /** Turns a row's cells into an object of the file contract. @throws SourceRejected naming the column and the file. */
  readonly columns: (header: readonly string[], fileName: string) => CsvColumns;
  /** True where a row depends on the rows before it (such as the n-th equal one): going on then begins at the start. */
  readonly fromStart?: boolean;
}

export interface CsvRead<R extends ProcessorRow | InternalRow> {
  readonly name: string;
  readonly side: Side;
  readonly readRow: (record: object) => R;
}

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;

export function contractLayout(side: Side): CsvLayout {
  return {
    dialect: CONTRACT_DIALECT,
    headerLine: 1,
    columns: (header, fileName) => csvColumns(header, side, fileName),
  };
}

/** A file without any line has no header to complain about: it is a file without rows. */
export async function openCsv<R extends ProcessorRow | InternalRow>(
  window: LineWindow,
  read: CsvRead<R>,
  layout: CsvLayout,
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
      const above = window.line < layout.headerLine || line.toString('latin1').trim() === '';
      const format = above ? null : formatOf(line, read, layout);
      window.consume(end, 1);
      if (format !== null) return format;
    } else if (window.ended) {
      return { take: () => 'starved' };
    } else {
      await window.more();
    }
  }
}

function formatOf<R extends ProcessorRow | InternalRow>(
  line: Buffer,
  read: CsvRead<R>,
  { dialect, columns }: CsvLayout,
): RowFormat<R> {
  return csvFormat(columns(headerCells(line, dialect, read.name), read.name), read.readRow, dialect);
}

function headerCells(line: Buffer, dialect: CsvDialect, fileName: string): string[] {
  assertLineEnds(line, fileName);
  try {
    return csvCells(line, dialect);
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw new SourceRejected(fileName, 'has a header with a quote that does not close on its line', { cause: error });
  }
}

/** Files of old Macs end their lines with a return alone, and are one line to everybody else. */
function assertLineEnds(line: Buffer, fileName: string): void {
  const at = line.indexOf(RETURN);
  if (at < 0 || at === line.length - 1 || line[at + 1] === NEWLINE || line.includes(QUOTE)) return;
  throw new SourceRejected(
    fileName,
    'ends its lines with a return alone: save it with the line ends of Unix or Windows',
  );
}
