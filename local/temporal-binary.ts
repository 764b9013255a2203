// Decides which Temporal server there is: a real one, an installed command, or one we fetch or build once and keep.
// What is named explicitly and does not work is an error; what is merely absent leads to the next way.
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { buildOnce, exists } from './build-once.ts';
import { cacheFolder } from './cache-folder.ts';
import { messageOf, TemporalCliUnusable, TemporalUnavailable } from './errors.ts';
import { findExecutable } from './find-executable.ts';
import { bareEnvironment, definedEnvironment, type Environment } from './host-environment.ts';
import type { Progress } from './progress.ts';
import { runCommand } from './run-command.ts';
import { downloadTemporal } from './temporal-download.ts';

export type TemporalFound =
  | { readonly kind: 'external'; readonly address: string }
  | { readonly kind: 'binary'; readonly path: string };

export interface FindTemporalOptions {
  readonly environment: Environment;
  readonly onProgress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Where to ask for the SDKs' download; for tests. */
  readonly downloadUrl?: string | undefined;
}

// The newest tag without `replace` directives, which `go install` refuses.
const VERSION = '1.5.1';
const PACKAGE = `github.com/temporalio/cli/cmd/temporal@v${VERSION}`;
const RUN_TIMEOUT_MS = 20_000;
// 3½ minutes on two cores, plus fetching 170 modules.
const BUILD_TIMEOUT_MS = 30 * 60_000;

export async function findTemporal(options: FindTemporalOptions): Promise<TemporalFound> {
  const { environment } = options;
  const address = environment.TEMPORAL_ADDRESS;
  if (address !== undefined && address !== '') return { kind: 'external', address };
  const named = environment.TEMPORAL_CLI_PATH;
  if (named !== undefined && named !== '') return { kind: 'binary', path: await assertNamedRuns(named, options) };
  const onPath = await findExecutable('temporal', environment);
  const whyNotOnPath = onPath === undefined ? 'there is no temporal on PATH' : await whyItDoesNotRun(onPath, options);
  if (onPath !== undefined && whyNotOnPath === undefined) return { kind: 'binary', path: onPath };
  return { kind: 'binary', path: await obtain(whyNotOnPath ?? '', options) };
}

async function assertNamedRuns(path: string, options: FindTemporalOptions): Promise<string> {
  try {
    await assertRuns(path, options);
    return path;
  } catch (cause) {
    throw new TemporalCliUnusable(path, { cause });
  }
}

/** Also takes what an earlier call, or another clone of this project, has put into the cache folder. */
async function obtain(whyNotOnPath: string, options: FindTemporalOptions): Promise<string> {
  const path = join(cacheFolder(options.environment), `temporal-${VERSION}`, 'temporal');
  if (await exists(path)) return path;
  return buildOnce({
    path,
    what: 'getting the Temporal server (once per machine)',
    timeoutMs: BUILD_TIMEOUT_MS,
    onProgress: options.onProgress,
    signal: options.signal,
    build: (workFolder) => downloadOrBuild(workFolder, whyNotOnPath, options),
  });
}

async function downloadOrBuild(
  workFolder: string,
  whyNotOnPath: string,
  options: FindTemporalOptions,
): Promise<string> {
  const { environment, onProgress, signal, downloadUrl } = options;
  const download = downloadTemporal({ version: VERSION, workFolder, environment, baseUrl: downloadUrl, signal });
  const downloaded = await outcomeOf(download.then((path) => runnable(path, options)));
  if ('path' in downloaded) return downloaded.path;
  onProgress?.(`it cannot be downloaded (${downloaded.reason}); trying to build it with Go, which takes some minutes`);
  const built = await outcomeOf(buildWithGo(workFolder, options).then((path) => runnable(path, options)));
  if ('path' in built) return built.path;
  signal?.throwIfAborted();
  throw new TemporalUnavailable(
    [
      { way: 'Set TEMPORAL_ADDRESS to a Temporal server that is running.', outcome: 'it is not set' },
      { way: 'Install the temporal command: put it on PATH, or set TEMPORAL_CLI_PATH to it.', outcome: whyNotOnPath },
      { way: 'Let recon download it: allow https://temporal.download.', outcome: downloaded.reason },
      { way: `Let recon build it: install Go 1.25 or later (it runs go install ${PACKAGE}).`, outcome: built.reason },
    ],
    { cause: built.cause },
  );
}

async function buildWithGo(workFolder: string, { environment, signal }: FindTemporalOptions): Promise<string> {
  const go = await findExecutable('go', environment);
  if (go === undefined) throw new Error('there is no go on PATH');
  await runCommand({
    command: go,
    args: ['install', '-ldflags', `-s -w -X github.com/temporalio/cli/temporalcli.Version=${VERSION}`, PACKAGE],
    // Whole, as it may name a proxy for modules or for the network.
    env: { ...definedEnvironment(environment), GOBIN: workFolder },
    timeoutMs: BUILD_TIMEOUT_MS,
    signal,
  });
  return join(workFolder, 'temporal');
}

async function runnable(path: string, options: FindTemporalOptions): Promise<string> {
  await chmod(path, 0o755);
  await assertRuns(path, options);
  return path;
}

async function assertRuns(path: string, { environment, signal }: FindTemporalOptions): Promise<void> {
  const env = bareEnvironment(environment);
  await runCommand({ command: path, args: ['--version'], env, timeoutMs: RUN_TIMEOUT_MS, signal });
}

async function whyItDoesNotRun(path: string, options: FindTemporalOptions): Promise<string | undefined> {
  const outcome = await outcomeOf(assertRuns(path, options).then(() => path));
  return 'reason' in outcome ? outcome.reason : undefined;
}

type Outcome = { readonly path: string } | { readonly reason: string; readonly cause: unknown };

async function outcomeOf(work: Promise<string>): Promise<Outcome> {
  try {
    return { path: await work };
  } catch (cause) {
    return { reason: messageOf(cause).trim().replaceAll('\n', '\n      '), cause };
  }
}
