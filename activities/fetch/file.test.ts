import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SourceRejected } from '../errors.ts';
import { type FileSourceOptions, fileSource } from './file.ts';
import { NEVER_ABORTED, readAll } from './pages-for-tests.ts';
import { ACCOUNT, internalRecord, internalRow, processorRecord, processorRow, ZONE } from './rows-for-tests.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-files-'));
});
afterAll(() => rm(folder, { recursive: true }));

const OPTIONS = { account: ACCOUNT, zone: ZONE, watermarkMs: null, complete: false };

async function fileWith(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function processorFile(path: string, options: Partial<FileSourceOptions> = {}) {
  return fileSource({ ...OPTIONS, ...options, side: 'processor', paths: [path] });
}

function line(id: string, more: object = {}): string {
  const required = { id, kind: 'payment', gross: '12.30', currency: 'USD', occurredAt: '2026-02-01T10:00:00Z' };
  return `${JSON.stringify({ ...required, ...more })}\n`;
}

const ids = (rows: readonly { externalId: string }[]) => rows.map((row) => row.externalId);

test('each row comes with its line; blank lines count and give nothing', async () => {
  const path = await fileWith('blank.ndjson', `${line('a')}\r\n   \n${line('b').trim()}\r\n\n${line('c').trim()}`);
  const { rows, lines, quarantined, pages } = await readAll(processorFile(path));
  expect([ids(rows), lines, quarantined, pages.length]).toEqual([['a', 'b', 'c'], [1, 4, 6], [], 1]);
});

test.each([
  ['ndjson', ''],
  ['csv', ''],
  ['csv', 'id,kind,gross,currency,occurredAt\n'],
  ['jsonl', '\n\n'],
  ['txt', ''],
])('an empty .%s file (%j) has no rows and is done', async (extension, content) => {
  const path = await fileWith(`empty.${extension}`, content);
  const { pages } = await readAll(processorFile(path));
  expect(pages).toMatchObject([{ rows: [], lines: [], quarantined: [], done: true }]);
});

test('a byte order mark is not part of the first row', async () => {
  const json = await fileWith('marked.ndjson', `\ufeff${line('a')}`);
  const csv = await fileWith(
    'marked.csv',
    '\ufeffid,kind,gross,currency,occurredAt\nb,fee,-1,USD,2026-02-01T10:00:00Z',
  );
  expect(ids((await readAll(processorFile(json))).rows)).toEqual(['a']);
  expect(ids((await readAll(processorFile(csv))).rows)).toEqual(['b']);
});

test('what cannot be read is quarantined with its line and reason, and the rest goes on', async () => {
  const bad = Buffer.concat([
    Buffer.from(line('first')),
    Buffer.from('{"id": "x", "customer": "jane.doe@example.com",\n'),
    Buffer.from('[1, 2]\n'),
    Buffer.concat([Buffer.from('{"id":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}\n')]),
    Buffer.from(line('usd', { currency: 'ABC' })),
    Buffer.from(line('cents', { gross: '1.005' })),
    Buffer.from(line('noon', { occurredAt: '2026-02-01T10:00:00' })),
    Buffer.from(line('eu', { account: 'stripe/eu' })),
    Buffer.from(`{"id":"${'y'.repeat(2_000_000)}"}\n`),
    Buffer.from(`"${'z'.repeat(1_100_000)}"\n`),
    Buffer.from(line('bell\u0007', { kind: 'bonus' })),
    Buffer.from(line('last')),
  ]);
  const { rows, lines, quarantined } = await readAll(processorFile(await fileWith('bad.ndjson', bad)));
  expect(ids(rows)).toEqual(['first', 'bell', 'last']);
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
  const path = await fileWith('long.ndjson', `${line('a')}"${'z'.repeat(1_500_000)}`);
  const { rows, quarantined } = await readAll(processorFile(path));
  expect([ids(rows), quarantined.map(({ position }) => position)]).toEqual([['a'], ['2']]);
});

test('chunks of any size read from any cursor give what one read gives', async () => {
  const element = fc.oneof(
    { weight: 8, arbitrary: processorRow.map((row) => `${JSON.stringify(processorRecord(row))}\n`) },
    { weight: 1, arbitrary: fc.constantFrom('\n', '\r\n', 'not json\n', '{"id":"ü"}\r\n') },
  );
  const content = fc.array(element, { maxLength: 25 }).map((lines) => lines.join(''));
  await fc.assert(
    fc.asyncProperty(content, fc.integer({ min: 1, max: 9 }), async (text, chunkRows) => {
      const path = await fileWith('chunks.ndjson', text);
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

test('the same rows as CSV are the same rows, at any chunk and from any cursor', async () => {
  const rows = fc.uniqueArray(internalRow, { maxLength: 20, selector: (row) => row.externalId });
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 7 }), fc.boolean(), async (expected, chunkRows, quoteAll) => {
      const records = expected.map(internalRecord);
      const header = ['note', ...Object.keys(records[0] ?? { id: 1, kind: 1, amount: 1, currency: 1, occurredAt: 1 })];
      const cell = (value: unknown) => (value === null ? '' : quoteAll ? `"${value}"` : String(value));
      const note = '"said ""hi"",\nand left"';
      const lines = records.map((record) => [note, ...Object.values(record).map(cell)].join(','));
      const path = await fileWith('rows.csv', [header.join(','), ...lines].join('\r\n'));
      const source = () => fileSource({ ...OPTIONS, side: 'internal', paths: [path], chunkRows });
      const read = await readAll(source());
      expect(read.rows).toEqual(expected);
      // Each row takes two lines, because its note does.
      expect(read.lines).toEqual(expected.map((_row, index) => 2 + 2 * index));
      const [first] = read.pages;
      const rest = await readAll(source(), undefined, first?.cursor ?? null);
      expect([...(first?.rows ?? []), ...rest.rows]).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});

test('a CSV file says everything that an NDJSON file says', async () => {
  const header =
    'id,kind,gross,currency,occurredAt,fee,reverses,testMode,presentment.amount,presentment.currency,ref.processor_id,ref.bank_reference';
  const row = 'p1,payment, 10.00 ,USD,2026-02-01T10:00:00+01:00,0.30,false,true,9.20,EUR,ch_1,N/A';
  const csv = await readAll(processorFile(await fileWith('full.csv', `${header}\n${row}\n`)));
  const json = line('p1', {
    gross: '10.00',
    occurredAt: '2026-02-01T10:00:00+01:00',
    fee: '0.30',
    testMode: true,
    presentment: { amount: '9.20', currency: 'EUR' },
    references: [{ type: 'processor_id', value: 'ch_1' }],
  });
  expect(csv.rows).toEqual((await readAll(processorFile(await fileWith('full.ndjson', json)))).rows);
});

test('a badly quoted CSV line costs that line, not what follows', async () => {
  const row = (id: string) => `${id},fee,-1.00,USD,2026-02-01T10:00:00Z`;
  const lines = [
    'id,kind,gross,currency,occurredAt',
    row('a'),
    '5" pipe,fee,-1.00,USD,2026-02-01T10:00:00Z',
    row('b'),
    '"open,fee,-1.00,USD,2026-02-01T10:00:00Z',
    row('c'),
    'too,few',
    `${row('x')},more`,
    '"quoted"x,fee,-1.00,USD,2026-02-01T10:00:00Z',
    'flag,fee,-1.00,USD,2026-02-01T10:00:00Z',
    row('d'),
    '"never closed,fee,-1.00,USD,2026-02-01T10:00:00Z',
    row('e'),
  ];
  const { rows, quarantined } = await readAll(processorFile(await fileWith('quotes.csv', lines.join('\n'))));
  expect(ids(rows)).toEqual(['a', 'b', 'c', 'flag', 'd', 'e']);
  expect(quarantined.map(({ position, reason }) => `${position} ${reason}`)).toEqual([
    '3 row: has a quote in a place where CSV allows none',
    '5 row: has a quote in a place where CSV allows none',
    '7 row: has 2 cells where the header has 5',
    '8 row: has 6 cells where the header has 5',
    '9 row: has a quote in a place where CSV allows none',
    '12 row: opens a quote that is not closed',
  ]);
});

test('a CSV cell in a wrong encoding costs its row, and only where the cell is read', async () => {
  const latin1 = Buffer.from(
    'id,kind,gross,currency,occurredAt,merchantReference,name\n' +
      'a,fee,-1.00,USD,2026-02-01T10:00:00Z,M\u00fcller,x\nb,fee,-1.00,USD,2026-02-01T10:00:00Z,ok,M\u00fcller\n',
    'latin1',
  );
  const { rows, quarantined } = await readAll(processorFile(await fileWith('latin1.csv', latin1)));
  expect(ids(rows)).toEqual(['b']);
  expect(quarantined[0]?.reason).toBe(
    'merchantReference: holds characters that are not valid UTF-8: save the source as UTF-8',
  );
});

test.each([
  ['id,kind,gross,occurredAt\n', 'lacks the column currency of the processor file contract in its header'],
  ['id;kind;gross;currency;occurredAt\n', 'Its cells must be separated by commas'],
  ['Date,Amount\n', 'lacks the columns id, kind, gross, currency, occurredAt'],
  ['id,id,kind,gross,currency,occurredAt\n', 'has the column id twice'],
  ['id,kind,gross,currency,occurredAt,ref.order\n', 'has the column "ref.order": use ref.processor_id'],
  ['"id,kind,gross,currency,occurredAt\n', 'has a header with a quote that does not close on its line'],
  ['x'.repeat(1_200_000), 'has a first line that is too long for a header'],
])('the header %.40j stops the file, by its name', async (content, reason) => {
  const path = await fileWith('header.csv', content);
  const reading = readAll(processorFile(path));
  await expect(reading).rejects.toBeInstanceOf(SourceRejected);
  await expect(reading).rejects.toThrow(reason);
  await expect(reading).rejects.toThrow('header.csv');
});

test('a file without a telling name is read by what is in it', async () => {
  const json = await fileWith('export', `\n${line('a')}`);
  const csv = await fileWith('export.txt', 'id,kind,gross,currency,occurredAt\nb,fee,-1,USD,2026-02-01T10:00:00Z\n');
  expect(ids((await readAll(processorFile(json))).rows)).toEqual(['a']);
  expect(ids((await readAll(processorFile(csv))).rows)).toEqual(['b']);
});

test.each([
  ['array.json', Buffer.from('[{"id":1}]'), 'is one JSON array: write one object a line'],
  ['rows.csv', Buffer.from([0x1f, 0x8b, 8, 0]), 'is compressed with gzip: unpack it first'],
  ['rows.ndjson', Buffer.from('\ufeffid', 'utf16le'), 'is UTF-16: save it as UTF-8'],
  ['rows.xlsx', Buffer.from('PK\u0003\u0004'), 'is a zip archive or a spreadsheet'],
])('%s is refused whole with the next step', async (name, content, reason) => {
  await expect(readAll(processorFile(await fileWith(name, content)))).rejects.toThrow(`${name}: ${reason}`);
});

test('a file that is not there, a folder, and no file at all are refused with the next step', async () => {
  await mkdir(join(folder, 'sub'), { recursive: true });
  const missing = processorFile(join(folder, 'nowhere.ndjson'));
  for (const reading of [readAll(missing), missing.probe(NEVER_ABORTED)]) {
    await expect(reading).rejects.toThrow('nowhere.ndjson: there is no such file: check the path');
  }
  const path = join(folder, 'sub');
  await expect(readAll(processorFile(path))).rejects.toThrow(`${path}: is not a file: name the files themselves`);
  expect(() => fileSource({ ...OPTIONS, side: 'internal', paths: [] })).toThrow('name at least one');
  expect(() => fileSource({ ...OPTIONS, side: 'internal', paths: [path, path] })).toThrow('is named twice');
});

test('the key is the name and the content, not the folder; it changes with a byte', async () => {
  const key = async (name: string, content: string, place = folder) => {
    await writeFile(join(place, name), content);
    return (await processorFile(join(place, name)).plan({ fromMs: 0, toMs: 1 }, NEVER_ABORTED)).sourceKey;
  };
  const other = await mkdtemp(join(folder, 'other-'));
  const first = await key('key.ndjson', line('a'));
  expect(first).toMatch(/^key\.ndjson sha256:[0-9a-f]{64}$/);
  expect(await key('key.ndjson', line('a'), other)).toBe(first);
  expect(await key('key.ndjson', line('b'))).not.toBe(first);
  expect(await key('key2.ndjson', line('a'))).not.toBe(first);
});

test('several files are shards of one read, also when two have the same name', async () => {
  const other = await mkdtemp(join(folder, 'same-'));
  const paths = [await fileWith('same.ndjson', line('a')), join(other, 'same.ndjson')];
  await writeFile(join(other, 'same.ndjson'), line('b'));
  const source = fileSource({ ...OPTIONS, side: 'processor', paths, watermarkMs: 7, complete: true });
  const plan = await source.plan({ fromMs: 0, toMs: 1 }, NEVER_ABORTED);
  expect(plan).toMatchObject({
    sourceName: 'same.ndjson, same.ndjson#2',
    shards: [{ name: 'same.ndjson' }, { name: 'same.ndjson#2' }],
    fetchedUntilMs: 7,
    statesCompleteness: true,
  });
  expect(ids((await readAll(source)).rows)).toEqual(['a', 'b']);
  expect(await source.watermarkMs(NEVER_ABORTED)).toBe(7);
  expect(await source.probe(NEVER_ABORTED)).toEqual({ detail: 'all 2 files can be read' });
});

test('a cursor of another file is refused', async () => {
  const path = await fileWith('changed.ndjson', line('a') + line('b'));
  const [first] = (await readAll(processorFile(path, { chunkRows: 1 }))).pages;
  await writeFile(path, line('a') + line('b') + line('c'));
  const reading = readAll(processorFile(path), undefined, first?.cursor ?? null);
  await expect(reading).rejects.toThrow('changed.ndjson: has');
  await expect(reading).rejects.toBeInstanceOf(SourceRejected);
});

test('a file that grows while it is read is not taken for whole', async () => {
  const path = await fileWith('growing.ndjson', line('a') + line('b'));
  const source = processorFile(path, { chunkRows: 1 });
  const reading = (async () => {
    for await (const _page of source.read({ name: 'growing.ndjson', fromMs: 0, toMs: 1 }, null, NEVER_ABORTED)) {
      await writeFile(path, line('a') + line('b') + line('c'));
    }
  })();
  await expect(reading).rejects.toThrow('growing.ndjson: changed while it was read');
});

test('reading stops where the signal says so', async () => {
  const path = await fileWith('abort.ndjson', line('a').repeat(10));
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
  const path = await fileWith('secret.ndjson', line('a'));
  await chmod(path, 0o000);
  const reading = readAll(processorFile(path));
  // The superuser may read everything.
  if (process.getuid?.() === 0) await expect(reading).resolves.toMatchObject({ rows: [{ externalId: 'a' }] });
  else await expect(reading).rejects.toThrow('may not be read: allow it to the user that runs the worker');
});
