import { expect, test } from '@jest/globals';
import { parseAccountName } from './account.ts';

test.each([
  ['stripe/us', 'stripe'],
  ['paypal/eu-2', 'paypal'],
  ['adyen/shop', 'adyen'],
  ['test/files', 'test'],
  ['my_bank/0.main-a_b', 'my_bank'],
  [`${'a'.repeat(31)}/${'b'.repeat(61)}`, 'a'.repeat(31)],
])('%s is an account of %s', (text, processor) => {
  expect(parseAccountName(text)).toEqual({ account: text, processor });
});

test.each([
  'stripe',
  'stripe/',
  '/us',
  'stripe/us/1',
  'Stripe/us',
  'stripe/US',
  'stripe us',
  ' stripe/us',
  'stripe/us\n',
  '2checkout/us',
  'stripe/-us',
  'stripe/..',
  "stripe/us'; drop table accounts",
  'stripe/münchen',
  `${'a'.repeat(32)}/us`,
  `stripe/${'b'.repeat(62)}`,
  '',
])('%j is not an account', (text) => {
  expect(() => parseAccountName(text)).toThrow(RangeError);
  expect(() => parseAccountName(text)).toThrow('is not an account: write processor/name, such as stripe/us');
});
