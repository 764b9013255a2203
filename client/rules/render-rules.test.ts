// How rates and what is tolerated read in `recon rules check`.
import { expect, test } from '@jest/globals';
import { type RuleSet, ruleSetHash, ruleSetSchema } from '../../domain/rule-set.ts';
import { plainPalette } from '../terminal/plain-palette-for-tests.ts';
import { renderRulesCheck } from './render-rules.ts';

const shown = (given: object) => {
  const rules: RuleSet = ruleSetSchema.parse(given);
  return renderRulesCheck(plainPalette, { file: 'f', rules, hash: ruleSetHash(rules), problems: [], warnings: [] });
};

test('who writes none sees none', () => {
  expect(shown({})).not.toMatch(/Pair|Tolerated/);
});

test('rates are shown by pair and day, with how far off another may be', () => {
  const text = shown({
    compare: ['currency', 'kind', 'amount', 'status', 'fee', 'fx'],
    referenceRates: { 'EUR/USD': '1.0842', 'GBP/USD': { '2026-02-01': '1.27', '2026-01-01': '1.25' } },
    fxBand: { 'GBP/USD': '0.5' },
  });
  expect(text).toMatch(
    /^Pair +From +Rate +Either way\nEUR\/USD +any day +1\.0842 +2 %\nGBP\/USD +2026-01-01 +1\.25 +0\.5 %\nGBP\/USD +2026-02-01 +1\.27 +0\.5 %$/m,
  );
});

test('of years of rates the newest are shown', () => {
  const days = Array.from({ length: 45 }, (_, n) => [
    new Date(Date.UTC(2026, 0, n + 1)).toISOString().slice(0, 10),
    '1',
  ]);
  const text = shown({ referenceRates: { 'EUR/USD': Object.fromEntries(days) } });
  expect(text).toContain('2026-02-14');
  expect(text).not.toContain('2026-01-05');
  expect(text).toContain('5 more rates stand above these.');
});

test('what tolerated differences may add up to is said for each currency that tolerates any', () => {
  const text = shown({
    tolerance: { USD: { absolute: '0.01' }, JPY: { percent: '1', cap: '5' }, EUR: { absolute: 0 } },
    toleranceAlarm: { USD: '25.00' },
  });
  expect(text).toMatch(
    /^Tolerated +reported where a run adds up to more than 25\.00 USD, 1,000 JPY, or nearly all points one way$/m,
  );
});
