// A folder in which a package is put together: each file written once, its size and SHA-256 noted from the bytes that went in.
import { createHash, hash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ManifestFile } from './manifest.ts';

export interface PackageFolder {
  readonly path: string;
  writeText(name: string, text: string): Promise<void>;
  copy(name: string, content: Readable): Promise<void>;
  readonly files: () => readonly ManifestFile[];
}

export function openPackageFolder(path: string): PackageFolder {
  const files: ManifestFile[] = [];
  return {
    path,
    writeText: async (name, text) => {
      const bytes = Buffer.from(text, 'utf8');
      await writeFile(join(path, name), bytes, { flag: 'wx', mode: 0o600 });
      files.push({ name, bytes: bytes.byteLength, sha256: hash('sha256', bytes, 'hex') });
    },
    copy: async (name, content) => {
      const digest = createHash('sha256');
      let bytes = 0;
      await pipeline(
        content,
        async function* counted(chunks: AsyncIterable<Uint8Array>) {
          for await (const chunk of chunks) {
            digest.update(chunk);
            bytes += chunk.byteLength;
            yield chunk;
          }
        },
        createWriteStream(join(path, name), { flags: 'wx', mode: 0o600 }),
      );
      files.push({ name, bytes, sha256: digest.digest('hex') });
    },
    files: () => files,
  };
}
