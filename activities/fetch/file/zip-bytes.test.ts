import { utimes } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { SourceRejected, SourceUnavailable } from '../../errors.ts';
import { NEVER_ABORTED, readAll } from '../pages-for-tests.ts';
import { ARCHIVE_LIMITS } from './file-inflate.ts';
import {
  CSV_HEADER,
  csvLine,
  folderForTests,
  idsOf,
  processorFile,
  processorLine,
  readUntilError,
} from './files-for-tests.ts';
import { type ZippedFile, zipOf } from './zip-for-tests.ts';

const folder = folderForTests();
const ids = (count: number, prefix = 'row') => Array.from({ length: count }, (_none, index) => `${prefix}${index}`);
const csv = (count: number) => CSV_HEADER + ids(count).map(csvLine).join('');
const planOf = (path: string) => processorFile(path).plan({ fromMs: 0, toMs: 1 }, NEVER_ABORTED);

async function zipped(files: readonly ZippedFile[], name = 'day.zip'): Promise<string> {
  return folder.fileWith(name, zipOf(files));
}

test('each file in an archive is a shard under the name of both; what is about files is none', async () => {
  const path = await zipped([
    { name: 'b.csv', content: csv(3) },
    { name: 'a/', content: '', method: 0, mode: 0o040755 },
    {
      name: 'a/deep.ndjson',
      content: ids(4, 'deep')
        .map((id) => processorLine(id))
        .join(''),
      method: 0,
    },
    { name: '__MACOSX/._b.csv', content: 'not a file of the delivery' },
    { name: 'empty.csv', content: CSV_HEADER },
  ]);
  const plan = await planOf(path);
  expect(plan.shards.map(({ name }) => name)).toEqual(['day.zip/a/deep.ndjson', 'day.zip/b.csv', 'day.zip/empty.csv']);
  expect(plan.shards[1]?.contentKey).toMatch(/^day\.zip\/b\.csv sha256:[0-9a-f]{64}$/);
  expect(plan.sourceName).toBe('day.zip');
  const { rows, pages } = await readAll(processorFile(path));
  expect(idsOf(rows)).toEqual([...ids(4, 'deep'), ...ids(3)]);
  expect(pages.map(({ done }) => done)).toEqual([true, true, true]);
});

test('an entry is read from any cursor', async () => {
  for (const method of [0, 8]) {
    const path = await zipped([{ name: 'rows.csv', content: csv(20), method }]);
    const { pages } = await readAll(processorFile(path, { chunkRows: 6 }));
    for (const [index, page] of pages.entries()) {
      const rest = await readAll(processorFile(path, { chunkRows: 6 }), undefined, page.cursor);
      expect(idsOf(rest.rows)).toEqual(ids(20).slice(6 * (index + 1)));
    }
  }
});

test('an archive that is cut anywhere is waited for, and refused when nobody writes to it any more', async () => {
  const whole = zipOf([{ name: 'rows.csv', content: csv(30) }]);
  for (let length = 4; length < whole.length; length += 7) {
    const path = await folder.fileWith('cut.zip', whole.subarray(0, length));
    await expect(planOf(path)).rejects.toBeInstanceOf(SourceUnavailable);
    await expect(planOf(path)).rejects.toThrow('cut.zip: is not a whole zip archive yet');
  }
  const path = await folder.fileWith('cut.zip', whole.subarray(0, -1));
  await utimes(path, 1, 1);
  await expect(planOf(path)).rejects.toBeInstanceOf(SourceRejected);
  await expect(planOf(path)).rejects.toThrow('it was cut off or damaged on its way; deliver the whole file');
});

test('a byte that changed on its way is noticed, or it says nothing about the rows', async () => {
  const whole = zipOf([{ name: 'rows.csv', content: csv(4) }]);
  for (let at = 0; at < whole.length; at += 1) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 0x11;
    const { pages, error } = await readUntilError(processorFile(await folder.fileWith('flip.zip', bytes)));
    if (error === null) expect(idsOf(pages.flatMap(({ rows }) => rows))).toEqual(ids(4));
    else expect(error).toMatchObject({ name: expect.stringMatching(/^Source(?:Rejected|Unavailable)$/) });
  }
});

const rows = { name: 'rows.csv', content: csv(2) };
test.each<[string, readonly ZippedFile[], string]>([
  ['a path that climbs', [{ ...rows, name: '../rows.csv' }], 'its entry "../rows.csv" has a name that leads out'],
  ['a path that climbs inside', [{ ...rows, name: 'a/../../rows.csv' }], 'has a name that leads out of the archive'],
  ['a path of Windows that climbs', [{ ...rows, name: '..\\rows.csv' }], 'has a name that leads out of the archive'],
  ['an absolute path', [{ ...rows, name: '/etc/rows.csv' }], 'its entry "/etc/rows.csv" has a name that leads out'],
  ['an absolute path of Windows', [{ ...rows, name: 'C:\\rows.csv' }], 'has a name that leads out of the archive'],
  ['a name that cannot be printed', [{ ...rows, name: 'a\u0000.csv' }], 'or not printable'],
  ['a link', [rows, { name: 'link.csv', content: '/etc/passwd', mode: 0o120777 }], 'its entry "link.csv" is a link'],
  ['a device', [{ ...rows, mode: 0o020666 }], 'is not a regular file'],
  ['an encrypted file', [{ ...rows, flags: 1 }], 'is encrypted: deliver it without a password'],
  ['strong encryption', [{ ...rows, flags: 0x41 }], 'strong encryption is not supported'],
  ['another compression', [{ ...rows, method: 12 }], 'is compressed by method 12: pack it with deflate'],
  ['an archive in it', [{ name: 'in.zip', content: zipOf([rows]) }], 'its entry "in.zip" is packed itself'],
  ['a packed file in it', [{ name: 'in.csv.gz', content: gzipSync(csv(1)) }], 'its entry "in.csv.gz" is packed itself'],
  ['a file twice', [rows, rows], 'its entry "rows.csv" is there twice'],
  ['no file', [], 'holds no file'],
  ['only folders', [{ name: 'a/', content: '', method: 0, mode: 0o040755 }], 'holds no file'],
])('an archive with %s is refused whole, by its name', async (_what, files, reason) => {
  const path = await zipped(files);
  await expect(planOf(path)).rejects.toBeInstanceOf(SourceRejected);
  await expect(planOf(path)).rejects.toThrow('day.zip: ');
  await expect(planOf(path)).rejects.toThrow(reason);
});

test.each<[string, Partial<ZippedFile>, string]>([
  ['fewer bytes', { statedBytes: csv(2).length - 1 }, 'its length is not the'],
  ['more bytes', { statedBytes: csv(2).length + 1 }, 'its length is not the'],
  ['another checksum', { statedCrc32: 7 }, 'its checksum is not the one that the archive states'],
])('an entry of which the archive states %s is refused before its last page', async (_what, lie, reason) => {
  const { pages, error } = await readUntilError(processorFile(await zipped([{ ...rows, ...lie }])));
  expect(error).toBeInstanceOf(SourceRejected);
  expect(error).toMatchObject({ message: expect.stringContaining(`day.zip/rows.csv: cannot be unpacked (${reason}`) });
  expect(pages).toEqual([]);
});

test('an archive that unpacks to far too much, or holds too many files, is stopped at a named bound', async () => {
  const bomb = await zipped([{ name: 'bomb.csv', content: Buffer.alloc(3_000_000) }]);
  const read = (path: string, limits: Partial<typeof ARCHIVE_LIMITS>) =>
    readAll(processorFile(path, { limits: { ...ARCHIVE_LIMITS, ...limits } }));
  await expect(read(bomb, { ratioFromBytes: 1_000_000 })).rejects.toThrow('unpacks to more than 250 times its size');
  await expect(read(bomb, { unpackedBytesMax: 2 ** 21 })).rejects.toThrow('day.zip: unpacks to more than');
  const many = await zipped(ids(4).map((id) => ({ name: `${id}.csv`, content: CSV_HEADER })));
  await expect(read(many, { entriesMax: 3 })).rejects.toThrow('day.zip: holds 4 entries, more than 3');
});

test('what is no zip archive is refused with the next step', async () => {
  for (const content of [Buffer.from(csv(1)), Buffer.alloc(0), gzipSync(csv(1))]) {
    const path = await folder.fileWith('wrong.zip', content);
    await expect(planOf(path)).rejects.toBeInstanceOf(SourceRejected);
    await expect(planOf(path)).rejects.toThrow('wrong.zip: is called .zip and is not a zip archive');
  }
});
