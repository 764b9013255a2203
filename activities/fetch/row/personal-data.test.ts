import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { holdsCardNumber, holdsEmail, redacted } from './personal-data.ts';

// Published test numbers of the card schemes.
const CARDS = [
  '4242424242424242',
  '4222222222222',
  '5555555555554444',
  '2223003122003222',
  '378282246310005',
  '6011111111111117',
  '3056930009020004',
  '36227206271667',
  '3566002020360505',
  '6200000000000005',
  '6759649826438453',
];

test.each(CARDS)('%s is a card number, alone, in a sentence and behind a dash', (card) => {
  expect([card, `paid with ${card}.`, `order-${card}`].map(holdsCardNumber)).toEqual([true, true, true]);
});

test.each(['4242 4242 4242 4242', '4242-4242-4242-4242', 'card 3782 822463 10005'])('%s is a card number', (text) => {
  expect(holdsCardNumber(text)).toBe(true);
});

test.each([
  ['a wrong check digit', '4242424242424241'],
  ['no issuer', '1242424242424240'],
  ['too many digits', '42424242424242424242'],
  ['digits inside a hash', 'ab4242424242424242cd'],
  ['a time in milliseconds', '1769853612345'],
  ["a UUID's grouping", '42424242-4242-4242-8242-424242424242'],
])('%s is not a card number', (_why, text) => {
  expect(holdsCardNumber(text)).toBe(false);
});

test.each(['jane.doe@example.com', 'order of jane@example.co.uk, paid', 'j+tag@x.io'])(
  '%s is an e-mail address',
  (text) => {
    expect(holdsEmail(text)).toBe(true);
    expect(redacted(text)).not.toContain('@');
  },
);

test.each(['@mention', 'a@b', 'pi_3Q@live'])('%s is no e-mail address', (text) => {
  expect(holdsEmail(text)).toBe(false);
});

test('what was planted anywhere in a text is not in its redacted form', () => {
  fc.assert(
    fc.property(fc.lorem(), fc.constantFrom(...CARDS), fc.emailAddress(), fc.lorem(), (before, card, email, after) => {
      const shown = redacted(`${before} ${card} ${email} ${after}`);
      expect(shown).not.toContain(card);
      expect(holdsEmail(shown)).toBe(false);
    }),
  );
});

test('a long text without any address is searched in linear time', () => {
  const start = performance.now();
  holdsEmail(`${'a'.repeat(200_000)}@`);
  redacted(`${'1'.repeat(200_000)}@`);
  // Quadratic time would be minutes.
  expect(performance.now() - start).toBeLessThan(5_000);
});
