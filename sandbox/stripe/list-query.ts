// Reads the query string of a list request the way Stripe does, and refuses what Stripe refuses: unknown parameters, bad limits.
import { invalidParameter } from './stripe-failure.ts';

const LIMIT_DEFAULT = 10;
const LIMIT_MAX = 100;
const RANGE = /^(\w+)\[(gt|gte|lt|lte)\]$/;
const EXPAND = /^expand\[\d*\]$/;
const INTEGER = /^-?\d{1,15}$/;

export interface ListQuery {
  readonly limit: number;
  readonly startingAfter?: string;
  readonly endingBefore?: string;
  /** Inclusive whole seconds by parameter name, such as created. */
  readonly ranges: ReadonlyMap<string, { readonly min: number; readonly max: number }>;
  /** Filters by equality, by parameter name. */
  readonly equals: ReadonlyMap<string, string>;
  readonly expand: readonly string[];
}

/** What an endpoint understands beside paging. */
export interface ListParameters {
  readonly ranges: readonly string[];
  readonly equals: readonly string[];
  readonly expand: readonly string[];
}

export function parseListQuery(query: URLSearchParams, known: ListParameters): ListQuery {
  const ranges = new Map<string, { min: number; max: number }>();
  const equals = new Map<string, string>();
  let limit = LIMIT_DEFAULT;
  for (const [name, value] of query) {
    if (EXPAND.test(name) || name === 'starting_after' || name === 'ending_before') continue;
    const range = RANGE.exec(name);
    if (name === 'limit') limit = parseLimit(value);
    else if (range !== null && known.ranges.includes(range[1] ?? ''))
      narrow(ranges, range[1] ?? '', range[2] ?? '', value, name);
    else if (known.ranges.includes(name)) narrow(ranges, name, 'eq', value, name);
    else if (known.equals.includes(name)) equals.set(name, value);
    else throw invalidParameter(name, `Received unknown parameter: ${name}`, 'parameter_unknown');
  }
  return { limit, ranges, equals, expand: parseExpand(query, known.expand), ...parseCursor(query) };
}

/** `expand[]=a`, `expand[0]=a`, as often as wanted. */
export function parseExpand(query: URLSearchParams, known: readonly string[]): string[] {
  const expand = [...query].filter(([name]) => EXPAND.test(name)).map(([, value]) => value);
  for (const property of expand) {
    if (!known.includes(property)) throw invalidParameter('expand', `This property cannot be expanded (${property}).`);
  }
  return expand;
}

function parseCursor(query: URLSearchParams): { startingAfter?: string; endingBefore?: string } {
  const startingAfter = query.get('starting_after');
  const endingBefore = query.get('ending_before');
  if (startingAfter !== null && endingBefore !== null) {
    const message = 'Received both starting_after and ending_before parameters. Please pass in only one.';
    throw invalidParameter('starting_after', message, 'parameters_exclusive');
  }
  if (startingAfter !== null) return { startingAfter };
  return endingBefore === null ? {} : { endingBefore };
}

function parseLimit(value: string): number {
  const limit = parseInteger('limit', value);
  if (limit < 1) {
    throw invalidParameter('limit', 'This value must be greater than or equal to 1.', 'parameter_invalid_integer');
  }
  if (limit > LIMIT_MAX) {
    const message = `This value must be less than or equal to ${LIMIT_MAX} (it currently is '${value}').`;
    throw invalidParameter('limit', message, 'parameter_invalid_integer');
  }
  return limit;
}

/** Several bounds of one name all hold. */
function narrow(
  ranges: Map<string, { min: number; max: number }>,
  field: string,
  operator: string,
  value: string,
  param: string,
): void {
  const bound = parseInteger(param, value);
  const range = ranges.get(field) ?? { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
  if (operator === 'gte' || operator === 'eq') range.min = Math.max(range.min, bound);
  if (operator === 'gt') range.min = Math.max(range.min, bound + 1);
  if (operator === 'lte' || operator === 'eq') range.max = Math.min(range.max, bound);
  if (operator === 'lt') range.max = Math.min(range.max, bound - 1);
  ranges.set(field, range);
}

function parseInteger(param: string, value: string): number {
  if (!INTEGER.test(value)) throw invalidParameter(param, `Invalid integer: ${value}`, 'parameter_invalid_integer');
  return Number(value);
}
