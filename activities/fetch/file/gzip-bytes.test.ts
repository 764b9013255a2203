import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { SourceRejected } from '../../errors.ts';
import { readAll } from '../pages-for-tests.ts';
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

const folder = folderForTests();
const ids = (count: number) => Array.from({ length: count }, (_none, index) => `row${index}`);
const ndjson = (count: number) =>
  ids(count)
    .map((id) => processorLine(id))
    .join('');
const csv = (count: number) => CSV_HEADER + ids(count).map(csvLine).join('');

test.each([
  ['rows.ndjson.gz', ndjson(25)],
  ['rows.csv.gz', csv(25)],
  ['rows.GZ', csv(25)],
])('%s is what is in it, in chunks of any size and from any cursor', async (name, text) => {
  const path = await folder.fileWith(name, gzipSync(text));
  for (const chunkRows of [1, 7, 100]) {
    const { pages, rows, lines } = await readAll(processorFile(path, { chunkRows }));
    expect(idsOf(rows)).toEqual(ids(25));
    let seen = 0;
    for (const page of pages) {
      seen += page.rows.length;
      const rest = await readAll(processorFile(path, { chunkRows }), undefined, page.cursor);
      expect([idsOf(rest.rows), rest.lines]).toEqual([ids(25).slice(seen), lines.slice(seen)]);
    }
    expect(pages.map(({ done }) => done).indexOf(true)).toBe(pages.length - 1);
  }
});

test('members in a row are one file, as gzip says; a header alone, and nothing, are files without rows', async () => {
  const members = Buffer.concat([gzipSync(CSV_HEADER + csvLine('a')), gzipSync(csvLine('b')), gzipSync('')]);
  expect(idsOf((await readAll(processorFile(await folder.fileWith('members.csv.gz', members)))).rows)).toEqual([
    'a',
    'b',
  ]);
  for (const text of [CSV_HEADER, '']) {
    const path = await folder.fileWith('empty.csv.gz', gzipSync(text));
    expect((await readAll(processorFile(path))).pages).toMatchObject([{ rows: [], done: true }]);
  }
});

test('a file that is cut anywhere is refused and never done, whatever was read of it before', async () => {
  const whole = gzipSync(csv(12));
  for (let length = 1; length < whole.length; length += 1) {
    const path = await folder.fileWith('cut.csv.gz', whole.subarray(0, length));
    const { pages, error } = await readUntilError(processorFile(path, { chunkRows: 5 }));
    expect(error).toBeInstanceOf(SourceRejected);
    expect(pages.some(({ done }) => done)).toBe(false);
  }
  const long = gzipSync(
    ids(40_000)
      .map((id) => processorLine(`${id}-${randomBytes(9).toString('hex')}`))
      .join(''),
  );
  const path = await folder.fileWith('long.ndjson.gz', long.subarray(0, -1));
  const { pages, error } = await readUntilError(processorFile(path, { chunkRows: 1_000 }));
  expect(error).toMatchObject({
    message:
      'long.ndjson.gz: cannot be unpacked (it ends in the middle): it was cut off or damaged on its way; deliver the whole file, then start a new run',
  });
  expect(pages.length).toBeGreaterThan(30);
  expect(pages.some(({ done }) => done)).toBe(false);
});

test('a byte that changed on its way is noticed, or it says nothing about the rows', async () => {
  const whole = gzipSync(csv(10));
  let refused = 0;
  for (let at = 0; at < whole.length; at += 1) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ 0x11;
    const { pages, error } = await readUntilError(processorFile(await folder.fileWith('flip.csv.gz', bytes)));
    if (error === null) expect(idsOf(pages.flatMap(({ rows }) => rows))).toEqual(ids(10));
    else refused += 1;
  }
  // The rest are the time and the system in its header.
  expect(refused).toBeGreaterThan(whole.length - 10);
});

test.each([
  ['garbage', Buffer.from('garbage')],
  ['padding', Buffer.alloc(8)],
])('%s behind its end is not left out in silence', async (_what, more) => {
  const path = await folder.fileWith('more.csv.gz', Buffer.concat([gzipSync(csv(3)), more]));
  await expect(readAll(processorFile(path))).rejects.toThrow('more.csv.gz: cannot be unpacked (');
});

test.each([
  ['plain.csv.gz', Buffer.from(csv(1)), 'is called .gz and is not gzip: check how it was made'],
  ['empty.csv.gz', Buffer.alloc(0), 'is empty, and even an empty file packed with gzip is not'],
  ['twice.csv.gz', gzipSync(gzipSync(csv(1))), 'is compressed with gzip'],
  ['tar.csv.gz', gzipSync(Buffer.concat([Buffer.alloc(257), Buffer.from('ustar\u000000')])), 'is a tar archive'],
])('%s is refused with the next step', async (name, content, reason) => {
  const reading = readAll(processorFile(await folder.fileWith(name, content)));
  await expect(reading).rejects.toThrow(`${name}: ${reason}`);
  await expect(reading).rejects.toBeInstanceOf(SourceRejected);
});

test('a file that unpacks to far too much is stopped at a named bound', async () => {
  const path = await folder.fileWith('bomb.ndjson.gz', gzipSync(Buffer.alloc(3_000_000)));
  const read = (limits: Partial<typeof ARCHIVE_LIMITS>) =>
    readAll(processorFile(path, { limits: { ...ARCHIVE_LIMITS, ...limits } }));
  await expect(read({ ratioFromBytes: 1_000_000 })).rejects.toThrow('unpacks to more than 250 times its size');
  await expect(read({ unpackedBytesMax: 2 ** 20 })).rejects.toThrow('unpacks to more than 0.0009765625 GiB');
  expect((await read({})).rows).toEqual([]);
});
