// Finds promtool of the Prometheus project: RECON_PROMTOOL, on PATH, or unpacked once from the Debian package into the cache
// folder, without installing it. Null where none of it works: then nothing was tested by it, and whoever asked has to say so.
import { execFile } from 'node:child_process';
import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildOnce } from '../../../local/build-once.ts';
import { cacheFolder } from '../../../local/cache-folder.ts';
import { findExecutable } from '../../../local/find-executable.ts';
import { bareEnvironment, hostEnvironment } from '../../../local/host-environment.ts';
import { runCommand } from '../../../local/run-command.ts';

const DOWNLOAD_MS_MAX = 120_000;
const RUN_MS_MAX = 60_000;

/** What it says against the configuration and the tests of the alerts in a folder. */
export async function promtoolProblems(promtool: string, folder: string): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const args of [
    ['check', 'config', 'prometheus.yml'],
    ['test', 'rules', 'alerts.test.yml'],
  ]) {
    try {
      await promisify(execFile)(promtool, args, { cwd: folder, timeout: RUN_MS_MAX });
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      problems.push(`promtool ${args.join(' ')}: ${stdout}${stderr}`);
    }
  }
  return problems;
}

export async function findPromtool(environment = hostEnvironment()): Promise<string | null> {
  const named = environment.RECON_PROMTOOL;
  if (named !== undefined && named !== '') return named;
  const found = await findExecutable('promtool', environment);
  if (found !== undefined) return found;
  if ((await findExecutable('apt-get', environment)) === undefined) return null;
  try {
    return await buildOnce({
      path: join(cacheFolder(environment), `promtool-${process.arch}`),
      what: 'getting promtool from the Debian package prometheus',
      timeoutMs: DOWNLOAD_MS_MAX,
      build: unpackDebian,
    });
  } catch {
    // No network, no such package: there is no promtool here.
    return null;
  }
}

async function unpackDebian(folder: string): Promise<string> {
  const run = (command: string, ...args: readonly string[]) =>
    runCommand({ command, args, cwd: folder, env: bareEnvironment(hostEnvironment()), timeoutMs: DOWNLOAD_MS_MAX });
  await run('apt-get', 'download', 'prometheus');
  const [archive] = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  if (archive === undefined) throw new RangeError('apt-get download left no package');
  await mkdir(join(folder, 'unpacked'));
  await run('dpkg', '-x', archive, 'unpacked');
  const path = join(folder, 'promtool');
  await rename(join(folder, 'unpacked', 'usr', 'bin', 'promtool'), path);
  return path;
}
