// Decides which instant a local time of a zone is, remembering what it computed: a calendar computation costs a thousand
// times a look-up. A time that the clocks skip is none.
import { Temporal } from 'temporal-polyfill';

export type LocalTimeReader = (localMs: number) => number | null;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
// A file of invented dates must not fill the memory; a real one stays far below.
const REMEMBERED_MAX = 20_000;

/**
 * `localMs` counts the wall clock's time as if it were UTC. Null for a time that does not exist there.
 * @param ambiguous which instant a time means that comes twice, when clocks go back.
 */
export function localTimeReader(zone: string, ambiguous: 'earlier' | 'later'): LocalTimeReader {
  // Days on which the clock stands still relative to UTC, and minutes of the few others.
  const offsetOfDay = new Map<number, number | null>();
  const offsetOfMinute = new Map<number, number | null>();
  const offsetAt = (ms: number) => {
    const instant = Temporal.Instant.fromEpochMilliseconds(ms);
    return instant.toZonedDateTimeISO(zone).offsetNanoseconds / 1_000_000;
  };
  const steadyOffset = (day: number) => {
    // No zone is further than a day from UTC, so that these two instants enclose the local day.
    const before = offsetAt((day - 1) * DAY_MS);
    return before === offsetAt((day + 2) * DAY_MS) ? before : null;
  };
  const exactOffset = (localMs: number) => {
    const plain = Temporal.Instant.fromEpochMilliseconds(localMs).toZonedDateTimeISO('UTC').toPlainDateTime();
    const zoned = plain.toZonedDateTime(zone, { disambiguation: ambiguous });
    return zoned.toPlainDateTime().equals(plain) ? localMs - zoned.epochMilliseconds : null;
  };
  return (localMs) => {
    const day = Math.floor(localMs / DAY_MS);
    const steady = remembered(offsetOfDay, day, () => steadyOffset(day));
    if (steady !== null) return localMs - steady;
    const minute = Math.floor(localMs / MINUTE_MS);
    const offset = remembered(offsetOfMinute, minute, () => exactOffset(minute * MINUTE_MS));
    return offset === null ? null : localMs - offset;
  };
}

function remembered<Value>(known: Map<number, Value>, key: number, compute: () => Value): Value {
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= REMEMBERED_MAX) known.clear();
  const value = compute();
  known.set(key, value);
  return value;
}
