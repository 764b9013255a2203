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

export function businessDateAt(instantMs: number, zone: string): BusinessDate {
  return Temporal.Instant.fromEpochMilliseconds(instantMs)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .toString() as BusinessDate;
}

/** Every day from..to, both included, ascending. */
export function datesBetween(from: BusinessDate, to: BusinessDate): BusinessDate[] {
  const dates: BusinessDate[] = [];
  for (let date = from; date <= to; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/** The same answer as businessDateAt, remembering windows: a day's million rows cost one calendar computation. */
export function businessDateFinder(zone: string): (instantMs: number) => BusinessDate {
  const known = new Map<BusinessDate, Window>();
  let lastDate = businessDateAt(0, zone);
  let last = windowOf(lastDate, zone);
  return (instantMs) => {
    if (instantMs >= last.startMs && instantMs < last.endMs) return lastDate;
    lastDate = businessDateAt(instantMs, zone);
    const found = known.get(lastDate) ?? windowOf(lastDate, zone);
    known.set(lastDate, found);
    last = found;
    return lastDate;
  };
}
