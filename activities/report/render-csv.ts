// Renders discrepancies as CSV (RFC 4180: CRLF, quoted where needed; UTF-8 without a byte order mark), chunk by chunk
// so that the file may be as long as it likes. Pure. Every cell of foreign text is made safe for spreadsheets.
import { stringify } from 'csv-stringify/sync';
import { csvAmount, csvText } from './csv-cell.ts';
import { type Cell, DISCREPANCY_COLUMNS, discrepancyCells } from './discrepancy-cells.ts';
import type { ReportedDiscrepancy, RunFacts } from './run-report.ts';

export function csvHeader(): string {
  return toCsv([DISCREPANCY_COLUMNS]);
}

export function renderCsv(discrepancies: readonly ReportedDiscrepancy[], run: RunFacts): string {
  return toCsv(discrepancies.map((discrepancy) => discrepancyCells(discrepancy, run).map(csvCell)));
}

export function toCsv(rows: ReadonlyArray<readonly string[]>): string {
  return stringify([...rows], { record_delimiter: 'windows' });
}

function csvCell(cell: Cell): string {
  switch (cell.type) {
    case 'text':
      return csvText(cell.value);
    case 'amount':
      return csvAmount(cell.value);
    default:
      return cell.value;
  }
}
