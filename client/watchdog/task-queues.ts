// Task queues that nobody polls: what is started there stands still, and no error says so.
import type { ReconConfig } from '../../worker/config.ts';
import type { TemporalAccess } from '../temporal/open-temporal.ts';
import { isServed, pollersOf } from '../temporal/pollers.ts';
import type { Finding } from './finding.ts';

export async function unservedQueues(
  access: TemporalAccess,
  config: ReconConfig,
  nowMs: number,
): Promise<readonly Finding[]> {
  const { composeAccounts, fetchTaskQueues } = await import('../../worker/compose-accounts.ts');
  const queues = [access.taskQueue, ...fetchTaskQueues(composeAccounts(config), access.taskQueue)];
  const pollers = await Promise.all(queues.map((queue) => pollersOf(access, queue, nowMs)));
  return pollers
    .filter((found) => !isServed(found, access.taskQueue))
    .map(({ taskQueue }) => ({
      cause: 'nobody_polls',
      about: `task queue ${taskQueue}`,
      severity: 'critical',
      detail: 'no worker polls this task queue: what is started stands still',
      next: 'start a worker: npm run worker; its log says why it ended',
    }));
}
