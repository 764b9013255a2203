// Asks a workflow what it is at, in the words that the UI shows. Needs a worker to answer.
import type { TemporalAccess } from './open-temporal.ts';

// The query that Temporal's own UI uses; its answer is temporal.api.sdk.v1.WorkflowMetadata.
const METADATA_QUERY = '__temporal_workflow_metadata';
const ANSWER_TIMEOUT_MS = 2_000;

/** undefined where no worker answers in time. */
export async function currentDetails(
  { client, connection }: TemporalAccess,
  workflowId: string,
): Promise<string | undefined> {
  try {
    const answer = await connection.withDeadline(Date.now() + ANSWER_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId).query<{ currentDetails?: string }>(METADATA_QUERY),
    );
    return answer.currentDetails === '' ? undefined : answer.currentDetails;
  } catch {
    // Whether anybody is there to answer is asked next; why this one question failed does not matter.
    return undefined;
  }
}
