// Decides which signed decimal a cell of a foreign file writes. Strict about the marks that the mapping names: a number
// that could be read in two ways is a DataError, never a guess.
import { DataError } from '../../../domain/data-error.ts';
import { CARD_DIGITS_MIN, holdsCardNumber } from '../row/personal-data.ts';
import { quoted } from '../row/quoted.ts';

export interface DecimalMarks {
  readonly decimal: '.' | ',';
  readonly thousands: string;
  /** What may stand beside a number and says nothing, such as "$". */
  readonly marks: readonly string[];
}

/** Gives a plain decimal such as "-1234.50", null for an empty cell. */
export type DecimalReader = (cell: string | undefined, field: string, column: string) => string | null;

// Sign, 19 digits with their separators, 6 decimals, marks: what is longer is no amount and is not quoted.
const CELL_CHARS_MAX = 48;
const PLAIN = /^-?\d+(?:\.\d+)?$/;
const PARENTHESES = /^\((.*)\)$/;
const DEBIT_OR_CREDIT = /\s?(DR|CR)$/i;
// The minus sign of typography, and the dashes that spreadsheets write for it.
const MINUS = /[\u2212\u2013\ufe63\uff0d]/g;
// Spaces that separate thousands: no-break, narrow no-break, thin.
const SPACES = /[\u00a0\u202f\u2009]/g;
const FORMULA = /^[=@\t\r]/;

export function decimalReader({ decimal, thousands, marks }: DecimalMarks): DecimalReader {
  const point = decimal === '.' ? '\\.' : ',';
  const group = thousands === '' ? null : thousands.replace(/[.]/, '\\.');
  const grouped = group === null ? '' : `|\\d{1,3}(?:${group}\\d{3})+`;
  const number = new RegExp(`^(?:\\d+${grouped})(?:${point}\\d+)?$`);
  const longestFirst = marks.toSorted((a, b) => b.length - a.length);
  const plainIsEnough = decimal === '.';
  return (cell, field, column) => {
    const text = cell?.trim() ?? '';
    if (text === '') return null;
    if (plainIsEnough && text.length < CARD_DIGITS_MIN && PLAIN.test(text)) return text;
    assertAmountLike(text, field, column);
    const { digits, negative } = withoutSign(text, longestFirst);
    if (digits === null || !number.test(digits)) {
      throw new DataError(field, `${quoted(text)} in ${quoted(column)} is not ${described(decimal, thousands)}`);
    }
    const ungrouped = thousands === '' ? digits : digits.replaceAll(thousands, '');
    return `${negative ? '-' : ''}${decimal === '.' ? ungrouped : ungrouped.replace(',', '.')}`;
  };
}

function assertAmountLike(text: string, field: string, column: string): void {
  if (text.length > CELL_CHARS_MAX)
    throw new DataError(field, `the cell in ${quoted(column)} is too long for an amount`);
  if (FORMULA.test(text)) throw new DataError(field, `the cell in ${quoted(column)} is a formula: export values`);
  // A column that slipped: no amount has that many digits and no point.
  if (!/[.,]/.test(text) && holdsCardNumber(text)) {
    throw new DataError(field, 'looks like a card number, which may not be stored: remove it');
  }
}

/** `digits` is null where the text has two signs or something that is no mark of the mapping. */
function withoutSign(text: string, marks: readonly string[]): { digits: string | null; negative: boolean } {
  let signs = 0;
  let negative = false;
  const sign = (isNegative: boolean) => {
    signs += 1;
    negative = isNegative;
  };
  let rest = text.replace(MINUS, '-').replace(SPACES, ' ');
  const side = DEBIT_OR_CREDIT.exec(rest)?.[1];
  if (side !== undefined) {
    sign(side.toUpperCase() === 'DR');
    rest = rest.replace(DEBIT_OR_CREDIT, '');
  }
  const inside = PARENTHESES.exec(rest)?.[1];
  if (inside !== undefined) {
    sign(true);
    rest = inside;
  }
  for (const { at, found } of [
    { at: 0, found: (value: string) => value.startsWith('-') || value.startsWith('+') },
    { at: -1, found: (value: string) => value.endsWith('-') || value.endsWith('+') },
  ]) {
    // A mark may stand before or behind the sign: "-$1.00", "$-1.00".
    rest = withoutMarks(rest, marks);
    if (!found(rest)) continue;
    sign(rest.at(at) === '-');
    rest = at === 0 ? rest.slice(1) : rest.slice(0, -1);
  }
  rest = withoutMarks(rest, marks);
  return { digits: signs > 1 ? null : rest, negative };
}

function withoutMarks(text: string, marks: readonly string[]): string {
  let rest = text.trim();
  const before = marks.find((mark) => rest.startsWith(mark));
  if (before !== undefined) rest = rest.slice(before.length).trim();
  const behind = marks.find((mark) => rest.endsWith(mark));
  return behind === undefined ? rest : rest.slice(0, -behind.length).trim();
}

function described(decimal: string, thousands: string): string {
  const marks = `${quoted(decimal)} as decimal mark and ${thousands === '' ? 'none' : quoted(thousands)} for thousands`;
  return `an amount with ${marks}: correct the cell, or the mapping's format`;
}
