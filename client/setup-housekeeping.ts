// Makes the hourly schedule of housekeeping what it should be. Idempotent; never touches whether it is paused: that is the
// operator's. An hour that was missed is not caught up: the next one takes up everything.
import { type Client, type ScheduleDescription, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { type HousekeepingInput, PRODUCTION_POLICY } from '../workflows/contracts.ts';
import type { SetupStep } from './setup-step.ts';
import { applyWanted } from './temporal/apply-schedule.ts';
import { sortedJson } from './temporal/schedule-plan.ts';

export const HOUSEKEEPING_SCHEDULE = 'recon-housekeeping';
const MINUTE_MS = 60_000;
// Off the hour, where the daily ticks are.
const CRON = '20 * * * *';
const CATCHUP_WINDOW_MS = 10 * MINUTE_MS;
const EXECUTION_TIMEOUT_MS = 3 * 60 * MINUTE_MS;

export function applyHousekeeping(client: Client, taskQueue: string): Promise<SetupStep> {
  return applyWanted(client, {
    definition: housekeepingDefinition(taskQueue),
    words: 'every hour',
    drift: (actual) => housekeepingDrift(actual, taskQueue),
  });
}

function housekeepingDefinition(taskQueue: string) {
  const input: HousekeepingInput = { policy: PRODUCTION_POLICY };
  return {
    scheduleId: HOUSEKEEPING_SCHEDULE,
    spec: { cronExpressions: [CRON], timezone: 'UTC' },
    action: {
      type: 'startWorkflow',
      workflowType: 'housekeeping',
      workflowId: HOUSEKEEPING_SCHEDULE,
      taskQueue,
      args: [input],
      workflowExecutionTimeout: EXECUTION_TIMEOUT_MS,
      staticSummary: 'housekeeping: overdue differences, outbox, evidence, months ahead, audit anchors',
    },
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCHUP_WINDOW_MS, pauseOnFailure: false },
  } as const satisfies ScheduleOptions;
}

/** Names of what was changed by hand. */
function housekeepingDrift({ spec, action, policies }: ScheduleDescription, taskQueue: string): string[] {
  const wanted = housekeepingDefinition(taskQueue);
  const [calendar, ...others] = spec.calendars ?? [];
  const minutes = calendar?.minute.map(({ start, end }) => `${start}-${end}`).join();
  const hours = calendar?.hour.map(({ start, end, step }) => `${start}-${end}/${step}`).join();
  const facts: ReadonlyArray<readonly [string, boolean]> = [
    ['time', others.length === 0 && minutes === '20-20' && hours === '0-23/1' && (spec.intervals ?? []).length === 0],
    ['workflow', action.workflowType === wanted.action.workflowType && action.workflowId === wanted.action.workflowId],
    ['task queue', action.taskQueue === taskQueue],
    ['input', sortedJson(action.args ?? []) === sortedJson(wanted.action.args)],
    ['execution timeout', Number(action.workflowExecutionTimeout ?? 0) === EXECUTION_TIMEOUT_MS],
    ['overlap', policies.overlap === ScheduleOverlapPolicy.SKIP],
    ['catch-up window', policies.catchupWindow === CATCHUP_WINDOW_MS],
  ];
  return facts.filter(([, isRight]) => !isRight).map(([name]) => name);
}
