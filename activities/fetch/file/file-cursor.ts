// Where the reading of a file stands, as text that commits with the rows before it. Holds what was read, so that going
// on in a file that became another one is noticed.
import { z } from 'zod';
import { SourceRejected } from '../../errors.ts';
import type { StoredFile } from './file-bytes.ts';

export interface FileCursor {
  /** The first byte that was not read, of the text as it was unpacked and decoded. */
  readonly offset: number;
  /** The number of the line that starts there. */
  readonly line: number;
}

const cursorSchema = z.object({
  offset: z.int().min(0),
  line: z.int().min(1),
  sizeBytes: z.int().min(0),
  version: z.string().optional(),
});

export function formatFileCursor({ offset, line }: FileCursor, { sizeBytes, version }: StoredFile): string {
  return JSON.stringify({ offset, line, sizeBytes, ...(version === null ? {} : { version }) });
}

/** @throws SourceRejected when the cursor belongs to another file. */
export function parseFileCursor(text: string, fileName: string, stored: StoredFile): FileCursor {
  const { offset, line, sizeBytes, version = null } = cursorSchema.parse(JSON.parse(text));
  if (sizeBytes === stored.sizeBytes && version === stored.version) return { offset, line };
  const now = sizeBytes === stored.sizeBytes ? 'other bytes' : `${stored.sizeBytes} bytes`;
  throw new SourceRejected(
    fileName,
    `has ${now}, but had ${sizeBytes} when its reading began: put the first file back, or start a new run`,
  );
}
