// One writer per format: handed the list chunk by chunk, then the end of the report; afterwards it proves its file by
// reading it. Must never keep the list, whatever its length.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { InvariantViolated } from '../errors.ts';
import { createHashedFile } from './hashed-file.ts';
import { assertSameList } from './read-back.ts';
import { readJson } from './read-json.ts';
import { readCsvList, readXlsxList } from './read-list.ts';
import { readPage } from './read-page.ts';
import { DISCREPANCIES_SHOWN_MAX } from './read-report.ts';
import { csvHeader, renderCsv } from './render-csv.ts';
import { renderHtml } from './render-html.ts';
import { type JsonEnd, jsonDiscrepancy, jsonHead, sealedTail } from './render-json.ts';
import { startWorkbook } from './render-xlsx.ts';
import { type ReportFormat, reportFileName } from './report-files.ts';
import type { ReportedDiscrepancy, RunReport } from './run-report.ts';
import { createXlsxFile } from './xlsx/xlsx-file.ts';

/** The formats that hold the list. */
export type ListFormat = Exclude<ReportFormat, 'completeness'>;

export type ReportEnd = JsonEnd;

export interface ReportWriter {
  readonly path: string;
  /** The worst first. */
  add(discrepancies: readonly ReportedDiscrepancy[]): Promise<void>;
  /** Answers with the SHA-256 of the file. */
  finish(end: ReportEnd): Promise<string>;
  /** Reads the file back. @throws InvariantViolated when it does not hold what the database does. */
  prove(listDigest: string): Promise<void>;
  /** More than once is fine. */
  close(): Promise<void>;
}

type Open = (path: string, report: RunReport) => Promise<ReportWriter>;

export async function openWriter(format: ListFormat, folder: string, report: RunReport): Promise<ReportWriter> {
  return OPEN[format](join(folder, reportFileName(format)), report);
}

const openCsv: Open = async (path, report) => {
  const file = await createHashedFile(path);
  await file.write(csvHeader());
  return {
    path,
    add: (discrepancies) => file.write(renderCsv(discrepancies, report.run)),
    finish: () => file.finish(),
    prove: async (listDigest) =>
      assertSameList(reportFileName('csv'), await readCsvList(path), { totals: report.discrepancyTotals, listDigest }),
    close: file.close,
  };
};

const openJson: Open = async (path, report) => {
  const file = await createHashedFile(path);
  const digest = createHash('sha256');
  const write = async (text: string) => {
    digest.update(text);
    await file.write(text);
  };
  await write(jsonHead(report));
  let count = 0;
  return {
    path,
    add: async (discrepancies) => {
      const first = count;
      count += discrepancies.length;
      await write(discrepancies.map((row, index) => jsonDiscrepancy(row, first + index === 0)).join(''));
    },
    finish: async (end) => {
      await file.write(sealedTail(digest, report, end));
      return file.finish();
    },
    prove: async (listDigest) => {
      const read = await readJson(path);
      assertSameList(reportFileName('json'), read, { totals: report.discrepancyTotals, listDigest });
      if (read.fileDigest?.said !== read.fileDigest?.is)
        throw new InvariantViolated('report.json', ['its digest is not its own']);
      if (read.resultSha256 === report.run.resultDigest) return;
      throw new InvariantViolated('the canonical result in report.json', [
        'its SHA-256 is not the result digest of the run',
      ]);
    },
    close: file.close,
  };
};

const openHtml: Open = async (path, report) => {
  const file = await createHashedFile(path);
  const shown: ReportedDiscrepancy[] = [];
  return {
    path,
    add: async (discrepancies) => {
      shown.push(...discrepancies.slice(0, DISCREPANCIES_SHOWN_MAX - shown.length));
    },
    finish: async ({ listDigest }) => {
      await file.write(renderHtml({ ...report, discrepancies: shown }, listDigest));
      return file.finish();
    },
    prove: async () => {
      const { problems } = await readPage(path);
      if (problems.length > 0) throw new InvariantViolated('the page does not hold what it says', problems);
    },
    close: file.close,
  };
};

const openXlsx: Open = async (path, report) => {
  const file = await createXlsxFile(path);
  const workbook = await startWorkbook(file, report);
  return {
    path,
    add: (discrepancies) => workbook.add(discrepancies),
    finish: ({ listDigest }) => workbook.finish(listDigest),
    prove: async (listDigest) =>
      assertSameList(reportFileName('xlsx'), await readXlsxList(path), {
        totals: report.discrepancyTotals,
        listDigest,
      }),
    close: file.close,
  };
};

const OPEN: Readonly<Record<ListFormat, Open>> = { html: openHtml, xlsx: openXlsx, csv: openCsv, json: openJson };
