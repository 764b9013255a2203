// The files right in a folder of this machine. Lists what is there at each use; never reads what lies outside of it.
import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, join, matchesGlob, sep } from 'node:path';
import { SourceRejected } from '../../errors.ts';
import { FileDigests } from './file-digest.ts';
import { localBytes } from './file-local.ts';
import { FILES_MAX, type FilePlace, isTemporary, type PlacedFile } from './file-place.ts';
import { fileError } from './open-file.ts';

export function fileFolder(folder: string, pattern: string): FilePlace {
  const digests = new FileDigests();
  const placed = async (name: string): Promise<PlacedFile> => {
    const { path, modifiedMs } = await insideFolder(folder, name);
    return { name, modifiedMs, content: (signal) => digests.of(path, signal) };
  };
  return {
    name: join(folder, pattern),
    async list() {
      const names = (await namesIn(folder)).filter((name) => matchesGlob(name, pattern) && !isTemporary(name, pattern));
      if (names.length > FILES_MAX) {
        const next = 'move the older ones to another folder, or narrow the pattern';
        throw new SourceRejected(
          folder,
          `has ${names.length} files that match ${pattern}, more than ${FILES_MAX}: ${next}`,
        );
      }
      const files: PlacedFile[] = [];
      for (const name of names.sort()) files.push(await placed(name));
      return files;
    },
    async open(name, content, signal) {
      const { path } = await insideFolder(folder, name);
      return localBytes({ path, name, content }, digests, signal);
    },
  };
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new SourceRejected(folder, 'cannot be listed: does the folder exist, and may this process read it?', {
      cause,
    });
  }
}

/** Where the file really is. @throws SourceRejected for what is no file, or lies elsewhere. */
async function insideFolder(folder: string, name: string): Promise<{ path: string; modifiedMs: number }> {
  const named = join(folder, name);
  if (name !== basename(name) || name === '.' || name === '..' || name === '') {
    throw new SourceRejected(folder, 'is asked for a file outside of it: start a new run');
  }
  try {
    const [path, root] = await Promise.all([realpath(named), realpath(folder)]);
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) {
      throw new SourceRejected(named, 'is a link that leads out of its folder: put the file itself there');
    }
    const facts = await lstat(path);
    if (facts.isFile()) return { path, modifiedMs: facts.mtimeMs };
    const what = facts.isDirectory() ? 'is a folder' : 'is not a regular file';
    throw new SourceRejected(named, `${what}: narrow the pattern, or move it away`);
  } catch (error) {
    throw error instanceof SourceRejected ? error : fileError(named, error);
  }
}
