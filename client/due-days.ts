// Decides which days of an account are due: ended, not older than the daily run looks back, and without a conclusive run.
// The daily run plans the same (activities/run/plan-days.ts). Pure.
import { addDays, type BusinessDate, datesBetween, windowOf } from '../domain/business-date.ts';
import type { AccountConfig } from '../worker/config.ts';
import { latestEndedDate } from './day-of-account.ts';

export type DatedAccount = Pick<AccountConfig, 'account' | 'zone' | 'startDate' | 'sourceDeadline'>;

export interface DueDays {
  readonly due: readonly BusinessDate[];
  /** Due, and past the time by which their sources should have delivered. */
  readonly late: readonly BusinessDate[];
}

const DUE_DAYS_MAX = 35;

/** The days that can be due at all; empty where none has ended since the account's start. */
export function daysInSight(account: DatedAccount, nowMs: number): readonly BusinessDate[] {
  const last = latestEndedDate(account, nowMs);
  return datesBetween(later(account.startDate, addDays(last, -(DUE_DAYS_MAX - 1))), last);
}

export function dueDays(account: DatedAccount, conclusive: ReadonlySet<string>, nowMs: number): DueDays {
  const due = daysInSight(account, nowMs).filter((date) => !conclusive.has(date));
  return { due, late: due.filter((date) => windowOf(date, account.zone).endMs + account.sourceDeadline < nowMs) };
}

function later(a: BusinessDate, b: BusinessDate): BusinessDate {
  return a < b ? b : a;
}
