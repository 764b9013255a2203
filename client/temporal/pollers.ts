// Asks which workers poll a task queue. A worker that polls no more is forgotten by the server only after minutes, so the
// time of the last poll counts.
import type { TemporalAccess } from './open-temporal.ts';

// temporal.api.enums.v1.TaskQueueType
const TASK_QUEUE_TYPE = { workflow: 1, activity: 2 } as const;
// A poll lasts a minute at most and is then asked anew.
const POLL_AGE_MAX_MS = 90_000;

export interface Pollers {
  readonly taskQueue: string;
  readonly workflow: number;
  readonly activity: number;
}

export async function pollersOf(access: TemporalAccess, taskQueue: string, nowMs: number): Promise<Pollers> {
  const count = async (type: keyof typeof TASK_QUEUE_TYPE) => {
    const { pollers } = await access.connection.workflowService.describeTaskQueue({
      namespace: access.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: TASK_QUEUE_TYPE[type],
    });
    const recent = (pollers ?? []).filter(
      ({ lastAccessTime }) => nowMs - Number(lastAccessTime?.seconds ?? 0) * 1_000 <= POLL_AGE_MAX_MS,
    );
    return new Set(recent.map((poller) => poller.identity)).size;
  };
  const [workflow, activity] = await Promise.all([count('workflow'), count('activity')]);
  return { taskQueue, workflow, activity };
}

/** The processors' queues have activities only (design section 9). */
export function isServed(pollers: Pollers, coreTaskQueue: string): boolean {
  return pollers.activity > 0 && (pollers.taskQueue !== coreTaskQueue || pollers.workflow > 0);
}
