import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { SourceRejected } from '../../errors.ts';
import { readAll } from '../pages-for-tests.ts';
import type { FileEncoding } from './file-encoding.ts';
import { CSV_HEADER, csvLine, folderForTests, idsOf, processorFile } from './files-for-tests.ts';

const folder = folderForTests();
const HEADER = 'id,kind,gross,currency,occurredAt,merchantReference\n';
const line = (id: string, reference: string) => `${id},fee,-1.00,USD,2026-02-01T10:00:00Z,${reference}\n`;

// The same letters and the euro sign, which Latin-1 has not.
test.each<[FileEncoding, Buffer, string]>([
  ['utf-8', Buffer.from('M\u00fcller \u20ac'), 'M\u00fcller \u20ac'],
  ['windows-1252', Buffer.from('4dfc6c6c65722080', 'hex'), 'M\u00fcller \u20ac'],
  ['iso-8859-1', Buffer.from('4dfc6c6c6572', 'hex'), 'M\u00fcller'],
  ['utf-16le', Buffer.from('M\u00fcller \u20ac', 'utf16le'), 'M\u00fcller \u20ac'],
])('letters of %s are what they are', async (encoding, reference, expected) => {
  const encode = (text: string) => Buffer.from(text, encoding === 'utf-16le' ? 'utf16le' : 'latin1');
  const [before, after] = line('a', '|').split('|').map(encode);
  const bytes = Buffer.concat([encode(HEADER), before ?? reference, reference, after ?? reference]);
  for (const [name, content] of [['rows.csv', bytes] as const, ['rows.csv.gz', gzipSync(bytes)] as const]) {
    const { rows, quarantined } = await readAll(processorFile(await folder.fileWith(name, content), { encoding }));
    expect([rows.map((row) => row.merchantReference), quarantined]).toEqual([[expected], []]);
  }
});

test('a letter that a chunk cuts in two stays one, and a cursor counts on behind it', async () => {
  // Wide letters, so that chunks of the file and of its UTF-8 are of different lengths.
  const count = 6_000;
  const rows = Array.from({ length: count }, (_none, index) =>
    line(`row${index}`, '\u00e4\u20ac\ud83d\ude00'.repeat(9)),
  );
  const path = await folder.fileWith('wide.csv', Buffer.from(`\ufeff${HEADER}${rows.join('')}`, 'utf16le'));
  const options = { encoding: 'utf-16le', chunkRows: 2_500 } as const;
  const { pages, rows: read } = await readAll(processorFile(path, options));
  expect(new Set(read.map((row) => row.merchantReference))).toEqual(new Set(['\u00e4\u20ac\ud83d\ude00'.repeat(9)]));
  expect(read).toHaveLength(count);
  const rest = await readAll(processorFile(path, options), undefined, pages[0]?.cursor ?? null);
  expect(idsOf(rest.rows)).toEqual(idsOf(read).slice(2_500));
});

test.each<[FileEncoding, Buffer, string]>([
  ['windows-1252', Buffer.from(`\ufeff${HEADER}`), 'is UTF-8 and not windows-1252: correct its encoding'],
  ['utf-16le', Buffer.from(`\ufeff${HEADER}`), 'is UTF-8 and not utf-16le: correct its encoding'],
  ['iso-8859-1', Buffer.from(`\ufeff${HEADER}`, 'utf16le'), 'is UTF-16: say so (encoding: utf-16le)'],
  [
    'utf-16le',
    Buffer.from(`\ufeff${HEADER}`, 'utf16le').swap16(),
    'is UTF-16 with the high byte first: save it as UTF-8',
  ],
  ['windows-1252', gzipSync(HEADER), 'is compressed with gzip'],
])('a file that says itself that it is not %s is refused', async (encoding, content, reason) => {
  const reading = readAll(processorFile(await folder.fileWith('other.csv', content), { encoding }));
  await expect(reading).rejects.toBeInstanceOf(SourceRejected);
  await expect(reading).rejects.toThrow(`other.csv: ${reason}`);
});

test('half a letter at the end costs its row', async () => {
  const bytes = Buffer.from(HEADER + line('a', 'ok') + line('b', 'half').trimEnd(), 'utf16le');
  const path = await folder.fileWith('half.csv', bytes.subarray(0, -1));
  const { rows, quarantined } = await readAll(processorFile(path, { encoding: 'utf-16le' }));
  expect([idsOf(rows), quarantined.map(({ position }) => position)]).toEqual([['a'], ['3']]);
});

test('lines may end as on Windows; a return in quotes is text; a return alone ends none', async () => {
  const noted = `id,note,${CSV_HEADER.slice(3)}`.replaceAll('\n', '\r\n');
  const row = (id: string, note: string) => csvLine(id).replace(',', `,${note},`).replace('\n', '\r\n');
  const text = noted + row('a', '"one\rtwo"') + row('b', '"one\r\ntwo\nthree"') + row('c', 'plain');
  const { rows, lines } = await readAll(processorFile(await folder.fileWith('returns.csv', text)));
  expect([idsOf(rows), lines]).toEqual([
    ['a', 'b', 'c'],
    [2, 3, 6],
  ]);
  const old = await folder.fileWith('old.csv', (CSV_HEADER + csvLine('a')).replaceAll('\n', '\r'));
  await expect(readAll(processorFile(old))).rejects.toThrow('old.csv: ends its lines with a return alone');
});
