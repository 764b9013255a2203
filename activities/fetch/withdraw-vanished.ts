// Withdraws what a finished snapshot does not hold any more: rows whose home date lies in the days of one of its shards get
// a new version that moves nothing. Once per batch, inside the transaction that finishes it. Must never withdraw a row that
// the snapshot could not know or may still hold.
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { Side } from '../../domain/vocabulary.ts';

export interface SnapshotBatch {
  readonly batchId: bigint;
  readonly accountId: number;
  readonly side: Side;
}

export interface Withdrawal {
  readonly withdrawn: bigint;
  /** Rows that would have been withdrawn, had every line been readable. */
  readonly withheld: bigint;
}

const countRow = z.object({ count: z.bigint() });

export async function withdrawVanished(
  connection: DatabaseTransactionConnection,
  batch: SnapshotBatch,
): Promise<Withdrawal> {
  const { batchId, accountId, side } = batch;
  await connection.query(sql.unsafe`
    create temp table vanished on commit drop as ${vanishedRows(batch)}`);
  const vanished = await connection.oneFirst(sql.type(countRow)`select count(*) from vanished`);
  const unreadable = await connection.oneFirst(sql.type(countRow)`
    select count(*) from quarantined_rows where batch_id = ${batchId} and not superseded`);
  // A line that cannot be read may be any of them.
  const isKnown = unreadable === 0n;
  if (isKnown && vanished > 0n) await insertVersions(connection, batch);
  await connection.query(sql.unsafe`
    delete from snapshot_rows s using batches b
    where b.batch_id = s.batch_id and b.account_id = ${accountId} and b.side = ${side} and (b.done or b.batch_id = ${batchId})`);
  await connection.query(sql.unsafe`drop table vanished`);
  return isKnown ? { withdrawn: vanished, withheld: 0n } : { withdrawn: 0n, withheld: vanished };
}

/**
 * What a read that began later has said of a row is newer than this snapshot; and where a later snapshot is finished
 * already, that one is the truth.
 */
function vanishedRows({ batchId, accountId, side }: SnapshotBatch) {
  return sql.fragment`
    with held as (
      select first_home_date, last_home_date from fetch_shards where batch_id = ${batchId} and first_home_date is not null
    ), latest as (
      select distinct on (t.row_id) t.row_id, t.home_date, t.version, t.batch_id, t.withdrawn
      from ${volumeTable(side)} t
      where t.account_id = ${accountId}
        and t.home_date between (select min(first_home_date) from held) and (select max(last_home_date) from held)
        and exists (select 1 from held h where t.home_date between h.first_home_date and h.last_home_date)
      order by t.row_id, t.version desc
    )
    select l.row_id, l.home_date, l.version from latest l
    where not l.withdrawn and l.batch_id < ${batchId}
      and not exists (select 1 from snapshot_rows s where s.batch_id = ${batchId} and s.row_id = l.row_id)
      and not exists (select 1 from batches b where b.account_id = ${accountId} and b.side = ${side} and b.snapshot and b.done
                      and b.batch_id > ${batchId})`;
}

/** The row as it was, void; and the batch's own account of it, as of any other version. */
async function insertVersions(
  connection: DatabaseTransactionConnection,
  { batchId, accountId, side }: SnapshotBatch,
): Promise<void> {
  const level = side === 'processor' ? sql.fragment`w.level` : sql.fragment`'activity'::level`;
  const amount = side === 'processor' ? sql.fragment`w.gross` : sql.fragment`w.amount`;
  await connection.query(sql.unsafe`
    with made as (
      insert into ${volumeTable(side)}
      select w.* from vanished v
      join ${volumeTable(side)} t on t.home_date = v.home_date and t.row_id = v.row_id and t.version = v.version
      cross join lateral jsonb_populate_record(t, jsonb_build_object(
        'batch_id', ${batchId}::bigint, 'version', t.version + 1, 'line', null, 'status', 'void', 'moves_balance', false,
        'withdrawn', true, 'content_hash', hashint8extended(t.content_hash, 3))) w
      returning *
    )
    insert into batch_totals as b
      (batch_id, account_id, side, home_date, disposition, level, kind, currency, moves_balance, count, debits, credits, digest)
    select ${batchId}, ${accountId}, ${side}::side, w.home_date, 'version', ${level}, w.kind, w.currency, false, count(*),
           coalesce(sum(-${amount}) filter (where ${amount} < 0), 0), coalesce(sum(${amount}) filter (where ${amount} >= 0), 0),
           sum(w.content_hash)
    from made w group by w.home_date, ${level}, w.kind, w.currency
    on conflict (batch_id, home_date, disposition, level, kind, currency, moves_balance) do update
      set count = b.count + excluded.count, debits = b.debits + excluded.debits, credits = b.credits + excluded.credits,
          digest = b.digest + excluded.digest`);
}

function volumeTable(side: Side) {
  return sql.identifier([`${side}_transactions`]);
}
