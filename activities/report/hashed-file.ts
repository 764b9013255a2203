// A new file that knows the SHA-256 of what was written to it. Writing waits for the disk, so memory stays small.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

export interface HashedFile {
  readonly path: string;
  write(text: string): Promise<void>;
  /** Closes the file and answers with the digest of everything written. */
  finish(): Promise<string>;
  /** More than once is fine. */
  close(): Promise<void>;
}

export async function createHashedFile(path: string): Promise<HashedFile> {
  const file = await open(path, 'wx', 0o600);
  const digest = createHash('sha256');
  return {
    path,
    write: async (text) => {
      digest.update(text);
      await file.writeFile(text);
    },
    finish: async () => {
      await file.close();
      return digest.digest('hex');
    },
    close: () => file.close(),
  };
}
