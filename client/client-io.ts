// What a command may use of the process: its streams, environment, clock and Ctrl-C. Everything else takes it from here,
// so that a test can be the process.
import { type Environment, hostEnvironment } from '../local/host-environment.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface ClientIo {
  /** Results, and nothing else. */
  readonly stdout: NodeJS.WriteStream;
  /** Progress, notes and errors. */
  readonly stderr: NodeJS.WriteStream;
  readonly environment: Environment;
  readonly nowMs: () => number;
  /**
   * Aborts at the first Ctrl-C; the second ends the process as usual. Until it is asked for, the first does: only a
   * command that cleans up may keep its user waiting.
   */
  interruption(): AbortSignal;
  /** What the process will exit with; said by each command when it is done. */
  finish(code: ExitCode): void;
  readonly exitCode: () => ExitCode;
}

export function processIo(host: NodeJS.Process): ClientIo {
  let exitCode: ExitCode = EXIT.clean;
  let interrupted: AbortController | undefined;
  return {
    stdout: host.stdout,
    stderr: host.stderr,
    environment: hostEnvironment(),
    nowMs: Date.now,
    interruption: () => {
      if (interrupted === undefined) {
        const controller = new AbortController();
        for (const name of ['SIGINT', 'SIGTERM'] as const) {
          host.once(name, () => controller.abort(new Interrupted()));
        }
        interrupted = controller;
      }
      return interrupted.signal;
    },
    finish: (code) => {
      exitCode = code;
    },
    exitCode: () => exitCode,
  };
}

/** The user pressed Ctrl-C. What runs on the server goes on. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  constructor() {
    super('interrupted: what was started on the server goes on without this command');
  }
}
