// How text stands in the XML of a workbook: escaped, and what XML cannot hold as _xHHHH_, which spreadsheets read back.
// Lossless both ways up to a spreadsheet's own limit of a cell. Pure.

// The limit of a cell in Excel; a longer text would make the file unreadable there.
const CELL_CHARS_MAX = 32_767;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what XML cannot hold
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\r|_(?=x[0-9A-Fa-f]{4}_)/g;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export function xlsxText(text: string): string {
  const kept = text.length > CELL_CHARS_MAX ? `${text.slice(0, CELL_CHARS_MAX - 1)}…` : text;
  return escapeXml(kept.toWellFormed().replace(NOT_XML, hexEscape));
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char);
}

/** The opposite of xlsxText, after the XML parser has done its part. */
export function fromXlsxText(text: string): string {
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function hexEscape(char: string): string {
  return `_x${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;
}
