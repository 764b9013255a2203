// Pins a run's coverage and horizon from the reads it looked at, inside the deciding transaction.
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { type BusinessDate, windowOf } from '../../domain/business-date.ts';
import type { Side } from '../../domain/vocabulary.ts';
import { coverageMs, type Horizon, horizonOf } from './horizon.ts';
import type { RunRow } from './run-context.ts';

const sideRow = z.object({
  watermark: z.number().nullable(),
  fetched_until: z.number().nullable(),
  delivered_rows: z.boolean(),
  states_completeness: z.boolean(),
});

export async function pinHorizon(
  connection: DatabaseTransactionConnection,
  run: RunRow,
  account: { zone: string; mayBeEmpty: boolean },
): Promise<Horizon> {
  const processorMs = await sideCoverageMs(connection, run, 'processor', account.mayBeEmpty);
  const internalMs = await sideCoverageMs(connection, run, 'internal', account.mayBeEmpty);
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
  mayBeEmpty: boolean,
): Promise<number | null> {
  const reads = await connection.any(sql.type(sideRow)`
    select b.watermark, b.fetched_until, b.states_completeness,
           exists (select 1 from fetch_shards s where s.batch_id = b.batch_id and s.row_count > 0) as delivered_rows
    from run_batches r join batches b using (batch_id)
    where r.run_id = ${run.run_id} and b.side = ${side} and b.done`);
  const covered = reads.flatMap((read) => {
    const ms = coverageMs({
      watermarkMs: read.watermark,
      fetchedUntilMs: read.fetched_until,
      deliveredRows: read.delivered_rows,
      emptyIsComplete: read.states_completeness || mayBeEmpty,
    });
    return ms === null ? [] : [ms];
  });
  return covered.length === 0 ? null : Math.max(...covered);
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
