// A file of this machine as bytes. Says whether it is the same at the end as it was at the start.
import type { FileHandle } from 'node:fs/promises';
import { SourceRejected, SourceUnavailable } from '../../errors.ts';
import type { ByteSource } from './file-bytes.ts';
import type { FileDigests } from './file-digest.ts';
import { factsOf, fileError, openFile } from './open-file.ts';

export interface LocalFile {
  readonly path: string;
  /** For people. */
  readonly name: string;
  /** What it must hold; null: anything. */
  readonly content: string | null;
}

/** @throws SourceRejected where it holds something else. */
export async function localBytes(
  { path, name, content }: LocalFile,
  digests: FileDigests,
  signal: AbortSignal,
): Promise<ByteSource> {
  const file = await openFile(path);
  try {
    if (content !== null && (await digests.ofOpen(path, file, signal)) !== content) {
      throw new SourceRejected(name, 'holds other bytes than when it was listed: put them back, or start a new run');
    }
    return await bytesOf(file, path, name);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function bytesOf(file: FileHandle, path: string, name: string): Promise<ByteSource> {
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
}
