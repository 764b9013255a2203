// Decides how money is read, written and compared. Never a float: integers of minor units beside their currency.
import { currencyExponent } from './currency.ts';
import { DataError } from './data-error.ts';

export interface Money {
  readonly currency: string;
  /** Minor units of ISO 4217 (cents for USD, yen for JPY). */
  readonly minor: bigint;
}

// Half of PostgreSQL's bigint: gross minus fee, one side minus the other and the opposite sign of any amount still fit into one.
export const AMOUNT_MINOR_MAX = 2n ** 62n - 1n;
const DECIMAL = /^-?\d{1,19}(?:\.\d{1,6})?$/;

/**
 * Reads a decimal string in major units ("-12.30") into minor units.
 * @throws DataError when the text is not a plain decimal, has more decimals than the currency, or is out of range.
 */
export function parseDecimalAmount(text: string, currency: string, field: string): bigint {
  const exponent = exponentOf(currency);
  if (!DECIMAL.test(text)) throw new DataError(field, `"${clip(text)}" is not a plain decimal such as 12.30`);
  const dot = text.indexOf('.');
  const decimals = dot < 0 ? 0 : text.length - dot - 1;
  if (decimals > exponent) {
    throw new DataError(field, `"${clip(text)}" has ${decimals} decimals, ${currency} has ${exponent}`);
  }
  const digits = dot < 0 ? text : text.slice(0, dot) + text.slice(dot + 1);
  const minor = decimals === exponent ? BigInt(digits) : BigInt(digits) * 10n ** BigInt(exponent - decimals);
  return inRange(minor, field);
}

/**
 * Turns an integer counted in `exponent` decimals into ISO minor units.
 * @throws DataError when it does not divide: a processor that counts ISK in hundredths may not send half a króna.
 */
export function rescaleMinor(value: bigint, exponent: number, currency: string, field: string): bigint {
  const isoExponent = exponentOf(currency);
  if (exponent === isoExponent) return inRange(value, field);
  if (exponent < isoExponent) return inRange(value * 10n ** BigInt(isoExponent - exponent), field);
  const divisor = 10n ** BigInt(exponent - isoExponent);
  if (value % divisor !== 0n) {
    throw new DataError(field, `${value} does not divide into whole minor units of ${currency}`);
  }
  return inRange(value / divisor, field);
}

/** Decimal string in major units, the wire and file form: 1230n USD → "12.30". */
export function formatMinor(minor: bigint, currency: string): string {
  const exponent = exponentOf(currency);
  if (exponent === 0) return minor.toString();
  const negative = minor < 0n;
  const digits = (negative ? -minor : minor).toString().padStart(exponent + 1, '0');
  const split = digits.length - exponent;
  return `${negative ? '-' : ''}${digits.slice(0, split)}.${digits.slice(split)}`;
}

/** Decimal string with thousands separators and the currency, for people: "1,234.50 USD". */
export function formatForPeople(money: Money): string {
  const [whole = '', fraction] = formatMinor(money.minor, money.currency).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return `${grouped}${fraction === undefined ? '' : `.${fraction}`} ${money.currency}`;
}

function exponentOf(currency: string): number {
  const exponent = currencyExponent(currency);
  if (exponent === undefined) throw new DataError('currency', `"${clip(currency)}" is not an ISO 4217 currency`);
  return exponent;
}

function inRange(minor: bigint, field: string): bigint {
  if (minor > AMOUNT_MINOR_MAX || minor < -AMOUNT_MINOR_MAX)
    throw new DataError(field, 'is larger than can be reckoned with exactly');
  return minor;
}

const CLIP_CHARS = 40;
function clip(text: string): string {
  return text.length > CLIP_CHARS ? `${text.slice(0, CLIP_CHARS)}…` : text;
}
