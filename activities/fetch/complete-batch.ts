// Closes a batch when every shard is done: only finished batches enter a pool. A snapshot withdraws what vanished, and the
// processor's own balances are noted, in the same transaction. Idempotent by batch id.
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { Side } from '../../domain/vocabulary.ts';
import type { AccountSetup } from '../accounts.ts';
import { InvariantViolated } from '../errors.ts';
import type { RunRow } from '../reconcile/run-context.ts';
import type { BalanceReading } from './source.ts';
import { withdrawVanished } from './withdraw-vanished.ts';

export interface CompleteTarget {
  readonly setup: AccountSetup;
  readonly run: RunRow;
  readonly side: Side;
  readonly batchId: bigint;
}

// Below this the planner's guesses do not matter.
const ANALYZE_ROWS_MIN = 10_000;
// ISO 4217 knows fewer currencies.
const BALANCES_MAX = 200;

const batchRow = z.object({ done: z.boolean(), snapshot: z.boolean() });

export async function completeBatch(
  database: DatabasePool,
  target: CompleteTarget,
  signal: AbortSignal,
): Promise<void> {
  const { batchId, side } = target;
  const unfinished = await database.oneFirst(sql.type(z.object({ count: z.bigint() }))`
    select count(*) from fetch_shards where batch_id = ${batchId} and not done`);
  if (unfinished !== 0n)
    throw new InvariantViolated('a batch is not complete', [`${unfinished} shards of batch ${batchId} are not done`]);
  const isDone = await database.oneFirst(sql.type(z.object({ done: z.boolean() }))`
    select done from batches where batch_id = ${batchId}`);
  if (isDone) return;
  await analyzeMonths(database, batchId, side);
  const balances = await readBalances(target, signal);
  await database.transaction(async (connection) => {
    const batch = await connection.one(sql.type(batchRow)`
      select done, snapshot from batches where batch_id = ${batchId} for update`);
    if (batch.done) return;
    if (batch.snapshot) await withdraw(connection, target);
    await noteBalances(connection, target, balances);
    await connection.query(sql.unsafe`update batches set done = true, settled = true where batch_id = ${batchId}`);
  });
}

async function analyzeMonths(database: DatabasePool, batchId: bigint, side: Side): Promise<void> {
  const months = await database.any(sql.type(z.object({ home_date: z.string() }))`
    select min(home_date) as home_date from batch_totals
    where batch_id = ${batchId} and disposition <> 'repeat'
    group by date_trunc('month', home_date) having sum(count) >= ${ANALYZE_ROWS_MIN}`);
  for (const month of months) {
    await database.query(sql.unsafe`select analyze_partition(${`${side}_transactions`}, ${month.home_date}::date)`);
  }
}

async function withdraw(
  connection: DatabaseTransactionConnection,
  { run, batchId, side }: CompleteTarget,
): Promise<void> {
  const { withheld } = await withdrawVanished(connection, { batchId, accountId: run.account_id, side });
  if (withheld === 0n) return;
  await connection.query(sql.unsafe`
    insert into data_quality_checks (run_id, name, passed, detail)
    values (${run.run_id}, 'snapshot', false,
            ${`${withheld} row(s) of the ${side} side are not in the snapshot and were not withdrawn: it has lines that cannot be read, which may be they`})`);
}

async function readBalances(
  { setup, run, side }: CompleteTarget,
  signal: AbortSignal,
): Promise<readonly BalanceReading[]> {
  if (side !== 'processor') return [];
  const readings = (await setup.source.balances?.(run.window_end, signal)) ?? [];
  if (readings.length > BALANCES_MAX) throw new RangeError(`${setup.source.name}: more than ${BALANCES_MAX} balances`);
  return readings;
}

async function noteBalances(
  connection: DatabaseTransactionConnection,
  { run, batchId }: CompleteTarget,
  readings: readonly BalanceReading[],
): Promise<void> {
  const rows = readings.map((reading) => [
    reading.currency,
    new Date(reading.asOfMs).toISOString(),
    String(reading.totalMinor),
  ]);
  await connection.query(sql.unsafe`
    insert into balance_readings (batch_id, currency, account_id, as_of, total)
    select ${batchId}, r.currency, ${run.account_id}, r.as_of, r.total
    from ${sql.unnest(rows, ['text', 'timestamptz', 'int8'])} as r (currency, as_of, total)
    on conflict do nothing`);
}
