// Asks Temporal how the latest execution under an id stands; undefined where it knows none (or forgot it).
import { WorkflowNotFoundError } from '@temporalio/client';
import type { TemporalAccess } from './open-temporal.ts';

export interface WorkflowStatus {
  readonly status: string;
  readonly runId: string;
  readonly firstRunId: string;
  readonly startedAtMs: number;
}

export async function workflowStatus(
  { client }: TemporalAccess,
  workflowId: string,
): Promise<WorkflowStatus | undefined> {
  try {
    const { status, runId, startTime, raw } = await client.workflow.getHandle(workflowId).describe();
    const firstRunId = raw.workflowExecutionInfo?.firstRunId;
    return {
      status: status.name,
      runId,
      firstRunId: firstRunId === undefined || firstRunId === null || firstRunId === '' ? runId : firstRunId,
      startedAtMs: startTime.getTime(),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
