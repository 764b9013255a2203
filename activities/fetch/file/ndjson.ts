// Reads newline-delimited JSON: one object a line, UTF-8. A line that cannot be read is refused with its reason and
// the rest goes on. The hot path of large files: no promise, no copy and no regular expression per line.
import { isAscii, isUtf8 } from 'node:buffer';
import { DataError } from '../../../domain/data-error.ts';
import type { InternalRow, ProcessorRow } from '../../../domain/transaction.ts';
import { LINE_BYTES_MAX, type LineWindow } from './line-window.ts';
import type { PageBuilder } from './page-builder.ts';
import type { RowFormat, TakeResult } from './row-format.ts';

export function ndjsonFormat<R extends ProcessorRow | InternalRow>(readRow: (record: object) => R): RowFormat<R> {
  return { take: (window, page) => takeLines(window, page, readRow) };
}

function takeLines<R extends ProcessorRow | InternalRow>(
  window: LineWindow,
  page: PageBuilder<R>,
  readRow: (record: object) => R,
): TakeResult {
  const bytes = window.bytes;
  // Asked once for all the lines here: nearly every file is ASCII, and latin1 is then the cheapest decoding.
  const encoding = isAscii(bytes) ? 'latin1' : 'utf8';
  const firstLine = window.line;
  let room = page.room;
  let start = 0;
  let line = firstLine;
  let end = room > 0 ? window.lineEnd(bytes, start) : -1;
  while (end >= 0 && room > 0) {
    if (readLine(bytes, start, end, encoding, line, page, readRow)) room -= 1;
    start = end;
    line += 1;
    end = window.lineEnd(bytes, start);
  }
  window.consume(start, line - firstLine);
  if (room === 0) return 'full';
  return bytes.length - start > LINE_BYTES_MAX ? 'overlong' : 'starved';
}

/** False where the line is blank and takes no place on the page. */
function readLine<R extends ProcessorRow | InternalRow>(
  bytes: Buffer,
  start: number,
  end: number,
  encoding: 'latin1' | 'utf8',
  line: number,
  page: PageBuilder<R>,
  readRow: (record: object) => R,
): boolean {
  try {
    if (end - start > LINE_BYTES_MAX) throw overlongLine();
    if (encoding === 'utf8' && !isUtf8(bytes.subarray(start, end))) throw new DataError('line', 'is not valid UTF-8');
    const record = parseObject(bytes.toString(encoding, start, end));
    if (record === null) return false;
    page.add(readRow(record), line);
  } catch (error) {
    page.refuse(line, error);
  }
  return true;
}

export function overlongLine(): DataError {
  return new DataError('line', `is longer than ${LINE_BYTES_MAX / 1_048_576} MiB, which no row is`);
}

function parseObject(text: string): object | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (text.trim() === '') return null;
    throw new DataError('line', `is not valid JSON${characterOf(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DataError('line', 'is not a JSON object');
  }
  return value;
}

// Only the place: the parser's own message quotes the line, which may hold personal data.
function characterOf(error: unknown): string {
  const position = error instanceof SyntaxError ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? '' : `, from its character ${Number(position) + 1}`;
}
