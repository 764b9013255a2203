// Runs that PostgreSQL has as running while Temporal has ended them: terminated, timed out, or ended in any other way without
// saying so. The row is closed as failed with the reason, so that the day is due again. A workflow that Temporal does not know
// is told and not repaired: we may be asking the wrong namespace. Nor is anything where somebody only looks.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { auditRunEnded, readAuditedRun } from '../../activities/audit/run-events.ts';
import { TYPED_AS } from '../help-examples.ts';
import type { TemporalAccess } from '../temporal/open-temporal.ts';
import { workflowStatus } from '../temporal/workflow-status.ts';
import { bounded, type Finding } from './finding.ts';

const runRow = z.object({ runId: z.bigint(), account: z.string(), date: z.string(), workflowId: z.string() });
type OpenRun = z.infer<typeof runRow>;

const RUNS_LOOKED_AT_MAX = 1_000;

const ENDED: Readonly<Record<string, string>> = {
  TERMINATED: 'was terminated',
  TIMED_OUT: 'timed out',
  CANCELLED: 'was cancelled',
  FAILED: 'failed',
  COMPLETED: 'completed',
  CONTINUED_AS_NEW: 'continued as another',
};

export async function orphanedRuns(
  database: DatabasePool,
  access: TemporalAccess,
  { nowMs, repair }: { readonly nowMs: number; readonly repair: boolean },
): Promise<readonly Finding[]> {
  const open = await database.any(sql.type(runRow)`
    select run_id as "runId", account, run_date as date, workflow_id as "workflowId"
    from reconciliation_runs where status = 'running' order by run_id limit ${RUNS_LOOKED_AT_MAX}`);
  const findings: Finding[] = [];
  for (const run of open) {
    // The latest execution under the id: a reset goes on under another Temporal run id, with the same row.
    const found = await workflowStatus(access, run.workflowId);
    if (found === undefined) findings.push(unknown(run));
    const ended = found === undefined ? undefined : ENDED[found.status];
    if (ended === undefined) continue;
    const closes = () => closeAsFailed(database, run.runId, `its workflow ${ended} without closing it`, nowMs);
    if (!repair || (await closes())) findings.push(orphaned(run, ended, repair));
  }
  return bounded(findings);
}

/** Idempotent by run. False where the run has ended meanwhile by itself. */
function closeAsFailed(database: DatabasePool, runId: bigint, error: string, nowMs: number): Promise<boolean> {
  return database.transaction(async (connection) => {
    const { rowCount } = await connection.query(sql.unsafe`
      update reconciliation_runs
      set status = 'failed', error = ${error}, finished_at = ${new Date(nowMs).toISOString()}::timestamptz
      where run_id = ${runId} and status = 'running'`);
    if (rowCount === 0) return false;
    const ended = { status: 'failed', step: 'watchdog', error } as const;
    await auditRunEnded(connection, await readAuditedRun(connection, runId), ended);
    return true;
  });
}

function orphaned({ account, date }: OpenRun, ended: string, isClosed: boolean): Finding {
  return {
    cause: 'run_orphaned',
    about: `${account} ${date}`,
    severity: 'high',
    detail: `its workflow ${ended}; ${isClosed ? 'the run is closed as failed now, and the day is due' : 'the run still counts as running'}`,
    next: isClosed
      ? `${TYPED_AS} retry ${account}/${date}`
      : `${TYPED_AS} watchdog closes it; then retry ${account}/${date}`,
  };
}

function unknown({ account, date, workflowId }: OpenRun): Finding {
  return {
    cause: 'run_orphaned',
    about: `${account} ${date}`,
    severity: 'high',
    detail: `Temporal knows no workflow ${workflowId}: its history was deleted, or this is another namespace; nothing was changed`,
    next: `${TYPED_AS} doctor, then ${TYPED_AS} retry ${account}/${date}`,
  };
}
