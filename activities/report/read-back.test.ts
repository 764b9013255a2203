import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { totalsOf } from './discrepancies-for-tests.ts';
import { assertSameList } from './read-back.ts';
import { readJson } from './read-json.ts';
import { readCsvList, readXlsxList } from './read-list.ts';
import { readPage } from './read-page.ts';
import { csvHeader, renderCsv } from './render-csv.ts';
import { renderHtml } from './render-html.ts';
import { startWorkbook } from './render-xlsx.ts';
import { cleanReport, listDigestOf, renderedJson, sampleReport } from './reports-for-tests.ts';
import type { RunReport } from './run-report.ts';
import { createXlsxFile } from './xlsx/xlsx-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-read-back-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const RESULT = '{"version":1}';
const DIGEST = hash('sha256', RESULT, 'hex');
const report = sampleReport();
const expected = (of: RunReport) => ({
  totals: totalsOf(of.discrepancies),
  listDigest: listDigestOf(of.discrepancies),
});

const csvOf = (of: RunReport) => csvHeader() + renderCsv(of.discrepancies, of.run);
const jsonOf = (of: RunReport) => renderedJson(of, RESULT);

let files = 0;
function newPath(): string {
  files += 1;
  return join(folder, `file-${files}`);
}

async function fileWith(text: string): Promise<string> {
  const path = newPath();
  await writeFile(path, text);
  return path;
}

async function workbookOf(of: RunReport, rowsMax?: number): Promise<string> {
  const path = newPath();
  const workbook = await startWorkbook(await createXlsxFile(path), of, rowsMax);
  await workbook.add(of.discrepancies);
  await workbook.finish(listDigestOf(of.discrepancies));
  return path;
}

test('what was written adds up to what is stored, in every format', async () => {
  for (const one of [report, cleanReport()]) {
    assertSameList('report.csv', await readCsvList(await fileWith(csvOf(one))), expected(one));
    assertSameList('report.xlsx', await readXlsxList(await workbookOf(one)), expected(one));
    const json = await readJson(await fileWith(jsonOf(one)));
    assertSameList('report.json', json, expected(one));
    expect(json.resultSha256).toBe(DIGEST);
    const page = await readPage(await fileWith(renderHtml(one, listDigestOf(one.discrepancies))));
    expect(page).toMatchObject({ problems: [], facts: { listDigest: listDigestOf(one.discrepancies) } });
  }
});

test('a list that is longer than a sheet goes on in the next one', async () => {
  assertSameList('report.xlsx', await readXlsxList(await workbookOf(report, 5)), expected(report));
});

test('a lost line, a doubled line, a changed amount, two lines that changed places: each is named', async () => {
  const lines = csvOf(report).split('\r\n');
  const check = async (text: string) => {
    const list = await readCsvList(await fileWith(text));
    return () => assertSameList('report.csv', list, expected(report));
  };
  expect(await check(lines.toSpliced(1, 1).join('\r\n'))).toThrow(/0 instead of 1/);
  expect(await check(lines.toSpliced(1, 0, lines[1] ?? '').join('\r\n'))).toThrow(/2 instead of 1/);
  expect(await check(csvOf(report).replace(',12000.00,', ',12000.01,'))).toThrow(
    /own critical currency_mismatch USD: the sums differ/,
  );
  const swapped = lines.with(1, lines[2] ?? '').with(2, lines[1] ?? '');
  expect(await check(swapped.join('\r\n'))).toThrow(/the SHA-256 of the list/);
});

test('JSON that is cut, or lost a comma, or holds another result is not handed on', async () => {
  const text = jsonOf(report);
  const read = async (of: string) => readJson(await fileWith(of));
  await expect(read(text.slice(0, -3))).rejects.toThrow(SyntaxError);
  await expect(read(text.replace('},\n{', '}\n{'))).rejects.toThrow(/a comma is missing/);
  await expect(read(text.replace('}\n],', '},\n],'))).rejects.toThrow(/ends with a comma/);
  expect((await read(text.replace(RESULT, '{"version":2}'))).resultSha256).not.toBe(DIGEST);
});

test('a page of which a character was changed, or that lost a row, says so', async () => {
  const html = renderHtml(report, listDigestOf(report.discrepancies));
  const problemsOf = async (of: string) => (await readPage(await fileWith(of))).problems;
  expect(await problemsOf(html.replace('Currencies differ', 'Currencies agree'))).toEqual([
    'the page was changed: its SHA-256 is not the one it says',
  ]);
  expect(await problemsOf(html.replace(/<tr data-key[\s\S]*?<\/tr>/, ''))).toContain(
    '11 rows on the page, which says 12',
  );
  expect(await problemsOf('<p>hello</p>')).toEqual([expect.stringMatching(/is no page of a report/)]);
});

test('a file that is not there is an error, not an empty report', async () => {
  for (const read of [readCsvList, readXlsxList, readJson, readPage]) {
    await expect(read(join(folder, 'none'))).rejects.toThrow(/ENOENT/);
  }
});
