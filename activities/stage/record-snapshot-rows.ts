// Keeps which rows a snapshot delivered, repeats too, and the days that its shard holds, in the page's transaction: what is
// not among them when the read is finished has vanished. Idempotent by (batch, row).
import type { PoolClient } from 'pg';
import type { StageTarget } from './stage-page.ts';

export async function recordSnapshotRows(client: PoolClient, target: StageTarget): Promise<void> {
  // stage_resolved is empty where every row of the page is new.
  await client.query(
    `with delivered as (
       insert into snapshot_rows (batch_id, row_id)
       select $1, coalesce(r.row_id, s.row_id) from stage_${target.side} s left join stage_resolved r using (ord)
       on conflict do nothing
     ), held as (
       select min(coalesce(r.home_date, s.home_date)) as first, max(coalesce(r.home_date, s.home_date)) as last
       from stage_${target.side} s left join stage_resolved r using (ord)
     )
     update fetch_shards f
     set first_home_date = least(f.first_home_date, h.first), last_home_date = greatest(f.last_home_date, h.last)
     from held h where f.batch_id = $1 and f.shard = $2`,
    [target.batchId, target.shard],
  );
}
