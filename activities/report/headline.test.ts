import { expect, test } from '@jest/globals';
import { sampleDiscrepancy, totalsOf } from './discrepancies-for-tests.ts';
import { headline } from './headline.ts';
import { cleanReport, inconclusiveReport, sampleReport, sampleRun } from './reports-for-tests.ts';

const own = (...discrepancies: Parameters<typeof sampleDiscrepancy>[0][]) =>
  totalsOf(discrepancies.map((changes) => sampleDiscrepancy(changes)));

test('the tone of a run is its worst open difference', () => {
  const discrepancyTotals = own({ severity: 'low' }, { severity: 'medium' });
  expect(headline(sampleReport({ discrepancyTotals })).tone).toBe('medium');
});

test('what waits, was carried or closed does not make a run worse, but what cannot wait is said', () => {
  const discrepancyTotals = own(
    { severity: 'critical', section: 'carried' },
    { severity: 'critical', section: 'waiting' },
    { severity: 'critical', section: 'closed' },
  );
  const { tone, next, short } = headline({ ...cleanReport(), discrepancyTotals });
  expect(tone).toBe('clean');
  expect(next).toBe(
    'Nothing of this day is missing, none of its money is at risk. 1 difference of earlier days is still open, critical; ' +
      '1 row waits for the other side. Act now on what earlier days left: the report lists it.',
  );
  expect(short).toBe('the day agrees, 1 critical still open from earlier days');
});

test('small differences of earlier days leave nothing to do now', () => {
  const discrepancyTotals = own({ severity: 'medium', section: 'carried' }, { severity: 'low', section: 'carried' });
  const { next, short } = headline({ ...cleanReport(), discrepancyTotals });
  expect(next).toContain('2 differences of earlier days are still open. Nothing to do now.');
  expect(short).toBe('everything agrees');
});

test('a day with differences of its own names the urgent ones of earlier days too', () => {
  const carried = { severity: 'high', section: 'carried' } as const;
  const discrepancyTotals = own({ severity: 'low' }, carried, carried, carried);
  const { tone, next } = headline(sampleReport({ discrepancyTotals }));
  expect(tone).toBe('low');
  expect(next).toContain('3 differences of earlier days are still open, all high.');
});

test('one difference is not many', () => {
  const discrepancyTotals = own({ severity: 'critical' });
  const run = sampleRun({ atRiskMinor: 125_000n, missingTransactionCount: 1 });
  const { sentence, next } = headline(sampleReport({ discrepancyTotals, run }));
  expect(sentence.replace('\u00a0', ' ')).toBe('1 difference, critical: 1,250.00 USD at risk.');
  expect(next).toBe('Act now. 1 transaction is missing on one side.');
});

test('money in another currency only is named in that currency', () => {
  const discrepancyTotals = own({ severity: 'high', currency: 'EUR', amountMinor: 200_000n });
  const run = sampleRun({ atRiskMinor: 0n, missingTransactionCount: 1 });
  expect(headline(sampleReport({ discrepancyTotals, run })).short.replace('\u00a0', ' ')).toBe(
    '1 difference, 2,000.00 EUR at risk',
  );
});

test('a day that is not decided outranks small differences, but not large ones', () => {
  const undecided = inconclusiveReport();
  expect(headline({ ...undecided, discrepancyTotals: own({ severity: 'low' }) }).tone).toBe('inconclusive');
  expect(headline({ ...undecided, discrepancyTotals: own({ severity: 'critical' }) }).tone).toBe('critical');
  const { sentence, next } = headline({ ...undecided, discrepancyTotals: own({ severity: 'critical' }) });
  expect(sentence).toMatch(/^Not decided yet/);
  expect(next).toContain('1 difference so far');
});

test('a side of which nothing is known is said to be unknown', () => {
  const run = sampleRun({ outcome: 'inconclusive', processorCoverageMs: null, internalCoverageMs: null });
  expect(headline(sampleReport({ run, discrepancyTotals: [] })).sentence).toBe(
    'Not decided yet: nothing is known of Stripe’s data and nothing is known of your records.',
  );
});

test('rows that cannot be read keep a run from being clean', () => {
  const { tone, next } = headline({ ...cleanReport(), quarantinedCount: 3n });
  expect(tone).toBe('low');
  expect(next).toBe('3 rows could not be read. Correct the source, then run the day again.');
});
