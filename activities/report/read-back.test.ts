import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { InvariantViolated } from '../errors.ts';
import { totalsOf } from './discrepancies-for-tests.ts';
import { assertSameTotals, readBackCsv, readBackJson } from './read-back.ts';
import { csvHeader, renderCsv } from './render-csv.ts';
import { jsonDiscrepancy, jsonHead, jsonTail } from './render-json.ts';
import { cleanReport, sampleReport } from './reports-for-tests.ts';
import type { RunReport } from './run-report.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-read-back-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

const RESULT = '{"version":1}';
const DIGEST = hash('sha256', RESULT, 'hex');
const report = sampleReport();
const stored = totalsOf(report.discrepancies);

const csvOf = (of: RunReport) => csvHeader() + renderCsv(of.discrepancies, of.run);
const jsonOf = (of: RunReport) =>
  jsonHead(of) +
  of.discrepancies.map((row, index) => jsonDiscrepancy(row, index === 0)).join('') +
  jsonTail(of, RESULT);

async function fileWith(text: string): Promise<string> {
  const path = join(folder, hash('sha256', text, 'hex'));
  await writeFile(path, text);
  return path;
}

test('what was written adds up to what is stored', async () => {
  assertSameTotals('report.csv', await readBackCsv(await fileWith(csvOf(report))), stored);
  assertSameTotals('report.json', await readBackJson(await fileWith(jsonOf(report)), DIGEST), stored);
  assertSameTotals('report.csv', await readBackCsv(await fileWith(csvOf(cleanReport()))), []);
  assertSameTotals('report.json', await readBackJson(await fileWith(jsonOf(cleanReport())), DIGEST), []);
});

test('a lost line, a doubled line, a changed amount: each is named', async () => {
  const lines = csvOf(report).split('\r\n');
  const without = lines.toSpliced(1, 1).join('\r\n');
  const doubled = lines.toSpliced(1, 0, lines[1] ?? '').join('\r\n');
  const changed = csvOf(report).replace(',12000.00,', ',12000.01,');
  const check = async (text: string) => {
    const totals = await readBackCsv(await fileWith(text));
    return () => assertSameTotals('report.csv', totals, stored);
  };
  expect(await check(without)).toThrow(/0 rows in the file, 1 in the database/);
  expect(await check(doubled)).toThrow(/2 rows in the file, 1 in the database/);
  expect(await check(changed)).toThrow(/own critical currency_mismatch USD: the sums differ/);
});

test('JSON that is cut, or lost a comma, or holds another result is not handed on', async () => {
  const text = jsonOf(report);
  const readBack = async (of: string) => readBackJson(await fileWith(of), DIGEST);
  await expect(readBack(text.slice(0, -3))).rejects.toThrow(SyntaxError);
  await expect(readBack(text.replace('},\n{', '}\n{'))).rejects.toThrow(/a comma is missing/);
  await expect(readBack(text.replace('}\n],', '},\n],'))).rejects.toThrow(/ends with a comma/);
  await expect(readBack(text.replace(RESULT, '{"version":2}'))).rejects.toThrow(InvariantViolated);
});

test('a file that is not there is an error, not an empty report', async () => {
  await expect(readBackCsv(join(folder, 'none'))).rejects.toThrow(/ENOENT/);
  await expect(readBackJson(join(folder, 'none'), DIGEST)).rejects.toThrow(/ENOENT/);
});
