// Reads the reference rates of a rule set: which rate holds in which direction, from which day on, and how far off one may be. Pure.
import { Decimal } from 'decimal.js';
import { currencyExponent } from './currency.ts';
import type { RuleSet } from './rule-set.ts';

/** One unit of `from` is `rate` units of `to`. */
export interface ReferenceRate {
  readonly from: string;
  readonly to: string;
  /** The first day of the rate, null where it always held; and the first day of the next one. */
  readonly validFrom: string | null;
  readonly validUntil: string | null;
  readonly rate: string;
  /** How many percent another rate may be off, either way. */
  readonly bandPercent: string;
}

/** What processors themselves take for converting is one to two percent. */
export const FX_BAND_DEFAULT_PERCENT = '2';
/** A rate of the other direction is one divided by the rate, half up. */
const INVERSE_DECIMALS = 10;

type RateRules = Pick<RuleSet, 'referenceRates' | 'fxBand'>;

/** Every rate in both directions. */
export function referenceRates(rules: RateRules): ReferenceRate[] {
  return Object.entries(rules.referenceRates ?? {}).flatMap(([pair, rates]) => {
    const currencies = currenciesOf(pair);
    if (currencies === undefined) return [];
    const [from, to] = currencies;
    const bandPercent = fxBandOf(rules, pair);
    return datedRates(rates).flatMap((dated) => [
      { from, to, ...dated, bandPercent },
      { from: to, to: from, ...dated, rate: inverse(dated.rate), bandPercent },
    ]);
  });
}

/** A day's rate holds until the next day that has one. */
function datedRates(rates: NonNullable<RuleSet['referenceRates']>[string]) {
  if (typeof rates === 'string') return [{ validFrom: null, validUntil: null, rate: rates }];
  const days = Object.entries(rates).sort(([a], [b]) => (a < b ? -1 : 1));
  return days.map(([validFrom, rate], at) => ({ validFrom, validUntil: days[at + 1]?.[0] ?? null, rate }));
}

function inverse(rate: string): string {
  return new Decimal(1).dividedBy(rate).toDecimalPlaces(INVERSE_DECIMALS, Decimal.ROUND_HALF_UP).toFixed();
}

export function fxBandOf({ fxBand }: RateRules, pair: string): string {
  if (typeof fxBand === 'string') return fxBand;
  return fxBand?.[pair] ?? fxBand?.default ?? FX_BAND_DEFAULT_PERCENT;
}

/** Of "EUR/USD"; undefined where it is no pair of two ISO 4217 currencies. */
export function currenciesOf(pair: string): readonly [from: string, to: string] | undefined {
  const [from = '', to = '', ...more] = pair.split('/');
  const isPair = from !== to && more.length === 0;
  return isPair && currencyExponent(from) !== undefined && currencyExponent(to) !== undefined ? [from, to] : undefined;
}
