// Finds what the reference rates of a rule set, their band and the alarm of tolerated differences can never mean. Pure.
import { Decimal } from 'decimal.js';
import { parseBusinessDate } from './business-date.ts';
import { currencyExponent } from './currency.ts';
import type { RuleSet } from './rule-set.ts';
import type { RuleProblem } from './rule-set-contradictions.ts';
import { currenciesOf } from './rule-set-rates.ts';

export function rateContradictionsOf(rules: RuleSet): RuleProblem[] {
  return [...ofRates(rules), ...ofBand(rules), ...ofAlarm(rules)];
}

const PAIR_WANTED = 'is not a pair of ISO 4217 currencies such as EUR/USD';

function ofRates({ compare, referenceRates }: RuleSet): RuleProblem[] {
  if (referenceRates === undefined) {
    const message = 'fx needs referenceRates, which are not set: write { EUR/USD: "1.0842" }';
    return compare.includes('fx') ? [{ path: ['compare'], message }] : [];
  }
  const pairs = Object.keys(referenceRates);
  return Object.entries(referenceRates).flatMap(([pair, rates], at) => {
    const messages: string[] = [];
    const currencies = currenciesOf(pair);
    if (currencies === undefined) messages.push(`${PAIR_WANTED}${meant(pair)}`);
    const other = currencies?.toReversed().join('/') ?? '';
    if (pairs.slice(0, at).includes(other))
      messages.push(`is ${other} the other way round: list one of them, the other follows from it`);
    const days = typeof rates === 'string' ? [] : Object.keys(rates);
    if (typeof rates !== 'string' && days.length === 0) messages.push('has no rate: write one, such as "1.0842"');
    for (const day of days.filter((text) => !isDay(text))) messages.push(`"${day}" is no date such as 2026-01-31`);
    for (const rate of typeof rates === 'string' ? [rates] : Object.values(rates))
      if (new Decimal(rate).isZero()) messages.push('a rate of 0 makes nothing of everything: write the rate');
    return messages.map((message) => ({ path: ['referenceRates', pair], message }));
  });
}

function isDay(text: string): boolean {
  try {
    return parseBusinessDate(text) === text;
  } catch {
    return false;
  }
}

function meant(pair: string): string {
  const upper = pair.toUpperCase().replaceAll(/\s/g, '').replaceAll(/[-_]/g, '/');
  return upper !== pair && currenciesOf(upper) !== undefined ? `: write ${upper}` : '';
}

const PERCENT_OF_EVERYTHING = 100;

function ofBand({ fxBand }: RuleSet): RuleProblem[] {
  if (fxBand === undefined) return [];
  const bands = typeof fxBand === 'string' ? [['', fxBand] as const] : Object.entries(fxBand);
  return bands.flatMap(([pair, percent]) => {
    const path = pair === '' ? ['fxBand'] : ['fxBand', pair];
    const messages: string[] = [];
    if (pair !== '' && pair !== 'default' && currenciesOf(pair) === undefined)
      messages.push(`${PAIR_WANTED}, nor the word default${meant(pair)}`);
    if (new Decimal(percent).greaterThanOrEqualTo(PERCENT_OF_EVERYTHING))
      messages.push(`"${percent}" percent accepts any rate: write one below 100`);
    return messages.map((message) => ({ path, message }));
  });
}

function ofAlarm({ toleranceAlarm }: RuleSet): RuleProblem[] {
  return Object.entries(toleranceAlarm ?? {}).flatMap(([currency, total]) => {
    const path = ['toleranceAlarm', currency];
    const exponent = currencyExponent(currency);
    if (currency === 'default') return [{ path, message: 'an amount needs its currency: write it under USD, EUR …' }];
    if (exponent === undefined) return [{ path, message: 'is not an ISO 4217 currency' }];
    const decimals = total.split('.')[1]?.length ?? 0;
    return decimals > exponent
      ? [{ path, message: `"${total}" has ${decimals} decimals, ${currency} has ${exponent}` }]
      : [];
  });
}
