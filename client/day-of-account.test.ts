import { expect, test } from '@jest/globals';
import { parseBusinessDate } from '../domain/business-date.ts';
import { accountForTests } from './accounts-for-tests.ts';
import { assertEnded, assertStarted, latestEndedDate } from './day-of-account.ts';

const newYork = accountForTests('stripe/us', { zone: 'America/New_York' });
const at = (instant: string) => Date.parse(instant);

test('a day ends when it ends in the account’s zone', () => {
  expect(latestEndedDate(newYork, at('2026-02-01T04:59:59Z'))).toBe('2026-01-30');
  expect(latestEndedDate(newYork, at('2026-02-01T05:00:00Z'))).toBe('2026-01-31');
});

test('the day of 25 hours ends at its last one', () => {
  expect(latestEndedDate(newYork, at('2026-11-02T04:59:59Z'))).toBe('2026-10-31');
  expect(latestEndedDate(newYork, at('2026-11-02T05:00:00Z'))).toBe('2026-11-01');
});

test('today has not ended, tomorrow is in the future, and the message says which day has', () => {
  const now = at('2026-02-01T12:00:00Z');
  const check = (date: string) => () => assertEnded(newYork, parseBusinessDate(date), now);
  expect(check('2026-01-31')).not.toThrow();
  expect(check('2026-02-01')).toThrow(
    '2026-02-01 has not ended yet in America/New_York (stripe/us): the latest day that has is 2026-01-31',
  );
  expect(check('2026-02-02')).toThrow('is in the future');
});

test('nothing is reconciled before the account starts', () => {
  expect(() => assertStarted(newYork, parseBusinessDate('2026-01-01'))).not.toThrow();
  expect(() => assertStarted(newYork, parseBusinessDate('2025-12-31'))).toThrow('starts (startDate: 2026-01-01');
});
