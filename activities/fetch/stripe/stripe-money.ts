// Decides what an amount of Stripe's API is in minor units of ISO 4217: the API counts a few currencies in its own way.
import { stripeExponent } from '../../../domain/currency.ts';
import { DataError } from '../../../domain/data-error.ts';
import { rescaleMinor } from '../../../domain/money.ts';
import { requiredCurrency } from '../row/contract-fields.ts';
import { quoted } from '../row/quoted.ts';

/** @throws DataError when it does not divide into whole minor units. */
export function stripeMinor(value: number | bigint, currency: string, field: string): bigint {
  return rescaleMinor(BigInt(value), decimalsInApi(currency), currency, field);
}

/** The API writes currencies in small letters. */
export function stripeCurrency(value: string, field: string): string {
  return requiredCurrency(value.toUpperCase(), field);
}

export function decimalsInApi(currency: string): number {
  const decimals = stripeExponent(currency);
  if (decimals === undefined) throw new DataError('currency', `${quoted(currency)} is not counted by Stripe`);
  return decimals;
}
