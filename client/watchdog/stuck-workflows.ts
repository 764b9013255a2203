// Workflows whose own code fails: a mistake, or code that no longer fits their history, was deployed. Temporal tries such a task again
// and again and says so to nobody; the workflow looks as if it ran. Named by what the server calls the failure, never by its words.
import { type WorkflowHandle, WorkflowNotFoundError } from '@temporalio/client';
import { TYPED_AS } from '../help-examples.ts';
import type { TemporalAccess } from '../temporal/open-temporal.ts';
import { bounded, FINDINGS_OF_A_CAUSE_MAX, type Finding } from './finding.ts';

/** As many as there are accounts, and a few more; those that began last come first. */
const WORKFLOWS_LOOKED_AT_MAX = 600;
const LOOKED_AT_TOGETHER = 20;
// A worker that is replaced may fail a task or let it time out once.
const ATTEMPTS_MIN = 3;

// temporal.api.enums.v1.WorkflowTaskFailedCause, as @temporalio/proto has it.
const WORDS: Readonly<Record<number, string>> = {
  14: 'its code throws',
  24: 'its code does not fit its history any more',
};

export async function stuckWorkflows(access: TemporalAccess): Promise<readonly Finding[]> {
  const open: WorkflowHandle[] = [];
  for await (const { workflowId, runId } of access.client.workflow.list({ query: `ExecutionStatus = 'Running'` })) {
    open.push(access.client.workflow.getHandle(workflowId, runId));
    if (open.length === WORKFLOWS_LOOKED_AT_MAX) break;
  }
  const tried: { handle: WorkflowHandle; attempt: number }[] = [];
  for (let from = 0; from < open.length; from += LOOKED_AT_TOGETHER) {
    const group = open.slice(from, from + LOOKED_AT_TOGETHER);
    tried.push(...(await Promise.all(group.map(async (handle) => ({ handle, attempt: await attemptOf(handle) })))));
  }
  const found = tried.filter(({ attempt }) => attempt >= ATTEMPTS_MIN);
  const why = await Promise.all(found.slice(0, FINDINGS_OF_A_CAUSE_MAX).map(({ handle }) => causeOf(handle)));
  return bounded(
    found.map(({ handle, attempt }, at) => ({
      cause: 'workflow_stuck',
      about: `workflow ${handle.workflowId}`,
      severity: 'critical',
      detail: `${why[at] ?? 'its tasks fail'}; tried ${attempt} times. It goes on by itself once a worker runs code that can`,
      next: `deploy the version before, or a corrected one; the worker’s log has the error; then ${TYPED_AS} status`,
    })),
  );
}

/** 0: none waits, or it has ended and was deleted meanwhile. */
async function attemptOf(handle: WorkflowHandle): Promise<number> {
  try {
    const { raw } = await handle.describe();
    return raw.pendingWorkflowTask?.attempt ?? 0;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 0;
    throw error;
  }
}

async function causeOf(handle: WorkflowHandle): Promise<string | undefined> {
  const { events } = await handle.fetchHistory();
  const failed = events?.findLast(({ workflowTaskFailedEventAttributes }) => workflowTaskFailedEventAttributes != null);
  const cause = failed?.workflowTaskFailedEventAttributes?.cause;
  return cause === undefined || cause === null ? undefined : WORDS[cause];
}
