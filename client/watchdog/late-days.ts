// Which days are past the time by which they should have had a result. The calendar in the database counts; a day that no tick ever
// planned stands in none, and is counted from the configuration. A run that failed, waits or is still at it is no result.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { windowOf } from '../../domain/business-date.ts';
import type { AccountConfig } from '../../worker/config.ts';
import { readConclusiveDays } from '../database/read-standing.ts';
import { daysInSight } from '../due-days.ts';
import { TYPED_AS } from '../help-examples.ts';
import { bounded, type Finding } from './finding.ts';

const dueRow = z.object({ account: z.string(), date: z.string(), dueAtMs: z.number() });
const runRow = z.object({ account: z.string(), date: z.string(), status: z.string(), outcome: z.string().nullable() });

/** From the result being due to the alarm: a run of the last minutes may still be at it. */
const GRACE_MS = 900_000;

export async function lateDays(
  database: DatabasePool,
  accounts: readonly AccountConfig[],
  nowMs: number,
): Promise<readonly Finding[]> {
  const days = accounts.flatMap((account) => daysInSight(account, nowMs).map((date) => ({ account, date })));
  const from = days.map(({ date }) => date).sort()[0];
  if (from === undefined) return [];
  const names = accounts.map(({ account }) => account);
  const [conclusive, planned, latest] = await Promise.all([
    readConclusiveDays(database, names, from),
    readPlanned(database, names, from),
    readLatest(database, names, from),
  ]);
  const late = days.flatMap(({ account: { account, zone, sourceDeadline }, date }) => {
    if (conclusive.get(account)?.has(date) === true) return [];
    const dueAtMs = planned.get(`${account} ${date}`) ?? windowOf(date, zone).endMs + sourceDeadline;
    return dueAtMs + GRACE_MS < nowMs ? [{ account, date, dueAtMs }] : [];
  });
  return bounded(
    late.map(({ account, date, dueAtMs }) => ({
      cause: 'day_late',
      about: `${account} ${date}`,
      severity: 'high',
      detail: `no result since ${new Date(dueAtMs).toISOString().slice(0, 16)}Z: ${latest.get(`${account} ${date}`) ?? 'it never ran'}`,
      next: `${TYPED_AS} retry ${account}/${date}`,
    })),
  );
}

async function readPlanned(
  database: DatabasePool,
  accounts: readonly string[],
  from: string,
): Promise<ReadonlyMap<string, number>> {
  const rows = await database.any(sql.type(dueRow)`
    select a.account, e.business_date as date, e.due_at as "dueAtMs" from expected_runs e join accounts a using (account_id)
    where a.account = any(${sql.array([...accounts], 'text')}) and e.business_date >= ${from}`);
  return new Map(rows.map(({ account, date, dueAtMs }) => [`${account} ${date}`, dueAtMs]));
}

async function readLatest(
  database: DatabasePool,
  accounts: readonly string[],
  from: string,
): Promise<ReadonlyMap<string, string>> {
  const rows = await database.any(sql.type(runRow)`
    select distinct on (account, run_date) account, run_date as date, status, outcome from reconciliation_runs
    where account = any(${sql.array([...accounts], 'text')}) and run_date >= ${from}
    order by account, run_date, run_number desc`);
  return new Map(rows.map(({ account, date, status, outcome }) => [`${account} ${date}`, wordsOf(status, outcome)]));
}

function wordsOf(status: string, outcome: string | null): string {
  if (status === 'completed' && outcome === 'inconclusive') return 'a side has not delivered the whole day';
  return status === 'running'
    ? 'its run is under way'
    : `its last run ${status === 'failed' ? 'failed' : `is ${status}`}`;
}
