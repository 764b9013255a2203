// The SHA-256 of a file's bytes, streamed: the identity of what was delivered, whatever the file is called.
import { createHash } from 'node:crypto';
import { fileError, openFile } from './open-file.ts';

const CHUNK_BYTES = 1_048_576;

export async function fileDigest(path: string, signal: AbortSignal): Promise<{ sha256: string; sizeBytes: number }> {
  const file = await openFile(path);
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let sizeBytes = 0;
    for (;;) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, sizeBytes);
      if (bytesRead === 0) return { sha256: hash.digest('hex'), sizeBytes };
      hash.update(chunk.subarray(0, bytesRead));
      sizeBytes += bytesRead;
    }
  } catch (error) {
    signal.throwIfAborted();
    throw fileError(path, error);
  } finally {
    await file.close();
  }
}
