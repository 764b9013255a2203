// Unpacks deflated bytes chunk by chunk and holds them to what was promised: a length, a checksum, a bound. Never ends
// quietly before its time: a cut or damaged file is a fact, not a short file.
import { pipeline, Readable } from 'node:stream';
import { createGunzip, createInflateRaw } from 'node:zlib';
import { SourceRejected } from '../../errors.ts';
import { errorCode } from '../request/error-code.ts';
import { CHUNK_BYTES } from './file-bytes.ts';

/** What an archive may unpack to: more is not a file of payments but an attack or an accident. */
export interface ArchiveLimits {
  readonly unpackedBytesMax: number;
  /** Unpacked to packed bytes; text of payments stays below a tenth of it. */
  readonly ratioMax: number;
  /** Up to here the ratio does not matter. */
  readonly ratioFromBytes: number;
  readonly entriesMax: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  unpackedBytesMax: 16 * 1024 ** 3,
  ratioMax: 250,
  ratioFromBytes: 64 * 1024 ** 2,
  entriesMax: 200,
};

export interface Packed {
  readonly fileName: string;
  /** `gzip` carries its own checksums, several members in a row included; `deflate` is checked by who knows them. */
  readonly kind: 'gzip' | 'deflate';
  readonly packedBytes: number;
}

export async function* inflated(
  packed: Packed,
  chunks: AsyncGenerator<Buffer>,
  limits: ArchiveLimits,
): AsyncGenerator<Buffer> {
  const unpacker = (packed.kind === 'gzip' ? createGunzip : createInflateRaw)({ chunkSize: CHUNK_BYTES });
  // The unpacker's own error says it all; that the pipeline reports it too must not count as unheard.
  pipeline(Readable.from(chunks, { objectMode: true, highWaterMark: 1 }), unpacker, () => undefined);
  let unpackedBytes = 0;
  try {
    for await (const chunk of unpacker as AsyncIterable<Buffer>) {
      unpackedBytes += chunk.length;
      assertUnpackable(packed.fileName, unpackedBytes, packed.packedBytes, limits);
      yield chunk;
    }
  } catch (error) {
    throw unpackingError(packed.fileName, error);
  } finally {
    unpacker.destroy();
  }
  // What stands behind the end would be left out without a word.
  const unread = packed.packedBytes - unpacker.bytesWritten;
  if (unread !== 0) throw damaged(packed.fileName, `${unread} bytes follow the end of its data`);
}

/** @throws SourceRejected naming the bound. */
export function assertUnpackable(
  fileName: string,
  unpackedBytes: number,
  packedBytes: number,
  limits: ArchiveLimits,
): void {
  if (unpackedBytes > limits.unpackedBytesMax) {
    const gib = limits.unpackedBytesMax / 1024 ** 3;
    throw new SourceRejected(fileName, `unpacks to more than ${gib} GiB: deliver it in parts, or not packed`);
  }
  if (unpackedBytes > limits.ratioFromBytes && unpackedBytes > limits.ratioMax * packedBytes) {
    throw new SourceRejected(
      fileName,
      `unpacks to more than ${limits.ratioMax} times its size, as no file of payments does: check where it is from, and deliver it unpacked if it is right`,
    );
  }
}

// Refused for good and not tried again: the content was pinned when the run was planned, and a file that becomes whole
// later is another content, which the next run plans. Rows that were staged from the good part harm nobody: their shard
// is not done, so its batch is not, and only finished batches are reconciled.
export function damaged(fileName: string, what: string, cause?: unknown): SourceRejected {
  return new SourceRejected(
    fileName,
    `cannot be unpacked (${what}): it was cut off or damaged on its way; deliver the whole file, then start a new run`,
    { cause },
  );
}

function unpackingError(fileName: string, error: unknown): unknown {
  const code = errorCode(error);
  if (code === 'Z_BUF_ERROR') return damaged(fileName, 'it ends in the middle', error);
  return code?.startsWith('Z_') === true ? damaged(fileName, 'its data cannot be read', error) : error;
}
