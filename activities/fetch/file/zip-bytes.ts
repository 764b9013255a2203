// One file in a zip archive as bytes. Its length and checksum are verified before its last page; going on in its middle
// costs unpacking it again up to there, as with gzip.
import { crc32 } from 'node:zlib';
import { SourceRejected } from '../../errors.ts';
import { type ByteSource, chunksOf, forwardBytes } from './file-bytes.ts';
import { type ArchiveLimits, assertUnpackable, damaged, inflated } from './file-inflate.ts';
import { type ZipEntry, zipEntries } from './zip-archive.ts';

const STORED = 0;

/** @throws SourceRejected where the archive has no such entry. */
export async function zipBytes(
  archive: ByteSource,
  fileName: string,
  entryName: string,
  limits: ArchiveLimits,
  signal: AbortSignal,
): Promise<ByteSource> {
  const entry = (await zipEntries(archive, fileName, limits)).find(({ name }) => name === entryName);
  if (entry === undefined) {
    throw new SourceRejected(fileName, `has no entry ${entryName} any more: put it back, or start a new run`);
  }
  const start = await entry.dataStart();
  return forwardBytes(
    archive,
    verified(`${fileName}/${entryName}`, entry, chunksOf(archive, signal, start, start + entry.packedBytes), limits),
  );
}

async function* verified(
  name: string,
  entry: ZipEntry,
  chunks: AsyncGenerator<Buffer>,
  limits: ArchiveLimits,
): AsyncGenerator<Buffer> {
  const { packedBytes } = entry;
  assertUnpackable(name, entry.unpackedBytes, packedBytes, limits);
  const unpacked =
    entry.method === STORED ? chunks : inflated({ fileName: name, kind: 'deflate', packedBytes }, chunks, limits);
  let bytes = 0;
  let sum = 0;
  for await (const chunk of unpacked) {
    bytes += chunk.length;
    sum = crc32(chunk, sum);
    if (bytes > entry.unpackedBytes) break;
    yield chunk;
  }
  if (bytes !== entry.unpackedBytes) {
    throw damaged(name, `its length is not the ${entry.unpackedBytes} bytes that the archive states`);
  }
  if (sum !== entry.crc32) throw damaged(name, 'its checksum is not the one that the archive states');
}
