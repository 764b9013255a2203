// Makes a zone's schedule what schedule-plan.ts says. Idempotent: a second time changes nothing. Never touches whether it
// is paused: that is the operator's.
import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
} from '@temporalio/client';
import type { SetupStep } from '../setup-step.ts';
import { type SchedulePlan, scheduleDefinition, scheduleDrift } from './schedule-plan.ts';

export async function applySchedule(client: Client, plan: SchedulePlan, taskQueue: string): Promise<SetupStep> {
  const step = `schedule ${plan.scheduleId}`;
  const existing = await describeSchedule(client, plan.scheduleId);
  if (existing === undefined && (await create(client, plan, taskQueue))) {
    return { step, state: 'changed', detail: `created: daily at 04:00 in ${plan.zone}` };
  }
  const before = existing ?? (await client.schedule.getHandle(plan.scheduleId).describe());
  const drift = scheduleDrift(before, plan, taskQueue);
  if (drift.length === 0) return { step, state: 'unchanged', detail: `daily at 04:00 in ${plan.zone}` };
  const { spec, action, policies } = scheduleDefinition(plan, taskQueue);
  await client.schedule.getHandle(plan.scheduleId).update((previous) => ({
    spec,
    action,
    ...(policies === undefined ? {} : { policies }),
    state: previous.state,
  }));
  return { step, state: 'changed', detail: `corrected ${drift.join('; ')}` };
}

/** undefined where there is none. */
export async function describeSchedule(client: Client, scheduleId: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(scheduleId).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** False where somebody else created it meanwhile. */
async function create(client: Client, plan: SchedulePlan, taskQueue: string): Promise<boolean> {
  try {
    await client.schedule.create(scheduleDefinition(plan, taskQueue));
    return true;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false;
    throw error;
  }
}
