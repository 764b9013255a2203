// Asks the Temporal server whether this very worker polls its task queues. What the worker thinks of itself is not enough: it
// believes that it polls while nobody hears it.
import type { NativeConnection } from '@temporalio/worker';

export interface PollerIdentity {
  readonly namespace: string;
  readonly identity: string;
  /** The queue with workflows; the others have activities only. */
  readonly taskQueue: string;
  readonly fetchTaskQueues: readonly string[];
}

// temporal.api.enums.v1.TaskQueueType
const TASK_QUEUE_TYPE = { workflow: 1, activity: 2 } as const;
// A poll lasts a minute at most and is then asked anew.
const POLL_AGE_MAX_MS = 90_000;
const ANSWER_MS_MAX = 3_000;

/** A sentence for each queue that the server does not see us at; throws where it does not answer. */
export async function pollProblems(
  connection: NativeConnection,
  { namespace, identity, taskQueue, fetchTaskQueues }: PollerIdentity,
  nowMs: number,
): Promise<readonly string[]> {
  const polled = async (queue: string, type: keyof typeof TASK_QUEUE_TYPE): Promise<string[]> => {
    const { pollers } = await connection.withDeadline(nowMs + ANSWER_MS_MAX, () =>
      connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue: { name: queue },
        taskQueueType: TASK_QUEUE_TYPE[type],
      }),
    );
    const isSeen = (pollers ?? []).some(
      (poller) =>
        poller.identity === identity && nowMs - Number(poller.lastAccessTime?.seconds ?? 0) * 1_000 <= POLL_AGE_MAX_MS,
    );
    return isSeen ? [] : [`the Temporal server does not see this worker poll ${queue} for its ${type} tasks`];
  };
  const found = await Promise.all([
    polled(taskQueue, 'workflow'),
    ...[taskQueue, ...fetchTaskQueues].map((queue) => polled(queue, 'activity')),
  ]);
  return found.flat();
}
