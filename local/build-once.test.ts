import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { buildOnce } from './build-once.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-build-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const builderOf = (built: string[], name: string) => async (workFolder: string) => {
  built.push(name);
  await writeFile(join(workFolder, 'result'), name);
  return join(workFolder, 'result');
};

test('two that want it at once build it once, in a folder that did not exist', async () => {
  const built: string[] = [];
  const path = join(folder, 'cache', 'thing');
  const want = (name: string) =>
    buildOnce({ path, what: 'building', timeoutMs: 10_000, build: builderOf(built, name) });
  expect(await Promise.all([want('a'), want('b')])).toEqual([path, path]);
  expect(built).toHaveLength(1);
  expect(await readdir(join(folder, 'cache'))).toEqual(['thing']);
});

test('a failed build leaves nothing, and the next call tries again', async () => {
  const path = join(folder, 'thing');
  const failing = buildOnce({ path, what: 'building', timeoutMs: 1_000, build: () => Promise.reject(new Error('no')) });
  await expect(failing).rejects.toThrow('no');
  expect(await readdir(folder)).toEqual([]);
  await buildOnce({ path, what: 'building', timeoutMs: 1_000, build: builderOf([], 'a') });
  expect((await stat(path)).isFile()).toBe(true);
});

test('the lock and the half-built work of a dead builder are cleared away', async () => {
  const path = join(folder, 'thing');
  await mkdir(`${path}.building-dead`);
  await writeFile(`${path}.lock`, '');
  await utimes(`${path}.lock`, new Date(0), new Date(0));
  await buildOnce({ path, what: 'building', timeoutMs: 10_000, build: builderOf([], 'a') });
  expect(await readdir(folder)).toEqual(['thing']);
});

test('waiting for another builder is told, is bounded, and names the lock to remove', async () => {
  const path = join(folder, 'thing');
  const lines: string[] = [];
  await writeFile(`${path}.lock`, '');
  const waiting = buildOnce({
    path,
    what: 'building',
    timeoutMs: 300,
    build: builderOf([], 'a'),
    onProgress: (line) => lines.push(line),
  });
  await expect(waiting).rejects.toThrow(`${path}.lock`);
  expect(lines).toEqual(['another process is building']);
});
