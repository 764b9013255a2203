// Reads what each side's sources delivered to a run: which query or files, when, how far they are complete.
// Bounded: a run of many files names the first of them and counts all.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { SIDES } from '../../domain/vocabulary.ts';
import type { RunScope } from './discrepancies-as-of.ts';
import type { SourceBatch } from './run-report.ts';

const BATCHES_SHOWN_MAX = 200;
const PARTS_SHOWN_MAX = 20;

const sourceRow = z.object({
  side: z.enum(SIDES),
  sourceName: z.string(),
  sourceKey: z.string(),
  parts: z.array(z.object({ name: z.string(), contentKey: z.string().nullable() })),
  partsCount: z.number(),
  extractedAtMs: z.number(),
  watermarkMs: z.number().nullable(),
  fetchedUntilMs: z.number().nullable(),
  statesCompleteness: z.boolean(),
  rowCount: z.bigint(),
  quarantinedCount: z.bigint(),
});

export async function readSources(
  connection: CommonQueryMethods,
  { runId }: RunScope,
): Promise<readonly SourceBatch[]> {
  return connection.any(sql.type(sourceRow)`
    select b.side, b.source_name as "sourceName", b.source_key as "sourceKey", b.created_at as "extractedAtMs",
           b.watermark as "watermarkMs", b.fetched_until as "fetchedUntilMs", b.states_completeness as "statesCompleteness",
           coalesce(s.rows, 0) as "rowCount", coalesce(s.quarantined, 0) as "quarantinedCount",
           coalesce(s.parts, '[]') as parts, coalesce(s.shards, 0) as "partsCount"
    from run_batches r
    join batches b using (batch_id)
    left join lateral (
      select sum(f.row_count) as rows, sum(f.quarantined_count) as quarantined, count(*)::int as shards,
             jsonb_agg(jsonb_build_object('name', f.shard, 'contentKey', f.content_key) order by f.from_ms, f.shard)
               filter (where f.place <= ${PARTS_SHOWN_MAX}) as parts
      from (select g.*, row_number() over (order by g.from_ms, g.shard) as place
            from fetch_shards g where g.batch_id = b.batch_id) f
    ) s on true
    where r.run_id = ${runId}
    order by b.side, b.batch_id limit ${BATCHES_SHOWN_MAX}`);
}
