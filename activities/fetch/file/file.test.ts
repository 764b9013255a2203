import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SourceRejected } from '../../errors.ts';
import { NEVER_ABORTED, readAll } from '../pages-for-tests.ts';
import { processorRecord, processorRow } from '../row/rows-for-tests.ts';
import { fileSource } from './file.ts';
import { FILE_OPTIONS, folderForTests, idsOf, processorFile, processorLine } from './files-for-tests.ts';

const folder = folderForTests();

test('each row comes with its line; blank lines count and give nothing', async () => {
  const path = await folder.fileWith(
    'blank.ndjson',
    `${processorLine('a')}\r\n   \n${processorLine('b').trim()}\r\n\n${processorLine('c').trim()}`,
  );
  const { rows, lines, quarantined, pages } = await readAll(processorFile(path));
  expect([idsOf(rows), lines, quarantined, pages.length]).toEqual([['a', 'b', 'c'], [1, 4, 6], [], 1]);
});

test.each([
  ['ndjson', ''],
  ['csv', ''],
  ['csv', 'id,kind,gross,currency,occurredAt\n'],
  ['jsonl', '\n\n'],
  ['txt', ''],
])('an empty .%s file (%j) has no rows and is done', async (extension, content) => {
  const path = await folder.fileWith(`empty.${extension}`, content);
  const { pages } = await readAll(processorFile(path));
  expect(pages).toMatchObject([{ rows: [], lines: [], quarantined: [], done: true }]);
});

test('a byte order mark is not part of the first row', async () => {
  const json = await folder.fileWith('marked.ndjson', `\ufeff${processorLine('a')}`);
  const csv = await folder.fileWith(
    'marked.csv',
    '\ufeffid,kind,gross,currency,occurredAt\nb,fee,-1,USD,2026-02-01T10:00:00Z',
  );
  expect(idsOf((await readAll(processorFile(json))).rows)).toEqual(['a']);
  expect(idsOf((await readAll(processorFile(csv))).rows)).toEqual(['b']);
});

test('what cannot be read is quarantined with its line and reason, and the rest goes on', async () => {
  const bad = Buffer.concat([
    Buffer.from(processorLine('first')),
    Buffer.from('{"id": "x", "customer": "jane.doe@example.com",\n'),
    Buffer.from('[1, 2]\n'),
    Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n')]),
    Buffer.from(processorLine('usd', { currency: 'ABC' })),
    Buffer.from(processorLine('cents', { gross: '1.005' })),
    Buffer.from(processorLine('noon', { occurredAt: '2026-02-01T10:00:00' })),
    Buffer.from(processorLine('eu', { account: 'stripe/eu' })),
    Buffer.from(`{"id":"${'y'.repeat(2_000_000)}"}\n`),
    Buffer.from(`"${'z'.repeat(1_100_000)}"\n`),
    Buffer.from(processorLine('bell\u0007', { kind: 'bonus' })),
    Buffer.from(processorLine('last')),
  ]);
  const { rows, lines, quarantined } = await readAll(processorFile(await folder.fileWith('bad.ndjson', bad)));
  expect(idsOf(rows)).toEqual(['first', 'bell', 'last']);
  expect(lines).toEqual([1, 11, 12]);
  expect(rows[1]).toMatchObject({ kind: 'other', unknownCode: 'bonus' });
  expect(quarantined.every(({ source }) => source === 'bad.ndjson')).toBe(true);
  expect(quarantined.map(({ position, reason }) => `${position} ${reason}`)).toEqual([
    expect.stringMatching(/^2 line: is not valid JSON/),
    '3 line: is not a JSON object',
    '4 line: is not valid UTF-8',
    '5 currency: "ABC" is not an ISO 4217 currency',
    '6 gross: "1.005" has 3 decimals, USD has 2',
    '7 occurredAt: "2026-02-01T10:00:00" has no offset: write it with Z or with one such as +01:00',
    '8 account: "stripe/eu" is not the account that is read, stripe/us: check the file',
    '9 line: is longer than 1 MiB, which no row is',
    '10 line: is longer than 1 MiB, which no row is',
  ]);
  expect(JSON.stringify(quarantined)).not.toContain('jane');
});

test('an overlong last line without an end is quarantined too', async () => {
  const path = await folder.fileWith('long.ndjson', `${processorLine('a')}"${'z'.repeat(1_500_000)}`);
  const { rows, quarantined } = await readAll(processorFile(path));
  expect([idsOf(rows), quarantined.map(({ position }) => position)]).toEqual([['a'], ['2']]);
});

test('chunks of any size read from any cursor give what one read gives', async () => {
  const element = fc.oneof(
    { weight: 8, arbitrary: processorRow.map((row) => `${JSON.stringify(processorRecord(row))}\n`) },
    { weight: 1, arbitrary: fc.constantFrom('\n', '\r\n', 'not json\n', '{"id":"ü"}\r\n') },
  );
  const content = fc.array(element, { maxLength: 25 }).map((lines) => lines.join(''));
  await fc.assert(
    fc.asyncProperty(content, fc.integer({ min: 1, max: 9 }), async (text, chunkRows) => {
      const path = await folder.fileWith('chunks.ndjson', text);
      const whole = await readAll(processorFile(path));
      const chunked = await readAll(processorFile(path, { chunkRows }));
      expect([chunked.rows, chunked.lines, chunked.quarantined]).toEqual([whole.rows, whole.lines, whole.quarantined]);
      expect(chunked.pages.map(({ done }) => done)).toEqual(
        chunked.pages.map((_page, at, { length }) => at === length - 1),
      );
      let seen = 0;
      for (const page of chunked.pages) {
        seen += page.rows.length;
        const rest = await readAll(processorFile(path, { chunkRows }), undefined, page.cursor);
        expect([...whole.rows.slice(0, seen), ...rest.rows]).toEqual(whole.rows);
        expect([...whole.lines.slice(0, seen), ...rest.lines]).toEqual(whole.lines);
      }
    }),
    { numRuns: 40 },
  );
});

test('a file without a telling name is read by what is in it', async () => {
  const json = await folder.fileWith('export', `\n${processorLine('a')}`);
  const csv = await folder.fileWith(
    'export.txt',
    'id,kind,gross,currency,occurredAt\nb,fee,-1,USD,2026-02-01T10:00:00Z\n',
  );
  expect(idsOf((await readAll(processorFile(json))).rows)).toEqual(['a']);
  expect(idsOf((await readAll(processorFile(csv))).rows)).toEqual(['b']);
});

test.each([
  ['array.json', Buffer.from('[{"id":1}]'), 'is one JSON array: write one object a line'],
  ['rows.csv', Buffer.from([0x1f, 0x8b, 8, 0]), 'is compressed with gzip: call it .gz, or unpack it first'],
  ['rows.ndjson', Buffer.from('\ufeffid', 'utf16le'), 'is UTF-16: say so (encoding: utf-16le), or save it as UTF-8'],
  ['rows.xlsx', Buffer.from('PK\u0003\u0004'), 'is a zip archive or a spreadsheet'],
])('%s is refused whole with the next step', async (name, content, reason) => {
  await expect(readAll(processorFile(await folder.fileWith(name, content)))).rejects.toThrow(`${name}: ${reason}`);
});

test('a file that is not there, a folder, and no file at all are refused with the next step', async () => {
  await mkdir(folder.path('sub'), { recursive: true });
  const missing = processorFile(folder.path('nowhere.ndjson'));
  for (const reading of [readAll(missing), missing.probe(NEVER_ABORTED)]) {
    await expect(reading).rejects.toThrow('nowhere.ndjson: there is no such file: check the path');
  }
  const path = folder.path('sub');
  await expect(readAll(processorFile(path))).rejects.toThrow(`${path}: is not a file: name the files themselves`);
  expect(() => fileSource({ ...FILE_OPTIONS, side: 'internal', paths: [] })).toThrow('name at least one');
  expect(() => fileSource({ ...FILE_OPTIONS, side: 'internal', paths: [path, path] })).toThrow('is named twice');
});

test('the key is the name and the content, not the folder; it changes with a byte', async () => {
  const key = async (name: string, content: string, place = folder.path('.')) => {
    await writeFile(join(place, name), content);
    return (await processorFile(join(place, name)).plan({ fromMs: 0, toMs: 1 }, NEVER_ABORTED)).sourceKey;
  };
  const other = await mkdtemp(folder.path('other-'));
  const first = await key('key.ndjson', processorLine('a'));
  expect(first).toMatch(/^key\.ndjson sha256:[0-9a-f]{64}$/);
  expect(await key('key.ndjson', processorLine('a'), other)).toBe(first);
  expect(await key('key.ndjson', processorLine('b'))).not.toBe(first);
  expect(await key('key2.ndjson', processorLine('a'))).not.toBe(first);
});

test('several files are shards of one read, also when two have the same name', async () => {
  const other = await mkdtemp(folder.path('same-'));
  const paths = [await folder.fileWith('same.ndjson', processorLine('a')), join(other, 'same.ndjson')];
  await writeFile(join(other, 'same.ndjson'), processorLine('b'));
  const source = fileSource({ ...FILE_OPTIONS, side: 'processor', paths, watermarkMs: 7, complete: true });
  const plan = await source.plan({ fromMs: 0, toMs: 1 }, NEVER_ABORTED);
  expect(plan).toMatchObject({
    sourceName: 'same.ndjson, same.ndjson#2',
    shards: [{ name: 'same.ndjson' }, { name: 'same.ndjson#2' }],
    fetchedUntilMs: 7,
    statesCompleteness: true,
  });
  expect(idsOf((await readAll(source)).rows)).toEqual(['a', 'b']);
  expect(await source.watermarkMs(NEVER_ABORTED)).toBe(7);
  expect(await source.probe(NEVER_ABORTED)).toEqual({ detail: 'all 2 files can be read' });
});

test('a cursor of another file is refused', async () => {
  const path = await folder.fileWith('changed.ndjson', processorLine('a') + processorLine('b'));
  const [first] = (await readAll(processorFile(path, { chunkRows: 1 }))).pages;
  await writeFile(path, processorLine('a') + processorLine('b') + processorLine('c'));
  const reading = readAll(processorFile(path), undefined, first?.cursor ?? null);
  await expect(reading).rejects.toThrow('changed.ndjson: has');
  await expect(reading).rejects.toBeInstanceOf(SourceRejected);
});

test('a file that grows while it is read is not taken for whole', async () => {
  const path = await folder.fileWith('growing.ndjson', processorLine('a') + processorLine('b'));
  const source = processorFile(path, { chunkRows: 1 });
  const reading = (async () => {
    for await (const _page of source.read({ name: 'growing.ndjson', fromMs: 0, toMs: 1 }, null, NEVER_ABORTED)) {
      await writeFile(path, processorLine('a') + processorLine('b') + processorLine('c'));
    }
  })();
  await expect(reading).rejects.toThrow('growing.ndjson: changed while it was read');
});

test('reading stops where the signal says so', async () => {
  const path = await folder.fileWith('abort.ndjson', processorLine('a').repeat(10));
  const stop = new AbortController();
  const seen: number[] = [];
  const reading = (async () => {
    const source = processorFile(path, { chunkRows: 2 });
    for await (const page of source.read({ name: 'abort.ndjson', fromMs: 0, toMs: 1 }, null, stop.signal)) {
      seen.push(page.rows.length);
      stop.abort(new Error('stopped'));
    }
  })();
  await expect(reading).rejects.toThrow('stopped');
  expect(seen).toEqual([2]);
});

test('a file that may not be read is refused with the next step', async () => {
  const path = await folder.fileWith('secret.ndjson', processorLine('a'));
  await chmod(path, 0o000);
  const reading = readAll(processorFile(path));
  // The superuser may read everything.
  if (process.getuid?.() === 0) await expect(reading).resolves.toMatchObject({ rows: [{ externalId: 'a' }] });
  else await expect(reading).rejects.toThrow('may not be read: allow it to the user that runs the worker');
});
