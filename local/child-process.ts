// Starts a server so that it cannot outlive this process, whatever ends this process, and so that the terminal's Ctrl-C
// does not reach it before stop() could end it in order. Every server of local/ is started here; nothing else may spawn
// one.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { systemErrorCode } from './errors.ts';

type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGQUIT' | 'SIGKILL';

/** Send the signal, then give the server that long before the next step. */
export interface StopStep {
  readonly signal: StopSignal;
  readonly graceMs: number;
}

export interface ServerChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Output is appended here. */
  readonly logFile: string;
  readonly cwd?: string | undefined;
  readonly runAs?: { readonly uid: number; readonly gid: number } | undefined;
  /** Gentlest first. The watchdog walks the same steps when this process dies. */
  readonly stopSteps: readonly StopStep[];
  /** Removed by the watchdog when this process dies; on an orderly stop, removing it is the caller's part. */
  readonly orphanedFolder?: string | undefined;
}

interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerChild {
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  /** undefined while it runs. */
  exit(): ChildExit | undefined;
  /** Resolves when the process is gone. The default steps are those it was started with. */
  stop(steps?: readonly StopStep[]): Promise<void>;
}

// The shell becomes the server (exec), so the child's pid is the server's. Before that it leaves a watchdog behind that
// reads a pipe whose other end only this process holds: end-of-file means this process is gone, a line means it has
// seen the server end. The watchdog is in the server's process group, so that the group's number cannot be given to a
// stranger while the watchdog may still signal it.
const WATCHDOG = `
folder=$1; steps=$2; shift 2
(
  trap '' HUP INT QUIT TERM
  # In a container nobody may collect the dead; a zombie has ended all the same.
  alive() { kill -0 $$ && ! grep -q '^State:[[:space:]]*Z' /proc/$$/status; }
  if read -r _ <&3; then exit 0; fi
  for step in $steps; do
    if [ "\${step%:*}" = KILL ]; then target=$$; else target=-$$; fi
    kill -s "\${step%:*}" -- "$target" || break
    left=\${step#*:}
    while [ "$left" -gt 0 ] && alive; do sleep 0.1; left=$((left - 1)); done
    alive || break
  done
  if [ -n "$folder" ]; then rm -rf -- "$folder"; fi
) </dev/null >/dev/null 2>&1 &
exec "$@" 3<&-
`;

export function startServerChild(options: ServerChildOptions): ServerChild {
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    const steps = options.stopSteps
      .map(({ signal, graceMs }) => `${signal.slice(3)}:${Math.ceil(graceMs / 100)}`)
      .join(' ');
    const child = spawn(
      '/bin/sh',
      ['-c', WATCHDOG, 'recon-watchdog', options.orphanedFolder ?? '', steps, options.command, ...options.args],
      {
        // Own session: Ctrl-C and a closing terminal signal the foreground group only.
        detached: true,
        stdio: ['ignore', log, log, 'pipe'],
        env: options.env,
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        ...(options.runAs ?? {}),
      },
    );
    return new WatchedChild(child, options.stopSteps);
  } finally {
    closeSync(log);
  }
}

class WatchedChild implements ServerChild {
  readonly pid: number;
  readonly exited: Promise<ChildExit>;
  readonly #child: ChildProcess;
  readonly #steps: readonly StopStep[];
  #exit: ChildExit | undefined;

  constructor(child: ChildProcess, steps: readonly StopStep[]) {
    this.#child = child;
    this.#steps = steps;
    this.pid = child.pid ?? -1;
    // Not stdin, which Node closes by itself when the child exits: the watchdog would take that for our end.
    const watchdog = child.stdio[3];
    this.exited = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        this.#exit = { code, signal };
        if (watchdog instanceof Socket) watchdog.end('ended\n').destroySoon();
        resolve(this.#exit);
      });
    });
    this.exited.catch(() => undefined);
    // A running server alone is no reason for this process to go on.
    child.unref();
    if (watchdog instanceof Socket) {
      watchdog.unref();
      // The watchdog may be gone when it is told; that it need not act is all the line says.
      watchdog.on('error', () => undefined);
    }
  }

  exit(): ChildExit | undefined {
    return this.#exit;
  }

  async stop(steps: readonly StopStep[] = this.#steps): Promise<void> {
    this.#child.ref();
    for (const { signal, graceMs } of steps) {
      if (this.#exit !== undefined) return;
      this.#signalGroup(signal);
      if (await this.#endsWithin(graceMs)) return;
    }
    // SIGKILL is not refused: what is left is the time the system needs to take the process away.
    this.#signalGroup('SIGKILL');
    await this.exited;
  }

  #signalGroup(signal: StopSignal): void {
    if (this.#exit !== undefined || this.pid <= 0) return;
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      // It has ended, and the event that says so is on its way.
      if (systemErrorCode(error) !== 'ESRCH') throw error;
    }
  }

  async #endsWithin(graceMs: number): Promise<boolean> {
    const timer = new AbortController();
    try {
      return await Promise.race([this.exited.then(() => true), delay(graceMs, false, { signal: timer.signal })]);
    } finally {
      timer.abort();
    }
  }
}
