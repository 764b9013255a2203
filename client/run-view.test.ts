import { expect, test } from '@jest/globals';
import { outcomeWord, renderRuns, runOnTheWire, tookWords } from './run-view.ts';
import { runForTests } from './runs-for-tests.ts';
import { plainPalette } from './terminal/plain-palette-for-tests.ts';

test('amounts are decimal strings in the run’s currency', () => {
  expect(runOnTheWire(runForTests())).toMatchObject({
    totalDiscrepancyAmount: '1234.50',
    currency: 'USD',
    run: 'stripe/us/2026-01-31#1',
  });
  expect(runOnTheWire(runForTests({ currency: 'JPY' }))).toMatchObject({ totalDiscrepancyAmount: '123450' });
});

test('what is not decided yet is null on the wire and a dash for people, never 0', () => {
  const running = runForTests({
    status: 'running',
    outcome: null,
    missingCount: null,
    atRiskMinor: null,
    finishedAtMs: null,
  });
  expect(runOnTheWire(running)).toMatchObject({
    missingTransactionCount: null,
    totalDiscrepancyAmount: null,
    finishedAt: null,
  });
  expect(renderRuns(plainPalette, [running])).toMatch(/running +– +– /);
});

test('people read money with its currency, and times in the account’s zone', () => {
  expect(renderRuns(plainPalette, [runForTests()])).toMatch(
    /clean +2 +1,234\.50 USD +0 +schedule +1 Feb 2026, 04:00 +4\.2 s$/m,
  );
});

test('a run that has ended without an outcome says how it ended', () => {
  expect(outcomeWord({ status: 'failed', outcome: null })).toBe('failed');
  expect(outcomeWord({ status: 'completed', outcome: 'inconclusive' })).toBe('inconclusive');
});

test('durations are short', () => {
  expect([400, 12_000, 185_000, 7_800_000, 3 * 86_400_000].map(tookWords)).toEqual([
    '0.4 s',
    '12 s',
    '3 min 5 s',
    '2 h 10 min',
    '3 d',
  ]);
});
