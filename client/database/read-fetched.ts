// How much the run of a workflow has staged so far: progress for a person who waits.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

const fetchedRow = z.object({ rows: z.bigint(), done: z.number(), parts: z.number() });

/** undefined before anything is planned. */
export async function readFetched(
  database: DatabasePool,
  workflowId: string,
): Promise<z.infer<typeof fetchedRow> | undefined> {
  const fetched = await database.one(sql.type(fetchedRow)`
    select coalesce(sum(s.row_count), 0)::bigint as rows, (count(*) filter (where s.done))::int as done, count(*)::int as parts
    from reconciliation_runs r
    join batches b on b.opened_by_run = r.run_id
    join fetch_shards s using (batch_id)
    where r.workflow_id = ${workflowId} and r.status = 'running'`);
  return fetched.parts === 0 ? undefined : fetched;
}
