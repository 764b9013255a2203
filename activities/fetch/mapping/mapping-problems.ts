// Finds what is wrong with a mapping as a whole: words that are right alone and cannot go together. Each problem says
// what to write instead. Pure.
import { assertZone } from '../../../domain/business-date.ts';
import { dateFormat } from './date-format.ts';
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
    if (!namesADay(text)) {
      found.push([path, `"${text}" is not a format in Luxon's tokens, such as yyyy-MM-dd HH:mm:ss`]);
    }
    if (format.hasShortYear && time.pivot === undefined) {
      found.push([
        ['time', 'pivot'],
        `"${text}" has two-digit years: write pivot: 70 (below it 20yy, from it on 19yy)`,
      ]);
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
  const amounts = mapping.side === 'internal' ? { amount: mapping.amount } : { gross: mapping.gross, net: mapping.net };
  return Object.entries(amounts).flatMap(([field, spec]): Problem[] => {
    const amount = spec !== undefined && 'otherwise' in spec ? spec.amount : spec;
    if (amount === undefined || !('sign' in amount) || typeof amount.sign === 'string') return [];
    const { debit, credit } = amount.sign;
    const both = debit.find((word) => credit.includes(word));
    return both === undefined ? [] : [[[field, 'sign'], `"${both}" is debit and credit: keep it in one of them`]];
  });
}

function ofNames(mapping: Mapping): Problem[] {
  const named = new Set(namedColumns(mapping));
  const found: Problem[] = mapping.optional
    .filter((name) => !named.has(name))
    .map((name) => [['optional'], `"${name}" is not read by any field: leave it out`] as const);
  if ('column' in mapping.kind && mapping.optional.includes(mapping.kind.column)) {
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

/** A format of another library is right in its own words: YYYY-MM-DD, %Y-%m-%d. */
function namesADay(text: string): boolean {
  const tokens = text.replace(/'[^']*'/g, '').match(/([A-Za-z])\1*/g) ?? [];
  const has = (letters: RegExp) => tokens.some((token) => letters.test(token));
  return tokens.every((token) => KNOWN_TOKENS.has(token)) && has(/^d/) && has(/^[ML]/) && has(/^y/);
}

// https://moment.github.io/luxon/#/parsing?id=table-of-tokens, those that name a date or a time.
const KNOWN_TOKENS: ReadonlySet<string> = new Set([
  ...['yy', 'yyyy', 'M', 'MM', 'MMM', 'MMMM', 'L', 'LL', 'LLL', 'LLLL', 'd', 'dd', 'EEE', 'EEEE', 'ccc', 'cccc'],
  ...['H', 'HH', 'h', 'hh', 'm', 'mm', 's', 'ss', 'S', 'SSS', 'u', 'uu', 'uuu', 'a', 'z', 'Z', 'ZZ', 'ZZZ'],
]);
