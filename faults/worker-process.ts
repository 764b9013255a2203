// The worker as operators run it: `node worker/main.ts` in a process of its own, that a test can kill, stop and continue.
// It cannot outlive the test, however that ends.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ServerChild, startServerChild } from '../local/child-process.ts';
import { bareEnvironment, hostEnvironment } from '../local/host-environment.ts';
import { BUNDLE_FOLDER } from './bundle-folder.ts';
import { until } from './observe.ts';

export interface WorkerProcess extends ServerChild {
  /** What it said so far. */
  log(): Promise<string>;
  /** Resolves when it has stopped itself at its checkpoint; then nothing of it runs until goOn(). */
  stoodStill(): Promise<void>;
  goOn(): void;
  /** As an orchestrator ends it: asks, and lets it finish. */
  terminate(): void;
}

export interface WorkerProcessOptions {
  readonly configFile: string;
  readonly logFile: string;
  /** See worker/checkpoint.ts. */
  readonly checkpoint?: string;
  readonly code?: WorkerCode;
}

/** Other code than that of this checkout. */
export interface WorkerCode {
  readonly root?: string;
  /** Of the compiled workflows. */
  readonly bundleFolder: string;
}

const ROOT = fileURLToPath(new URL('../', import.meta.url));

export function startWorkerProcess(options: WorkerProcessOptions): WorkerProcess {
  const { configFile, logFile, checkpoint, code = { bundleFolder: BUNDLE_FOLDER } } = options;
  const child = startServerChild({
    command: process.execPath,
    // As npm run worker has it.
    args: ['--no-warnings', '--max-old-space-size=192', '--max-semi-space-size=8', 'worker/main.ts'],
    cwd: code.root ?? ROOT,
    env: {
      ...bareEnvironment(hostEnvironment()),
      RECON_CONFIG: configFile,
      RECON_BUNDLE_FOLDER: code.bundleFolder,
      ...(checkpoint === undefined ? {} : { RECON_CHECKPOINT: checkpoint }),
    },
    logFile,
    stopSteps: [{ signal: 'SIGKILL', graceMs: 5_000 }],
  });
  return {
    pid: child.pid,
    exited: child.exited,
    exit: () => child.exit(),
    stop: () => child.stop(),
    log: () => readFile(logFile, 'utf8'),
    stoodStill: async () => {
      await until('the worker to stand still', async () => (await stateOf(child.pid)).startsWith('T') || undefined);
    },
    goOn: () => process.kill(child.pid, 'SIGCONT'),
    terminate: () => process.kill(child.pid, 'SIGTERM'),
  };
}

async function stateOf(pid: number): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'state=', '-p', String(pid)]);
  return stdout.trim();
}
