// Runs the command line, and a worker, as a user does: processes of their own. Never imported by the product.
import { execFile, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from '../local/cache-folder.ts';
import { bareEnvironment, hostEnvironment } from '../local/host-environment.ts';

export interface CliAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const TIMEOUT_MS = 60_000;

/** @param environment Beside what a program needs to be found; nothing of the tester's own reaches it. */
export function recon(words: readonly string[], environment: Record<string, string> = {}): Promise<CliAnswer> {
  const env = { ...bareEnvironment(hostEnvironment()), ...environment };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [MAIN, ...words], { env, timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code;
      if (typeof code === 'number') resolve({ code, stdout, stderr });
      else reject(error);
    });
  });
}

const WORKER = fileURLToPath(new URL('../worker/main.ts', import.meta.url));

export function startWorkerProcess(environment: Record<string, string>): { stop(): Promise<void> } {
  const env = {
    ...bareEnvironment(hostEnvironment()),
    RECON_LOG_LEVEL: 'error',
    RECON_BUNDLE_FOLDER: join(cacheFolder(hostEnvironment()), 'workflow-bundles'),
    ...environment,
  };
  const worker = spawn(process.execPath, [WORKER], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  return {
    stop: () => {
      worker.kill('SIGTERM');
      return ended;
    },
  };
}
