import { hash } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createFolderStore } from './folder-store.ts';
import { ObjectDiffers, ObjectMissing, StoreUnavailable } from './object-store.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-store-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bytes = (text: string) => new TextEncoder().encode(text);
const put = (text: string) => ({ contentType: 'text/plain', sha256: hash('sha256', text, 'hex') });

test('keeps an object once, answers the second time that it is there, and never replaces it', async () => {
  const store = createFolderStore(folder);
  const first = await store.put('reports/a/report.csv', bytes('one'), put('one'));
  expect(first).toEqual({ location: join(folder, 'reports/a/report.csv'), alreadyThere: false });
  expect(first.location).toBe(store.locate('reports/a/report.csv'));
  expect(await store.put('reports/a/report.csv', bytes('one'), put('one'))).toMatchObject({ alreadyThere: true });
  await expect(store.put('reports/a/report.csv', bytes('two'), put('two'))).rejects.toThrow(ObjectDiffers);
  expect(await readAll(await store.get('reports/a/report.csv'))).toBe('one');
  expect(await store.exists('reports/a/report.csv')).toBe(true);
});

test('takes a file as it takes bytes, and leaves nothing half-written behind', async () => {
  const store = createFolderStore(folder);
  const path = join(folder, 'source');
  await writeFile(path, 'from a file');
  await store.put('reports/b/report.csv', { path }, put('from a file'));
  expect(await readdir(join(folder, 'reports/b'))).toEqual(['report.csv']);
});

test('two writers at once: one writes, the other finds it there', async () => {
  const store = createFolderStore(folder);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => store.put('reports/c/report.csv', bytes('same'), put('same'))),
  );
  expect(answers.filter(({ alreadyThere }) => !alreadyThere)).toHaveLength(1);
});

test('bytes that are not the announced ones are not kept', async () => {
  const store = createFolderStore(folder);
  await expect(store.put('reports/d/report.csv', bytes('torn'), put('whole'))).rejects.toThrow(StoreUnavailable);
  expect(await readdir(join(folder, 'reports/d'))).toEqual([]);
});

test('a missing object is named, and a key cannot leave the folder', async () => {
  const store = createFolderStore(folder);
  await expect(store.get('reports/none')).rejects.toThrow(ObjectMissing);
  expect(await store.exists('reports/none')).toBe(false);
  for (const key of ['../x', 'a/../../x', '/etc/passwd', 'a//b', '']) {
    expect(() => store.locate(key)).toThrow(TypeError);
  }
});

test('a folder that is in fact a file is said to be one', async () => {
  await writeFile(join(folder, 'file'), '');
  await chmod(join(folder, 'file'), 0o600);
  const store = createFolderStore(join(folder, 'file'));
  await expect(store.put('reports/x', bytes('x'), put('x'))).rejects.toThrow(/a part of the path is a file/);
});
