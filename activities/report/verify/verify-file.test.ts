// Files of a report as somebody may hand them to us: whole, cut, edited, of another report, none at all.
import { hash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { completeness } from '../completeness.ts';
import { renderCompleteness } from '../render-completeness.ts';
import { csvHeader, renderCsv } from '../render-csv.ts';
import { renderHtml } from '../render-html.ts';
import { startWorkbook } from '../render-xlsx.ts';
import { listDigestOf, renderedJson, sampleReport, sampleRun } from '../reports-for-tests.ts';
import { createXlsxFile, type XlsxFile } from '../xlsx/xlsx-file.ts';
import { isIntact, Unverifiable } from './verification.ts';
import { verifyFile } from './verify-file.ts';

const RESULT = '{"version":1}';
const report = sampleReport({ run: sampleRun({ resultDigest: hash('sha256', RESULT, 'hex') }) });
const digest = listDigestOf(report.discrepancies);
const NAMES = ['report.html', 'report.xlsx', 'report.csv', 'report.json', 'completeness.csv'];

let root: string;
let folder: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'recon-verify-test-'));
});
afterAll(() => rm(root, { recursive: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'report-'));
  await writeFile(pathOf('report.html'), renderHtml(report, digest));
  await writeFile(pathOf('report.csv'), csvHeader() + renderCsv(report.discrepancies, report.run));
  await writeFile(pathOf('report.json'), renderedJson(report, RESULT));
  const workbook = await startWorkbook(await createXlsxFile(pathOf('report.xlsx')), report);
  await workbook.add(report.discrepancies);
  await workbook.finish(digest);
  const files = await Promise.all(
    NAMES.slice(0, -1).map(async (name) => ({ name, sha256: hash('sha256', await readFile(pathOf(name)), 'hex') })),
  );
  await writeFile(pathOf('completeness.csv'), renderCompleteness(completeness(report), digest, files));
});

const pathOf = (name: string) => join(folder, name);
const broken = async (name: string) =>
  (await verifyFile(pathOf(name))).checks
    .filter(({ passed }) => !passed)
    .map((check) => `${check.name}: ${check.detail}`);

async function edit(name: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(pathOf(name), 'utf8');
  expect(text.match(from)).not.toBeNull();
  await writeFile(pathOf(name), text.replace(from, to));
}

test('every file of a report is intact, and names its run', async () => {
  for (const name of NAMES) {
    const found = await verifyFile(pathOf(name));
    expect([name, found.checks.filter(({ passed }) => !passed)]).toEqual([name, []]);
    expect(isIntact(found)).toBe(true);
    expect(found.said).toMatchObject({ run: 'stripe/us/2026-01-31#2', listDigest: digest, listedCount: 12n });
  }
});

test('all but the CSV can be verified alone, the CSV only with its sheet beside it', async () => {
  await rm(pathOf('completeness.csv'));
  for (const name of ['report.html', 'report.xlsx', 'report.json']) {
    expect(isIntact(await verifyFile(pathOf(name)))).toBe(true);
  }
  await expect(verifyFile(pathOf('report.csv'))).rejects.toThrow(/put completeness.csv beside it/);
});

test('an amount that was changed is named, in every format', async () => {
  await edit('report.csv', ',12000.00,', ',12000.01,');
  expect(await broken('report.csv')).toEqual([
    'file report.csv: its SHA-256 is not the one that completeness.csv says',
    'sums: own critical currency_mismatch USD: the sums differ',
    'list digest: the SHA-256 of the list is another',
  ]);
  await edit('report.json', '\n{"amount":"12000.00"', '\n{"amount":"12000.01"');
  expect(await broken('report.json')).toContain('sums: own critical currency_mismatch USD: the sums differ');
  await edit('report.html', '12,000.00', '12,000.01');
  expect((await broken('report.html')).at(-1)).toMatch(/the page was changed/);
  expect(await broken('completeness.csv')).toHaveLength(3);
});

test('a file that was cut is broken, not unreadable', async () => {
  for (const name of NAMES.slice(0, -1)) {
    const whole = await readFile(pathOf(name));
    await writeFile(pathOf(name), whole.subarray(0, Math.floor(whole.length * 0.9)));
    expect([name, isIntact(await verifyFile(pathOf(name)))]).toEqual([name, false]);
  }
});

test('a number that nothing else is reckoned from is found by the digest of the file', async () => {
  await rm(pathOf('completeness.csv'));
  await edit('report.json', '"carriedCount":1', '"carriedCount":0');
  expect(await broken('report.json')).toEqual([
    'file digest: the file was changed: its SHA-256 is not the one it says',
  ]);
});

test('a cell that was changed in a summary of the workbook is found', async () => {
  await rm(pathOf('completeness.csv'));
  await rm(pathOf('report.xlsx'));
  const other = await startWorkbook(withSheetOf(await createXlsxFile(pathOf('report.xlsx')), 'Summary'), report);
  await other.add(report.discrepancies);
  await other.finish(digest);
  expect(await broken('report.xlsx')).toEqual(['other sheets: a cell of another sheet was changed']);
});

/** A workbook in which somebody writes something else into the first cell of a sheet. */
function withSheetOf(file: XlsxFile, name: string): XlsxFile {
  return {
    ...file,
    sheet: (plan) => {
      const sheet = file.sheet(plan);
      return {
        ...sheet,
        row: (cells) =>
          sheet.row(plan.name === name && sheet.rows() === 0 ? [{ type: 'word', value: 'edited' }] : cells),
      };
    },
  };
}

test('a canonical result that was changed is found', async () => {
  await edit('report.json', `"result":${RESULT}`, '"result":{"version":2}');
  expect(await broken('report.json')).toContain(
    'result digest: the SHA-256 of the canonical result is another than the file says',
  );
});

test('what is no report, or names files that are not there, cannot be verified', async () => {
  await writeFile(pathOf('notes.txt'), 'hello');
  await expect(verifyFile(pathOf('notes.txt'))).rejects.toThrow(Unverifiable);
  for (const name of NAMES.slice(0, -1)) await rm(pathOf(name));
  await expect(verifyFile(pathOf('completeness.csv'))).rejects.toThrow(Unverifiable);
});
