// Starts moto, an emulator of AWS (S3, SES, Secrets Manager), for tests. Not a judge of presigned expiry, signatures,
// policy conditions or shortened retention: there it is known to differ from AWS.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildOnce } from './build-once.ts';
import { cacheFolder } from './cache-folder.ts';
import { type ServerChild, startServerChild } from './child-process.ts';
import { messageOf, PortTaken, PythonMissing, ServerStartFailed, systemErrorCode, WaitedTooLong } from './errors.ts';
import { findExecutable } from './find-executable.ts';
import { freePort, retryPortTaken } from './free-port.ts';
import { bareEnvironment, definedEnvironment, type Environment, hostEnvironment } from './host-environment.ts';
import { logTail } from './log-tail.ts';
import { pollUntil } from './poll-until.ts';
import { type Progress, withElapsed } from './progress.ts';
import { runCommand } from './run-command.ts';

export interface StartMotoOptions {
  readonly onProgress?: Progress | undefined;
  readonly environment?: Environment | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Moto {
  /** The `endpoint` for any AWS client; any credentials do. */
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const VERSION = '5.2.5';
const REQUIREMENT = `moto[server,s3,ses,secretsmanager,kms]==${VERSION}`;
const INSTALL_TIMEOUT_MS = 10 * 60_000;
const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 25;
// It keeps everything in memory: there is nothing to save.
const STOP_STEPS = [{ signal: 'SIGKILL', graceMs: 5_000 }] as const;

export async function startMoto(options: StartMotoOptions = {}): Promise<Moto> {
  const environment = options.environment ?? hostEnvironment();
  const python = await installedPython(environment, options);
  const folder = await mkdtemp(join(tmpdir(), 'recon-moto-'));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    return await retryPortTaken([], async () => {
      const port = await freePort();
      const logFile = join(folder, `moto-${port}.log`);
      const child = startServerChild({
        command: python,
        args: ['-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)],
        env: bareEnvironment(environment),
        logFile,
        stopSteps: STOP_STEPS,
        orphanedFolder: folder,
      });
      await untilReady(child, port, logFile, options);
      return { url: `http://127.0.0.1:${port}`, pid: child.pid, stop: () => child.stop().then(removeFolder) };
    });
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function installedPython(environment: Environment, { onProgress, signal }: StartMotoOptions): Promise<string> {
  const folder = await buildOnce({
    path: join(cacheFolder(environment), `moto-${VERSION}`),
    what: 'installing moto, the AWS emulator (once per machine)',
    timeoutMs: INSTALL_TIMEOUT_MS,
    onProgress,
    signal,
    build: async (workFolder) => {
      const python3 = await findExecutable('python3', environment);
      if (python3 === undefined) throw new PythonMissing();
      // Whole, as it may name a package index or a proxy.
      const run = { env: definedEnvironment(environment), timeoutMs: INSTALL_TIMEOUT_MS, signal };
      const venv = join(workFolder, 'venv');
      await runCommand({ ...run, command: python3, args: ['-m', 'venv', venv] });
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', REQUIREMENT];
      await runCommand({ ...run, command: join(venv, 'bin', 'python'), args: pip });
      return venv;
    },
  });
  // Its scripts name the folder they were made in, which has been renamed since; its interpreter finds its packages
  // wherever it is.
  return join(folder, 'bin', 'python');
}

async function untilReady(child: ServerChild, port: number, logFile: string, options: StartMotoOptions): Promise<void> {
  const answer = pollUntil({
    what: 'its first answer',
    timeoutMs: READY_TIMEOUT_MS,
    intervalMs: READY_POLL_MS,
    signal: options.signal,
    check: async () => {
      const ready = await answers(port);
      if (child.exit() !== undefined) throw await whyItEnded(port, logFile);
      return ready || undefined;
    },
  });
  try {
    await withElapsed(options.onProgress, 'starting the AWS emulator', answer);
  } catch (error) {
    await child.stop();
    if (!(error instanceof WaitedTooLong)) throw error;
    throw new ServerStartFailed('moto', messageOf(error), await logTail(logFile), { cause: error });
  }
}

async function whyItEnded(port: number, logFile: string): Promise<Error> {
  const said = await logTail(logFile);
  if (/in use/i.test(said)) return new PortTaken('moto', port);
  return new ServerStartFailed('moto', 'its process ended', said);
}

async function answers(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/moto-api/`, {
      signal: AbortSignal.timeout(READY_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok;
  } catch (error) {
    // fetch says only in the cause that nobody listens yet.
    const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
    if (['ECONNREFUSED', 'ECONNRESET'].includes(systemErrorCode(cause) ?? '')) return false;
    throw error;
  }
}
