// Opens a file for reading and says in words of the operator why it cannot be read. Never waits on a pipe.
import { constants, type FileHandle, open } from 'node:fs/promises';
import { SourceRejected, SourceUnavailable } from '../../errors.ts';
import { errorCode } from '../request/error-code.ts';

export interface FileFacts {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Which file, and which content of it as far as its times tell. */
  readonly content: string;
}

// A pipe without a writer would hold up the open, and with it the worker.
const READ_AT_ONCE = constants.O_RDONLY | constants.O_NONBLOCK;

export async function openFile(path: string): Promise<FileHandle> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, READ_AT_ONCE);
    const facts = await file.stat();
    if (facts.isFile()) return file;
    await file.close();
  } catch (error) {
    await file?.close();
    throw fileError(path, error);
  }
  throw new SourceRejected(path, 'is not a file: name the files themselves');
}

export async function factsOf(file: FileHandle): Promise<FileFacts> {
  const { dev, ino, size, mtimeNs, mtimeMs } = await file.stat({ bigint: true });
  return { sizeBytes: Number(size), modifiedMs: Number(mtimeMs), content: `${dev}:${ino}:${size}:${mtimeNs}` };
}

/** Leaves what is already a fact as it is. */
export function fileError(path: string, error: unknown): unknown {
  const code = errorCode(error);
  switch (code) {
    case undefined:
      return error;
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
      return new SourceRejected(path, 'there is no such file: check the path', { cause: error });
    case 'EISDIR':
      return new SourceRejected(path, 'is a folder: name the files in it', { cause: error });
    case 'ELOOP':
      return new SourceRejected(path, 'is a link that leads to itself: put the file in its place', { cause: error });
    case 'EACCES':
    case 'EPERM':
      return new SourceRejected(path, 'may not be read: allow it to the user that runs the worker', { cause: error });
    default:
      return new SourceUnavailable(path, `could not be read (${code})`, { cause: error });
  }
}
