// Decides which days of an account can be reconciled: those that have ended in its zone, from its start date on. Pure.
import { addDays, type BusinessDate, businessDateAt } from '../domain/business-date.ts';
import type { AccountConfig } from '../worker/config.ts';
import { UsageError } from './usage-error.ts';

type Account = Pick<AccountConfig, 'account' | 'zone' | 'startDate'>;

/** Yesterday there: the latest day that has ended. */
export function latestEndedDate(account: Account, nowMs: number): BusinessDate {
  return addDays(businessDateAt(nowMs, account.zone), -1);
}

/** @throws UsageError */
export function assertEnded(account: Account, date: BusinessDate, nowMs: number): void {
  const latest = latestEndedDate(account, nowMs);
  if (date <= latest) return;
  const why = date === addDays(latest, 1) ? 'has not ended yet' : 'is in the future';
  throw new UsageError(`${date} ${why} in ${account.zone} (${account.account}): the latest day that has is ${latest}`);
}

/** @throws UsageError */
export function assertStarted(account: Account, date: BusinessDate): void {
  if (date >= account.startDate) return;
  throw new UsageError(
    `${date} is before ${account.account} starts (startDate: ${account.startDate} in the configuration): nothing before it is reconciled`,
  );
}
