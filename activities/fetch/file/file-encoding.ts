// Turns a file of another encoding into UTF-8 while it is read. The bytes that a cursor counts are those of the UTF-8
// text, so going on in the middle costs decoding again up to there (two or three seconds a GB).
import { type ByteSource, CHUNK_BYTES, forwardBytes, readFully } from './file-bytes.ts';
import { refuseForeign } from './file-format.ts';

export const FILE_ENCODINGS = ['utf-8', 'windows-1252', 'iso-8859-1', 'utf-16le'] as const;
export type FileEncoding = (typeof FILE_ENCODINGS)[number];

/** @throws SourceRejected where the first bytes say that the file is something else. */
export function inUtf8(source: ByteSource, encoding: FileEncoding, fileName: string, signal: AbortSignal): ByteSource {
  return encoding === 'utf-8' ? source : forwardBytes(source, decoded(source, encoding, fileName, signal));
}

async function* decoded(
  source: ByteSource,
  encoding: Exclude<FileEncoding, 'utf-8'>,
  fileName: string,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const decode = decoderOf(encoding);
  const raw = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; ; ) {
    signal.throwIfAborted();
    const bytes = await readFully(source, raw, CHUNK_BYTES, position);
    if (position === 0) refuseForeign(raw.subarray(0, bytes), encoding, fileName);
    const text = decode(raw.subarray(0, bytes), bytes < CHUNK_BYTES);
    if (text !== '') yield Buffer.from(text, 'utf8');
    if (bytes < CHUNK_BYTES) return;
    position += bytes;
  }
}

function decoderOf(encoding: Exclude<FileEncoding, 'utf-8'>): (bytes: Buffer, last: boolean) => string {
  // The platform's decoder reads this label as windows-1252, as the web does.
  if (encoding === 'iso-8859-1') return (bytes) => bytes.toString('latin1');
  const decoder = new TextDecoder(encoding);
  return (bytes, last) => decoder.decode(bytes, { stream: !last });
}
