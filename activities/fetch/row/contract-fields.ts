// Reads single fields of the file contract (design section 5). By hand, because a million rows pass here and a schema
// costs more than all the rest. Absent and JSON null are null; everything else is of its type or a DataError.
import { currencyExponent } from '../../../domain/currency.ts';
import { DataError } from '../../../domain/data-error.ts';
import { parseDecimalAmount } from '../../../domain/money.ts';
import { KINDS, type Kind, STATUSES, type Status } from '../../../domain/vocabulary.ts';
import { readInstantMs } from './instant.ts';
import { CARD_DIGITS_MIN, holdsCardNumber } from './personal-data.ts';
import { quoted } from './quoted.ts';
import { referenceText } from './reference-text.ts';

const KIND_SET: ReadonlySet<string> = new Set(KINDS);
// Sign, 19 digits, point, 6 decimals fit; what is longer is no amount and is not quoted in a reason.
const AMOUNT_CHARS_MAX = 32;
const STATUS_SET: ReadonlySet<string> = new Set(STATUSES);

/** A key, or null where there is none. A whole JSON number is read as its digits. */
export function optionalReference(value: unknown, field: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return referenceText(value, field);
  if (Number.isSafeInteger(value)) return referenceText(String(value), field);
  throw new DataError(field, 'is not text');
}

export function requiredReference(value: unknown, field: string): string {
  const key = optionalReference(value, field);
  if (key === null) throw new DataError(field, 'is missing');
  return key;
}

export function requiredCurrency(value: unknown, field: string): string {
  const currency = requiredText(value, field);
  if (currencyExponent(currency) !== undefined) return currency;
  const hint = currencyExponent(currency.toUpperCase()) === undefined ? '' : ': write it in capitals';
  throw new DataError(field, `${quoted(currency)} is not an ISO 4217 currency${hint}`);
}

/** Signed minor units of a decimal string in major units. */
export function optionalAmount(value: unknown, currency: string, field: string): bigint | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && value.length <= AMOUNT_CHARS_MAX) {
    // A column that slipped: no amount has that many digits and no point.
    if (value.length >= CARD_DIGITS_MIN && !value.includes('.') && holdsCardNumber(value)) {
      throw new DataError(field, 'looks like a card number, which may not be stored: remove it');
    }
    return parseDecimalAmount(value, currency, field);
  }
  if (typeof value === 'number') {
    throw new DataError(field, 'is a JSON number, which does not keep cents exactly: write "12.30" in quotes');
  }
  throw new DataError(field, 'is not a decimal in quotes such as "12.30"');
}

export function requiredAmount(value: unknown, currency: string, field: string): bigint {
  const minor = optionalAmount(value === '' ? null : value, currency, field);
  if (minor === null) throw new DataError(field, 'is missing');
  return minor;
}

export function requiredInstantMs(value: unknown, field: string): number {
  return readInstantMs(requiredText(value, field), field);
}

export function optionalFlag(value: unknown, field: string): boolean | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'boolean') return value;
  throw new DataError(field, 'is not true or false');
}

export function optionalStatus(value: unknown): Status | null {
  if (value === undefined || value === null) return null;
  if (isStatus(value)) return value;
  throw new DataError('status', `${quoted(value)} is not one of ${STATUSES.join(', ')}`);
}

export function isKind(value: unknown): value is Kind {
  return typeof value === 'string' && KIND_SET.has(value);
}

/** The code as the source wrote it, for a kind that no table knows. */
export function unknownKindCode(value: unknown): string {
  return requiredReference(value, 'kind');
}

/** @throws DataError when the row says that it belongs to another account than the one that is read. */
export function assertAccount(value: unknown, account: string): void {
  if (value === undefined || value === null || value === account || value === '') return;
  throw new DataError('account', `${quoted(value)} is not the account that is read, ${account}: check the file`);
}

export function requiredText(value: unknown, field: string): string {
  if (value === undefined || value === null || value === '') throw new DataError(field, 'is missing');
  if (typeof value !== 'string') throw new DataError(field, 'is not text');
  return value;
}

function isStatus(value: unknown): value is Status {
  return typeof value === 'string' && STATUS_SET.has(value);
}
