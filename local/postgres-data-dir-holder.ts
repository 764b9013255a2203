// Decides whether a data directory is held by a running PostgreSQL, and clears the trace of one that is gone.
// PostgreSQL does most of this itself; it gives up only when the dead server's pid now belongs to another program,
// which is common in containers.
import { execFile } from 'node:child_process';
import { link, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { DataDirInUse, systemErrorCode } from './errors.ts';
import { pollUntil } from './poll-until.ts';

const run = promisify(execFile);
const STOPPING_TIMEOUT_MS = 30_000;

/** @throws DataDirInUse naming the folder as the user knows it. A server that is just shutting down is waited for. */
export async function assertDataDirFree(dataDir: string, knownAs: string): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  await pollUntil({
    what: `the PostgreSQL that is shutting down in ${knownAs}`,
    timeoutMs: STOPPING_TIMEOUT_MS,
    intervalMs: 50,
    check: async () => {
      const content = await readIfThere(pidFile);
      if (content === undefined) return true;
      // Line 1 is the pid, line 8 the state (PostgreSQL source, miscadmin.h).
      const lines = content.split('\n');
      const pid = Number(lines[0]);
      const program = await runningProgram(pid);
      if (program === undefined) return true;
      if (!isPostmasterOf(program, dataDir)) {
        await removeStale(pidFile, content);
        return true;
      }
      if (lines[7]?.trim() === 'stopping') return undefined;
      throw new DataDirInUse(`a running PostgreSQL (pid ${pid})`, knownAs);
    },
  });
}

interface RunningProgram {
  readonly name: string;
  /** Words joined by spaces: folders may hold spaces too, so it is searched, not split. */
  readonly commandLine: string;
}

/** In doubt it is one: two servers on one directory destroy it. */
function isPostmasterOf({ name, commandLine }: RunningProgram, dataDir: string): boolean {
  if (!['postgres', 'postmaster'].includes(name)) return false;
  // The server's own children call themselves "postgres: checkpointer" and the like.
  if (commandLine.startsWith('postgres: ')) return false;
  return !commandLine.includes(' -D /') || `${commandLine} `.includes(` -D ${dataDir} `);
}

async function runningProgram(pid: number): Promise<RunningProgram | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  if (process.platform === 'linux') {
    const words = (await readIfThere(`/proc/${pid}/cmdline`))?.split('\0') ?? [];
    // A zombie has none.
    if (words[0] === undefined || words[0] === '') return undefined;
    return { name: basename(words[0]), commandLine: words.join(' ') };
  }
  const ask = async (column: string) => (await run('ps', ['-ww', '-o', `${column}=`, '-p', String(pid)])).stdout.trim();
  try {
    return { name: basename(await ask('comm')), commandLine: await ask('args') };
  } catch {
    // ps ends badly when there is no such process.
    return undefined;
  }
}

async function removeStale(pidFile: string, content: string): Promise<void> {
  const aside = `${pidFile}.stale-${process.pid}`;
  await rename(pidFile, aside);
  try {
    // If a server started between our reading and our renaming, this is its file: it goes back.
    if ((await readIfThere(aside)) !== content) await link(aside, pidFile);
  } finally {
    await rm(aside, { force: true });
  }
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(systemErrorCode(error) ?? '')) return undefined;
    throw error;
  }
}
