// Lets a schedule tick now. The overlap policy is said out loud: the SDK's own default would run two ticks side by side.
import { type Client, ScheduleOverlapPolicy } from '@temporalio/client';
import { WaitedTooLong } from '../../local/errors.ts';
import { pollUntil } from '../../local/poll-until.ts';

const STARTED_TIMEOUT_MS = 5_000;
const STARTED_EVERY_MS = 100;

/** The workflow it started; null where it is buffered behind the one that runs. */
export async function triggerSchedule(client: Client, scheduleId: string): Promise<string | null> {
  const handle = client.schedule.getHandle(scheduleId);
  const known = workflowIds(await handle.describe());
  await handle.trigger(ScheduleOverlapPolicy.BUFFER_ALL);
  try {
    return await pollUntil({
      what: `${scheduleId} to start its workflow`,
      timeoutMs: STARTED_TIMEOUT_MS,
      intervalMs: STARTED_EVERY_MS,
      check: async () => workflowIds(await handle.describe()).find((id) => !known.includes(id)),
    });
  } catch (error) {
    if (error instanceof WaitedTooLong) return null;
    throw error;
  }
}

function workflowIds(
  description: Awaited<ReturnType<ReturnType<Client['schedule']['getHandle']>['describe']>>,
): string[] {
  return description.info.recentActions.map((taken) => taken.action.workflow.workflowId);
}
