// Decides which days are due. PostgreSQL knows what is done: a day is due until it has a conclusive run.
// Idempotent by (account, date): planning twice plans the same.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { addDays, type BusinessDate, businessDateAt, datesBetween, windowOf } from '../../domain/business-date.ts';
import type { AccountDay } from '../../workflows/contracts.ts';
import type { AccountSetup } from '../accounts.ts';
import { upsertAccount } from './upsert-account.ts';

// Days older than this are a backfill's business, not the daily run's.
const DUE_DAYS_MAX = 35;
const ACCOUNTS_MAX = 500;
const BACKFILL_DAYS_MAX = 3_700;
const dateRow = z.object({ run_date: z.string() });

/** Every day of the zone's accounts that has ended by the nominal time and has no conclusive run, oldest first. */
export async function planDue(
  database: DatabasePool,
  setups: readonly AccountSetup[],
  nominalMs: number,
): Promise<AccountDay[]> {
  if (setups.length > ACCOUNTS_MAX)
    throw new RangeError(`more than ${ACCOUNTS_MAX} accounts in one zone: split the configuration`);
  const due: AccountDay[] = [];
  for (const setup of setups) {
    const last = addDays(businessDateAt(nominalMs, setup.zone), -1);
    const first = later(setup.startDate, addDays(last, -(DUE_DAYS_MAX - 1)));
    if (first > last) continue;
    const days = datesBetween(first, last);
    await upsertAccount(database, setup);
    await expectRuns(database, setup, days);
    const done = await conclusiveDays(database, setup.account, first, last);
    due.push(...days.filter((date) => !done.has(date)).map((date) => ({ account: setup.account, date })));
  }
  return due.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : a.account < b.account ? -1 : 1));
}

/** The days of the range that a backfill has to run, ascending; with force all of them. */
export async function planBackfill(
  database: DatabasePool,
  setup: AccountSetup,
  range: { from: BusinessDate; to: BusinessDate; force: boolean },
): Promise<BusinessDate[]> {
  const days = datesBetween(later(setup.startDate, range.from), range.to);
  if (days.length > BACKFILL_DAYS_MAX) throw new RangeError(`a backfill covers at most ${BACKFILL_DAYS_MAX} days`);
  if (range.force || days.length === 0) return days;
  const done = await conclusiveDays(database, setup.account, range.from, range.to);
  return days.filter((date) => !done.has(date));
}

async function conclusiveDays(database: DatabasePool, account: string, from: string, to: string): Promise<Set<string>> {
  const rows = await database.any(sql.type(dateRow)`
    select distinct run_date from reconciliation_runs
    where account = ${account} and run_date between ${from} and ${to} and status = 'completed' and outcome <> 'inconclusive'`);
  return new Set(rows.map((row) => row.run_date));
}

async function expectRuns(database: DatabasePool, setup: AccountSetup, days: readonly BusinessDate[]): Promise<void> {
  const due = days.map((date) => [
    date,
    new Date(windowOf(date, setup.zone).endMs + setup.sourceDeadlineMs).toISOString(),
  ]);
  await database.query(sql.unsafe`
    insert into expected_runs (account_id, business_date, due_at)
    select a.account_id, d.business_date, d.due_at
    from ${sql.unnest(due, ['date', 'timestamptz'])} as d (business_date, due_at), accounts a
    where a.account = ${setup.account}
    on conflict do nothing`);
}

function later(a: BusinessDate, b: BusinessDate): BusinessDate {
  return a > b ? a : b;
}
