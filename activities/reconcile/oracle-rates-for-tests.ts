// Whether converted money is off the reference rate, by design sections 6 and 7: the second opinion of the exchange rates.
import { Decimal } from 'decimal.js';
import { currencyExponent } from '../../domain/currency.ts';
import type { RuleSet } from '../../domain/rule-set.ts';
import type { P } from './oracle-row-for-tests.ts';

/** So many digits that no product is ever rounded. */
const Exact = Decimal.clone({ precision: 200 });
const INVERSE_DECIMALS = 10;

/** `seen`: the rows of a group that are compared in what the customer saw, in another currency than moved. */
export function isOffRate(seen: readonly P[], rules: RuleSet): boolean {
  const pairs = new Set(seen.map(({ facts }) => `${facts.presentmentCurrency}/${facts.currency}`));
  const expected = seen.flatMap((row) => expectedOf(row, rules) ?? []);
  const presented = seen.reduce((sum, { facts }) => sum + (facts.presentmentMinor ?? 0n), 0n);
  if (!rules.compare.includes('fx') || pairs.size !== 1 || presented === 0n || expected.length < seen.length)
    return false;
  const settled = seen.reduce((sum, { facts }) => sum + facts.grossMinor, 0n);
  const total = sumOf(expected);
  const band = sumOf(expected.map((one) => one.abs())).times(bandOf(rules));
  return total.minus(String(settled)).abs().greaterThan(band.plus(seen.length));
}

/** What should have been settled, to the last digit; null where the rules know no rate of the pair and day. */
function expectedOf({ facts, homeDate }: P, { referenceRates = {} }: RuleSet): Decimal | null {
  const [from, to] = [facts.presentmentCurrency ?? '', facts.currency];
  const [direct, reverse] = [referenceRates[`${from}/${to}`], referenceRates[`${to}/${from}`]];
  const written = rateOn(direct ?? reverse, homeDate);
  if (written === null) return null;
  const rate =
    direct === undefined
      ? new Exact(1).dividedBy(written).toDecimalPlaces(INVERSE_DECIMALS, Decimal.ROUND_HALF_UP)
      : written;
  const shift = (currencyExponent(to) ?? 0) - (currencyExponent(from) ?? 0);
  return rate.times(String(facts.presentmentMinor)).times(new Exact(10).toPower(shift));
}

function sumOf(amounts: readonly Decimal[]): Decimal {
  return amounts.reduce((sum, amount) => sum.plus(amount), new Exact(0));
}

function rateOn(rates: NonNullable<RuleSet['referenceRates']>[string] | undefined, day: string): Decimal | null {
  if (rates === undefined) return null;
  if (typeof rates === 'string') return new Exact(rates);
  const last = Object.keys(rates)
    .sort()
    .findLast((from) => from <= day);
  return last === undefined ? null : new Exact(rates[last] ?? 0);
}

/** As a share; the rules of the tests name one for all pairs. */
function bandOf({ fxBand }: RuleSet): Decimal {
  return new Exact(typeof fxBand === 'string' ? fxBand : 2).dividedBy(100);
}
