import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NotAReportWorkbook, readXlsx } from './read-xlsx.ts';
import { cellXml, columnName, dateOfSerial, type SheetCell } from './xlsx-cell.ts';
import { createXlsxFile } from './xlsx-file.ts';
import { fromXlsxText, xlsxText } from './xlsx-text.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-xlsx-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

let files = 0;
async function written(rows: ReadonlyArray<readonly SheetCell[]>): Promise<string> {
  files += 1;
  const path = join(folder, `${files}.xlsx`);
  const file = await createXlsxFile(path);
  const sheet = file.sheet({ name: 'Rows & more', widths: rows[0]?.map(() => 10) ?? [10], isTable: true });
  for (const row of rows) await sheet.row(row);
  await sheet.end();
  await file.finish();
  return path;
}

async function cellsOf(path: string): Promise<(readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  for await (const { cells } of readXlsx(path)) rows.push(cells);
  return rows;
}

test('an amount is a number with the decimals of its currency, and never passes through a float', () => {
  const amount = (value: string, currency: string) => cellXml({ type: 'amount', value, currency }, 'A1');
  expect(amount('12000.10', 'USD')).toBe('<c r="A1" s="9"><v>12000.10</v></c>');
  expect(amount('-4800', 'JPY')).toBe('<c r="A1" s="7"><v>-4800</v></c>');
  expect(amount('0.005', 'KWD')).toBe('<c r="A1" s="10"><v>0.005</v></c>');
});

test('an amount of more digits than a spreadsheet keeps is written as text rather than rounded', () => {
  const wide = cellXml({ type: 'amount', value: '12345678901234567.89', currency: 'USD' }, 'A1');
  expect(wide).toContain('t="inlineStr"');
  expect(wide).toContain('12345678901234567.89');
  expect(cellXml({ type: 'amount', value: '9999999999999.99', currency: 'USD' }, 'A1')).toContain('<v>');
});

test('a date is a day that spreadsheets reckon with', () => {
  expect(cellXml({ type: 'date', value: '2026-01-31' }, 'A1')).toBe('<c r="A1" s="4"><v>46053</v></c>');
  expect(dateOfSerial('46053')).toBe('2026-01-31');
  expect(cellXml({ type: 'instant', ms: Date.UTC(2026, 0, 31, 12) }, 'A1')).toContain('<v>46053.500000000</v>');
});

test('a text that would be a formula is made one that is not', () => {
  for (const text of ['=1+1', '+49', '-x', '@SUM(A1)', '\tx']) {
    expect(cellXml({ type: 'text', value: text }, 'A1')).toMatch(/<t xml:space="preserve">'/);
  }
});

test('whatever a text holds, it is read back as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const xml = xlsxText(text);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML cannot hold them
      expect(xml).not.toMatch(/[<>\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
      const parsed = xml.replace(
        /&(lt|gt|quot|amp);/g,
        (_all, name: string) =>
          new Map([
            ['lt', '<'],
            ['gt', '>'],
            ['quot', '"'],
          ]).get(name) ?? '&',
      );
      expect(fromXlsxText(parsed)).toBe(text.toWellFormed());
    }),
  );
  expect(xlsxText('x'.repeat(40_000)).length).toBe(32_767);
});

test('rows come back from the file as they were written, in order, empty cells too', async () => {
  const text = (value: string): SheetCell => ({ type: 'text', value });
  const path = await written([
    [text('a <b> & "c"'), { type: 'empty' }, { type: 'amount', value: '-0.10', currency: 'EUR' }],
    [text('line\nbreak\r\u0001 _x0041_'), text('ä€😀'), { type: 'integer', value: '42' }],
  ]);
  expect(await cellsOf(path)).toEqual([
    ['a <b> & "c"', '', '-0.10'],
    ['line\nbreak\r\u0001 _x0041_', 'ä€😀', '42'],
  ]);
});

test('the same rows make the same bytes', async () => {
  const rows: SheetCell[][] = [[{ type: 'word', value: 'one' }]];
  const [first, second] = [await written(rows), await written(rows)];
  expect(await readFile(first)).toEqual(await readFile(second));
});

test('many rows do not grow the memory', async () => {
  const path = join(folder, 'many.xlsx');
  const file = await createXlsxFile(path);
  const sheet = file.sheet({ name: 'Many', widths: [10], isTable: true });
  const row: SheetCell[] = Array.from({ length: 36 }, (_, index) => ({ type: 'word', value: `word ${index}` }));
  const before = process.memoryUsage.rss();
  for (let index = 0; index < 20_000; index += 1) await sheet.row(row);
  await sheet.end();
  await file.finish();
  let rows = 0;
  for await (const { cells } of readXlsx(path)) rows += cells.length === 36 ? 1 : 0;
  expect(rows).toBe(20_000);
  // All of the sheet is some 45 MB of XML.
  expect((process.memoryUsage.rss() - before) / 1024 ** 2).toBeLessThan(150);
});

test('what is no workbook, or is cut, or holds a formula is refused with the reason', async () => {
  const path = join(folder, 'no.xlsx');
  await writeFile(path, 'hello');
  await expect(cellsOf(path)).rejects.toThrow(NotAReportWorkbook);
  const whole = await readFile(await written([[{ type: 'word', value: 'one' }]]));
  await writeFile(path, whole.subarray(0, whole.length - 40));
  await expect(cellsOf(path)).rejects.toThrow(NotAReportWorkbook);
});

test('columns have the names that spreadsheets give them', () => {
  expect([0, 25, 26, 35, 51, 52, 701, 702].map(columnName)).toEqual(['A', 'Z', 'AA', 'AJ', 'AZ', 'BA', 'ZZ', 'AAA']);
});

test('a file that exists is not overwritten', async () => {
  const path = await written([[{ type: 'word', value: 'one' }]]);
  await expect(createXlsxFile(path)).rejects.toThrow(/EEXIST/);
});
