import { expect, test } from '@jest/globals';
import { newPassword, scramVerifier } from './scram-verifier.ts';

test('the verifier is the one of the example in RFC 7677', () => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  expect(scramVerifier('pencil', salt)).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

test('a new password stands in a URL as it is, and is never the same', () => {
  const password = newPassword();
  expect(encodeURIComponent(password)).toBe(password);
  expect(password).toHaveLength(32);
  expect(newPassword()).not.toBe(password);
});

test('a password that would have to be normalised is refused', () => {
  expect(() => scramVerifier('pässword')).toThrow(RangeError);
});
