// Opens the batch of one side of a run and its shards: idempotent by (account, side, source key). A file that was staged
// before is the same batch; only how far it reaches may have grown.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { addDays, type BusinessDate, windowOf } from '../../domain/business-date.ts';
import type { Side } from '../../domain/vocabulary.ts';
import type { PlannedBatch, SourceReady } from '../../workflows/contracts.ts';
import { type AccountSetup, sourceOf } from '../accounts.ts';
import { SourceNotReady } from '../errors.ts';
import type { RunRow } from '../reconcile/run-context.ts';

const NOT_READY_RETRY_MS = 60_000;
const SHARDS_MAX = 500;

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
    `reaches ${new Date(watermarkMs).toISOString()}, the day ends ${until}`,
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
  const plan = await source.plan({ fromMs, toMs: run.window_end }, signal);
  if (plan.shards.length > SHARDS_MAX) throw new RangeError(`${plan.sourceName}: more than ${SHARDS_MAX} shards`);
  return database.transaction(async (connection) => {
    const batch = await connection.one(sql.type(z.object({ batch_id: z.bigint(), done: z.boolean() }))`
      insert into batches as b (account_id, side, source_key, source_name, watermark, fetched_until, states_completeness, opened_by_run)
      values (${run.account_id}, ${side}, ${plan.sourceKey ?? `run/${run.run_id}`}, ${plan.sourceName}, ${instant(watermarkMs)}::timestamptz,
              ${instant(plan.fetchedUntilMs)}::timestamptz, ${plan.statesCompleteness}, ${run.run_id})
      on conflict (account_id, side, source_key) do update
        set watermark = greatest(b.watermark, excluded.watermark), fetched_until = greatest(b.fetched_until, excluded.fetched_until),
            states_completeness = b.states_completeness or excluded.states_completeness
      returning batch_id, done`);
    await connection.query(sql.unsafe`
      insert into fetch_shards (batch_id, shard, from_ms, to_ms)
      select ${batch.batch_id}, s.shard, s.from_ms, s.to_ms
      from ${sql.unnest(
        plan.shards.map((shard) => [shard.name, shard.fromMs, shard.toMs]),
        ['text', 'int8', 'int8'],
      )} as s (shard, from_ms, to_ms)
      on conflict do nothing`);
    await connection.query(sql.unsafe`
      insert into run_batches (run_id, batch_id) values (${run.run_id}, ${batch.batch_id}) on conflict do nothing`);
    return {
      batchId: String(batch.batch_id),
      alreadyStaged: batch.done,
      shards: batch.done ? [] : plan.shards.map((shard) => shard.name),
    };
  });
}

function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
