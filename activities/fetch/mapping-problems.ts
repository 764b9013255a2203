// Finds what is wrong with a mapping as a whole: words that are right alone and cannot go together. Each problem says
// what to write instead. Pure.
import { assertZone } from '../../domain/business-date.ts';
import { type DateFormat, dateFormat } from './date-format.ts';
import type { FormatSpec, Mapping, TimeSpec } from './mapping-schema.ts';
import { namedColumns } from './named-columns.ts';

type Problem = readonly [path: readonly string[], message: string];

export function mappingProblems(mapping: Mapping): Problem[] {
  return [
    ...ofFormat(mapping.format),
    ...ofTime(mapping.time),
    ...ofAmounts(mapping),
    ...ofSigns(mapping),
    ...ofNames(mapping),
  ];
}

function ofFormat({ decimal, thousands, delimiter, unit, decimals, quote }: FormatSpec): Problem[] {
  const found: Problem[] = [];
  if (decimal === thousands)
    found.push([['format', 'thousands'], `is "${decimal}" like decimal: one mark cannot be both`]);
  if (decimals !== undefined && unit !== 'minor') {
    found.push([['format', 'decimals'], 'counts minor units: write unit: minor beside it, or leave it out']);
  }
  if (quote === '' && (delimiter === decimal || delimiter === thousands)) {
    found.push([
      ['format', 'quote'],
      `numbers hold the delimiter "${delimiter}", so cells need quotes: leave quote out`,
    ]);
  }
  return found;
}

function ofTime(time: TimeSpec): Problem[] {
  const found: Problem[] = [];
  const split = time.date !== undefined || time.time !== undefined;
  if (split && time.column !== undefined) {
    found.push([['time'], 'has column, and date and time too: name the one column, or the two']);
  } else if (split && (time.date === undefined || time.time === undefined)) {
    found.push([['time'], 'date and time go together: name both columns, or one under column']);
  } else if (!split && time.column === undefined) {
    found.push([['time'], 'names no column: write column, or date and time']);
  }
  if (time.zone !== undefined && time.zoneColumn !== undefined) {
    found.push([['time'], 'has zone and zoneColumn: keep one of them']);
  }
  const zones = [...(time.zone === undefined ? [] : [['zone', time.zone] as const]), ...Object.entries(time.zones)];
  for (const [name, zone] of zones) {
    const path = name === 'zone' && zone === time.zone ? ['time', 'zone'] : ['time', 'zones', name];
    if (!isZone(zone))
      found.push([path, `"${zone}" is not an IANA time zone or offset: write Europe/Berlin or "+02:00"`]);
  }
  return [...found, ...ofTimeFormats(time)];
}

function ofTimeFormats(time: TimeSpec): Problem[] {
  const found: Problem[] = [];
  const path = ['time', 'format'];
  const formats = time.format.map((text) => ({ text, format: dateFormat(text, time) }));
  for (const { text, format } of formats) {
    if (!isReadable(text, format))
      found.push([path, `"${text}" is not a format in Luxon's tokens, such as yyyy-MM-dd HH:mm:ss`]);
    if (format.hasShortYear && time.pivot === undefined) {
      found.push([
        ['time', 'pivot'],
        `"${text}" has two-digit years: write pivot: 70 (below it 20yy, from it on 19yy)`,
      ]);
    }
    if (!format.hasTime) {
      found.push([path, `"${text}" has no time of day, so that a row's business date would be a guess: add HH:mm`]);
    }
    if (!format.hasOffset && time.zone === undefined && time.zoneColumn === undefined) {
      found.push([['time'], `"${text}" holds no offset: name zone: Europe/Berlin, or zoneColumn`]);
    }
  }
  const shapes = formats.map(({ text }) => text.replace(/[dM]{1,2}/g, '#'));
  if (new Set(shapes).size < shapes.length) {
    found.push([path, 'has formats that differ only in the order of day and month: one date could be read as two']);
  }
  return found;
}

function ofAmounts(mapping: Mapping): Problem[] {
  if (mapping.side === 'internal') return [];
  const { gross, net, fee } = mapping;
  if (gross === undefined && net === undefined)
    return [[['gross'], 'name gross, or net and fee, from which gross follows']];
  if (gross === undefined && fee === undefined)
    return [[['fee'], 'without gross, name fee beside net: gross is net plus fee']];
  if (gross !== undefined && 'otherwise' in gross && net === undefined) {
    return [[['net'], 'gross says otherwise: net_plus_fee, so name net']];
  }
  return [];
}

function ofSigns(mapping: Mapping): Problem[] {
  const found: Problem[] = [];
  const amounts = mapping.side === 'internal' ? { amount: mapping.amount } : { gross: mapping.gross, net: mapping.net };
  for (const [field, spec] of Object.entries(amounts)) {
    const amount = spec !== undefined && 'otherwise' in spec ? spec.amount : spec;
    if (amount === undefined || !('sign' in amount)) continue;
    if (typeof amount.sign !== 'string') {
      const both = amount.sign.debit.filter(
        (word) => amount.sign !== 'signed' && amount.sign !== 'by_kind' && amount.sign.credit.includes(word),
      );
      if (both.length > 0) found.push([[field, 'sign'], `"${both[0]}" is debit and credit: keep it in one of them`]);
    }
  }
  return found;
}

function ofNames(mapping: Mapping): Problem[] {
  const named = new Set(namedColumns(mapping));
  const found: Problem[] = mapping.optional
    .filter((name) => !named.has(name))
    .map((name) => [['optional'], `"${name}" is not read by any field: leave it out`] as const);
  if (mapping.kind !== undefined && 'column' in mapping.kind && mapping.optional.includes(mapping.kind.column)) {
    found.push([['optional'], `"${mapping.kind.column}" tells the kind: it cannot be missing`]);
  }
  return found;
}

function isZone(zone: string): boolean {
  try {
    assertZone(zone);
    return true;
  } catch {
    return false;
  }
}

/** Whether the format reads what it would write itself. */
function isReadable(text: string, format: DateFormat): boolean {
  return /d/.test(text) && /[ML]/.test(text) && /y/.test(text) && !hasUnknownLetters(text) && format !== undefined;
}

function hasUnknownLetters(text: string): boolean {
  const tokens = text.replace(/'[^']*'/g, '').match(/([A-Za-z])\1*/g) ?? [];
  return tokens.some((token) => !KNOWN_TOKENS.has(token));
}

// https://moment.github.io/luxon/#/parsing?id=table-of-tokens, those that name a date or a time.
const KNOWN_TOKENS: ReadonlySet<string> = new Set(
  'S SSS u uu uuu s ss m mm h hh H HH Z ZZ ZZZ z a d dd ccc cccc EEE EEEE L LL LLL LLLL M MM MMM MMMM y yy yyyy yyyyyy o ooo'.split(
    ' ',
  ),
);
