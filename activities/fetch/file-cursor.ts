// Where the reading of a file stands, as text that commits with the rows before it. Holds the file's size, so that going
// on in a file that became another one is noticed.
import { z } from 'zod';
import { SourceRejected } from '../errors.ts';

export interface FileCursor {
  /** The first byte that was not read. */
  readonly offset: number;
  /** The number of the line that starts there. */
  readonly line: number;
  readonly sizeBytes: number;
}

const cursorSchema = z.object({ offset: z.int().min(0), line: z.int().min(1), sizeBytes: z.int().min(0) });

export function formatFileCursor(cursor: FileCursor): string {
  return JSON.stringify({ offset: cursor.offset, line: cursor.line, sizeBytes: cursor.sizeBytes });
}

/** @throws SourceRejected when the cursor belongs to another file. */
export function parseFileCursor(text: string, fileName: string, sizeBytes: number): FileCursor {
  const cursor = cursorSchema.parse(JSON.parse(text));
  if (cursor.sizeBytes === sizeBytes && cursor.offset <= sizeBytes) return cursor;
  throw new SourceRejected(
    fileName,
    `has ${sizeBytes} bytes, but had ${cursor.sizeBytes} when its reading began: put the first file back, or start a new run`,
  );
}
