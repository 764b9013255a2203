// Runs a program to its end, under the same watchdog as the servers, so that a long build does not go on without us.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startServerChild } from './child-process.ts';
import { CommandFailed } from './errors.ts';
import { logTail } from './log-tail.ts';

export interface RunCommandOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly cwd?: string | undefined;
  readonly runAs?: { readonly uid: number; readonly gid: number } | undefined;
  readonly signal?: AbortSignal | undefined;
}

const STOP_STEPS = [
  { signal: 'SIGTERM', graceMs: 2_000 },
  { signal: 'SIGKILL', graceMs: 1_000 },
] as const;

/** Gives the end of what it wrote. @throws CommandFailed when it ends badly, does not run, or takes too long. */
export async function runCommand(options: RunCommandOptions): Promise<string> {
  options.signal?.throwIfAborted();
  const name = [options.command, ...options.args].join(' ').slice(0, 200);
  const folder = await mkdtemp(join(tmpdir(), 'recon-run-'));
  try {
    const logFile = join(folder, 'output.log');
    const child = startServerChild({ ...options, logFile, stopSteps: STOP_STEPS, orphanedFolder: folder });
    const timer = new AbortController();
    const stopWaiting = options.signal === undefined ? timer.signal : AbortSignal.any([timer.signal, options.signal]);
    const timeUp = delay(options.timeoutMs, undefined, { signal: stopWaiting });
    try {
      const exit = await Promise.race([child.exited, timeUp]);
      const tail = await logTail(logFile);
      if (exit === undefined) throw new CommandFailed(name, `took longer than ${options.timeoutMs / 1000} s`, tail);
      if (exit.code !== 0) throw new CommandFailed(name, `ended with ${exit.code ?? exit.signal}`, tail);
      return tail;
    } finally {
      timer.abort();
      await child.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
