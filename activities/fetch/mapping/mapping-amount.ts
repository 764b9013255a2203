// Decides how many minor units the cells of a row say, with the sign of the merchant's balance. Empty is null, never 0.
import { currencyExponent, stripeExponent } from '../../../domain/currency.ts';
import { DataError } from '../../../domain/data-error.ts';
import { formatMinor, parseDecimalAmount, rescaleMinor } from '../../../domain/money.ts';
import type { Kind } from '../../../domain/vocabulary.ts';
import { quoted } from '../row/quoted.ts';
import type { ColumnFinder } from './mapping-cells.ts';
import { decimalReader } from './mapping-decimal.ts';
import type { AmountSpec, FormatSpec } from './mapping-schema.ts';

/** What the sign may depend on. */
export interface SignContext {
  readonly kind: Kind;
  /** True where the row undoes one of its kind; null where only the sign would tell. */
  readonly reverses: boolean | null;
}

export type AmountReader = (cells: readonly string[], currency: string, context: SignContext) => bigint | null;

// What moves the balance one way by its nature (design section 5). Of the others nobody can tell without a sign.
const SIGN_OF_KIND: Partial<Record<Kind, 1n | -1n>> = {
  payment: 1n,
  refund: -1n,
  dispute: -1n,
  fee: -1n,
  payout: -1n,
};
const WHOLE = /^-?\d{1,19}$/;

export function amountReader(spec: AmountSpec, field: string, format: FormatSpec, find: ColumnFinder): AmountReader {
  const read = minorReader(format);
  if ('sum' in spec) {
    const parts = spec.sum.map((name) => ({ name, at: find(name) }));
    return (cells, currency) => {
      let sum: bigint | null = null;
      for (const { name, at } of parts) {
        const part = read(cells[at], currency, field, name);
        if (part !== null) sum = (sum ?? 0n) + part;
      }
      return negated(sum, spec.negate);
    };
  }
  if ('credit' in spec) return creditOrDebit(spec, field, read, find);
  const at = find(spec.column);
  const sign = signReader(spec, field, find);
  return (cells, currency, context) => {
    const value = read(cells[at], currency, field, spec.column);
    return value === null ? null : negated(sign(value, cells, context), spec.negate);
  };
}

function creditOrDebit(
  spec: { readonly credit: string; readonly debit: string },
  field: string,
  read: MinorReader,
  find: ColumnFinder,
): AmountReader {
  const creditAt = find(spec.credit);
  const debitAt = find(spec.debit);
  return (cells, currency) => {
    const credit = read(cells[creditAt], currency, field, spec.credit);
    const debit = read(cells[debitAt], currency, field, spec.debit);
    for (const [value, name] of [
      [credit, spec.credit],
      [debit, spec.debit],
    ] as const) {
      if (value !== null && value < 0n)
        throw new DataError(field, `is negative in ${quoted(name)}, which has its sign already`);
    }
    if (credit !== null && debit !== null && credit !== 0n && debit !== 0n) {
      throw new DataError(field, `stands in both ${quoted(spec.credit)} and ${quoted(spec.debit)}`);
    }
    if (credit === null && debit === null) return null;
    return (credit ?? 0n) - (debit ?? 0n);
  };
}

type SignReader = (value: bigint, cells: readonly string[], context: SignContext) => bigint;

function signReader(spec: Extract<AmountSpec, { sign: unknown }>, field: string, find: ColumnFinder): SignReader {
  if (spec.sign === 'signed') return (value) => value;
  const unsigned = (value: bigint) => {
    if (value >= 0n) return value;
    throw new DataError(field, `has a sign of its own in ${quoted(spec.column)}: write sign: signed in the mapping`);
  };
  if (spec.sign === 'by_kind') {
    return (value, _cells, { kind, reverses }) => {
      const sign = SIGN_OF_KIND[kind];
      if (sign === undefined || reverses === null) {
        throw new DataError(field, `the kind ${kind} does not tell its sign: let a column say it in the mapping`);
      }
      return unsigned(value) * (reverses ? -sign : sign);
    };
  }
  const { column, debit, credit } = spec.sign;
  const at = find(column);
  const signs = new Map([...credit.map((word) => [word, 1n] as const), ...debit.map((word) => [word, -1n] as const)]);
  return (value, cells) => {
    const word = cells[at]?.trim() ?? '';
    const sign = signs.get(word);
    if (sign === undefined) {
      throw new DataError(field, `${quoted(word)} in ${quoted(column)} is neither debit nor credit in the mapping`);
    }
    return unsigned(value) * sign;
  };
}

type MinorReader = (cell: string | undefined, currency: string, field: string, column: string) => bigint | null;

function minorReader(format: FormatSpec): MinorReader {
  const decimal = decimalReader(format);
  const { unit, decimals, paddedDecimals } = format;
  if (unit === 'major') {
    return (cell, currency, field, column) => {
      const text = decimal(cell, field, column);
      if (text === null) return null;
      return parseDecimalAmount(paddedDecimals ? withoutPadding(text, currency) : text, currency, field);
    };
  }
  const exponentOf = unit === 'stripe' ? stripeExponent : (code: string) => decimals ?? currencyExponent(code);
  return (cell, currency, field, column) => {
    const text = decimal(cell, field, column);
    if (text === null) return null;
    const exponent = exponentOf(currency);
    if (!WHOLE.test(text) || exponent === undefined) {
      throw new DataError(field, `${quoted(text)} in ${quoted(column)} is not a whole number of minor units`);
    }
    return rescaleMinor(BigInt(text), exponent, currency, field);
  };
}

/** "500.00" JPY is 500; "500.50" stays what it is and is refused. */
function withoutPadding(text: string, currency: string): string {
  const dot = text.indexOf('.');
  const exponent = currencyExponent(currency);
  if (dot < 0 || exponent === undefined || text.length - dot - 1 <= exponent) return text;
  const cut = exponent === 0 ? dot : dot + 1 + exponent;
  return /^\.?0+$/.test(text.slice(cut)) ? text.slice(0, cut) : text;
}

function negated(value: bigint | null, negate: boolean): bigint | null {
  return value !== null && negate ? -value : value;
}

export const NO_AMOUNT: AmountReader = () => null;

export function requiredMinor(amount: bigint | null, field: string): bigint {
  if (amount === null) throw new DataError(field, 'is missing');
  return amount;
}

/** As the file contract writes it. */
export function decimalOf(amount: bigint | null, currency: string): string | undefined {
  return amount === null ? undefined : formatMinor(amount, currency);
}
