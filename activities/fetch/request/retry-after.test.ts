import { expect, test } from '@jest/globals';
import { retryAfterMs } from './retry-after.ts';

const NOW_MS = Date.UTC(2026, 0, 31, 10);

test.each([
  [undefined, null],
  [null, null],
  ['', null],
  ['soon', null],
  ['-5', null],
  ['1.5', null],
  ['0', 0],
  ['7', 7_000],
  ['3600', 3_600_000],
  ['3601', 3_600_000],
  ['99999999999999999999999', 3_600_000],
  ['Sat, 31 Jan 2026 10:00:30 GMT', 30_000],
  ['Saturday, 31-Jan-26 10:00:30 GMT', 30_000],
  ['Sat, 31 Jan 2026 09:59:00 GMT', 0],
  ['Sun, 31 Jan 2027 10:00:00 GMT', 3_600_000],
])('%j means a wait of %j ms, never one below zero or above an hour', (header, expected) => {
  expect(retryAfterMs(header, NOW_MS)).toBe(expected);
});

test('a date counts from now', () => {
  const waitMs = retryAfterMs(new Date(Date.now() + 60_000).toUTCString());
  expect(waitMs).toBeGreaterThan(50_000);
  expect(waitMs).toBeLessThanOrEqual(60_000);
});
