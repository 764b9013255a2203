// Decides which calendar day an instant belongs to in an account's zone, and the half-open window of a day.
// DST days have 23 or 25 hours; the window knows, callers never add 24 hours.
import { Temporal } from 'temporal-polyfill';

declare const brand: unique symbol;
/** ISO calendar day (YYYY-MM-DD) in an account's zone. */
export type BusinessDate = string & { readonly [brand]: 'BusinessDate' };

/** [startMs, endMs) in epoch milliseconds UTC. */
export interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** @throws RangeError when the text is not a real calendar day written YYYY-MM-DD. */
export function parseBusinessDate(text: string): BusinessDate {
  if (!DATE.test(text)) throw new RangeError(`"${text}" is not a date: write YYYY-MM-DD`);
  try {
    Temporal.PlainDate.from(text, { overflow: 'reject' });
  } catch (cause) {
    throw new RangeError(`"${text}" is not a day of the calendar`, { cause });
  }
  return text as BusinessDate;
}

/** @throws RangeError when the zone is not an IANA time zone. */
export function assertZone(zone: string): string {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    return zone;
  } catch (cause) {
    throw new RangeError(`"${zone}" is not an IANA time zone such as America/New_York`, { cause });
  }
}

export function windowOf(date: BusinessDate, zone: string): Window {
  const day = Temporal.PlainDate.from(date);
  return {
    startMs: day.toZonedDateTime(zone).epochMilliseconds,
    endMs: day.add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds,
  };
}

export function addDays(date: BusinessDate, days: number): BusinessDate {
  return Temporal.PlainDate.from(date).add({ days }).toString() as BusinessDate;
}

/** The day whose window holds the instant. */
export function businessDateAt(instantMs: number, zone: string): BusinessDate {
  return dayAt(instantMs, zone).date;
}

/** Every day from..to, both included, ascending. @throws RangeError beyond DAYS_BETWEEN_MAX. */
export function datesBetween(from: BusinessDate, to: BusinessDate): BusinessDate[] {
  const days = Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to)).days + 1;
  if (days > DAYS_BETWEEN_MAX) {
    throw new RangeError(`${from} to ${to} are ${days} days: take at most ${DAYS_BETWEEN_MAX} at a time`);
  }
  return Array.from({ length: Math.max(days, 0) }, (_, at) => addDays(from, at));
}

/** The same answer as businessDateAt, remembering windows: a calendar computation costs a thousand times a look-up. */
export function businessDateFinder(zone: string): (instantMs: number) => BusinessDate {
  // By each UTC day that a window touches, so that rows need not come in order.
  const known = new Map<number, Day[]>();
  let last = dayAt(0, zone);
  return (instantMs) => {
    if (holds(last, instantMs)) return last.date;
    const found = known.get(utcDayOf(instantMs))?.find((day) => holds(day, instantMs));
    if (found !== undefined) {
      last = found;
      return found.date;
    }
    if (known.size > DAYS_REMEMBERED_MAX) known.clear();
    last = dayAt(instantMs, zone);
    for (let utcDay = utcDayOf(last.startMs); utcDay <= utcDayOf(last.endMs - 1); utcDay += 1) {
      known.set(utcDay, [...(known.get(utcDay) ?? []), last]);
    }
    return last.date;
  };
}

// What ensure_partitions takes, too.
const DAYS_BETWEEN_MAX = 3_700;
// A file of invented dates must not fill the memory; a real one stays far below.
const DAYS_REMEMBERED_MAX = 10_000;
const UTC_DAY_MS = 86_400_000;

interface Day extends Window {
  readonly date: BusinessDate;
}

function dayAt(instantMs: number, zone: string): Day {
  const calendarDay = Temporal.Instant.fromEpochMilliseconds(instantMs).toZonedDateTimeISO(zone).toPlainDate();
  const date = calendarDay.toString() as BusinessDate;
  const window = windowOf(date, zone);
  if (instantMs < window.endMs) return { date, ...window };
  // Clocks that go back across midnight (St. John's until 2010, at 00:01) return to a day whose successor has begun. A
  // day is one stretch of time: what comes after its successor's first midnight is the successor's.
  const next = addDays(date, 1);
  return { date: next, ...windowOf(next, zone) };
}

function holds(day: Day, instantMs: number): boolean {
  return instantMs >= day.startMs && instantMs < day.endMs;
}

function utcDayOf(instantMs: number): number {
  return Math.floor(instantMs / UTC_DAY_MS);
}
