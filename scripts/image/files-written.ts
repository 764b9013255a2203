// Which files of a laid-out image changed since: in a container its file system is read-only, and whoever writes there fails.
import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LaidOut } from './lay-out.ts';

/** Beyond V8's cache, which a read-only file system just does not take. */
export function filesWritten({ app, environment }: LaidOut, sinceMs: number): string[] {
  const cache = `${environment.NODE_COMPILE_CACHE}/`;
  return filesOf(app).filter((file) => !file.startsWith(cache) && lstatSync(file).mtimeMs > sinceMs);
}

export function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
