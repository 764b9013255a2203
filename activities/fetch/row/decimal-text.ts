// Decides the one text of a rate: plain decimal, no exponent, no zeros that say nothing. Equal rates have equal texts.
import { Decimal } from 'decimal.js';

// More digits than any rate has, so that shifting the point never rounds.
const Exact = Decimal.clone({ precision: 60 });

/** @param shift places to move the decimal point to the right (negative: to the left). */
export function decimalText(value: string | number, shift = 0): string {
  return new Exact(value).times(new Exact(10).pow(shift)).toFixed();
}
