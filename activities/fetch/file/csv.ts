// Reads CSV with the file contract's names in its header. Where a row ends is decided here, by counting quotes, so that
// one badly quoted line costs that line and not what follows; what stands in it is csv-parse's business.
import { CsvError, parse } from 'csv-parse/sync';
import { DataError } from '../../../domain/data-error.ts';
import type { InternalRow, ProcessorRow } from '../../../domain/transaction.ts';
import { type CsvColumns, MISSHAPEN_ROW } from './csv-columns.ts';
import { LINE_BYTES_MAX, type LineWindow } from './line-window.ts';
import type { PageBuilder } from './page-builder.ts';
import type { RowFormat, TakeResult } from './row-format.ts';

const NEWLINE = 10;
// A quoted cell may hold line breaks; a quote that stays open longer than this was never meant to open.
const LINES_PER_RECORD_MAX = 100;
// When one record of a batch is bad, the batch is read again one by one.
const BATCH_RECORDS_MAX = 1_000;

/** One ASCII character each; an empty quote is none. */
export interface CsvDialect {
  readonly delimiter: string;
  readonly quote: string;
}

export const CONTRACT_DIALECT: CsvDialect = { delimiter: ',', quote: '"' };

interface RecordSpan {
  readonly start: number;
  readonly end: number;
  readonly lines: number;
}

/** `broken`: a quote opens in the line at the end of the batch and does not close. */
interface Batch {
  readonly spans: RecordSpan[];
  readonly end: number;
  readonly broken: boolean;
}

export function csvFormat<R extends ProcessorRow | InternalRow>(
  columns: CsvColumns,
  readRow: (record: object) => R,
  dialect: CsvDialect,
): RowFormat<R> {
  return {
    take(window, page) {
      for (;;) {
        if (page.room === 0) return 'full';
        const result = takeBatch(window, page, columns, readRow, dialect);
        if (result !== 'taken') return result;
      }
    },
  };
}

/** The cells of a single record, or a DataError that does not show them. */
export function csvCells(record: Buffer, dialect: CsvDialect): string[] {
  try {
    const [cells] = parseRecords(record, dialect);
    return cells ?? [];
  } catch (error) {
    if (error instanceof CsvError) throw new DataError(MISSHAPEN_ROW, 'has a quote in a place where CSV allows none');
    throw error;
  }
}

function takeBatch<R extends ProcessorRow | InternalRow>(
  window: LineWindow,
  page: PageBuilder<R>,
  columns: CsvColumns,
  readRow: (record: object) => R,
  dialect: CsvDialect,
): TakeResult | 'taken' {
  const bytes = window.bytes;
  const { spans, end, broken } = findBatch(window, bytes, Math.min(page.room, BATCH_RECORDS_MAX), dialect);
  if (spans.length === 0 && !broken) return bytes.length > LINE_BYTES_MAX ? 'overlong' : 'starved';
  const cells = wholeBatch(bytes.subarray(0, end), spans.length, dialect);
  for (const [index, span] of spans.entries()) {
    const line = window.line;
    try {
      const record = columns.record(cells?.[index] ?? csvCells(bytes.subarray(span.start, span.end), dialect), line);
      if (record !== null) page.add(readRow(record), line);
    } catch (error) {
      page.refuse(line, error);
      // Not the row it seemed to be: what follows its first line may be rows of their own. A row that is only wrong in
      // a value keeps its lines: a customer's note is never read as rows.
      if (span.lines > 1 && isMisshapen(error)) {
        window.consume(bytes.indexOf(NEWLINE, span.start) + 1 - span.start, 1);
        return 'taken';
      }
    }
    window.consume(span.end - span.start, span.lines);
  }
  if (broken) {
    page.refuse(window.line, new DataError(MISSHAPEN_ROW, 'opens a quote that is not closed'));
    window.consume(window.lineEnd(bytes, end) - end, 1);
  }
  return 'taken';
}

function isMisshapen(error: unknown): boolean {
  return error instanceof DataError && error.field === MISSHAPEN_ROW;
}

function findBatch(window: LineWindow, bytes: Buffer, recordsMax: number, { quote }: CsvDialect): Batch {
  const spans: RecordSpan[] = [];
  let start = 0;
  const quoteByte = quote.charCodeAt(0);
  let nextQuote = quote === '' ? -1 : bytes.indexOf(quoteByte);
  while (spans.length < recordsMax) {
    let end = window.lineEnd(bytes, start);
    let lines = 1;
    let open = false;
    for (;;) {
      if (end < 0) break;
      while (nextQuote >= 0 && nextQuote < end) {
        open = !open;
        nextQuote = bytes.indexOf(quoteByte, nextQuote + 1);
      }
      if (!open) break;
      if (lines === LINES_PER_RECORD_MAX) return { spans, end: start, broken: true };
      end = window.lineEnd(bytes, end);
      lines += 1;
    }
    if (end < 0) {
      const hopeless = open && (window.ended || bytes.length - start > LINE_BYTES_MAX);
      return { spans, end: start, broken: hopeless };
    }
    spans.push({ start, end, lines });
    start = end;
  }
  return { spans, end: start, broken: false };
}

/** All records at once, which is many times faster; null where they do not come out as they were counted. */
function wholeBatch(bytes: Buffer, count: number, dialect: CsvDialect): string[][] | null {
  try {
    const records = isUnquoted(bytes, dialect) ? splitRecords(bytes, dialect) : parseRecords(bytes, dialect);
    return records.length === count ? records : null;
  } catch (error) {
    if (error instanceof CsvError) return null;
    throw error;
  }
}

function isUnquoted(bytes: Buffer, { quote }: CsvDialect): boolean {
  return quote === '' || !bytes.includes(quote.charCodeAt(0));
}

/** Without a quote there is nothing to parse, and splitting takes a fifth of the time. */
function splitRecords(bytes: Buffer, { delimiter }: CsvDialect): string[][] {
  const lines = bytes.toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line).split(delimiter));
}

function parseRecords(bytes: Buffer, { delimiter, quote }: CsvDialect): string[][] {
  return parse(bytes, {
    delimiter,
    quote: quote === '' ? null : quote,
    escape: quote === '' ? null : quote,
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n'],
  });
}
