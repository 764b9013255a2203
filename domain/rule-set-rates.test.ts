import { expect, test } from '@jest/globals';
import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { parse as parseYaml } from 'yaml';
import { defaultRuleSet, ruleSetHash, ruleSetSchema } from './rule-set.ts';
import { toleranceAlarms } from './rule-set-alarm.ts';
import type { RuleProblem } from './rule-set-contradictions.ts';
import { ruleSetProblems } from './rule-set-problems.ts';
import { referenceRates } from './rule-set-rates.ts';
import { warningsOf } from './rule-set-warnings.ts';

const FX = ['currency', 'kind', 'amount', 'status', 'fee', 'fx'];
const said = (problems: readonly RuleProblem[]) => problems.map(({ path, message }) => `${path.join('.')}: ${message}`);
const ratesOf = (given: object) => referenceRates(ruleSetSchema.parse(given));

// As finance people write it.
const EXAMPLE = `
compare: [currency, kind, amount, status, fee, fx]
referenceRates:
  EUR/USD: "1.0842"
  GBP/USD:
    2026-02-01: "1.2701"
    2026-01-01: "1.25"
fxBand: { default: "1", GBP/USD: "0.5" }
toleranceAlarm: { USD: "25.00", JPY: "3000" }
tolerance: { USD: { absolute: "0.01" }, JPY: { absolute: "1" } }
`;

test('rates are written by pair, for any day or from named days on, and hold in both directions', () => {
  const rules = ruleSetSchema.parse(parseYaml(EXAMPLE));
  expect(warningsOf(rules)).toEqual([]);
  const always = { validFrom: null, validUntil: null, bandPercent: '1' };
  const january = { validFrom: '2026-01-01', validUntil: '2026-02-01', bandPercent: '0.5' };
  const since = { validFrom: '2026-02-01', validUntil: null, bandPercent: '0.5' };
  expect(referenceRates(rules)).toEqual([
    { from: 'EUR', to: 'USD', rate: '1.0842', ...always },
    { from: 'USD', to: 'EUR', rate: '0.9223390518', ...always },
    { from: 'GBP', to: 'USD', rate: '1.25', ...january },
    { from: 'USD', to: 'GBP', rate: '0.8', ...january },
    { from: 'GBP', to: 'USD', rate: '1.2701', ...since },
    { from: 'USD', to: 'GBP', rate: '0.7873395796', ...since },
  ]);
  expect([...toleranceAlarms(rules)]).toEqual([
    ['USD', 2_500n],
    ['JPY', 3_000n],
  ]);
});

test('the band is two percent where none is written', () => {
  expect(ratesOf({ compare: FX, referenceRates: { 'EUR/USD': '1' } }).map(({ bandPercent }) => bandPercent)).toEqual([
    '2',
    '2',
  ]);
});

test('a rate there and back is one, to ten decimals', () => {
  const rate = fc.tuple(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 0, max: 9_999 }));
  fc.assert(
    fc.property(rate, ([whole, part]) => {
      const text = `${whole}.${String(part).padStart(4, '0')}`;
      const [there, back] = ratesOf({ compare: FX, referenceRates: { 'EUR/USD': text } });
      const off = new Decimal(there?.rate ?? 0)
        .times(back?.rate ?? 0)
        .minus(1)
        .abs();
      expect(off.lessThanOrEqualTo(new Decimal(text).times('0.00000000005'))).toBe(true);
    }),
  );
});

test('who compares no rates keeps the hash of the rules, and other rates are other rules', () => {
  expect(ruleSetHash(ruleSetSchema.parse({ referenceRates: undefined }))).toBe(ruleSetHash(defaultRuleSet()));
  const rates = { compare: FX, referenceRates: { 'EUR/USD': { '2026-01-01': '1.08', '2026-01-02': '1.09' } } };
  const backwards = { compare: FX, referenceRates: { 'EUR/USD': { '2026-01-02': '1.09', '2026-01-01': '1.08' } } };
  const hashes = [
    {},
    rates,
    { ...rates, fxBand: '1' },
    { ...rates, fxBand: { 'EUR/USD': '1' } },
    { compare: FX, referenceRates: { 'EUR/USD': '1.08' } },
    { toleranceAlarm: { USD: '5.00' } },
  ].map((given) => ruleSetHash(ruleSetSchema.parse(given)));
  expect(new Set(hashes).size).toBe(hashes.length);
  expect(ruleSetHash(ruleSetSchema.parse(backwards))).toBe(hashes[1]);
});

test('everything that contradicts itself is named at once', () => {
  expect(
    said(
      ruleSetProblems({
        compare: FX,
        referenceRates: {
          'eur-usd': '1.08',
          'EUR/USD': '0.0',
          'USD/EUR': '0.92',
          EUR: '1',
          'GBP/GBP': '1',
          'GBP/USD': { '2026-02-30': '1.25', January: '1.25' },
          'CHF/USD': {},
        },
        fxBand: { all: '1', 'EUR/USD': '100' },
        toleranceAlarm: { default: '10.00', EURO: '1', JPY: '0.5' },
      }),
    ),
  ).toEqual([
    'referenceRates.eur-usd: is not a pair of ISO 4217 currencies such as EUR/USD: write EUR/USD',
    'referenceRates.EUR/USD: a rate of 0 makes nothing of everything: write the rate',
    'referenceRates.USD/EUR: is EUR/USD the other way round: list one of them, the other follows from it',
    'referenceRates.EUR: is not a pair of ISO 4217 currencies such as EUR/USD',
    'referenceRates.GBP/GBP: is not a pair of ISO 4217 currencies such as EUR/USD',
    'referenceRates.GBP/USD: "2026-02-30" is no date such as 2026-01-31',
    'referenceRates.GBP/USD: "January" is no date such as 2026-01-31',
    'referenceRates.CHF/USD: has no rate: write one, such as "1.0842"',
    'fxBand.all: is not a pair of ISO 4217 currencies such as EUR/USD, nor the word default',
    'fxBand.EUR/USD: "100" percent accepts any rate: write one below 100',
    'toleranceAlarm.default: an amount needs its currency: write it under USD, EUR …',
    'toleranceAlarm.EURO: is not an ISO 4217 currency',
    'toleranceAlarm.JPY: "0.5" has 1 decimals, JPY has 0',
  ]);
});

test.each([
  [{ compare: FX }, 'compare: fx needs referenceRates, which are not set: write { EUR/USD: "1.0842" }'],
  [{ compare: FX, referenceRates: { 'EUR/USD': 1.0842 } }, 'referenceRates.EUR/USD: write a rate in quotes'],
  [{ compare: FX, referenceRates: { 'EUR/USD': '1,08' } }, 'referenceRates.EUR/USD: write a rate in quotes'],
  [{ compare: FX, referenceRates: { 'EUR/USD': { '2026-01-01': 1 } } }, 'referenceRates.EUR/USD: write a rate'],
  [{ fxBand: 2 }, 'fxBand: write percent in quotes'],
  [{ fxBand: '-1' }, 'fxBand: write percent in quotes'],
  [{ toleranceAlarm: { USD: 10 } }, 'toleranceAlarm.USD: write a positive decimal string'],
])('refuses %j', (given, problem) => {
  const problems = said(ruleSetProblems(given));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(problem);
});

test.each([
  [{ fxBand: '1' }, 'fxBand: has no effect without referenceRates'],
  [{ referenceRates: { 'EUR/USD': '1' } }, 'referenceRates: has no effect: compare does not list fx'],
  [{ compare: FX, referenceRates: {} }, 'referenceRates: lists no pair'],
  [
    { compare: FX, referenceRates: { 'EUR/USD': '1' }, fxBand: { 'USD/EUR': '1' } },
    'fxBand.USD/EUR: has no effect: referenceRates does not list the pair so',
  ],
  [{ compare: FX, referenceRates: { 'EUR/USD': '1' }, fxBand: '20' }, 'fxBand: 20 percent is much'],
  [{ compare: FX, referenceRates: { 'EUR/USD': '1' }, fxBand: '0' }, 'fxBand: accepts only the reference rate itself'],
  [{ toleranceAlarm: { USD: '5.00' } }, 'toleranceAlarm.USD: has no effect: no difference is tolerated in it'],
])('what is legal and odd is said with its consequence: %j', (given, warning) => {
  const found = said(warningsOf(ruleSetSchema.parse(given)));
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(warning);
});
