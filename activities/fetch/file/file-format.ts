// Decides how a file is written: by its name, else by its first bytes. What is no text of ours is refused whole, with
// what to do about it.
import { SourceRejected } from '../../errors.ts';
import type { FileEncoding } from './file-encoding.ts';
import type { LineWindow } from './line-window.ts';

export type TextKind = 'ndjson' | 'csv';

const SNIFFED_BYTES = 4_096;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_MARK = Buffer.from([0xff, 0xfe]);
// What people hand in by mistake, by its first bytes, and what to do about it.
const FOREIGN: ReadonlyArray<readonly [bytes: readonly number[], what: string, next: string]> = [
  [[0x1f, 0x8b], 'is compressed with gzip', 'call it .gz, or unpack it first'],
  [[0x50, 0x4b, 0x03, 0x04], 'is a zip archive or a spreadsheet', 'call it .zip, or save it as CSV'],
  [[0x50, 0x4b, 0x05, 0x06], 'is an empty zip archive', 'check how it was made'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'is compressed with zstd', 'pack it with gzip or zip'],
  [[0x42, 0x5a, 0x68, 0x39], 'is compressed with bzip2', 'pack it with gzip or zip'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'is compressed with xz', 'pack it with gzip or zip'],
  [[0x37, 0x7a, 0xbc, 0xaf], 'is a 7z archive', 'pack it with gzip or zip'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'is an Excel workbook', 'save it as CSV'],
  [[0xfe, 0xff], 'is UTF-16 with the high byte first', 'save it as UTF-8'],
  [[0x25, 0x50, 0x44, 0x46], 'is a PDF', 'export it as CSV'],
];
const TAR_MARK = 'ustar';
const TAR_MARK_AT = 257;

export interface TextFile {
  readonly name: string;
  readonly encoding: FileEncoding;
  /** What it is where its name does not say; null: its first bytes decide. */
  readonly expected: TextKind | null;
}

/** Leaves the window behind the byte order mark, if there is one. @throws SourceRejected for what is no text of ours. */
export async function detectTextKind(
  window: LineWindow,
  { name, encoding, expected }: TextFile,
  signal: AbortSignal,
): Promise<TextKind> {
  while (!window.ended && window.bytes.length < SNIFFED_BYTES) {
    signal.throwIfAborted();
    await window.more();
  }
  // A file of another encoding was looked at before it was decoded.
  if (encoding === 'utf-8') refuseForeign(window.bytes, encoding, name);
  if (startsWith(window.bytes, BYTE_ORDER_MARK)) window.consume(BYTE_ORDER_MARK.length, 0);
  return kindByName(name) ?? expected ?? kindByContent(window.bytes.subarray(0, SNIFFED_BYTES), name);
}

/** @throws SourceRejected where the bytes as they are stored are another encoding, or no text. */
export function refuseForeign(head: Buffer, encoding: FileEncoding, fileName: string): void {
  if (encoding !== 'utf-16le' && startsWith(head, UTF16_MARK)) {
    throw new SourceRejected(fileName, 'is UTF-16: say so (encoding: utf-16le), or save it as UTF-8');
  }
  if (encoding !== 'utf-8' && startsWith(head, BYTE_ORDER_MARK)) {
    throw new SourceRejected(fileName, `is UTF-8 and not ${encoding}: correct its encoding in the configuration`);
  }
  for (const [bytes, what, next] of FOREIGN) {
    if (startsWith(head, Buffer.from(bytes))) throw new SourceRejected(fileName, `${what}: ${next}`);
  }
  if (head.toString('latin1', TAR_MARK_AT, TAR_MARK_AT + TAR_MARK.length) === TAR_MARK) {
    throw new SourceRejected(fileName, 'is a tar archive: deliver its files one by one, or as zip');
  }
}

function startsWith(bytes: Buffer, mark: Buffer): boolean {
  return bytes.subarray(0, mark.length).equals(mark);
}

/** The name without what says that it is packed, or the how-manieth of its name it is. */
function kindByName(fileName: string): TextKind | null {
  const name = fileName.replace(/#\d+$/, '').replace(/\.gz$/i, '');
  if (/\.(?:ndjson|jsonl)$/i.test(name)) return 'ndjson';
  return /\.csv$/i.test(name) ? 'csv' : null;
}

function kindByContent(head: Buffer, fileName: string): TextKind {
  const first = head.toString('latin1').trimStart().charAt(0);
  if (first === '[') {
    throw new SourceRejected(fileName, 'is one JSON array: write one object a line (NDJSON), such as jq -c ".[]" does');
  }
  return first === '{' || first === '' ? 'ndjson' : 'csv';
}
