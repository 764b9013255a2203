import { mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { SourceRejected } from '../../errors.ts';
import { NEVER_ABORTED, readAll } from '../pages-for-tests.ts';
import { ACCOUNT, ZONE } from '../row/rows-for-tests.ts';
import { type LocationSourceOptions, locationSource } from './file-location.ts';
import { CSV_HEADER, csvLine, folderForTests, idsOf, processorFile, processorLine } from './files-for-tests.ts';
import { zipOf } from './zip-for-tests.ts';

const files = folderForTests();
const WEEK = { fromMs: Date.UTC(2026, 1, 1), toMs: Date.UTC(2026, 1, 8) };

async function emptyFolder(): Promise<string> {
  return mkdtemp(files.path('location-'));
}

function sourceOf(location: string, options: Partial<LocationSourceOptions> = {}) {
  return locationSource({ account: ACCOUNT, zone: ZONE, location, pattern: '*', ...options, side: 'processor' });
}

const planOf = (location: string, options: Partial<LocationSourceOptions> = {}) =>
  sourceOf(location, options).plan(WEEK, NEVER_ABORTED);

test('each file that matches is a shard, identified by its name and what stands in it', async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'b.csv'), CSV_HEADER + csvLine('b'));
  await writeFile(join(folder, 'a.csv'), CSV_HEADER + csvLine('a'));
  await writeFile(join(folder, 'c.txt'), 'of somebody else');
  const plan = await planOf(folder, { pattern: '*.csv' });
  expect(plan).toMatchObject({
    sourceName: 'a.csv, b.csv',
    fetchedUntilMs: WEEK.toMs,
    statesCompleteness: false,
    reachesLastRow: true,
    shards: [
      { name: 'a.csv', ...WEEK, contentKey: expect.stringMatching(/^a\.csv sha256:[0-9a-f]{64}$/) },
      { name: 'b.csv', ...WEEK, contentKey: expect.stringMatching(/^b\.csv sha256:[0-9a-f]{64}$/) },
    ],
  });
  expect(plan.snapshot).toBeUndefined();
  expect(idsOf((await readAll(sourceOf(folder, { pattern: '*.csv' }))).rows)).toEqual(['a', 'b']);
  expect(await planOf(folder, { pattern: '*.csv', snapshot: true })).toMatchObject({ snapshot: true });
  expect((await planOf(folder, { pattern: '*.csv', watermarkMs: 5 })).reachesLastRow).toBeUndefined();
});

test('the key stays as long as the contents do, wherever they are; another encoding is another read', async () => {
  const [folder, other] = [await emptyFolder(), await emptyFolder()];
  for (const [place, names] of [[folder, ['a', 'b']] as const, [other, ['b', 'a']] as const]) {
    for (const name of names) await writeFile(join(place, `${name}.csv`), CSV_HEADER + csvLine(name));
  }
  const key = async (place: string, options: Partial<LocationSourceOptions> = {}) =>
    (await planOf(place, options)).sourceKey;
  const first = await key(folder);
  expect(await key(other)).toBe(first);
  await utimes(join(folder, 'a.csv'), 1, 1);
  expect(await key(folder)).toBe(first);
  const encoded = await planOf(folder, { encoding: 'windows-1252' });
  expect(encoded.sourceKey).toBe(`${first} as windows-1252`);
  expect(encoded.shards[0]?.contentKey).toMatch(/^a\.csv sha256:\w+ as windows-1252$/);
  const [shard] = encoded.shards;
  const reading = sourceOf(folder).read(shard ?? { name: '', fromMs: 0, toMs: 0 }, null, NEVER_ABORTED);
  await expect(reading[Symbol.asyncIterator]().next()).rejects.toThrow('was planned to be read another way');
  await writeFile(join(folder, 'a.csv'), CSV_HEADER + csvLine('c'));
  expect(await key(folder)).not.toBe(first);
});

test('of snapshots only the newest is read: an older one still holds what has vanished', async () => {
  const folder = await emptyFolder();
  for (const [name, seconds] of [['b.csv', 1_000] as const, ['a.csv', 2_000] as const]) {
    await writeFile(join(folder, name), CSV_HEADER + csvLine(name));
    await utimes(join(folder, name), seconds, seconds);
  }
  const source = sourceOf(folder, { pattern: '*.csv', snapshot: true });
  expect(idsOf((await readAll(source)).rows)).toEqual(['a.csv']);
});

test('a folder without a matching file reaches nowhere and covers nothing, until one comes', async () => {
  const folder = await emptyFolder();
  const source = sourceOf(folder, { pattern: '*.csv', complete: true, snapshot: true });
  expect(await source.watermarkMs(NEVER_ABORTED)).toBe(0);
  const plan = await source.plan(WEEK, NEVER_ABORTED);
  expect(plan).toMatchObject({ sourceKey: 'no file', shards: [], fetchedUntilMs: 0, statesCompleteness: false });
  expect(plan.snapshot).toBeUndefined();
  expect(await source.probe(NEVER_ABORTED)).toEqual({ detail: expect.stringMatching(/no file matches .*\*\.csv yet/) });
  for (const [name, seconds] of [['new.csv', 2_000] as const, ['old.csv', 1_000] as const]) {
    await writeFile(join(folder, name), CSV_HEADER);
    await utimes(join(folder, name), seconds, seconds);
  }
  expect(await source.watermarkMs(NEVER_ABORTED)).toBe(2_000_000);
  expect(await source.plan(WEEK, NEVER_ABORTED)).toMatchObject({ fetchedUntilMs: WEEK.toMs, statesCompleteness: true });
  expect(await source.probe(NEVER_ABORTED)).toEqual({
    detail: '2 files; the newest, new.csv of 1970-01-01T00:33:20.000Z, can be read',
  });
});

test('a folder that is not there, and a pattern that leads out of it, are refused', async () => {
  const nowhere = sourceOf(files.path('nowhere'));
  for (const reading of [nowhere.watermarkMs(NEVER_ABORTED), nowhere.plan(WEEK, NEVER_ABORTED)]) {
    await expect(reading).rejects.toBeInstanceOf(SourceRejected);
    await expect(reading).rejects.toThrow('cannot be listed: does the folder exist');
  }
  expect(() => sourceOf('/srv', { pattern: '../*.csv' })).toThrow('must name files right in the location: no slash');
  const folder = await emptyFolder();
  await writeFile(join(folder, 'a.csv'), CSV_HEADER);
  for (const name of ['..', '.', '']) {
    const reading = sourceOf(folder).read({ name, fromMs: 0, toMs: 1 }, null, NEVER_ABORTED);
    await expect(reading[Symbol.asyncIterator]().next()).rejects.toThrow('is asked for a file outside of it');
  }
});

test('a link is followed inside the folder, and refused by name where it leads out', async () => {
  const folder = await emptyFolder();
  const secret = await files.fileWith('secret.csv', CSV_HEADER + csvLine('secret'));
  await writeFile(join(folder, 'a.csv'), CSV_HEADER + csvLine('a'));
  await symlink('a.csv', join(folder, 'latest.csv'));
  expect(idsOf((await readAll(sourceOf(folder, { pattern: 'latest.csv' }))).rows)).toEqual(['a']);
  await symlink(secret, join(folder, 'out.csv'));
  await expect(planOf(folder)).rejects.toThrow(
    'out.csv: is a link that leads out of its folder: put the file itself there',
  );
  const reading = sourceOf(folder).read({ name: 'out.csv', fromMs: 0, toMs: 1 }, null, NEVER_ABORTED);
  await expect(reading[Symbol.asyncIterator]().next()).rejects.toBeInstanceOf(SourceRejected);
  await rm(join(folder, 'out.csv'));
  await symlink('gone.csv', join(folder, 'dangling.csv'));
  await expect(planOf(folder)).rejects.toThrow('dangling.csv: there is no such file');
});

test('a folder or a pipe among the files is refused by name, and never waited on', async () => {
  const folder = await emptyFolder();
  await mkdir(join(folder, 'sub.csv'));
  await expect(planOf(folder)).rejects.toThrow('sub.csv: is a folder: narrow the pattern, or move it away');
  await rm(join(folder, 'sub.csv'), { recursive: true });
  await files.pipe(join(folder, 'pipe.csv'));
  await expect(planOf(folder)).rejects.toThrow('pipe.csv: is not a regular file');
  const named = processorFile(join(folder, 'pipe.csv'));
  await expect(readAll(named)).rejects.toThrow('pipe.csv: is not a file: name the files themselves');
});

test('what is still being transferred is not there yet, unless the pattern asks for such names', async () => {
  const folder = await emptyFolder();
  for (const name of ['a.csv', '.a.csv.swp', 'b.csv.part', 'c.csv.filepart', 'd.tmp', '~lock.csv', 'e.csv~']) {
    await writeFile(join(folder, name), CSV_HEADER);
  }
  const namesOf = async (pattern: string) => (await planOf(folder, { pattern })).shards.map(({ name }) => name);
  expect(await namesOf('*')).toEqual(['a.csv']);
  expect(await namesOf('*.part')).toEqual(['b.csv.part']);
});

test('a file that became another one since it was planned is not read as the one that was planned', async () => {
  const folder = await emptyFolder();
  for (const [name, content] of [
    ['a.ndjson', (id: string) => processorLine(id)] as const,
    ['a.zip', (id: string) => zipOf([{ name: 'a.csv', content: CSV_HEADER + csvLine(id) }])] as const,
  ]) {
    await writeFile(join(folder, name), content('a'));
    const source = sourceOf(folder, { pattern: name });
    const [shard] = (await source.plan(WEEK, NEVER_ABORTED)).shards;
    await writeFile(join(folder, name), content('b'));
    const reading = source.read(shard ?? { name, fromMs: 0, toMs: 1 }, null, NEVER_ABORTED);
    await expect(reading[Symbol.asyncIterator]().next()).rejects.toThrow('holds other bytes than when it was listed');
  }
});

test('a file that another one takes the place of while it is read is not taken for whole', async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'a.ndjson'), processorLine('a') + processorLine('b'));
  const reading = (async () => {
    const source = sourceOf(folder, { chunkRows: 1 });
    for await (const _page of source.read({ name: 'a.ndjson', fromMs: 0, toMs: 1 }, null, NEVER_ABORTED)) {
      await writeFile(join(folder, 'a.ndjson'), processorLine('a') + processorLine('c'));
      await utimes(join(folder, 'a.ndjson'), 1, 1);
    }
  })();
  await expect(reading).rejects.toThrow('a.ndjson: changed while it was read');
});

test('a file that is moved out of the way while it is read is read to its end', async () => {
  const folder = await emptyFolder();
  await writeFile(join(folder, 'a.ndjson'), processorLine('a') + processorLine('b'));
  const ids: string[] = [];
  const source = sourceOf(folder, { chunkRows: 1 });
  for await (const page of source.read({ name: 'a.ndjson', fromMs: 0, toMs: 1 }, null, NEVER_ABORTED)) {
    ids.push(...idsOf(page.rows));
    await rename(join(folder, 'a.ndjson'), join(folder, 'z.ndjson')).catch(() => undefined);
  }
  expect(ids).toEqual(['a', 'b']);
});
