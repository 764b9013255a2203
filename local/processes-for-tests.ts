// Lets a test be the parent of a parent: a process of its own that starts a local server and is then killed. Never
// imported by the product.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir, readlink } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { pollUntil } from './poll-until.ts';

export interface ParentProcess {
  readonly process: ChildProcess;
  /** The next line it printed, parsed as JSON. */
  next<T>(): Promise<T>;
  readonly ended: Promise<number | null>;
}

/** Runs a module whose text may import from './…' as if it stood in local/. */
export function startParent(text: string): ParentProcess {
  const script = text.replaceAll(/from '\.\//g, `from '${new URL('.', import.meta.url).href}`);
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the parent process ended without a line');
    return JSON.parse(value);
  };
  return { process: child, next, ended: new Promise((resolve) => child.once('exit', (code) => resolve(code))) };
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== 'linux') return true;
  // A zombie has ended; when its name goes is up to whoever inherited it.
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

export async function untilGone(pid: number): Promise<void> {
  await pollUntil({
    what: `process ${pid} to end`,
    timeoutMs: 20_000,
    intervalMs: 20,
    check: async () => !isRunning(pid) || undefined,
  });
}

/** Pids of the processes that work in a folder or below it (Linux). */
export async function processesIn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isSafeInteger);
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return pids.filter((_, index) => places[index]?.startsWith(folder));
}
