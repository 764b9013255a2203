// Reads the query of a transaction search as PayPal does: empty parameters count as absent, unknown ones are ignored, and what it
// refuses is refused here.
import { invalidRequest } from './paypal-failure.ts';
import type { RowVersion } from './paypal-row.ts';
import { secondsOf } from './stamp.ts';

const DAY_S = 86_400;
const RANGE_S_MAX = 31 * DAY_S;
const RETENTION_YEARS = 3;
const PAGE_SIZE_DEFAULT = 100;
const PAGE_SIZE_MAX = 500;
const PAGE_MAX = 2_147_483_647;
const AMOUNT_RANGE = /^\[?(-?\d{1,18}) TO (-?\d{1,18})\]?$/;
const TRANSACTION_ID = /^\w{17,19}$/;
const GROUPS = [
  'transaction_info',
  'payer_info',
  'shipping_info',
  'auction_info',
  'cart_info',
  'incentive_info',
  'store_info',
] as const;
const ABOUT_THE_ANSWER: ReadonlySet<string> = new Set(['page', 'page_size', 'fields']);
export type FieldGroup = (typeof GROUPS)[number];

export interface SearchQuery {
  readonly startS: number;
  readonly endS: number;
  readonly page: number;
  readonly pageSize: number;
  readonly groups: readonly FieldGroup[];
  readonly selects: (version: RowVersion) => boolean;
  /** Names what is selected: the same for all pages of one search. */
  readonly selection: string;
  /** PayPal fills a row's ending_balance only then. */
  readonly datesOnly: boolean;
}

export function parseSearchQuery(query: URLSearchParams, nowS: number): SearchQuery {
  const given = new Map([...query].filter(([name, value]) => name !== '' && value !== ''));
  return {
    ...parseDates(given, nowS),
    page: parseInteger(given, 'page', 1, PAGE_MAX),
    pageSize: parseInteger(given, 'page_size', PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX),
    groups: parseGroups(given.get('fields') ?? 'transaction_info'),
    selects: parseFilters(given),
    selection: [...given]
      .filter(([name]) => !ABOUT_THE_ANSWER.has(name))
      .flat()
      .join(' '),
    datesOnly: given.size === 2,
  };
}

function parseDates(given: ReadonlyMap<string, string>, nowS: number): { startS: number; endS: number } {
  const startS = parseDate(given, 'start_date');
  const endS = parseDate(given, 'end_date');
  const [start, end] = [given.get('start_date') ?? '', given.get('end_date') ?? ''];
  if (endS < startS) throw invalidRequest('end_date', end, 'End date is before the start date');
  if (endS - startS > RANGE_S_MAX) throw invalidRequest('end_date', end, 'Date range is greater than 31 days');
  if (startS < yearsBefore(nowS, RETENTION_YEARS)) {
    throw invalidRequest('start_date', start, 'Start date is more than three years ago');
  }
  return { startS, endS };
}

export function parseDate(given: ReadonlyMap<string, string>, field: string): number {
  const text = given.get(field) ?? null;
  if (text === null) throw invalidRequest(field, null, 'Required field is missing');
  const seconds = secondsOf(text);
  if (seconds === null) throw invalidRequest(field, text, 'Invalid date passed');
  return seconds;
}

function yearsBefore(seconds: number, years: number): number {
  const date = new Date(seconds * 1000);
  return date.setUTCFullYear(date.getUTCFullYear() - years) / 1000;
}

function parseInteger(given: ReadonlyMap<string, string>, field: string, byDefault: number, max: number): number {
  const text = given.get(field);
  if (text === undefined) return byDefault;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > max) throw invalidRequest(field, text, `Value must be a number of 1 to ${max}`);
  return value;
}

function parseGroups(text: string): readonly FieldGroup[] {
  if (text === 'all') return GROUPS;
  const asked = text.split(',').map((name) => name.trim());
  const unknown = asked.find((name) => !GROUPS.some((group) => group === name));
  if (unknown !== undefined) throw invalidRequest('fields', text, `Unknown field ${unknown}`);
  return GROUPS.filter((group) => asked.includes(group));
}

function parseFilters(given: ReadonlyMap<string, string>): SearchQuery['selects'] {
  const filters: SearchQuery['selects'][] = [];
  const equal = (name: string, read: (version: RowVersion) => string | null) => {
    const wanted = given.get(name);
    if (wanted !== undefined) filters.push((version) => read(version) === wanted);
  };
  const id = given.get('transaction_id');
  if (id !== undefined && !TRANSACTION_ID.test(id)) {
    throw invalidRequest('transaction_id', id, 'Value must have 17 to 19 characters');
  }
  equal('transaction_id', ({ row }) => row.transactionId);
  equal('transaction_type', ({ row }) => row.eventCode);
  equal('transaction_status', ({ status }) => status);
  equal('transaction_currency', ({ row }) => row.currency);
  // No row of this account comes from a card terminal or a store.
  for (const name of ['payment_instrument_type', 'store_id', 'terminal_id']) equal(name, () => null);
  filters.push(amountFilter(given.get('transaction_amount')));
  const affecting = given.get('balance_affecting_records_only') ?? 'Y';
  if (affecting !== 'Y' && affecting !== 'N') {
    throw invalidRequest('balance_affecting_records_only', affecting, 'Value must be Y or N');
  }
  if (affecting === 'Y') filters.push(({ row }) => row.balanceAffecting);
  return (version) => filters.every((selects) => selects(version));
}

/** "500 TO 1005": minor units of gross. */
function amountFilter(text: string | undefined): SearchQuery['selects'] {
  if (text === undefined) return () => true;
  const [, from, to] = AMOUNT_RANGE.exec(text) ?? [];
  if (from === undefined || to === undefined) throw invalidRequest('transaction_amount', text, 'Invalid amount range');
  const [min, max] = [BigInt(from), BigInt(to)];
  return ({ grossMinor }) => grossMinor >= min && grossMinor <= max;
}
