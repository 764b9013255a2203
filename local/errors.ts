// What can go wrong with the servers of a laptop. Each message names the thing and the next step; callers branch on the
// class.

export abstract class LocalServerError extends Error {}

/** The server's process ended, or stayed silent, before it answered. */
export class ServerStartFailed extends LocalServerError {
  override readonly name = 'ServerStartFailed';
  readonly server: string;
  readonly logTail: string;

  constructor(server: string, reason: string, logTail: string, options?: ErrorOptions) {
    super(`${server} did not start: ${reason}${logTail === '' ? '' : `\nIt said:\n${logTail}`}`, options);
    this.server = server;
    this.logTail = logTail;
  }
}

export class PortTaken extends LocalServerError {
  override readonly name = 'PortTaken';
  readonly port: number;

  constructor(server: string, port: number, options?: ErrorOptions) {
    super(
      `${server} cannot listen on port ${port}: something else does. Choose another port, or none for a free one.`,
      options,
    );
    this.port = port;
  }
}

export class DataDirInUse extends LocalServerError {
  override readonly name = 'DataDirInUse';
  readonly dataDir: string;

  /** `holder`: who has it, as far as that can be told. */
  constructor(holder: string, dataDir: string) {
    super(`${dataDir} is in use by ${holder}. End the command that started it, or choose another folder.`);
    this.dataDir = dataDir;
  }
}

/** Root's servers run as another user; a folder closed to that user cannot hold their data or programs. */
export class FolderUnreachable extends LocalServerError {
  override readonly name = 'FolderUnreachable';
  readonly folder: string;

  constructor(folder: string, user: string) {
    super(
      `${folder} is closed to the user ${user}, which PostgreSQL has to run as because you are root and setpriv is not there to help. ` +
        'Run as an ordinary user, install util-linux, or move the project and its data out of a folder that only root may enter.',
    );
    this.folder = folder;
  }
}

export class PlatformUnsupported extends LocalServerError {
  override readonly name = 'PlatformUnsupported';
}

/** A program that was to run to its end did not end well. */
export class CommandFailed extends LocalServerError {
  override readonly name = 'CommandFailed';
  readonly outcome: string;
  readonly outputTail: string;

  constructor(command: string, outcome: string, outputTail: string, options?: ErrorOptions) {
    super(`${command}: ${outcome}${outputTail === '' ? '' : `\n${outputTail}`}`, options);
    this.outcome = outcome;
    this.outputTail = outputTail;
  }
}

export class WaitedTooLong extends LocalServerError {
  override readonly name = 'WaitedTooLong';

  constructor(what: string, waitedMs: number, options?: ErrorOptions) {
    super(`waited ${Math.round(waitedMs / 1000)} s for ${what}`, options);
  }
}

/** The environment names a program that does not run: falling back would hide the mistake. */
export class TemporalCliUnusable extends LocalServerError {
  override readonly name = 'TemporalCliUnusable';

  constructor(path: string, options?: ErrorOptions) {
    super(
      `TEMPORAL_CLI_PATH names ${path}, which does not run. Correct it, or unset it to let recon find one.`,
      options,
    );
  }
}

export interface TemporalAttempt {
  readonly way: string;
  readonly outcome: string;
}

export class TemporalUnavailable extends LocalServerError {
  override readonly name = 'TemporalUnavailable';
  readonly attempts: readonly TemporalAttempt[];

  constructor(attempts: readonly TemporalAttempt[], options?: ErrorOptions) {
    const list = attempts.map(({ way, outcome }, index) => `  ${index + 1}. ${way}\n     (${outcome})`).join('\n');
    super(`There is no Temporal server to run on. Make one of these ways work, then try again:\n${list}`, options);
    this.attempts = attempts;
  }
}

export class TemporalUnreachable extends LocalServerError {
  override readonly name = 'TemporalUnreachable';
  readonly address: string;

  constructor(address: string, options?: ErrorOptions) {
    super(
      `TEMPORAL_ADDRESS is ${address}, and nothing answers there. Start that server, correct the address (host:port), or unset it to run one here.`,
      options,
    );
    this.address = address;
  }
}

export class PythonMissing extends LocalServerError {
  override readonly name = 'PythonMissing';

  constructor(options?: ErrorOptions) {
    super(
      'The AWS emulator (moto) needs python3 with its venv module, and there is none on PATH. Install python3 and python3-venv.',
      options,
    );
  }
}

/** Node's own code of a system error (ENOENT, EADDRINUSE …), or undefined. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** With the cause's message, as fetch and others say the reason only there. */
export function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  const cause = 'cause' in error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
  return `${String(error.message)}${cause}`;
}
