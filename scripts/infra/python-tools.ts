// Gets linters that come as Python packages, once per machine, into the cache folder: exactly the files that a lock file of
// scan/tools names by hash. Runs them without a shell.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { buildOnce } from '../../local/build-once.ts';
import { cacheFolder } from '../../local/cache-folder.ts';
import { PythonMissing } from '../../local/errors.ts';
import { findExecutable } from '../../local/find-executable.ts';
import { definedEnvironment, hostEnvironment } from '../../local/host-environment.ts';
import { runCommand } from '../../local/run-command.ts';

export type ToolLock = 'linters' | 'schemas' | 'semgrep' | 'checkov';

export interface ToolResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const LOCKS = new URL('../../scan/tools/', import.meta.url);
const INSTALL_TIMEOUT_MS = 10 * 60_000;
const RUN_TIMEOUT_MS = 5 * 60_000;
const OUTPUT_BYTES_MAX = 64 * 1_048_576;

/** The folder of the packages, with the programs in bin. @throws PythonMissing, CommandFailed */
export async function installed(lock: ToolLock): Promise<string> {
  const environment = hostEnvironment();
  const file = new URL(`${lock}.txt`, LOCKS).pathname;
  const digest = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
    .slice(0, 12);
  const folder = await buildOnce({
    path: join(cacheFolder(environment), `tools-${lock}-${digest}`),
    what: `installing ${basename(file)} (once per machine)`,
    timeoutMs: INSTALL_TIMEOUT_MS,
    onProgress: (message) => void process.stderr.write(`${message}\n`),
    build: async (workFolder) => {
      const python3 = await findExecutable('python3', environment);
      if (python3 === undefined) throw new PythonMissing();
      const run = { env: definedEnvironment(environment), timeoutMs: INSTALL_TIMEOUT_MS };
      // No environment of its own: it would remember the work folder, which is renamed.
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--require-hashes'];
      const target = join(workFolder, 'packages');
      await runCommand({
        ...run,
        command: python3,
        args: [...pip, '--only-binary', ':all:', '--target', target, '--requirement', file],
      });
      return target;
    },
  });
  return folder;
}

/** @param program its name in the packages' bin folder */
export async function runTool(
  lock: ToolLock,
  program: string,
  args: readonly string[],
  options: { readonly cwd: string },
): Promise<ToolResult> {
  const folder = await installed(lock);
  const environment = definedEnvironment(hostEnvironment());
  const env = { ...environment, PYTHONPATH: folder, PATH: `${join(folder, 'bin')}:${environment.PATH ?? ''}` };
  return run(join(folder, 'bin', program), args, { ...options, env });
}

/** A program that is on the PATH. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Record<string, string> },
): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const limits = { timeout: RUN_TIMEOUT_MS, maxBuffer: OUTPUT_BYTES_MAX };
    execFile(command, [...args], { ...options, ...limits }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error);
      else resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Lines that say something, without the folder they were looked at in. */
export function problemLines(text: string, cwd: string): string[] {
  return text
    .replaceAll(`${cwd}/`, '')
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}
