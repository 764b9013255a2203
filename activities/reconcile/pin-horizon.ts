// Pins a run's coverage and horizon from the reads it looked at, inside the deciding transaction.
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { type BusinessDate, windowOf } from '../../domain/business-date.ts';
import type { Side } from '../../domain/vocabulary.ts';
import { checkBalances } from './check-balances.ts';
import { coverageMs, type Horizon, horizonOf } from './horizon.ts';
import type { RunRow } from './run-context.ts';

const sideRow = z.object({
  watermark: z.number().nullable(),
  fetched_until: z.number().nullable(),
  delivered_rows: z.boolean(),
  states_completeness: z.boolean(),
  reaches_last_row: z.boolean(),
  last_home_date: z.string().nullable(),
  was_read: z.boolean(),
});

export interface HorizonAccount {
  readonly zone: string;
  readonly mayBeEmpty: boolean;
}

export async function pinHorizon(
  connection: DatabaseTransactionConnection,
  run: RunRow,
  account: HorizonAccount,
): Promise<Horizon> {
  const listedMs = await sideCoverageMs(connection, run, 'processor', account);
  const processorMs = await checkBalances(connection, run, account.zone, listedMs);
  const internalMs = await sideCoverageMs(connection, run, 'internal', account);
  const laterDay = await connection.maybeOneFirst(sql.type(z.object({ home_date: z.string().nullable() }))`
    select min(home_date) as home_date from batch_totals
    where account_id = ${run.account_id} and introduced_seq is null and disposition <> 'repeat' and home_date > ${run.run_date}`);
  const firstLaterDayMs = laterDay === null ? null : windowOf(laterDay as BusinessDate, account.zone).startMs;
  const horizon = horizonOf(
    { startMs: run.window_start, endMs: run.window_end },
    processorMs,
    internalMs,
    firstLaterDayMs,
  );
  await connection.query(sql.unsafe`
    update reconciliation_runs
    set processor_coverage = ${instant(processorMs)}::timestamptz, internal_coverage = ${instant(internalMs)}::timestamptz
    where run_id = ${run.run_id}`);
  return horizon;
}

async function sideCoverageMs(
  connection: DatabaseTransactionConnection,
  run: RunRow,
  side: Side,
  { zone, mayBeEmpty }: HorizonAccount,
): Promise<number | null> {
  // What an earlier batch staged and this one left out is rows that the source has, but says nothing of where they end.
  const reads = await connection.any(sql.type(sideRow)`
    select b.watermark, b.fetched_until, b.states_completeness, b.reaches_last_row,
           b.known_rows > 0 or exists (select 1 from fetch_shards s where s.batch_id = b.batch_id and s.row_count > 0) as delivered_rows,
           b.known_shards = 0 or exists (select 1 from fetch_shards s where s.batch_id = b.batch_id) as was_read,
           case when b.reaches_last_row then (select max(t.home_date) from batch_totals t where t.batch_id = b.batch_id) end as last_home_date
    from run_batches r join batches b using (batch_id)
    where r.run_id = ${run.run_id} and b.side = ${side} and b.done`);
  const covered = reads.flatMap((read) => {
    const believed = read.last_home_date === null ? null : windowOf(read.last_home_date as BusinessDate, zone).endMs;
    const ms = coverageMs({
      watermarkMs: read.watermark,
      fetchedUntilMs: read.fetched_until,
      deliveredRows: read.delivered_rows,
      emptyIsComplete: (read.states_completeness || mayBeEmpty) && read.was_read,
      ...(read.reaches_last_row ? { believedUntilMs: believed } : {}),
    });
    return ms === null ? [] : [ms];
  });
  return covered.length === 0 ? null : Math.max(...covered);
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
