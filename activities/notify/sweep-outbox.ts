// Takes up what a run left behind: reports that could not be published, messages that could not be sent. Idempotent: what is done is
// not done again. A report that fails again does not hold up the mails.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { type DeliverCounts, type DeliverDeps, deliverOutbox } from './deliver-outbox.ts';

export interface SweepDeps extends DeliverDeps {
  readonly database: DatabasePool;
  publish(runId: bigint): Promise<unknown>;
  /** Told why; the run stays due for the next sweep. */
  readonly onUnpublished?: (runId: bigint, error: unknown) => void;
}

export interface SweepCounts extends DeliverCounts {
  published: number;
  /** Still to be published. */
  unpublished: number;
}

const REPORTS_PER_SWEEP_MAX = 100;
const MESSAGES_PER_SWEEP_MAX = 2_000;
/** Before that its own workflow is at it. */
const LEFT_BEHIND_MS = 3_600_000;

export async function sweepOutbox(deps: SweepDeps): Promise<SweepCounts> {
  const runs = await deps.database.anyFirst(sql.type(z.object({ runId: z.bigint() }))`
    select run_id as "runId" from reconciliation_runs
    where status = 'completed' and publish_status = 'pending'
      and finished_at < ${new Date(deps.clock() - LEFT_BEHIND_MS).toISOString()}::timestamptz
    order by run_id limit ${REPORTS_PER_SWEEP_MAX}`);
  let unpublished = 0;
  for (const runId of runs) {
    await deps.publish(runId).catch((error: unknown) => {
      unpublished += 1;
      deps.onUnpublished?.(runId, error);
    });
  }
  const delivered = await deliverOutbox(deps, { limit: MESSAGES_PER_SWEEP_MAX });
  return { ...delivered, published: runs.length - unpublished, unpublished };
}
