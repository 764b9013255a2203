// Seals what nobody sealed: runs that were terminated, timed out or reset, or whose own step could not. Hourly; idempotent by run
// id. Must never let one run keep the others waiting.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { StoreUnavailable } from '../report/object-store.ts';
import { type SealDeps, sealEvidence } from './seal-evidence.ts';

/** Some runs of a sweep could not be sealed; those before and after them were. Worth another try. */
export class EvidenceUnsealed extends Error {
  override readonly name = 'EvidenceUnsealed';
  readonly runIds: readonly bigint[];
  constructor(runIds: readonly bigint[], sealed: number, options: ErrorOptions) {
    super(
      `the evidence of ${runIds.length} run(s) could not be sealed (${runIds.slice(0, RUNS_NAMED_MAX).join(', ')}), of ${sealed} it was: ${
        options.cause instanceof Error ? options.cause.message : String(options.cause)
      }`,
      options,
    );
    this.runIds = runIds;
  }
}

const RUNS_NAMED_MAX = 5;
// A sweep ends before the next one begins; what it leaves is taken then.
const RUNS_PER_SWEEP_MAX = 100;
// The step of the run's own workflow comes first.
const CLOSED_SINCE_MS = 30 * 60_000;
// Then a package is sealed without the report: what Temporal keeps of the run is worth more, and does not stay.
const REPORTS_AWAITED_MS = 12 * 3_600_000;

const dueRow = z.object({ runId: z.bigint(), finishedAtMs: z.number() });

/** @throws EvidenceUnsealed */
export async function sweepEvidence(
  deps: SealDeps & { readonly nowMs: () => number },
): Promise<{ readonly sealed: number; readonly left: number }> {
  const nowMs = deps.nowMs();
  const due = await unsealedRuns(deps.database, nowMs);
  const failed: bigint[] = [];
  let sealed = 0;
  let cause: unknown;
  for (const { runId, finishedAtMs } of due.slice(0, RUNS_PER_SWEEP_MAX)) {
    try {
      await sealEvidence(deps, { runId, mayLackReports: finishedAtMs <= nowMs - REPORTS_AWAITED_MS });
      sealed += 1;
    } catch (error) {
      // Nothing more can be put anywhere.
      if (error instanceof StoreUnavailable) throw error;
      cause ??= error;
      failed.push(runId);
    }
  }
  if (failed.length > 0) throw new EvidenceUnsealed(failed, sealed, { cause });
  return { sealed, left: Math.max(0, due.length - RUNS_PER_SWEEP_MAX) };
}

// Closed for a while and without a package, but for those whose report may still come. The newest first, so that old ones that
// never can be sealed keep nobody waiting.
async function unsealedRuns(database: DatabasePool, nowMs: number) {
  const before = (ms: number) => sql.fragment`
    coalesce(r.finished_at, r.started_at) <= ${new Date(nowMs - ms).toISOString()}::timestamptz`;
  return database.any(sql.type(dueRow)`
    select r.run_id as "runId", coalesce(r.finished_at, r.started_at) as "finishedAtMs"
    from reconciliation_runs r left join evidence e using (run_id)
    where r.status <> 'running' and e.run_id is null
      and ${before(CLOSED_SINCE_MS)}
      and (r.status <> 'completed' or r.publish_status = 'done' or ${before(REPORTS_AWAITED_MS)})
    order by r.run_id desc limit ${RUNS_PER_SWEEP_MAX + 1}`);
}
