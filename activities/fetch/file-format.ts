// Decides how a file is written: by its name, else by its first bytes. What is not UTF-8 text at all is refused whole.
import type { FileHandle } from 'node:fs/promises';
import { SourceRejected } from '../errors.ts';

export interface FileFormat {
  readonly kind: 'ndjson' | 'csv';
  /** Where the first line starts: behind the byte order mark, if there is one. */
  readonly start: number;
}

const SNIFFED_BYTES = 4_096;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
// What people hand in by mistake, by its first bytes, and what to do about it.
const FOREIGN: ReadonlyArray<readonly [bytes: readonly number[], what: string, next: string]> = [
  [[0x1f, 0x8b], 'is compressed with gzip', 'unpack it first'],
  [[0x50, 0x4b, 0x03, 0x04], 'is a zip archive or a spreadsheet', 'unpack it, or save it as CSV'],
  [[0xff, 0xfe], 'is UTF-16', 'save it as UTF-8'],
  [[0xfe, 0xff], 'is UTF-16', 'save it as UTF-8'],
  [[0x25, 0x50, 0x44, 0x46], 'is a PDF', 'export it as CSV'],
];

/** @throws SourceRejected for what is no text of ours. */
export async function detectFileFormat(file: FileHandle, fileName: string): Promise<FileFormat> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(SNIFFED_BYTES), 0, SNIFFED_BYTES, 0);
  const head = buffer.subarray(0, bytesRead);
  for (const [bytes, what, next] of FOREIGN) {
    if (head.subarray(0, bytes.length).equals(Buffer.from(bytes))) {
      throw new SourceRejected(fileName, `${what}: ${next}`);
    }
  }
  const marked = head.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  const start = marked ? BYTE_ORDER_MARK.length : 0;
  return { kind: kindByName(fileName) ?? kindByContent(head.subarray(start), fileName), start };
}

function kindByName(fileName: string): 'ndjson' | 'csv' | null {
  if (/\.(?:ndjson|jsonl)$/i.test(fileName)) return 'ndjson';
  return /\.csv$/i.test(fileName) ? 'csv' : null;
}

function kindByContent(head: Buffer, fileName: string): 'ndjson' | 'csv' {
  const first = head.toString('latin1').trimStart().charAt(0);
  if (first === '[') {
    throw new SourceRejected(fileName, 'is one JSON array: write one object a line (NDJSON), such as jq -c ".[]" does');
  }
  return first === '{' || first === '' ? 'ndjson' : 'csv';
}
