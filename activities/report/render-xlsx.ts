// Writes a report as a workbook: Summary, Differences, Totals, Completeness. The differences are handed over as they are
// read, so that their number does not matter. Decides what stands where, not how a sheet is written (xlsx/).
import { formatMinor } from '../../domain/money.ts';
import { completeness, completenessFacts } from './completeness.ts';
import { DISCREPANCY_COLUMNS, discrepancyCells } from './discrepancy-cells.ts';
import { headline } from './headline.ts';
import { runName } from './report-files.ts';
import type { ReportedDiscrepancy, RunReport } from './run-report.ts';
import { runStanding } from './run-standing.ts';
import { tileViews } from './tile-view.ts';
import { createSheetSeal, SEAL_LINE, type SheetSeal } from './xlsx/sheet-seal.ts';
import { cellText, type SheetCell } from './xlsx/xlsx-cell.ts';
import { SHEET_ROWS_MAX, type SheetPlan, type XlsxFile, type XlsxSheet } from './xlsx/xlsx-file.ts';

export const DIFFERENCES_SHEET = 'Differences';
export const TOTALS_SHEET = 'Totals';
export const COMPLETENESS_SHEET = 'Completeness';

export interface ReportWorkbook {
  add(discrepancies: readonly ReportedDiscrepancy[]): Promise<void>;
  /** Writes the rest and answers with the digest of the file. */
  finish(listDigest: string): Promise<string>;
}

/** `rowsMax` is smaller in tests: where a sheet is full the list goes on in a next one. */
export async function startWorkbook(
  file: XlsxFile,
  report: RunReport,
  rowsMax: number = SHEET_ROWS_MAX,
): Promise<ReportWorkbook> {
  const seal = createSheetSeal();
  await writeSheet(file, seal, { name: 'Summary', widths: SUMMARY_WIDTHS, isTable: false }, summaryRows(report));
  let sheets = 1;
  let sheet = await startDifferences(file, sheets);
  return {
    add: async (discrepancies) => {
      for (const discrepancy of discrepancies) {
        if (sheet.rows() >= rowsMax) {
          await sheet.end();
          sheets += 1;
          sheet = await startDifferences(file, sheets);
        }
        await sheet.row(discrepancyCells(discrepancy, report.run));
      }
    },
    finish: async (listDigest) => {
      await sheet.end();
      const widths = TOTALS_COLUMNS.map(() => 16);
      await writeSheet(file, seal, { name: TOTALS_SHEET, widths, isTable: true }, totalsTable(report));
      const plan = { name: COMPLETENESS_SHEET, widths: COMPLETENESS_WIDTHS, isTable: true };
      await writeSheet(file, seal, plan, completenessRows(report, listDigest), () => [...SEAL_LINE, seal.hex()]);
      return file.finish();
    },
  };
}

/** `last` is asked when all other rows stand. */
async function writeSheet(
  file: XlsxFile,
  seal: SheetSeal,
  plan: SheetPlan,
  rows: Iterable<readonly SheetCell[]>,
  last: () => readonly string[] = () => [],
): Promise<void> {
  const sheet = file.sheet(plan);
  for (const row of rows) {
    seal.add(plan.name, row.map(cellText));
    await sheet.row(row);
  }
  const line = last().map(text);
  if (line.length > 0) await sheet.row(line);
  await sheet.end();
}

const SUMMARY_WIDTHS = [26, 28, 90];

function summaryRows(report: RunReport): (readonly SheetCell[])[] {
  const { run } = report;
  const head = headline(report);
  const standing = runStanding(report);
  return [
    [title(`${runName(run)}: ${head.tone}`)],
    [text(head.sentence)],
    [text(head.next)],
    [],
    [header('What'), header('How much'), header('More')],
    ...tileViews(report, standing).map(({ label, value, notes }) => [text(label), text(value), text(notes.join('; '))]),
    ...standing.atRisk.map(({ currency, minor }) => [text('Money at risk'), amount(minor, currency), text(currency)]),
    ...standing.bySeverity.map(({ severity, count }) => [text(`Differences, ${severity}`), integer(count)]),
    ...standing.carriedBySeverity.map(({ severity, count }) => [text(`Earlier days, ${severity}`), integer(count)]),
    [],
    [header('Account'), header('Business date'), header('Outcome')],
    [text(run.account), { type: 'date', value: run.runDate }, text(run.outcome)],
  ];
}

// Ids and references are long, words are short; the rest is between.
const WIDTHS: Partial<Record<(typeof DISCREPANCY_COLUMNS)[number], number>> = {
  meaning: 26,
  processor_id: 32,
  processor_reference: 24,
  internal_id: 32,
  internal_reference: 24,
  rule: 24,
  reason: 40,
  beside_ids: 40,
};
const WIDTH = 14;

async function startDifferences(file: XlsxFile, place: number): Promise<XlsxSheet> {
  const name = place === 1 ? DIFFERENCES_SHEET : `${DIFFERENCES_SHEET} ${place}`;
  const widths = DISCREPANCY_COLUMNS.map((column) => WIDTHS[column] ?? WIDTH);
  const sheet = file.sheet({ name, widths, isTable: true });
  await sheet.row(DISCREPANCY_COLUMNS.map(header));
  return sheet;
}

export const TOTALS_COLUMNS = [
  'table',
  'term',
  'section',
  'severity',
  'verdict',
  'side',
  'level',
  'kind',
  'currency',
  'count',
  'debits',
  'credits',
  'amount',
] as const;

function* totalsTable(report: RunReport): Generator<readonly SheetCell[]> {
  yield TOTALS_COLUMNS.map(header);
  for (const row of totalsRows(report)) yield TOTALS_COLUMNS.map((column) => row[column] ?? { type: 'empty' });
}

type TotalsRow = Partial<Record<(typeof TOTALS_COLUMNS)[number], SheetCell>>;

function* totalsRows({ discrepancyTotals, verdicts, totals }: RunReport): Generator<TotalsRow> {
  for (const { section, severity, verdict, currency, count, amountMinor } of discrepancyTotals) {
    yield {
      ...{ table: text('differences'), section: text(section), severity: text(severity), verdict: text(verdict) },
      ...{ currency: text(currency), count: integer(count), amount: amount(amountMinor, currency) },
    };
  }
  for (const { side, level, verdict, currency, count, amountMinor } of verdicts) {
    yield {
      ...{ table: text('rows by verdict'), side: text(side), level: text(level), verdict: text(verdict) },
      ...{ currency: text(currency), count: integer(count), amount: amount(amountMinor, currency) },
    };
  }
  for (const { term, side, level, kind, currency, count, debitsMinor, creditsMinor } of totals) {
    yield {
      ...{ table: text('proof'), term: text(term), side: text(side), level: text(level), kind: text(kind) },
      ...{ currency: text(currency), count: integer(count) },
      ...{ debits: amount(debitsMinor, currency), credits: amount(creditsMinor, currency) },
    };
  }
}

const COMPLETENESS_WIDTHS = [34, 34, 100];

function completenessRows(report: RunReport, listDigest: string): (readonly SheetCell[])[] {
  const facts = completenessFacts(completeness(report), listDigest);
  return [
    ['topic', 'name', 'value'].map(header),
    ...facts.map(({ topic, name, value }) => [text(topic), text(name), value]),
  ];
}

const header = (value: string): SheetCell => ({ type: 'header', value });
const title = (value: string): SheetCell => ({ type: 'title', value });
const text = (value: string): SheetCell => ({ type: 'text', value });
const integer = (value: bigint): SheetCell => ({ type: 'integer', value: value.toString() });
const amount = (minor: bigint, currency: string): SheetCell => ({
  type: 'amount',
  value: formatMinor(minor, currency),
  currency,
});
