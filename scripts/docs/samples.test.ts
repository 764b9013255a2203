// On servers of its own: local/stack.ts.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeSamples } from './samples.ts';

const KEPT = fileURLToPath(new URL('../../docs/samples/', import.meta.url));

let made: string;
beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'recon-samples-test-'));
  await writeSamples(made);
});
afterAll(() => rm(made, { recursive: true, force: true }));

async function filesOf(folder: string): Promise<Record<string, Buffer>> {
  const names = (await readdir(folder)).filter((name) => name !== 'README.md').sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return Object.fromEntries(names.map((name, at) => [name, texts[at] ?? Buffer.alloc(0)]));
}

test('docs/samples is, to the byte, what the code writes of those days now', async () => {
  const [now, kept] = [await filesOf(made), await filesOf(KEPT)];
  const names = [...new Set([...Object.keys(now), ...Object.keys(kept)])];
  const changed = names.filter((name) => now[name] === undefined || kept[name]?.equals(now[name]) !== true);
  expect(
    changed.map((name) => `docs/samples/${name} is out of date: npm run samples, and read the difference`),
  ).toEqual([]);
});

test('each is small enough to be read in a repository', async () => {
  const sizes = Object.entries(await filesOf(made)).map(([name, { length }]) => ({ name, length }));
  expect(sizes.length).toBeGreaterThan(0);
  expect(sizes.filter(({ length }) => length === 0 || length > 200_000)).toEqual([]);
});
