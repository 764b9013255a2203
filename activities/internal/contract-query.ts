// Decides the SQL around the configured query: its parameters get their types, its rows become a cursor, and the same
// rows are counted and summed by the database itself. Pure.
import { currencyExponent } from '../../domain/currency.ts';
import type { SourceTotal } from '../fetch/source.ts';
import type { Cell } from './snapshot.ts';

// Naming all three here gives them their types, and a query need not use each of them.
const PARAMETERS = 'with recon_parameters as (select $1::timestamptz, $2::timestamptz, $3::text)';
const CURSOR = 'recon_rows';

/** Describes the query's columns without reading a row. */
export function describeQuery(query: string): string {
  return `${PARAMETERS} select * from ${subselect(query)} limit 0`;
}

export function declareCursor(query: string, columns: readonly string[]): string {
  const list = columns.map((name) => `"${name}"`).join(', ');
  return `declare ${CURSOR} no scroll cursor for ${PARAMETERS} select ${list} from ${subselect(query)}`;
}

export function fetchRows(count: number): string {
  return `fetch forward ${count} from ${CURSOR}`;
}

/** Currency, count, sum. What is no number is in the count only; its row is refused when it is read. */
export function countAndSum(query: string): string {
  return `${PARAMETERS} select "currency"::text, count(*),
    sum("amount"::numeric) filter (where "amount"::numeric not in ('NaN', 'Infinity', '-Infinity'))
    from ${subselect(query)} group by 1`;
}

/** The first rows of a query that must give one. */
export function oneRow(query: string): string {
  return `${PARAMETERS} select * from ${subselect(query)} limit 2`;
}

export function sourceTotal([currency, count, sum]: readonly Cell[]): SourceTotal {
  const named = currency ?? '';
  return { currency: named, count: BigInt(count ?? '0'), sumMinor: sumInMinor(sum ?? null, currencyExponent(named)) };
}

function sumInMinor(sum: Cell, exponent: number | undefined): bigint | null {
  const [, whole = '', decimals = ''] = /^(-?\d+)(?:\.(\d+))?$/.exec(sum ?? '') ?? [];
  if (whole === '' || exponent === undefined || /[1-9]/.test(decimals.slice(exponent))) return null;
  return BigInt(whole + decimals.slice(0, exponent).padEnd(exponent, '0'));
}

function subselect(query: string): string {
  // The line break ends a comment in the query's last line.
  return `(\n${query.replace(/[\s;]+$/, '')}\n) as recon_records`;
}
