// Reads the text of one file in chunks that commit one by one, so that a killed read goes on at its last chunk. Never
// holds more than one chunk of rows and a window of bytes.
import type { InternalRow, ProcessorRow } from '../../../domain/transaction.ts';
import type { Side } from '../../../domain/vocabulary.ts';
import type { SourcePage } from '../source.ts';
import { type CsvLayout, contractLayout, openCsv } from './csv-header.ts';
import type { ByteSource } from './file-bytes.ts';
import { type FileCursor, formatFileCursor, parseFileCursor } from './file-cursor.ts';
import type { FileEncoding } from './file-encoding.ts';
import { detectTextKind } from './file-format.ts';
import { LineWindow } from './line-window.ts';
import { ndjsonFormat, overlongLine } from './ndjson.ts';
import { PageBuilder } from './page-builder.ts';
import type { RowFormat } from './row-format.ts';

export interface FileRead<R extends ProcessorRow | InternalRow> {
  /** The file's name, for people. */
  readonly name: string;
  readonly side: Side;
  readonly chunkRows: number;
  readonly readRow: (record: object) => R;
  readonly encoding: FileEncoding;
  /** How a CSV is laid out; null: as the file contract says. */
  readonly layout: CsvLayout | null;
}

/** Pages from the cursor (null: from the start); the last one, and only it, is `done`. Closes the bytes. */
export async function* filePages<R extends ProcessorRow | InternalRow>(
  read: FileRead<R>,
  bytes: ByteSource,
  cursor: string | null,
  signal: AbortSignal,
): AsyncGenerator<SourcePage<R>> {
  try {
    const from = cursor === null ? null : parseFileCursor(cursor, read.name, bytes.stored);
    const window = new LineWindow(bytes);
    const format = await openFormat(window, read, signal);
    const fromStart = read.layout?.fromStart === true;
    if (from !== null && !fromStart) window.moveTo(from.offset, from.line);
    const all = pages(read, bytes, window, format, signal);
    yield* from !== null && fromStart ? pagesFrom(from, all, read.name, bytes) : all;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await bytes.close();
  }
}

async function* pages<R extends ProcessorRow | InternalRow>(
  read: FileRead<R>,
  bytes: ByteSource,
  window: LineWindow,
  format: RowFormat<R>,
  signal: AbortSignal,
): AsyncGenerator<SourcePage<R>> {
  const page = new PageBuilder<R>(read.name, read.chunkRows);
  const cursor = () => formatFileCursor({ offset: window.offset, line: window.line }, bytes.stored);
  for (;;) {
    signal.throwIfAborted();
    const result = format.take(window, page);
    if (result === 'starved' && window.ended) break;
    if (result === 'starved') await window.more();
    else if (result === 'overlong') {
      page.refuse(window.line, overlongLine());
      await window.skipLine(signal);
    } else if (await holdsMore(window)) yield page.take(cursor(), false);
    else break;
  }
  // Behind the last byte, so that the checksum of a packed file has been verified by now.
  await bytes.assertUnchanged();
  yield page.take(cursor(), true);
}

async function holdsMore(window: LineWindow): Promise<boolean> {
  if (window.bytes.length === 0) await window.more();
  return window.bytes.length > 0;
}

/** What was handed on before is read again, but not handed on again. */
async function* pagesFrom<R extends ProcessorRow | InternalRow>(
  { offset, line: firstLine }: FileCursor,
  all: AsyncGenerator<SourcePage<R>>,
  name: string,
  bytes: ByteSource,
): AsyncGenerator<SourcePage<R>> {
  for await (const page of all) {
    if (parseFileCursor(page.cursor, name, bytes.stored).offset <= offset && !page.done) continue;
    const first = page.lines?.findIndex((line) => line >= firstLine) ?? 0;
    const from = first < 0 ? page.rows.length : first;
    yield {
      ...page,
      rows: page.rows.slice(from),
      lines: page.lines?.slice(from) ?? null,
      quarantined: page.quarantined.filter(({ position }) => Number(position) >= firstLine),
    };
  }
}

async function openFormat<R extends ProcessorRow | InternalRow>(
  window: LineWindow,
  read: FileRead<R>,
  signal: AbortSignal,
): Promise<RowFormat<R>> {
  const { name, encoding, layout } = read;
  const kind = await detectTextKind(window, { name, encoding, expected: layout === null ? null : 'csv' }, signal);
  if (kind === 'ndjson') return ndjsonFormat(read.readRow);
  return openCsv(window, read, layout ?? contractLayout(read.side), signal);
}
