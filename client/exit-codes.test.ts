import { expect, test } from '@jest/globals';
import { EXIT, exitCodeOf } from './exit-codes.ts';

test('each outcome has its exit code', () => {
  expect(exitCodeOf(['clean'])).toBe(0);
  expect(exitCodeOf(['differences'])).toBe(1);
  expect(exitCodeOf(['failed'])).toBe(3);
  expect(exitCodeOf(['inconclusive'])).toBe(4);
});

test('of several outcomes the gravest counts: failed, then inconclusive, then differences', () => {
  expect(exitCodeOf(['clean', 'differences'])).toBe(EXIT.differences);
  expect(exitCodeOf(['differences', 'inconclusive', 'clean'])).toBe(EXIT.inconclusive);
  expect(exitCodeOf(['inconclusive', 'cancelled'])).toBe(EXIT.failed);
});

test('nothing to do is clean', () => {
  expect(exitCodeOf([])).toBe(EXIT.clean);
});
