// Reads dates and times by a format in Luxon's tokens. Formats of numbers only are read by hand, because a million rows
// pass here; all others (names of months, offsets) are Luxon's business.
import { DateTime } from 'luxon';

/** What a text says: a wall clock's time as if it were UTC, and the offset where the text itself names one. */
export interface WallTime {
  readonly localMs: number;
  readonly offsetMs: number | null;
}

export interface DateFormat {
  /** Null where the text does not fit the format. */
  read(text: string): WallTime | null;
  readonly hasTime: boolean;
  readonly hasOffset: boolean;
  readonly hasShortYear: boolean;
}

export interface DateFormatOptions {
  /** Two-digit years below it are 20yy, the others 19yy. */
  readonly pivot?: number | undefined;
  readonly locale: string;
}

const TOKEN = /'[^']*'|([A-Za-z])\1*|[^A-Za-z']+/g;
const OFFSET_TOKENS = new Set(['Z', 'ZZ', 'ZZZ', 'z']);
const YEAR = 'y';
// The tokens that are read here: group of the date, and how many digits they take.
const NUMERIC: Readonly<Record<string, readonly [part: Part, min: number, max: number]>> = {
  yyyy: [YEAR, 4, 4],
  yy: [YEAR, 2, 2],
  MM: ['M', 2, 2],
  M: ['M', 1, 2],
  dd: ['d', 2, 2],
  d: ['d', 1, 2],
  HH: ['H', 2, 2],
  H: ['H', 1, 2],
  hh: ['h', 2, 2],
  h: ['h', 1, 2],
  mm: ['m', 2, 2],
  m: ['m', 1, 2],
  ss: ['s', 2, 2],
  s: ['s', 1, 2],
  SSS: ['S', 3, 3],
  a: ['a', 2, 2],
};
type Part = 'y' | 'M' | 'd' | 'H' | 'h' | 'm' | 's' | 'S' | 'a';

export function dateFormat(format: string, options: DateFormatOptions): DateFormat {
  const tokens = format.match(TOKEN) ?? [];
  const letters = tokens.filter((token) => /^[A-Za-z]/.test(token));
  const facts = {
    hasTime: letters.some((token) => /^[HhTt]/.test(token)),
    hasOffset: letters.some((token) => OFFSET_TOKENS.has(token)),
    hasShortYear: letters.includes('yy'),
  };
  const byHand = letters.every((token) => token in NUMERIC) ? numericReader(tokens, options.pivot) : null;
  return { ...facts, read: byHand ?? luxonReader(format, facts, options) };
}

type Read = DateFormat['read'];

function luxonReader(format: string, facts: Omit<DateFormat, 'read'>, { pivot, locale }: DateFormatOptions): Read {
  return (text) => {
    // UTC stands for "as the clock on the wall"; what the text says of its offset is kept by setZone.
    const at = DateTime.fromFormat(text, format, { zone: 'utc', setZone: facts.hasOffset, locale });
    if (!at.isValid) return null;
    const year = facts.hasShortYear ? fullYear(at.year % 100, pivot) : at.year;
    const localMs = utcMs(year, at.month, at.day, at.hour, at.minute, at.second, at.millisecond);
    return localMs === null ? null : { localMs, offsetMs: facts.hasOffset ? at.offset * 60_000 : null };
  };
}

function numericReader(tokens: readonly string[], pivot: number | undefined): Read {
  const steps = tokens.map((token) => {
    const numeric = NUMERIC[token];
    if (numeric === undefined) return { literal: token.startsWith("'") ? token.slice(1, -1) : token };
    const [part, min, max] = numeric;
    return { part, min, max, short: token === 'yy' };
  });
  const noon = tokens.includes('a');
  return (text) => {
    const found = { y: Number.NaN, M: 1, d: 1, H: 0, h: 0, m: 0, s: 0, S: 0, a: 0 };
    let at = 0;
    for (const step of steps) {
      if ('literal' in step) {
        if (!text.startsWith(step.literal, at)) return null;
        at += step.literal.length;
      } else if (step.part === 'a') {
        const half = text.slice(at, at + 2).toLowerCase();
        if (half !== 'am' && half !== 'pm') return null;
        found.a = half === 'pm' ? 12 : 0;
        at += 2;
      } else {
        let value = 0;
        let digits = 0;
        while (digits < step.max) {
          const digit = text.charCodeAt(at + digits) - 48;
          if (!(digit >= 0 && digit <= 9)) break;
          value = value * 10 + digit;
          digits += 1;
        }
        if (digits < step.min) return null;
        found[step.part] = step.short ? fullYear(value, pivot) : value;
        at += digits;
      }
    }
    if (at !== text.length) return null;
    if (noon && (found.h < 1 || found.h > 12)) return null;
    const hour = noon ? (found.h % 12) + found.a : found.H + found.h;
    const localMs = utcMs(found.y, found.M, found.d, hour, found.m, found.s, found.S);
    return localMs === null ? null : { localMs, offsetMs: null };
  };
}

/** Not a number without a pivot: then nobody said which century. */
function fullYear(year: number, pivot: number | undefined): number {
  return pivot === undefined ? Number.NaN : year < pivot ? 2000 + year : 1900 + year;
}

/** Null where it is no time of the calendar: 31 April, 24:00. */
function utcMs(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  milli: number,
): number | null {
  if (hour > 23 || minute > 59 || second > 59) return null;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second, milli);
  const at = new Date(ms);
  return at.getUTCMonth() === month - 1 && at.getUTCDate() === day ? ms : null;
}
