// Finds what a rule set says that can never be so, or takes back what it says elsewhere. Each is named with what to write
// instead. Legal oddities are no business of this file (rule-set-warnings.ts). Pure.
import { Decimal } from 'decimal.js';
import { currencyExponent } from './currency.ts';
import type { RuleSet } from './rule-set.ts';
import { rateContradictionsOf } from './rule-set-rate-contradictions.ts';
import { isAtLeastAsBroad, severityLines } from './severity-lines.ts';
import { SETTLED_VERDICTS } from './vocabulary.ts';

export interface RuleProblem {
  readonly path: ReadonlyArray<string | number>;
  readonly message: string;
}

type Tolerance = RuleSet['tolerance'][string];

export function contradictionsOf(rules: RuleSet): RuleProblem[] {
  return [
    ...ofTolerances(rules),
    ...ofComparing(rules),
    ...rateContradictionsOf(rules),
    ...ofIgnoring(rules),
    ...ofSeverities(rules),
  ];
}

function ofTolerances(rules: RuleSet): RuleProblem[] {
  return Object.entries(rules.tolerance).flatMap(([currency, tolerance]) => {
    const messages = currency === 'default' ? ofDefault(tolerance) : ofAmounts(currency, tolerance);
    return [...messages, ...ofPercent(tolerance)].map((message) => ({ path: ['tolerance', currency], message }));
  });
}

function ofDefault({ absolute, cap }: Tolerance): string[] {
  const hasAmount = Number(absolute ?? 0) !== 0 || cap !== undefined;
  return hasAmount ? ['an amount needs its currency: write it under USD, EUR …; only percent may be the default'] : [];
}

function ofAmounts(currency: string, { absolute, percent, cap }: Tolerance): string[] {
  const exponent = currencyExponent(currency);
  if (exponent === undefined) return [`is not an ISO 4217 currency${meant(currency)}`];
  const found: string[] = [];
  for (const amount of [absolute, cap]) {
    const decimals = String(amount ?? 0).split('.')[1]?.length ?? 0;
    if (decimals > exponent) found.push(`"${amount}" has ${decimals} decimals, ${currency} has ${exponent}`);
  }
  if (cap !== undefined && percent === undefined) found.push('cap limits percent, which is not set');
  if (cap !== undefined && new Decimal(cap).lessThan(absolute ?? 0)) {
    found.push(`cap "${cap}" is below absolute "${absolute}"`);
  }
  return found;
}

function meant(currency: string): string {
  const upper = currency.trim().toUpperCase();
  return upper !== currency && currencyExponent(upper) !== undefined ? `: write ${upper}` : '';
}

const PERCENT_OF_EVERYTHING = 100;

function ofPercent({ percent }: Tolerance): string[] {
  const acceptsAll = percent !== undefined && new Decimal(percent).greaterThanOrEqualTo(PERCENT_OF_EVERYTHING);
  return acceptsAll ? [`percent "${percent}" accepts any amount for any other: write one below 100`] : [];
}

function ofComparing({ compare, references, keyless }: RuleSet): RuleProblem[] {
  const found: RuleProblem[] = [];
  for (const needed of ['currency', 'kind', 'amount'] as const) {
    if (!compare.includes(needed)) found.push({ path: ['compare'], message: `${needed} is always compared: list it` });
  }
  for (const [where, words] of [['compare', compare] as const, ['references', references] as const]) {
    for (const word of twice(words)) found.push({ path: [where], message: `${word} is listed twice: once is enough` });
  }
  if (keyless.window > keyless.lookBack) {
    const message =
      'is longer than lookBack, so that no row is ever looked for that far: lengthen lookBack, or shorten it';
    found.push({ path: ['keyless', 'window'], message });
  }
  return found;
}

function twice(words: readonly string[]): string[] {
  return [...new Set(words.filter((word, at) => words.indexOf(word) !== at))];
}

function ofIgnoring({ ignore }: RuleSet): RuleProblem[] {
  const found: RuleProblem[] = [];
  for (const [at, { when }] of ignore.entries()) {
    const conditions = Object.entries(when).filter(([, condition]) => condition !== undefined);
    if (conditions.length === 0) {
      const message = 'would ignore every row: say which, such as { testMode: true }';
      found.push({ path: ['ignore', at, 'when'], message });
      continue;
    }
    const above = ignore.slice(0, at).findIndex(({ when: earlier }) => {
      const set = Object.entries(earlier).filter(([, condition]) => condition !== undefined);
      return set.length > 0 && set.every(([name, value]) => Object.is(when[name as keyof typeof when], value));
    });
    if (above >= 0) {
      const message = `never holds: what it names is ignored by line ${above + 1} ("${ignore[above]?.reason}") already; put it above, or remove it`;
      found.push({ path: ['ignore', at], message });
    }
  }
  return found;
}

function ofSeverities({ severity }: RuleSet): RuleProblem[] {
  const found: RuleProblem[] = [];
  const lines = severityLines(severity);
  if (lines.at(-1)?.conditions !== 0 || typeof severity.at(-1) !== 'string') {
    found.push({ path: ['severity'], message: 'the last line must be a plain severity' });
  }
  for (const [at, line] of lines.entries()) {
    const path = ['severity', at];
    const isLast = at === lines.length - 1;
    if (!isLast && line.conditions === 0) found.push({ path, message: 'always holds: no line below it is ever read' });
    const settled = line.verdict?.filter((verdict) => SETTLED_VERDICTS.includes(verdict)) ?? [];
    if (settled.length > 0) {
      found.push({ path, message: `${settled.join(', ')} is no difference, so that it has no severity: remove it` });
    }
    // A line that holds always is named itself, not each line below it.
    const above = lines.slice(0, at).findIndex((earlier) => earlier.conditions > 0 && isAtLeastAsBroad(earlier, line));
    if (above >= 0 && line.conditions > 0) {
      const message = `never holds: line ${above + 1} (${lines[above]?.severity}) holds whenever it would, and is read first; put it above`;
      found.push({ path, message });
    }
  }
  return found;
}
