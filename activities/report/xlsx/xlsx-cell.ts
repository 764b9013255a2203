// Decides how a cell stands in a sheet: numbers and dates as such, exact decimals, everything else as text that no
// spreadsheet takes for a formula. Amounts never pass through a float: the decimal is written as it is. Pure.
import { currencyExponent } from '../../../domain/currency.ts';
import { csvText } from '../csv-cell.ts';
import type { Cell } from '../discrepancy-cells.ts';
import { amountStyle, STYLE } from './xlsx-styles.ts';
import { xlsxText } from './xlsx-text.ts';

/** What only sheets have beside the cells of every table. */
export type SheetCell =
  | Cell
  | { readonly type: 'header'; readonly value: string }
  | { readonly type: 'title'; readonly value: string }
  | { readonly type: 'instant'; readonly ms: number | null }
  | { readonly type: 'empty' };

const DAY_MS = 86_400_000;
// Day 0 of spreadsheets is 1899-12-30, for every date since March 1900.
const EPOCH_MS = Date.UTC(1899, 11, 30);
// Spreadsheets keep 15 significant digits: a longer amount is written as text rather than rounded.
const DIGITS_MAX = 15;

/** What stands in the cell, and is read back from it; '' where it stays empty. */
export function cellText(cell: SheetCell): string {
  switch (cell.type) {
    case 'empty':
      return '';
    case 'text':
      return csvText(cell.value);
    case 'date':
      return ((Date.parse(cell.value) - EPOCH_MS) / DAY_MS).toString();
    case 'instant':
      return cell.ms === null ? '' : daysWithTime(cell.ms);
    case 'amount':
      return cell.value ?? '';
    default:
      return cell.value;
  }
}

export function cellXml(cell: SheetCell, reference: string): string {
  const text = cellText(cell);
  const style = styleOf(cell);
  if (text === '' || style === null) return '';
  if (!isNumber(cell, text)) {
    return `<c r="${reference}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${xlsxText(text)}</t></is></c>`;
  }
  return `<c r="${reference}" s="${style}"><v>${text}</v></c>`;
}

function isNumber({ type }: SheetCell, text: string): boolean {
  if (type === 'date' || type === 'instant') return true;
  return (type === 'integer' || type === 'amount') && digitsOf(text) <= DIGITS_MAX;
}

function styleOf(cell: SheetCell): number | null {
  switch (cell.type) {
    case 'empty':
      return null;
    case 'text':
    case 'word':
      return STYLE.text;
    case 'amount':
      return amountStyle(currencyExponent(cell.currency) ?? 0);
    default:
      return STYLE[cell.type];
  }
}

function digitsOf(decimal: string): number {
  return decimal.replace(/^-?0*|\./g, '').length;
}

/** Days since day 0 to the millisecond: 9 decimals hold it. */
function daysWithTime(ms: number): string {
  return ((ms - EPOCH_MS) / DAY_MS).toFixed(9);
}

/** "2026-01-31" of a cell that holds a date. */
export function dateOfSerial(serial: string): string {
  return new Date(EPOCH_MS + Number(serial) * DAY_MS).toISOString().slice(0, 10);
}

/** 0 is A, 26 is AA. */
export function columnName(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : `${columnName(Math.floor(index / 26) - 1)}${last}`;
}
