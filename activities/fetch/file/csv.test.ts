import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SourceRejected } from '../../errors.ts';
import { readAll } from '../pages-for-tests.ts';
import { internalRecord, internalRow } from '../row/rows-for-tests.ts';
import { fileSource } from './file.ts';
import { FILE_OPTIONS, folderForTests, idsOf, processorFile, processorLine } from './files-for-tests.ts';

const folder = folderForTests();

test('the same rows as CSV are the same rows, at any chunk and from any cursor', async () => {
  const rows = fc.uniqueArray(internalRow, { maxLength: 20, selector: (row) => row.externalId });
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 7 }), fc.boolean(), async (expected, chunkRows, quoteAll) => {
      const records = expected.map(internalRecord);
      const header = ['note', ...Object.keys(records[0] ?? { id: 1, kind: 1, amount: 1, currency: 1, occurredAt: 1 })];
      const cell = (value: unknown) => (value === null ? '' : quoteAll ? `"${value}"` : String(value));
      const note = '"said ""hi"",\nand left"';
      const lines = records.map((record) => [note, ...Object.values(record).map(cell)].join(','));
      const path = await folder.fileWith('rows.csv', [header.join(','), ...lines].join('\r\n'));
      const source = () => fileSource({ ...FILE_OPTIONS, side: 'internal', paths: [path], chunkRows });
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
  const csv = await readAll(processorFile(await folder.fileWith('full.csv', `${header}\n${row}\n`)));
  const json = processorLine('p1', {
    gross: '10.00',
    occurredAt: '2026-02-01T10:00:00+01:00',
    fee: '0.30',
    testMode: true,
    presentment: { amount: '9.20', currency: 'EUR' },
    references: [{ type: 'processor_id', value: 'ch_1' }],
  });
  expect(csv.rows).toEqual((await readAll(processorFile(await folder.fileWith('full.ndjson', json)))).rows);
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
  const { rows, quarantined } = await readAll(processorFile(await folder.fileWith('quotes.csv', lines.join('\n'))));
  expect(idsOf(rows)).toEqual(['a', 'b', 'c', 'flag', 'd', 'e']);
  expect(quarantined.map(({ position, reason }) => `${position} ${reason}`)).toEqual([
    '3 row: has a quote in a place where CSV allows none',
    '5 row: has a quote in a place where CSV allows none',
    '7 row: has 2 cells where the header has 5',
    '8 row: has 6 cells where the header has 5',
    '9 row: has a quote in a place where CSV allows none',
    '12 row: opens a quote that is not closed',
  ]);
});

test('a cell of several lines is never read as rows, also where its own row is refused', async () => {
  const lines = ['id,kind,gross,currency,occurredAt,note', 'a,fee,1.005,USD,2026-02-01T10:00:00Z,"two lines,'];
  const injected = 'x,fee,-1.00,USD,2026-02-01T10:00:00Z,"';
  const next = 'b,fee,-1.00,USD,2026-02-01T10:00:00Z,';
  const path = await folder.fileWith('note.csv', [...lines, injected, next].join('\n'));
  const { rows, quarantined } = await readAll(processorFile(path));
  expect([idsOf(rows), quarantined.map(({ position, reason }) => `${position} ${reason}`)]).toEqual([
    ['b'],
    ['2 gross: "1.005" has 3 decimals, USD has 2'],
  ]);
});

test('a CSV cell in a wrong encoding costs its row, and only where the cell is read', async () => {
  const latin1 = Buffer.from(
    'id,kind,gross,currency,occurredAt,merchantReference,name\n' +
      'a,fee,-1.00,USD,2026-02-01T10:00:00Z,M\u00fcller,x\nb,fee,-1.00,USD,2026-02-01T10:00:00Z,ok,M\u00fcller\n',
    'latin1',
  );
  const { rows, quarantined } = await readAll(processorFile(await folder.fileWith('latin1.csv', latin1)));
  expect(idsOf(rows)).toEqual(['b']);
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
  const path = await folder.fileWith('header.csv', content);
  const reading = readAll(processorFile(path));
  await expect(reading).rejects.toBeInstanceOf(SourceRejected);
  await expect(reading).rejects.toThrow(reason);
  await expect(reading).rejects.toThrow('header.csv');
});
