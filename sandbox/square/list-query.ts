// Reads the query of a list request the way Square does: times, order, cursor; a limit that is too high is ignored.
import { type Cursor, readCursor } from './cursor.ts';
import { invalidRequest } from './square-failure.ts';

const LIMIT_MAX = 100;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

export interface TimeRange {
  readonly fromMs: number;
  /** Not included: Square documents only that the beginning is. */
  readonly toMs: number;
}

export interface SquareListQuery {
  readonly locationId: string | null;
  readonly created: TimeRange;
  readonly updated: TimeRange;
  readonly sortBy: 'created' | 'updated';
  readonly ascending: boolean;
  readonly limit: number;
  readonly cursor: Cursor | null;
  /** Everything but the cursor: a cursor belongs to one query. */
  readonly signature: string;
}

export interface SquareListRules {
  /** How far back a list without a beginning reaches; null where there is no filter by time. */
  readonly defaultBackMs: number | null;
  readonly nowMs: number;
  readonly cursorLifeMs: number;
}

export function parseSquareList(query: URLSearchParams, rules: SquareListRules): SquareListQuery {
  const signature = [...query]
    .filter(([name]) => name !== 'cursor')
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&');
  const cursor = query.get('cursor');
  const defaultFrom = rules.defaultBackMs === null ? Number.NEGATIVE_INFINITY : rules.nowMs - rules.defaultBackMs;
  return {
    locationId: query.get('location_id'),
    created: range(query, 'begin_time', 'end_time', defaultFrom, rules.nowMs),
    updated: range(query, 'updated_at_begin_time', 'updated_at_end_time', Number.NEGATIVE_INFINITY),
    sortBy: query.get('sort_field') === 'UPDATED_AT' ? 'updated' : 'created',
    ascending: query.get('sort_order') === 'ASC',
    limit: limitOf(query.get('limit')),
    cursor: cursor === null || cursor === '' ? null : readCursor(cursor, signature, rules),
    signature,
  };
}

function range(
  query: URLSearchParams,
  begin: string,
  end: string,
  fromMs: number,
  toMs = Number.POSITIVE_INFINITY,
): TimeRange {
  const given = { fromMs: instant(query, begin) ?? fromMs, toMs: instant(query, end) ?? toMs };
  if (given.fromMs > given.toMs) {
    throw invalidRequest('INVALID_TIME_RANGE', begin, `${begin} must be before ${end}.`);
  }
  return given;
}

function instant(query: URLSearchParams, field: string): number | null {
  const value = query.get(field);
  if (value === null || value === '') return null;
  if (INSTANT.test(value)) return Date.parse(value);
  throw invalidRequest('INVALID_TIME', field, `${value} is not a valid RFC 3339 timestamp.`);
}

function limitOf(value: string | null): number {
  const limit = Number(value ?? LIMIT_MAX);
  if (!Number.isInteger(limit) || limit < 1) {
    throw invalidRequest('VALUE_TOO_LOW', 'limit', 'limit must be at least 1.');
  }
  return Math.min(limit, LIMIT_MAX);
}
