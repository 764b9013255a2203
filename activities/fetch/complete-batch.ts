// Closes a batch when every shard is done: only finished batches enter a pool. Idempotent by batch id.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Side } from '../../domain/vocabulary.ts';
import { InvariantViolated } from '../errors.ts';

// Below this the planner's guesses do not matter.
const ANALYZE_ROWS_MIN = 10_000;

export async function completeBatch(database: DatabasePool, batchId: bigint, side: Side): Promise<void> {
  const unfinished = await database.manyFirst(sql.type(z.object({ count: z.bigint() }))`
    select count(*) from fetch_shards where batch_id = ${batchId} and not done`);
  if (unfinished[0] !== 0n)
    throw new InvariantViolated('a batch is not complete', [
      `${unfinished[0]} shards of batch ${batchId} are not done`,
    ]);
  const months = await database.any(sql.type(z.object({ home_date: z.string() }))`
    select min(home_date) as home_date from batch_totals
    where batch_id = ${batchId} and disposition <> 'repeat'
    group by date_trunc('month', home_date) having sum(count) >= ${ANALYZE_ROWS_MIN}`);
  for (const month of months) {
    await database.query(sql.unsafe`select analyze_partition(${`${side}_transactions`}, ${month.home_date}::date)`);
  }
  await database.query(sql.unsafe`update batches set done = true where batch_id = ${batchId} and not done`);
}
