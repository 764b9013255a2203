// Makes something costly once per machine: built in a work folder beside its place, then renamed into it, so that
// nobody ever sees half of it. The lock only saves work (two builds at once would waste minutes, not break anything);
// the rename is what keeps the result whole.
import { mkdir, mkdtemp, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemErrorCode } from './errors.ts';
import { pollUntil } from './poll-until.ts';
import { type Progress, withElapsed } from './progress.ts';

export interface BuildOnceOptions {
  readonly path: string;
  /** For the progress line: "building the Temporal server". */
  readonly what: string;
  readonly timeoutMs: number;
  /** Gives the finished file or folder inside the work folder. */
  readonly build: (workFolder: string) => Promise<string>;
  readonly onProgress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

const LOCK_TOUCHED_EVERY_MS = 2_000;
// A builder that has not touched its lock for so long is dead (or its machine slept). Process ids would not do:
// containers share folders.
const LOCK_STALE_AFTER_MS = 15_000;

export async function buildOnce(options: BuildOnceOptions): Promise<string> {
  const { path } = options;
  if (await exists(path)) return path;
  await mkdir(dirname(path), { recursive: true });
  const lock = `${path}.lock`;
  const isOurs = (await takeLock(lock)) || (await lockOrResult(options, lock));
  if (!isOurs) return path;
  const touch = setInterval(
    () => void utimes(lock, new Date(), new Date()).catch(() => undefined),
    LOCK_TOUCHED_EVERY_MS,
  );
  try {
    if (!(await exists(path))) await withElapsed(options.onProgress, options.what, buildInto(options));
  } finally {
    clearInterval(touch);
    await rm(lock, { force: true });
  }
  return path;
}

/** true = the lock is ours now; false = the other process has brought the result. */
function lockOrResult({ path, what, timeoutMs, onProgress, signal }: BuildOnceOptions, lock: string): Promise<boolean> {
  const turn = pollUntil({
    what: `another process that is ${what} (if there is none, remove ${lock})`,
    timeoutMs,
    intervalMs: 100,
    signal,
    check: async () => {
      if (await exists(path)) return false;
      return (await takeLock(lock)) || undefined;
    },
  });
  return withElapsed(onProgress, `another process is ${what}`, turn);
}

async function buildInto({ path, build }: BuildOnceOptions): Promise<void> {
  await removeAbandoned(path);
  const workFolder = await mkdtemp(`${path}.building-`);
  try {
    await rename(await build(workFolder), path);
  } catch (error) {
    // Somebody else's result is as good as ours.
    if (systemErrorCode(error) !== 'ENOTEMPTY' || !(await exists(path))) throw error;
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function removeAbandoned(path: string): Promise<void> {
  const folder = dirname(path);
  const abandoned = (await readdir(folder)).filter((name) => name.startsWith(`${basename(path)}.building-`));
  await Promise.all(abandoned.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx')).close();
    return true;
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
  const touched = await stat(lock).catch(() => undefined);
  if (touched !== undefined && Date.now() - touched.mtimeMs > LOCK_STALE_AFTER_MS) await rm(lock, { force: true });
  return false;
}

export async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
