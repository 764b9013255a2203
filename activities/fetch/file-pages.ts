// Reads one file in chunks that commit one by one, so that a killed read goes on at its last chunk. Never holds more
// than one chunk of rows and a window of bytes.
import type { FileHandle } from 'node:fs/promises';
import type { InternalRow, ProcessorRow } from '../../domain/transaction.ts';
import type { Side } from '../../domain/vocabulary.ts';
import { SourceUnavailable } from '../errors.ts';
import { openCsv } from './csv-header.ts';
import { type FileCursor, formatFileCursor, parseFileCursor } from './file-cursor.ts';
import { detectFileFormat } from './file-format.ts';
import { LineWindow } from './line-window.ts';
import { ndjsonFormat, overlongLine } from './ndjson.ts';
import { fileError, openFile } from './open-file.ts';
import { PageBuilder } from './page-builder.ts';
import type { RowFormat } from './row-format.ts';
import type { SourcePage } from './source.ts';

export interface FileRead<R extends ProcessorRow | InternalRow> {
  readonly path: string;
  /** The file's name, for people. */
  readonly name: string;
  readonly side: Side;
  readonly chunkRows: number;
  readonly readRow: (record: object) => R;
}

/** Pages from the cursor (null: from the start); the last one, and only it, is `done`. */
export async function* filePages<R extends ProcessorRow | InternalRow>(
  read: FileRead<R>,
  cursor: string | null,
  signal: AbortSignal,
): AsyncGenerator<SourcePage<R>> {
  const file = await openFile(read.path);
  try {
    const sizeBytes = (await file.stat()).size;
    const from = cursor === null ? null : parseFileCursor(cursor, read.name, sizeBytes);
    const { window, format } = await openFormat(file, read, from, signal);
    yield* pages(read, file, window, format, sizeBytes, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw fileError(read.path, error);
  } finally {
    await file.close();
  }
}

async function* pages<R extends ProcessorRow | InternalRow>(
  read: FileRead<R>,
  file: FileHandle,
  window: LineWindow,
  format: RowFormat<R>,
  sizeBytes: number,
  signal: AbortSignal,
): AsyncGenerator<SourcePage<R>> {
  const page = new PageBuilder<R>(read.name, read.chunkRows);
  const cursor = () => formatFileCursor({ offset: window.offset, line: window.line, sizeBytes });
  for (;;) {
    signal.throwIfAborted();
    const result = format.take(window, page);
    if (result === 'starved' && window.ended) break;
    if (result === 'starved') await window.more();
    else if (result === 'overlong') {
      page.refuse(window.line, overlongLine());
      await window.skipLine(signal);
    } else if (window.offset < sizeBytes) yield page.take(cursor(), false);
    else break;
  }
  // Somebody may still be writing it: what was read is then a part that looks whole.
  if ((await file.stat()).size !== sizeBytes) throw new SourceUnavailable(read.name, 'changed while it was read');
  yield page.take(cursor(), true);
}

async function openFormat<R extends ProcessorRow | InternalRow>(
  file: FileHandle,
  read: FileRead<R>,
  from: FileCursor | null,
  signal: AbortSignal,
): Promise<{ window: LineWindow; format: RowFormat<R> }> {
  const { kind, start } = await detectFileFormat(file, read.name);
  const head = new LineWindow(file, start, 1);
  const format = kind === 'csv' ? await openCsv(head, read, signal) : ndjsonFormat(read.readRow);
  return { window: from === null ? head : new LineWindow(file, from.offset, from.line), format };
}
