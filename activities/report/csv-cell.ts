// Decides what may stand in a cell of a CSV that people open in a spreadsheet: a cell that would be taken for a formula
// gets an apostrophe before it. Well-formed negative amounts stay numbers. Pure.

// What spreadsheets take for the start of a formula (OWASP: CSV injection), with the full-width forms of East Asian
// input.
const FORMULA_START = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const PLAIN_DECIMAL = /^-?\d+(?:\.\d+)?$/;

export function csvText(text: string | null): string {
  if (text === null) return '';
  return FORMULA_START.test(text) ? `'${text}` : text;
}

/** For columns that hold amounts: "-12.30" is a number, anything else is text. */
export function csvAmount(text: string | null): string {
  return text !== null && PLAIN_DECIMAL.test(text) ? text : csvText(text);
}
