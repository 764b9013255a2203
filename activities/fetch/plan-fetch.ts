// Opens the batch of one side of a run and its shards: idempotent by (account, side, source key). A file that was staged
// before is the same batch; only how far it reaches may have grown. Shards that an earlier batch staged are left out.
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { addDays, type BusinessDate, windowOf } from '../../domain/business-date.ts';
import type { Side } from '../../domain/vocabulary.ts';
import type { PlannedBatch, SourceReady } from '../../workflows/contracts.ts';
import { type AccountSetup, sourceOf } from '../accounts.ts';
import { SourceNotReady, SourceRejected } from '../errors.ts';
import type { RunRow } from '../reconcile/run-context.ts';
import { type LatestSnapshot, latestSnapshot, snapshotKey } from './latest-snapshot.ts';
import type { SourcePlan } from './source.ts';
import { stagedBefore } from './staged-before.ts';

const NOT_READY_RETRY_MS = 60_000;
// Each is a step of the workflow, whose history is bounded.
const SHARDS_MAX = 500;
// With those that need no reading: a folder of a file a day, for a generation.
const PLANNED_SHARDS_MAX = 10_000;

/** @throws SourceNotReady until the source reaches the end of the window or the deadline has passed. */
export async function awaitSource(
  setup: AccountSetup,
  run: RunRow,
  side: Side,
  nowMs: number,
  signal: AbortSignal,
): Promise<SourceReady> {
  const source = sourceOf(setup, side);
  const watermarkMs = await source.watermarkMs(signal);
  if (watermarkMs === null || watermarkMs >= run.window_end) return { ready: true };
  if (nowMs >= run.window_end + setup.sourceDeadlineMs) return { ready: false };
  const until = new Date(run.window_end).toISOString();
  throw new SourceNotReady(
    source.name,
    watermarkMs === 0
      ? `nothing has come yet, the day ended ${until}`
      : `reaches ${new Date(watermarkMs).toISOString()}, the day ends ${until}`,
    NOT_READY_RETRY_MS,
  );
}

export async function planFetch(
  database: DatabasePool,
  setup: AccountSetup,
  run: RunRow,
  side: Side,
  signal: AbortSignal,
): Promise<PlannedBatch> {
  const source = sourceOf(setup, side);
  // Read before the rows are: what arrives while we read may be missing from them.
  const watermarkMs = await source.watermarkMs(signal);
  const fromMs = windowOf(addDays(run.run_date as BusinessDate, -setup.trailingDays), setup.zone).startMs;
  const plan = await source.plan({ fromMs, toMs: run.window_end, watermarkMs }, signal);
  if (plan.shards.length > PLANNED_SHARDS_MAX) {
    throw new SourceRejected(
      plan.sourceName,
      `more than ${PLANNED_SHARDS_MAX} parts in one plan: move older files away`,
    );
  }
  return database.transaction(async (connection) => {
    const latest =
      plan.snapshot === true ? await latestSnapshot(connection, { accountId: run.account_id, side }) : null;
    const { batch_id: batchId, done } = await openBatch(connection, run, side, { plan, watermarkMs, latest });
    const known = await stagedBefore(connection, { batchId, accountId: run.account_id, side }, plan.shards);
    // An older snapshot that comes again is news: only what the latest one was made of need not be read.
    const staged = latest === null ? known : known.filter((shard) => latest.contents.has(shard.contentKey));
    if (!done) await addShards(connection, batchId, plan, new Set(staged.map((shard) => shard.contentKey)));
    const knownRows = staged.reduce((sum, shard) => sum + shard.rowCount, 0n);
    await connection.query(sql.unsafe`
      update batches set known_shards = ${staged.length}, known_rows = ${knownRows} where batch_id = ${batchId}`);
    const pinned = new Set([batchId, ...staged.map((shard) => shard.batchId)]);
    await connection.query(sql.unsafe`
      insert into run_batches (run_id, batch_id)
      select ${run.run_id}, p.batch_id from ${sql.unnest(
        [...pinned].map((id) => [id]),
        ['int8'],
      )} as p (batch_id)
      on conflict do nothing`);
    if (done) return { batchId: String(batchId), alreadyStaged: true, shards: [] };
    const shards = await shardsOf(connection, batchId, plan);
    return { batchId: String(batchId), alreadyStaged: staged.length > 0 && shards.length === 0, shards };
  });
}

interface PlannedRead {
  readonly plan: SourcePlan;
  readonly watermarkMs: number | null;
  /** Null where the plan is no snapshot. */
  readonly latest: LatestSnapshot | null;
}

const openedBatch = z.object({ batch_id: z.bigint(), done: z.boolean() });

function openBatch(
  connection: DatabaseTransactionConnection,
  run: RunRow,
  side: Side,
  { plan, watermarkMs, latest }: PlannedRead,
): Promise<z.infer<typeof openedBatch>> {
  const ownKey = plan.sourceKey ?? `run/${run.run_id}`;
  const sourceKey = latest === null ? ownKey : snapshotKey(ownKey, latest);
  const contents = latest === null ? [] : plan.shards.flatMap((shard) => shard.contentKey ?? []);
  return connection.one(sql.type(openedBatch)`
    insert into batches as b (account_id, side, source_key, source_name, watermark, fetched_until, states_completeness,
      reaches_last_row, snapshot, snapshot_contents, opened_by_run)
    values (${run.account_id}, ${side}, ${sourceKey}, ${plan.sourceName}, ${instant(watermarkMs)}::timestamptz,
            ${instant(plan.fetchedUntilMs)}::timestamptz, ${plan.statesCompleteness}, ${plan.reachesLastRow === true},
            ${latest !== null}, ${sql.array(contents, 'text')}, ${run.run_id})
    on conflict (account_id, side, source_key) do update
      set watermark = greatest(b.watermark, excluded.watermark), fetched_until = greatest(b.fetched_until, excluded.fetched_until),
          states_completeness = b.states_completeness or excluded.states_completeness, reaches_last_row = excluded.reaches_last_row
    returning batch_id, done`);
}

async function addShards(
  connection: DatabaseTransactionConnection,
  batchId: bigint,
  plan: SourcePlan,
  staged: ReadonlySet<string>,
): Promise<void> {
  const shards = plan.shards.filter((shard) => shard.contentKey === undefined || !staged.has(shard.contentKey));
  if (shards.length > SHARDS_MAX) {
    throw new SourceRejected(
      plan.sourceName,
      `more than ${SHARDS_MAX} parts that were not read before: let a narrower pattern read the older ones first`,
    );
  }
  await connection.query(sql.unsafe`
    insert into fetch_shards (batch_id, shard, from_ms, to_ms, content_key)
    select ${batchId}, s.shard, s.from_ms, s.to_ms, s.content_key
    from ${sql.unnest(
      shards.map((shard) => [shard.name, shard.fromMs, shard.toMs, shard.contentKey ?? null]),
      ['text', 'int8', 'int8', 'text'],
    )} as s (shard, from_ms, to_ms, content_key)
    on conflict do nothing`);
}

/** All that the batch waits for, in the plan's order: another run may have planned it before more was staged. */
async function shardsOf(
  connection: DatabaseTransactionConnection,
  batchId: bigint,
  plan: SourcePlan,
): Promise<readonly string[]> {
  const names = await connection.anyFirst(sql.type(z.object({ shard: z.string() }))`
    select shard from fetch_shards where batch_id = ${batchId} order by shard`);
  const own = new Set(names);
  const planned = plan.shards.map((shard) => shard.name).filter((name) => own.has(name));
  return [...new Set([...planned, ...names])];
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
