// A file of this machine as bytes. Says whether it is the same at the end as it was at the start.
import { SourceRejected, SourceUnavailable } from '../errors.ts';
import type { ByteSource } from './file-bytes.ts';
import type { FileDigests } from './file-digest.ts';
import { factsOf, fileError, openFile } from './open-file.ts';

/** @throws SourceRejected where it holds something else than `content` (null: anything). */
export async function openLocal(
  path: string,
  name: string,
  content: string | null,
  digests: FileDigests,
  signal: AbortSignal,
): Promise<ByteSource> {
  const bytes = await localFile(path, name);
  try {
    if (content === null || (await digests.of(path, signal)) === content) return bytes;
  } catch (error) {
    await bytes.close();
    throw error;
  }
  await bytes.close();
  throw new SourceRejected(name, 'holds other bytes than when it was listed: put them back, or start a new run');
}

async function localFile(path: string, name: string): Promise<ByteSource> {
  const file = await openFile(path);
  try {
    const facts = await factsOf(file);
    return {
      stored: { sizeBytes: facts.sizeBytes, version: null },
      async read(target, at, length, position) {
        try {
          return (await file.read(target, at, length, position)).bytesRead;
        } catch (error) {
          throw fileError(path, error);
        }
      },
      async assertUnchanged() {
        // Somebody may still be writing it: what was read is then a part that looks whole.
        if ((await factsOf(file)).content !== facts.content) {
          throw new SourceUnavailable(name, 'changed while it was read');
        }
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw fileError(path, error);
  }
}
