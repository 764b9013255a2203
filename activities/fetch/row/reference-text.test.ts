import { expect, test } from '@jest/globals';
import { isMarked, markedKinds, unmarked } from './personal-mark.ts';
import { referenceText } from './reference-text.ts';

test('white space around a key and invisible characters in it are no part of it', () => {
  expect(referenceText('  ORD-\u00001\u200b2\t', 'merchantReference')).toBe('ORD-12');
});

test.each(['', '  ', '0', 'N/A', 'none', '-', '\u0000'])('%j means that there is no key', (value) => {
  expect(referenceText(value, 'merchantReference')).toBeNull();
});

test('letters beyond ASCII are kept as they are', () => {
  expect(referenceText('Bestellung Ä-7', 'merchantReference')).toBe('Bestellung Ä-7');
});

test.each([
  ['a card number', '4242 4242 4242 4242', 'card', '4242 4242 4242 4242'],
  ['an e-mail address', 'jane.doe@example.com', 'email', 'jane.doe@example.com'],
  ['a hidden card number', '4242\u200b424242424242', 'card', '4242424242424242'],
] as const)('%s is marked with a character that no database stores', (_what, value, kind, key) => {
  const text = referenceText(value, 'merchantReference');
  expect([isMarked(text), markedKinds(text), unmarked(text ?? '')]).toEqual([true, [kind], key]);
  expect(text).toContain('\u0000');
});

test('what cannot be a key is refused: too long, half a character, a character that was lost', () => {
  expect(() => referenceText('x'.repeat(513), 'id')).toThrow('id: is longer than 512 characters');
  expect(() => referenceText('a\ud800', 'id')).toThrow('id: holds characters that are not valid UTF-8');
  expect(() => referenceText('M\ufffdller', 'id')).toThrow('id: holds characters that are not valid UTF-8');
});
