// A gzip file as the bytes in it. Its checksum and length are verified at its end, so that its last page comes only after
// them; going on in its middle costs unpacking it again up to there (one or two seconds a GB).
import { SourceRejected } from '../../errors.ts';
import { type ByteSource, chunksOf, forwardBytes, readFully } from './file-bytes.ts';
import { type ArchiveLimits, inflated } from './file-inflate.ts';

const MAGIC = Buffer.from([0x1f, 0x8b]);

/** @throws SourceRejected for what is no gzip file. */
export async function gzipBytes(
  packed: ByteSource,
  fileName: string,
  limits: ArchiveLimits,
  signal: AbortSignal,
): Promise<ByteSource> {
  const head = Buffer.alloc(MAGIC.length);
  const headBytes = await readFully(packed, head, head.length, 0);
  if (headBytes === 0) throw new SourceRejected(fileName, 'is empty, and even an empty file packed with gzip is not');
  if (!head.equals(MAGIC)) throw new SourceRejected(fileName, 'is called .gz and is not gzip: check how it was made');
  const { sizeBytes } = packed.stored;
  const chunks = chunksOf(packed, signal);
  return forwardBytes(packed, inflated({ fileName, kind: 'gzip', packedBytes: sizeBytes }, chunks, limits));
}
