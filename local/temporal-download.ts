// Fetches the Temporal command the way Temporal's own SDKs do: temporal.download names an archive for this platform,
// the archive holds the program. Gives up fast where the network is closed.

import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { arch, platform } from 'node:process';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { PlatformUnsupported } from './errors.ts';
import { bareEnvironment, type Environment } from './host-environment.ts';
import { runCommand } from './run-command.ts';

export interface TemporalDownloadOptions {
  readonly version: string;
  readonly workFolder: string;
  readonly environment: Environment;
  readonly baseUrl?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const ANSWER_TIMEOUT_MS = 3_000;
const DOWNLOAD_TIMEOUT_MS = 300_000;
const EXTRACT_TIMEOUT_MS = 120_000;
const ARCHIVE_BYTES_MAX = 500_000_000;

const Answer = z.object({ archiveUrl: z.url(), fileToExtract: z.string().regex(/^[\w.-]+$/) });
const PLATFORMS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin' };
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** Gives the program's path in the work folder. */
export async function downloadTemporal(options: TemporalDownloadOptions): Promise<string> {
  const { workFolder, environment, signal } = options;
  const { archiveUrl, fileToExtract } = await askForArchive(options);
  const archive = join(workFolder, 'temporal.tar.gz');
  await download(archiveUrl, archive, signal);
  await runCommand({
    command: 'tar',
    args: ['-xzf', archive, '-C', workFolder, fileToExtract],
    env: bareEnvironment(environment),
    timeoutMs: EXTRACT_TIMEOUT_MS,
    signal,
  });
  return join(workFolder, fileToExtract);
}

async function askForArchive({ version, baseUrl = 'https://temporal.download', signal }: TemporalDownloadOptions) {
  const [system, machine] = [PLATFORMS[platform], ARCHITECTURES[arch]];
  if (system === undefined || machine === undefined)
    throw new PlatformUnsupported(`no archive for ${platform} on ${arch}`);
  const url = new URL(`/cli/v${version}`, baseUrl);
  url.search = new URLSearchParams({ arch: machine, platform: system, format: 'tar.gz' }).toString();
  const response = await fetch(url, { signal: within(ANSWER_TIMEOUT_MS, signal) });
  if (!response.ok) throw new Error(`${url.host} answered ${response.status}`);
  return Answer.parse(await response.json());
}

async function download(url: string, file: string, signal: AbortSignal | undefined): Promise<void> {
  const response = await fetch(url, { signal: within(DOWNLOAD_TIMEOUT_MS, signal) });
  if (!response.ok || response.body === null) throw new Error(`${new URL(url).host} answered ${response.status}`);
  let bytes = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(bytes > ARCHIVE_BYTES_MAX ? new RangeError('the archive is larger than 500 MB') : null, chunk);
    },
  });
  await pipeline(Readable.fromWeb(response.body), bounded, createWriteStream(file));
}

function within(timeoutMs: number, signal: AbortSignal | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? timeout : AbortSignal.any([timeout, signal]);
}
