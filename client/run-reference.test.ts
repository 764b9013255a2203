import { expect, test } from '@jest/globals';
import { formatRunReference, parseRunReference } from './run-reference.ts';
import { UsageError } from './usage-error.ts';

test('a run is named by account, date and number', () => {
  expect(parseRunReference('stripe/us/2026-01-31#2')).toEqual({
    account: 'stripe/us',
    date: '2026-01-31',
    runNumber: 2,
  });
});

test('without a number it is the latest', () => {
  expect(parseRunReference('test/files.v2/2026-01-31').runNumber).toBeNull();
});

test('what is parsed is written the same way', () => {
  for (const text of ['stripe/us/2026-01-31#2', 'stripe/us/2026-01-31']) {
    expect(formatRunReference(parseRunReference(text))).toBe(text);
  }
});

test.each([
  '',
  'stripe/us',
  'stripe/2026-01-31',
  '2026-01-31#1',
  'stripe/us/2026-02-30',
  'stripe/us/2026-01-31#0',
  'stripe/us/2026-01-31#x',
  'Stripe/us/2026-01-31',
])('"%s" is no run, and the message shows how one is written', (text) => {
  expect(() => parseRunReference(text)).toThrow(UsageError);
  expect(() => parseRunReference(text)).toThrow(/stripe\/us\/2026-01-31#2/);
});
