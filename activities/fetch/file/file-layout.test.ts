import { expect, test } from '@jest/globals';
import { readAll } from '../pages-for-tests.ts';
import type { CsvLayout } from './csv-header.ts';
import type { FileIdentity } from './file-source.ts';
import { folderForTests, idsOf, processorFile } from './files-for-tests.ts';

const folder = folderForTests();

/** Rows without an id: the n-th of equal ones counts, so that reading must begin at the start. */
function countingLayout({ name }: FileIdentity): CsvLayout {
  const seen = new Map<string, number>();
  return {
    dialect: { delimiter: ';', quote: "'" },
    headerLine: 3,
    fromStart: true,
    columns: (header) => ({
      record: (cells, line) => {
        if (cells.length !== header.length) return null;
        const occurrence = (seen.get(cells[0] ?? '') ?? 0) + 1;
        seen.set(cells[0] ?? '', occurrence);
        const id = `${name}:${line}:${cells[0]}#${occurrence}`;
        return { id, kind: 'fee', gross: cells[1], currency: 'USD', occurredAt: '2026-02-01T10:00:00Z' };
      },
    }),
  };
}

const TEXT = [
  'Settlement report;of; nobody',
  '"never closed',
  '',
  'note;amount',
  'x;-1.00',
  "'x';-1.00",
  '',
  'y;-1.00',
  "'z;\nx';-1.00",
  'x;not a number',
  'y;-1.00',
  'x;-1.00',
].join('\r\n');
const IDS = [
  'rows.csv:5:x#1',
  'rows.csv:6:x#2',
  'rows.csv:8:y#1',
  'rows.csv:9:z;x#1',
  'rows.csv:12:y#2',
  'rows.csv:13:x#4',
];

test('a foreign layout has its own delimiter, quotes, header line and columns', async () => {
  const path = await folder.fileWith('rows.csv', TEXT);
  const { rows, quarantined } = await readAll(processorFile(path, { layout: countingLayout }));
  expect(idsOf(rows)).toEqual(IDS);
  expect(quarantined.map(({ position }) => position)).toEqual(['11']);
});

test('rows that depend on earlier ones are the same from any cursor, and none is handed on twice', async () => {
  const path = await folder.fileWith('rows.csv', TEXT);
  const whole = await readAll(processorFile(path, { layout: countingLayout }));
  for (const chunkRows of [1, 2, 3, 100]) {
    const { pages } = await readAll(processorFile(path, { layout: countingLayout, chunkRows }));
    let rows = 0;
    let bad = 0;
    for (const page of pages) {
      rows += page.rows.length;
      bad += page.quarantined.length;
      // Also where the pages were of another size before.
      for (const later of [chunkRows, 4]) {
        const rest = await readAll(
          processorFile(path, { layout: countingLayout, chunkRows: later }),
          undefined,
          page.cursor,
        );
        expect(rest.rows).toEqual(whole.rows.slice(rows));
        expect(rest.lines).toEqual(whole.lines.slice(rows));
        expect(rest.quarantined).toEqual(whole.quarantined.slice(bad));
      }
    }
  }
});

test('no quote at all, where a layout says so', async () => {
  const layout = (file: FileIdentity) => ({
    ...countingLayout(file),
    dialect: { delimiter: '|', quote: '' },
    headerLine: 1,
  });
  const path = await folder.fileWith('plain.csv', `note|amount\n5" pipe|-1.00\n'x|-2.00\n`);
  expect(idsOf((await readAll(processorFile(path, { layout }))).rows)).toEqual([
    'plain.csv:2:5" pipe#1',
    "plain.csv:3:'x#1",
  ]);
});
