// Decides which instant an RFC 3339 text names. Only with its offset: a time without one is refused, never guessed.
import { DataError } from '../../../domain/data-error.ts';
import { quoted } from './quoted.ts';

// A payment outside this century is a typing error, and each month that rows name becomes a partition.
const YEAR_MIN = 2000;
const YEAR_MAX = 2099;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;
const SECONDS_END = 19;
const ZERO = 48;
const MINUTE_MS = 60_000;

/** Epoch milliseconds of `2026-01-31T23:59:59.123456+01:00`; finer fractions than milliseconds are cut off. */
export function readInstantMs(text: string, field: string): number {
  const dateMs = dateAt(text, field);
  const hour = numberAt(text, 11, 2);
  const minute = numberAt(text, 14, 2);
  const second = numberAt(text, 17, 2);
  const separated = isOneOf(text, 10, 'Tt ') && text.charCodeAt(13) === 58 && text.charCodeAt(16) === 58;
  // RFC 3339 allows second 60: a leap second is the first moment of the next minute.
  if (!separated || hour > 23 || minute > 59 || second > 60 || hour < 0 || minute < 0 || second < 0) {
    throw new DataError(field, `${quoted(text)} is not a time such as 2026-01-31T23:59:59Z`);
  }
  let at = SECONDS_END;
  let fractionMs = 0;
  if (text.charCodeAt(at) === 46) {
    const from = at + 1;
    at = from;
    while (numberAt(text, at, 1) >= 0) at += 1;
    if (at === from) throw new DataError(field, `${quoted(text)} has no digits after the point`);
    fractionMs = Number(text.slice(from, Math.min(at, from + 3)).padEnd(3, '0'));
  }
  return dateMs + hour * 3_600_000 + minute * MINUTE_MS + second * 1_000 + fractionMs - offsetMsAt(text, at, field);
}

/** A calendar day YYYY-MM-DD as it stands. */
export function readDate(text: string, field: string): string {
  if (text.length !== 10) throw new DataError(field, `${quoted(text)} is not a date such as 2026-01-31`);
  dateAt(text, field);
  return text;
}

function dateAt(text: string, field: string): number {
  const year = numberAt(text, 0, 4);
  const month = numberAt(text, 5, 2);
  const day = numberAt(text, 8, 2);
  const daysMax = DAYS_IN_MONTH[month - 1];
  const separated = text.charCodeAt(4) === 45 && text.charCodeAt(7) === 45;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (!separated || daysMax === undefined || year < 0 || day < 1 || day > (month === 2 && !leap ? 28 : daysMax)) {
    throw new DataError(field, `${quoted(text)} is not a date of the calendar written such as 2026-01-31`);
  }
  if (year < YEAR_MIN || year > YEAR_MAX) {
    throw new DataError(field, `${quoted(text)} lies outside the years ${YEAR_MIN} to ${YEAR_MAX}`);
  }
  return Date.UTC(year, month - 1, day);
}

function offsetMsAt(text: string, at: number, field: string): number {
  if (at === text.length) {
    throw new DataError(field, `${quoted(text)} has no offset: write it with Z or with one such as +01:00`);
  }
  if (isOneOf(text, at, 'Zz') && at + 1 === text.length) return 0;
  const hour = numberAt(text, at + 1, 2);
  const minute = numberAt(text, at + 4, 2);
  const formed = isOneOf(text, at, '+-') && text.charCodeAt(at + 3) === 58 && at + 6 === text.length;
  if (!formed || hour < 0 || hour > 23 || minute < 0 || minute > 59) {
    throw new DataError(field, `${quoted(text)} has an offset that is not Z or one such as +01:00`);
  }
  const offsetMs = (hour * 60 + minute) * MINUTE_MS;
  return text.charCodeAt(at) === 45 ? -offsetMs : offsetMs;
}

/** The number that `count` digits at `from` write, or -1 where one of them is not a digit. */
function numberAt(text: string, from: number, count: number): number {
  let value = 0;
  for (let index = from; index < from + count; index += 1) {
    const digit = text.charCodeAt(index) - ZERO;
    // Also catches the NaN behind the end of the text.
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function isOneOf(text: string, at: number, characters: string): boolean {
  return at < text.length && characters.includes(text.charAt(at));
}
