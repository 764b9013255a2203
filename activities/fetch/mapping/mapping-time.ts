// Decides which instant a row of a foreign file happened at. A time without a zone, in an unknown zone, or one that the
// clocks skip is a DataError, never a guess.
import { assertZone } from '../../../domain/business-date.ts';
import { DataError } from '../../../domain/data-error.ts';
import { quoted } from '../row/quoted.ts';
import { type DateFormat, dateFormat, type WallTime } from './date-format.ts';
import { type LocalTimeReader, localTimeReader } from './local-time.ts';
import { type ColumnFinder, cellAt } from './mapping-cells.ts';
import type { TimeSpec } from './mapping-schema.ts';

/** The instant as RFC 3339 in UTC. */
export type TimeReader = (cells: readonly string[]) => string;

const FIELD = 'occurredAt';
const HOUR_MS = 3_600_000;
// A file names a handful of zones; one that names thousands has another column there.
const ZONES_MAX = 1_000;
// The longest names of months and offsets fit.
const TIME_CHARS_MAX = 100;

export function timeReader(spec: TimeSpec, find: ColumnFinder): TimeReader {
  const formats = spec.format.map((format) => dateFormat(format, spec));
  const places = columnsOfTime(spec).map(find);
  const zones = zoneReader(spec, find);
  return (cells) => {
    let text = '';
    for (const place of places) text += `${text === '' ? '' : ' '}${cellAt(cells, place)}`;
    if (text === '') throw new DataError(FIELD, 'is missing');
    const wall = wallTime(text, formats);
    if (wall === null) {
      throw new DataError(FIELD, `${quoted(text)} is not a time written as ${spec.format.join(' or ')}`);
    }
    return new Date(instantOf(wall, text, cells, zones)).toISOString();
  };
}

/** A date alone is the start of that day in its zone. */
interface FoundTime extends WallTime {
  readonly hasTime: boolean;
}

/** A calendar day, whatever time stands behind it. */
export function dayReader(
  column: string,
  format: string,
  find: ColumnFinder,
): (cells: readonly string[]) => string | null {
  const read = dateFormat(format, { pivot: undefined, locale: 'en' });
  const at = find(column);
  return (cells) => {
    const text = cellAt(cells, at);
    if (text === '') return null;
    const wall = wallTime(text, [read]);
    if (wall === null) throw new DataError('availableOn', `${quoted(text)} is not a date written as ${format}`);
    return new Date(wall.localMs).toISOString().slice(0, 10);
  };
}

export function columnsOfTime(spec: TimeSpec): string[] {
  return [spec.column, spec.date, spec.time].filter((name) => name !== undefined);
}

function wallTime(text: string, formats: readonly DateFormat[]): FoundTime | null {
  if (text.length > TIME_CHARS_MAX) return null;
  for (const format of formats) {
    const wall = format.read(text);
    if (wall !== null) return { ...wall, hasTime: format.hasTime };
  }
  return null;
}

type ZoneOf = (cells: readonly string[]) => LocalTimeReader;

function instantOf(wall: FoundTime, text: string, cells: readonly string[], zoneOf: ZoneOf | null): number {
  if (wall.offsetMs !== null) return wall.localMs - wall.offsetMs;
  if (zoneOf === null) throw new DataError(FIELD, `${quoted(text)} has no zone: name time.zone in the mapping`);
  const at = zoneOf(cells);
  // Where clocks skip midnight, a day begins an hour later.
  const instantMs = at(wall.localMs) ?? (wall.hasTime ? null : at(wall.localMs + HOUR_MS));
  if (instantMs !== null) return instantMs;
  throw new DataError(
    FIELD,
    `${quoted(text)} does not exist there: clocks went forward across it. Correct the time or its zone`,
  );
}

function zoneReader(spec: TimeSpec, find: ColumnFinder): ZoneOf | null {
  if (spec.zone !== undefined) {
    const only = localTimeReader(spec.zone, spec.ambiguous);
    return () => only;
  }
  if (spec.zoneColumn === undefined) return null;
  const column = spec.zoneColumn;
  const at = find(column);
  const known = new Map<string, LocalTimeReader>();
  return (cells) => {
    const name = cellAt(cells, at);
    const found = known.get(name);
    if (found !== undefined) return found;
    if (name === '') throw new DataError(FIELD, `has no zone: ${quoted(column)} is empty`);
    if (known.size >= ZONES_MAX) throw new DataError(FIELD, `${quoted(column)} names more than ${ZONES_MAX} zones`);
    const reader = localTimeReader(zoneCalled(name, spec, column), spec.ambiguous);
    known.set(name, reader);
    return reader;
  };
}

function zoneCalled(name: string, spec: TimeSpec, column: string): string {
  try {
    // Own names only: a cell may say "constructor".
    return (Object.hasOwn(spec.zones, name) ? spec.zones[name] : undefined) ?? assertZone(name);
  } catch {
    throw new DataError(
      FIELD,
      `${quoted(name)} in ${quoted(column)} is not a zone that is known: add it to time.zones in the mapping`,
    );
  }
}
