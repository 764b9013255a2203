// Runs a script of this folder in a process of its own, so that its peak memory is its own. What it says is one JSON
// value a line.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

// As the worker is started (package.json): a bounded heap keeps the peak flat.
const NODE_FLAGS = ['--no-warnings', '--max-old-space-size=192', '--max-semi-space-size=8'];

export interface ChildEnd {
  readonly lines: readonly unknown[];
  /** Epoch milliseconds. */
  readonly startedMs: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export async function runChild(script: string, ...args: string[]): Promise<ChildEnd> {
  const startedMs = Date.now();
  const child = spawn(process.execPath, [...NODE_FLAGS, scriptPath(script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<Pick<ChildEnd, 'code' | 'signal'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const lines: unknown[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(JSON.parse(line));
  return { lines, startedMs, ...(await ended) };
}

/** @throws Error where it fails or says something else than one value. */
export async function measure(script: string, ...args: string[]): Promise<unknown> {
  const { lines, code } = await runChild(script, ...args);
  if (code === 0 && lines.length === 1) return lines[0];
  throw new Error(`${script} ${args.join(' ')} ended with exit code ${code}`);
}

export function scriptPath(script: string): string {
  return fileURLToPath(new URL(script, import.meta.url));
}
