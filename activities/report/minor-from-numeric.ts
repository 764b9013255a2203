// Reads a numeric of major units into minor units, exactly. What does not divide was never a sum of that currency.
import { currencyExponent } from '../../domain/currency.ts';
import { InvariantViolated } from '../errors.ts';

const NUMERIC = /^(-?)(\d+)(?:\.(\d+))?$/;

/** Arrives as text where it has a fraction, as bigint where it has none (sql/database.ts). */
export function minorFromNumeric(value: string | bigint, currency: string): bigint {
  const match = NUMERIC.exec(value.toString());
  const exponent = currencyExponent(currency) ?? 0;
  const fraction = match?.[3] ?? '';
  const kept = fraction.slice(0, exponent).padEnd(exponent, '0');
  if (match === null || /[1-9]/.test(fraction.slice(exponent))) {
    throw new InvariantViolated('an amount of a run', [`it is not a whole number of minor units of ${currency}`]);
  }
  return BigInt(`${match[1]}${match[2]}${kept}`);
}
