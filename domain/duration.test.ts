import { expect, test } from '@jest/globals';
import { durationMs } from './duration.ts';

test.each([
  ['15s', 15_000],
  ['90m', 5_400_000],
  ['3h', 10_800_000],
  ['10d', 864_000_000],
  ['0d', 0],
  ['999999d', 86_399_913_600_000],
])('%s is %d ms', (text, ms) => {
  expect(durationMs.parse(text)).toBe(ms);
});

test.each([
  '',
  '3',
  'h',
  '3 h',
  ' 3h',
  '3h ',
  '3H',
  '1.5h',
  '-1d',
  '3w',
  '1h30m',
  '1000000d',
  'PT3H',
  3,
  null,
  undefined,
])('%j is not a duration, and the message says how to write one', (value) => {
  const issues = durationMs.safeParse(value).error?.issues ?? [];
  expect(issues.map(({ message }) => message)).toEqual(['write a number and s, m, h or d, such as 3h or 10d']);
});
