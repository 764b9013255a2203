// Decides what a snapshot that arrives now is news against: the one before it. An older snapshot that comes again is the
// truth again, and must never be taken for known because it was read once.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Side } from '../../domain/vocabulary.ts';

export interface LatestSnapshot {
  readonly batchId: bigint;
  readonly sourceKey: string;
  /** Content keys of all that it was made of; none where it was abandoned, for nothing of it is believed. */
  readonly contents: ReadonlySet<string>;
}

const snapshotRow = z.object({
  batch_id: z.bigint(),
  source_key: z.string(),
  settled: z.boolean(),
  snapshot_contents: z.array(z.string()),
});

const NONE: LatestSnapshot = { batchId: 0n, sourceKey: '', contents: new Set() };
const FOLLOWS = / after #\d+$/;

export async function latestSnapshot(
  connection: CommonQueryMethods,
  of: { readonly accountId: number; readonly side: Side },
): Promise<LatestSnapshot> {
  const row = await connection.maybeOne(sql.type(snapshotRow)`
    select batch_id, source_key, settled, snapshot_contents from batches
    where account_id = ${of.accountId} and side = ${of.side} and snapshot and done order by batch_id desc limit 1`);
  if (row === null) return NONE;
  if (!row.settled) return { ...NONE, batchId: row.batch_id };
  return { batchId: row.batch_id, sourceKey: row.source_key, contents: new Set(row.snapshot_contents) };
}

/** The latest one again is the same read; any other names the one that it follows. */
export function snapshotKey(planKey: string, latest: LatestSnapshot): string {
  const isSame = latest.sourceKey.replace(FOLLOWS, '') === planKey;
  return isSame ? latest.sourceKey : `${planKey} after #${latest.batchId}`;
}
