// Keeps objects as files in a folder: written beside their place, synced, then linked into it, so that a reader sees
// all of a file or none. Must never replace a file that exists.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, type FileHandle, link, mkdir, open, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { errorCode } from '../fetch/request/error-code.ts';
import {
  assertKey,
  type ObjectBody,
  ObjectDiffers,
  ObjectMissing,
  type ObjectStore,
  StoreUnavailable,
} from './object-store.ts';

export function createFolderStore(folder: string): ObjectStore {
  const root = resolve(folder);
  const locate = (key: string) => join(root, assertKey(key));
  return {
    locate,
    put: async (key, body, { sha256 }) => {
      const location = locate(key);
      try {
        return { location, alreadyThere: !(await writeOnce(location, body, sha256)) };
      } catch (cause) {
        throw isOurs(cause) ? cause : new StoreUnavailable(location, advice(cause), { cause });
      }
    },
    get: async (key) => {
      const location = locate(key);
      try {
        return (await open(location)).createReadStream();
      } catch (cause) {
        if (errorCode(cause) === 'ENOENT') throw new ObjectMissing(location, { cause });
        throw new StoreUnavailable(location, advice(cause), { cause });
      }
    },
    exists: async (key) => {
      try {
        await access(locate(key));
        return true;
      } catch {
        return false;
      }
    },
    link: async () => null,
  };
}

/** True when the file is new, false when it was there with this content. */
async function writeOnce(location: string, body: ObjectBody, sha256: string): Promise<boolean> {
  await mkdir(dirname(location), { recursive: true });
  const temporary = `${location}.part-${process.pid}-${crypto.randomUUID()}`;
  const file = await open(temporary, 'wx', 0o640);
  try {
    try {
      const written = await copyHashed(body, file);
      if (written !== sha256)
        throw new StoreUnavailable(location, 'the written bytes are not the ones that were given');
      await file.sync();
    } finally {
      await file.close();
    }
    return await linkOnce(temporary, location, sha256);
  } finally {
    await unlink(temporary);
  }
}

async function linkOnce(temporary: string, location: string, sha256: string): Promise<boolean> {
  try {
    await link(temporary, location);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    if ((await sha256OfFile(location)) !== sha256) throw new ObjectDiffers(location);
    return false;
  }
  const folder = await open(dirname(location));
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
  return true;
}

async function copyHashed(body: ObjectBody, file: FileHandle): Promise<string> {
  const digest = createHash('sha256');
  const source: AsyncIterable<Uint8Array> | Uint8Array[] =
    body instanceof Uint8Array ? [body] : createReadStream(body.path);
  for await (const chunk of source) {
    digest.update(chunk);
    await file.writeFile(chunk);
  }
  return digest.digest('hex');
}

async function sha256OfFile(path: string): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path)) digest.update(chunk);
  return digest.digest('hex');
}

function isOurs(error: unknown): boolean {
  return error instanceof ObjectDiffers || error instanceof StoreUnavailable;
}

const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'is not writable for this user: change its permissions or reports.store in recon.yaml',
  ENOSPC: 'the disk is full: make room',
  EROFS: 'is on a read-only file system: change reports.store in recon.yaml',
  ENOTDIR: 'a part of the path is a file: change reports.store in recon.yaml',
};

function advice(error: unknown): string {
  const code = errorCode(error) ?? '';
  return ADVICE[code] ?? `cannot be used (${code === '' ? 'unknown error' : code})`;
}
