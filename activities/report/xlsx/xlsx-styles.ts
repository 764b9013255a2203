// The few formats that cells of a report have, as a workbook's style table. Pure.

// As many decimals as ISO 4217 has for any currency.
const DECIMALS_MAX = 4;
const FIRST_AMOUNT = 6;

/** Places in cellXfs below. */
export const STYLE = { header: 1, title: 2, text: 3, date: 4, instant: 5, integer: FIRST_AMOUNT } as const;

/** An amount shows exactly the decimals of its currency. */
export function amountStyle(decimals: number): number {
  return FIRST_AMOUNT + 1 + Math.min(decimals, DECIMALS_MAX);
}

const DATE_FORMAT = 164;
const INSTANT_FORMAT = 165;
const FIRST_AMOUNT_FORMAT = 166;

export function stylesXml(): string {
  const decimals = Array.from({ length: DECIMALS_MAX + 1 }, (_, count) => count);
  const amountFormat = (count: number) => `#,##0${count === 0 ? '' : `.${'0'.repeat(count)}`}`;
  const formats = [
    `<numFmt numFmtId="${DATE_FORMAT}" formatCode="yyyy\\-mm\\-dd"/>`,
    `<numFmt numFmtId="${INSTANT_FORMAT}" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/>`,
    ...decimals.map(
      (count) => `<numFmt numFmtId="${FIRST_AMOUNT_FORMAT + count}" formatCode="${amountFormat(count)}"/>`,
    ),
  ];
  const cell = (format: number, font = 0, fill = 0, more = '') =>
    `<xf numFmtId="${format}" fontId="${font}" fillId="${fill}" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"${more === '' ? '/>' : ` applyAlignment="1">${more}</xf>`}`;
  const top = '<alignment vertical="top"/>';
  const cells = [
    cell(0),
    cell(0, 1, 2, '<alignment vertical="center"/>'),
    cell(0, 2),
    cell(49, 0, 0, top),
    cell(DATE_FORMAT, 0, 0, top),
    cell(INSTANT_FORMAT, 0, 0, '<alignment horizontal="left" vertical="top"/>'),
    cell(1, 0, 0, top),
    ...decimals.map((count) =>
      cell(FIRST_AMOUNT_FORMAT + count, 0, 0, '<alignment horizontal="right" vertical="top"/>'),
    ),
  ];
  const font = (size: number, more = '') =>
    `<font>${more}<sz val="${size}"/><name val="Calibri"/><family val="2"/></font>`;
  const fonts = [font(11), font(11, '<b/>'), font(16, '<b/>')];
  const fills = [
    '<fill><patternFill patternType="none"/></fill>',
    '<fill><patternFill patternType="gray125"/></fill>',
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE6EDEB"/><bgColor indexed="64"/></patternFill></fill>',
  ];
  return [
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">',
    list('numFmts', formats),
    list('fonts', fonts),
    list('fills', fills),
    list('borders', ['<border><left/><right/><top/><bottom/><diagonal/></border>']),
    list('cellStyleXfs', ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>']),
    list('cellXfs', cells),
    list('cellStyles', ['<cellStyle name="Normal" xfId="0" builtinId="0"/>']),
    '</styleSheet>',
  ].join('');
}

function list(name: string, items: readonly string[]): string {
  return `<${name} count="${items.length}">${items.join('')}</${name}>`;
}
