import { expect, test } from '@jest/globals';
import { parseBusinessDate } from '../domain/business-date.ts';
import { accountForTests } from './accounts-for-tests.ts';
import { daysInSight, dueDays } from './due-days.ts';

const now = Date.parse('2026-03-10T08:00:00Z');
const account = (startDate: string) => accountForTests('stripe/us', { startDate: parseBusinessDate(startDate) });

test('five weeks are in sight, and nothing before the start', () => {
  expect(daysInSight(account('2026-01-01'), now)).toHaveLength(35);
  expect(daysInSight(account('2026-03-08'), now)).toEqual(['2026-03-08', '2026-03-09']);
  expect(daysInSight(account('2026-03-10'), now)).toEqual([]);
});

test('a day is due until it has a conclusive run, and late when its sources’ time is over', () => {
  const { due, late } = dueDays(account('2026-03-06'), new Set(['2026-03-07']), now);
  expect(due).toEqual(['2026-03-06', '2026-03-08', '2026-03-09']);
  expect(late).toEqual(['2026-03-06', '2026-03-08']);
});
