// Says in the log, once a minute, how many tasks wait on each task queue: CloudWatch starts workers by it (terraform/modules/worker).
// Never ends the worker: where Temporal does not answer, it says so and asks again.
import { setInterval } from 'node:timers';
import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from './logger.ts';

export interface BacklogPlace {
  readonly namespace: string;
  readonly taskQueue: string;
  readonly fetchTaskQueues: readonly string[];
  readonly logger: Logger;
}

export const BACKLOG_EVERY_MS = 60_000;
// temporal.api.enums.v1.TaskQueueType
const TASK_QUEUE_TYPES = [1, 2];

export function watchBacklog(connection: NativeConnection, place: BacklogPlace): { stop(): void } {
  const timer = setInterval(() => void sayBacklog(connection, place), BACKLOG_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** Every worker says the same: the greatest counts. */
export async function sayBacklog(connection: NativeConnection, place: BacklogPlace): Promise<void> {
  try {
    for (const queue of [place.taskQueue, ...place.fetchTaskQueues]) {
      const backlog = await backlogOf(connection, place.namespace, queue);
      place.logger.info({ queue, backlog }, 'task queue backlog');
    }
  } catch (error) {
    place.logger.warn({ err: error }, 'the backlog of the task queues is not known');
  }
}

async function backlogOf(connection: NativeConnection, namespace: string, queue: string): Promise<number> {
  const counts = await Promise.all(
    TASK_QUEUE_TYPES.map(async (taskQueueType) => {
      const taskQueue = { name: queue };
      const { stats } = await connection.workflowService.describeTaskQueue({
        namespace,
        taskQueue,
        taskQueueType,
        reportStats: true,
      });
      return Number(stats?.approximateBacklogCount ?? 0);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
