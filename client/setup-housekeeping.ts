// Makes the hourly schedule of housekeeping what it should be. Idempotent; never touches whether it is paused: that is the
// operator's. An hour that was missed is not caught up: the next one takes up everything.
import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { type HousekeepingInput, PRODUCTION_POLICY } from '../workflows/contracts.ts';
import type { SetupStep } from './setup-step.ts';
import { describeSchedule } from './temporal/apply-schedule.ts';

export const HOUSEKEEPING_SCHEDULE = 'recon-housekeeping';
const MINUTE_MS = 60_000;
// Off the hour, where the daily ticks are.
const CRON = '20 * * * *';
const CATCHUP_WINDOW_MS = 10 * MINUTE_MS;
const EXECUTION_TIMEOUT_MS = 3 * 60 * MINUTE_MS;

export async function applyHousekeeping(client: Client, taskQueue: string): Promise<SetupStep> {
  const step = `schedule ${HOUSEKEEPING_SCHEDULE}`;
  const definition = housekeepingDefinition(taskQueue);
  const handle = client.schedule.getHandle(HOUSEKEEPING_SCHEDULE);
  const existing = await describeSchedule(client, HOUSEKEEPING_SCHEDULE);
  if (existing === undefined && (await create(client, definition))) {
    return { step, state: 'changed', detail: 'created: every hour' };
  }
  const drift = housekeepingDrift(existing ?? (await handle.describe()), taskQueue);
  if (drift.length === 0) return { step, state: 'unchanged', detail: 'every hour' };
  const { spec, action, policies } = definition;
  await handle.update((previous) => ({ spec, action, policies, state: previous.state }));
  return { step, state: 'changed', detail: `corrected ${drift.join(', ')}` };
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
    ['input', JSON.stringify(sorted(action.args ?? [])) === JSON.stringify(sorted(wanted.action.args))],
    ['execution timeout', Number(action.workflowExecutionTimeout ?? 0) === EXECUTION_TIMEOUT_MS],
    ['overlap', policies.overlap === ScheduleOverlapPolicy.SKIP],
    ['catch-up window', policies.catchupWindow === CATCHUP_WINDOW_MS],
  ];
  return facts.filter(([, isRight]) => !isRight).map(([name]) => name);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

/** False where somebody else created it meanwhile. */
async function create(client: Client, definition: ScheduleOptions): Promise<boolean> {
  try {
    await client.schedule.create(definition);
    return true;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false;
    throw error;
  }
}
