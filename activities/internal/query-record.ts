// Turns one row of the query, as PostgreSQL's own text, into the file contract's record. No number passes through a float.
import { currencyExponent } from '../../domain/currency.ts';
import type { InternalRecord } from '../fetch/row/internal-row.ts';
import { type QueryColumn, TYPE } from './query-columns.ts';

type Cell = string | null;

export function queryRecord(columns: readonly QueryColumn[], cells: readonly Cell[]): InternalRecord {
  const record: Record<string, unknown> = {};
  for (const [index, column] of columns.entries()) record[column.name] = contractValue(column, cells[index] ?? null);
  const currency = typeof record.currency === 'string' ? record.currency : '';
  record.amount = withoutScale(record.amount, currency);
  record.fee = withoutScale(record.fee, currency);
  return record;
}

function contractValue({ typeOid }: QueryColumn, cell: Cell): unknown {
  if (cell === null) return null;
  switch (typeOid) {
    case TYPE.bool:
      return cell === 't';
    case TYPE.timestamptz:
      // ISO style in a session whose zone is UTC: "2026-01-31 23:59:59.123456+00".
      return cell.replace(' ', 'T').replace(/\+00$/, 'Z');
    case TYPE.bpchar:
      // char(n) is padded with blanks, which are not part of the value.
      return cell.trimEnd();
    default:
      return cell;
  }
}

/** A numeric(18,3) writes 12.300 for 12.30 dollars. Zeros beyond the currency's decimals are the column's, not the row's. */
function withoutScale(value: unknown, currency: string): unknown {
  const decimals = currencyExponent(currency);
  if (typeof value !== 'string' || decimals === undefined) return value;
  const dot = value.indexOf('.');
  if (dot < 0 || value.length - dot - 1 <= decimals) return value;
  const kept = decimals === 0 ? dot : dot + 1 + decimals;
  return /^\.?0*$/.test(value.slice(kept)) ? value.slice(0, kept) : value;
}
