import { expect, test } from '@jest/globals';
import { limitWords, writeOffLimitOption } from './write-off-limit.ts';

test('a limit is read in the decimals of its currency, for all accounts or for one', () => {
  const limits = ['500.00:USD', 'stripe/us=20:JPY', '0:EUR'].reduce(
    (before: ReturnType<typeof writeOffLimitOption>, text) => writeOffLimitOption(text, before),
    [],
  );
  expect(limits).toEqual([
    { account: '*', currency: 'USD', amount: 50_000n },
    { account: 'stripe/us', currency: 'JPY', amount: 20n },
    { account: '*', currency: 'EUR', amount: 0n },
  ]);
  expect(limitWords(limits)).toBe('500.00 USD; stripe/us 20 JPY; 0.00 EUR');
  expect(limitWords([])).toBe('nothing');
});

test.each([
  ['500', /AMOUNT:CURRENCY/],
  ['-5.00:USD', /AMOUNT:CURRENCY/],
  ['5.001:USD', /3 decimals, USD has 2/],
  ['5.00:XQQ', /not an ISO 4217 currency/],
  ['Stripe=5.00:USD', /Stripe/],
])('%s is refused', (text, why) => {
  expect(() => writeOffLimitOption(text)).toThrow(why);
});

test('two limits of the same are refused, rather than the last of them taken', () => {
  const once = writeOffLimitOption('5.00:USD');
  expect(() => writeOffLimitOption('6.00:USD', once)).toThrow(/one limit for each currency/);
});
