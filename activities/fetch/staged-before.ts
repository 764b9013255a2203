// Decides which shards of a plan need no reading, because an earlier batch of the account and side has staged their
// content completely. Must never take a half-read shard, or one of a batch that is still open, for staged.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Side } from '../../domain/vocabulary.ts';
import type { Shard } from './source.ts';

export interface StagedShard {
  readonly contentKey: string;
  readonly batchId: bigint;
  readonly rowCount: bigint;
}

const stagedRow = z.object({ content_key: z.string(), batch_id: z.bigint(), row_count: z.bigint() });

/** What the batch itself holds stays its own: a plan that is made again is the same plan, whatever was staged meanwhile. */
export async function stagedBefore(
  connection: CommonQueryMethods,
  batch: { readonly batchId: bigint; readonly accountId: number; readonly side: Side },
  shards: readonly Shard[],
): Promise<readonly StagedShard[]> {
  const keys = shards.flatMap((shard) => shard.contentKey ?? []);
  if (keys.length === 0) return [];
  const rows = await connection.any(sql.type(stagedRow)`
    select distinct on (s.content_key) s.content_key, s.batch_id, s.row_count
    from fetch_shards s join batches b using (batch_id)
    where s.content_key = any(${sql.array(keys, 'text')}) and s.done and b.done
      and b.account_id = ${batch.accountId} and b.side = ${batch.side} and b.batch_id <> ${batch.batchId}
      and not exists (select 1 from fetch_shards own where own.batch_id = ${batch.batchId} and own.content_key = s.content_key)
    order by s.content_key, s.batch_id`);
  return rows.map((row) => ({ contentKey: row.content_key, batchId: row.batch_id, rowCount: row.row_count }));
}
