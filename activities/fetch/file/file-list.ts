// Files of this machine that somebody named one by one.
import { basename } from 'node:path';
import { SourceRejected } from '../../errors.ts';
import { FileDigests } from './file-digest.ts';
import { localBytes } from './file-local.ts';
import { clippedNames, FILES_MAX, type FilePlace } from './file-place.ts';
import { factsOf, openFile } from './open-file.ts';

export function fileList(paths: readonly string[]): FilePlace {
  const pathByName = namedFiles(paths);
  const name = clippedNames([...pathByName.keys()]);
  const digests = new FileDigests();
  return {
    name,
    list: () =>
      Promise.all(
        [...pathByName].map(async ([file, path]) => ({
          name: file,
          modifiedMs: await modifiedMsOf(path),
          content: (signal: AbortSignal) => digests.of(path, signal),
        })),
      ),
    async open(file, content, signal) {
      const path = pathByName.get(file);
      if (path === undefined) throw new SourceRejected(name, `knows no file ${file}: the list of files has changed`);
      return localBytes({ path, name: file, content }, digests, signal);
    },
  };
}

async function modifiedMsOf(path: string): Promise<number> {
  const file = await openFile(path);
  try {
    return (await factsOf(file)).modifiedMs;
  } finally {
    await file.close();
  }
}

/** File names as people know them; a name that occurs in two folders is told apart by its place in the list. */
function namedFiles(paths: readonly string[]): Map<string, string> {
  if (paths.length === 0) throw new SourceRejected('files', 'no file is named: name at least one');
  if (paths.length > FILES_MAX) {
    throw new SourceRejected('files', `${paths.length} files are more than ${FILES_MAX} at once: read them in parts`);
  }
  const pathByName = new Map<string, string>();
  for (const [index, path] of paths.entries()) {
    if (paths.indexOf(path) !== index) throw new SourceRejected(path, 'is named twice: name it once');
    const name = basename(path);
    pathByName.set(pathByName.has(name) ? `${name}#${index + 1}` : name, path);
  }
  return pathByName;
}
