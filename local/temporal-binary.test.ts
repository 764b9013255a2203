import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { TemporalCliUnusable, TemporalUnavailable } from './errors.ts';
import { findExecutable } from './find-executable.ts';
import { findTemporal } from './temporal-binary.ts';

// What the ways need of the system, and nothing else: the machine's own temporal and go are not on this PATH.
const TOOLS = ['tar', 'gzip', 'cp', 'chmod', 'grep', 'sleep', 'rm'];
const RUNS = '#!/bin/sh\necho temporal version 1.5.1\n';
const BROKEN = '#!/bin/sh\necho exec format error >&2\nexit 126\n';

let folder = '';
let bin = '';
let cached = '';
let environment: Record<string, string> = {};
let server: Server | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-temporal-test-'));
  bin = join(folder, 'bin');
  await mkdir(bin);
  for (const tool of TOOLS) await symlink((await findExecutable(tool, process.env)) ?? '', join(bin, tool));
  environment = { PATH: bin, HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') };
  cached = join(folder, 'cache', 'recon', 'temporal-1.5.1', 'temporal');
});
afterEach(async () => {
  server?.close();
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function executable(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

/** What temporal.download answers: where the archive is, then the archive. undefined = it refuses. */
async function downloads(archive?: Buffer): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    if (archive === undefined) response.writeHead(403).end();
    else if (request.url === '/archive') response.end(archive);
    else response.end(JSON.stringify({ archiveUrl: `${url}/archive`, fileToExtract: 'temporal' }));
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked };
}

test('TEMPORAL_ADDRESS comes before every command', async () => {
  await executable(join(bin, 'temporal'), RUNS);
  const named = { ...environment, TEMPORAL_ADDRESS: 'temporal.example.com:7233', TEMPORAL_CLI_PATH: '/nowhere' };
  expect(await findTemporal({ environment: named })).toEqual({
    kind: 'external',
    address: 'temporal.example.com:7233',
  });
});

test('TEMPORAL_CLI_PATH comes before PATH, and is an error when it does not run', async () => {
  await executable(join(bin, 'temporal'), RUNS);
  const path = await executable(join(folder, 'mine', 'temporal'), RUNS);
  expect(await findTemporal({ environment: { ...environment, TEMPORAL_CLI_PATH: path } })).toEqual({
    kind: 'binary',
    path,
  });
  await executable(path, BROKEN);
  const finding = findTemporal({ environment: { ...environment, TEMPORAL_CLI_PATH: path } });
  await expect(finding).rejects.toThrow(TemporalCliUnusable);
});

test('the command on PATH comes before the cache folder, unless it does not run', async () => {
  await executable(cached, RUNS);
  const path = await executable(join(bin, 'temporal'), RUNS);
  expect(await findTemporal({ environment })).toEqual({ kind: 'binary', path });
  await executable(path, BROKEN);
  expect(await findTemporal({ environment })).toEqual({ kind: 'binary', path: cached });
});

test('what is downloaded is kept: the second call asks nobody', async () => {
  await executable(join(folder, 'archive', 'temporal'), RUNS);
  const archive = execFileSync('tar', ['-czf', '-', '-C', join(folder, 'archive'), 'temporal']);
  const { url, asked } = await downloads(archive);
  expect(await findTemporal({ environment, downloadUrl: url })).toEqual({ kind: 'binary', path: cached });
  expect(asked[0]).toMatch(/^\/cli\/v1\.5\.1\?arch=(amd64|arm64)&platform=(linux|darwin)&format=tar\.gz$/);
  expect(asked).toHaveLength(2);
  expect(await findTemporal({ environment, downloadUrl: url })).toEqual({ kind: 'binary', path: cached });
  expect(asked).toHaveLength(2);
});

test('a download that does not run is not kept', async () => {
  await executable(join(folder, 'archive', 'temporal'), BROKEN);
  const { url } = await downloads(execFileSync('tar', ['-czf', '-', '-C', join(folder, 'archive'), 'temporal']));
  await expect(findTemporal({ environment, downloadUrl: url })).rejects.toThrow('exec format error');
  await expect(readFile(cached)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('where nothing can be downloaded it is built with Go, once, and the person who waits is told', async () => {
  const { url } = await downloads();
  const log = join(folder, 'go.log');
  await executable(
    join(bin, 'go'),
    `#!/bin/sh\necho "$@" >> ${log}\ncp ${await executable(join(folder, 'built'), RUNS)} "$GOBIN/temporal"\n`,
  );
  const lines: string[] = [];
  const find = () => findTemporal({ environment, downloadUrl: url, onProgress: (line) => lines.push(line) });
  expect(await Promise.all([find(), find()])).toEqual([
    { kind: 'binary', path: cached },
    { kind: 'binary', path: cached },
  ]);
  expect(await readFile(log, 'utf8')).toMatch(/^install .*github\.com\/temporalio\/cli\/cmd\/temporal@v1\.5\.1\n$/);
  expect(lines.join('\n')).toContain('trying to build it with Go');
});

test('when no way works, one message lists all four with the reason of each', async () => {
  const { url } = await downloads();
  await executable(join(bin, 'go'), '#!/bin/sh\necho no network >&2\nexit 1\n');
  const failure = await findTemporal({ environment, downloadUrl: url }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(TemporalUnavailable);
  const message = String(failure);
  for (const part of [
    'TEMPORAL_ADDRESS',
    'TEMPORAL_CLI_PATH',
    'there is no temporal on PATH',
    'https://temporal.download',
    'answered 403',
    'go install github.com/temporalio/cli/cmd/temporal@v1.5.1',
    'no network',
  ]) {
    expect(message).toContain(part);
  }
  expect((failure as TemporalUnavailable).attempts).toHaveLength(4);
});
