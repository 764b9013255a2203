// The SHA-256 of a file's bytes, streamed: the identity of what was delivered, whatever the file is called. A file that
// nobody has touched since is not read again.
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { type FileFacts, factsOf, fileError, openFile } from './open-file.ts';

const CHUNK_BYTES = 1_048_576;
const REMEMBERED_MAX = 10_000;
// A clock of the file system may tick this slowly: a write in the same tick as the last one leaves the time as it was.
const SETTLED_MS = 2_000;

export class FileDigests {
  readonly #known = new Map<string, { readonly content: string; readonly digest: string }>();

  /** `sha256:…` of the file as it is now. */
  async of(path: string, signal: AbortSignal): Promise<string> {
    const file = await openFile(path);
    try {
      return await this.ofOpen(path, file, signal);
    } finally {
      await file.close();
    }
  }

  async ofOpen(path: string, file: FileHandle, signal: AbortSignal): Promise<string> {
    try {
      const facts = await factsOf(file);
      const known = this.#known.get(path);
      if (known?.content === facts.content) return known.digest;
      const digest = `sha256:${await sha256(file, signal)}`;
      await this.#remember(path, file, facts, digest);
      return digest;
    } catch (error) {
      signal.throwIfAborted();
      throw fileError(path, error);
    }
  }

  async #remember(path: string, file: FileHandle, before: FileFacts, digest: string): Promise<void> {
    const { content, modifiedMs } = await factsOf(file);
    if (content !== before.content || Date.now() - modifiedMs < SETTLED_MS) return;
    if (this.#known.size >= REMEMBERED_MAX) this.#known.clear();
    this.#known.set(path, { content, digest });
  }
}

async function sha256(file: FileHandle, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; ; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, bytesRead));
    position += bytesRead;
  }
}
