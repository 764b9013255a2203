// Makes a schedule what is wanted: a zone's daily one (schedule-plan.ts), or any other. Idempotent: a second time changes nothing.
// Never touches whether it is paused: that is the operator's.
import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  ScheduleNotFoundError,
  type ScheduleOptions,
} from '@temporalio/client';
import type { SetupStep } from '../setup-step.ts';
import { type SchedulePlan, scheduleDefinition, scheduleDrift } from './schedule-plan.ts';

export interface WantedSchedule {
  readonly definition: ScheduleOptions;
  /** When it ticks, in words. */
  readonly words: string;
  /** Names of what was changed by hand. */
  drift(actual: ScheduleDescription): readonly string[];
}

export function applySchedule(client: Client, plan: SchedulePlan, taskQueue: string): Promise<SetupStep> {
  return applyWanted(client, {
    definition: scheduleDefinition(plan, taskQueue),
    words: `daily at 04:00 in ${plan.zone}`,
    drift: (actual) => scheduleDrift(actual, plan, taskQueue),
  });
}

export async function applyWanted(client: Client, { definition, words, drift }: WantedSchedule): Promise<SetupStep> {
  const { scheduleId, spec, action, policies } = definition;
  const step = `schedule ${scheduleId}`;
  const existing = await describeSchedule(client, scheduleId);
  if (existing === undefined && (await create(client, definition))) {
    return { step, state: 'changed', detail: `created: ${words}` };
  }
  const handle = client.schedule.getHandle(scheduleId);
  const changed = drift(existing ?? (await handle.describe()));
  if (changed.length === 0) return { step, state: 'unchanged', detail: words };
  await handle.update((previous) => ({
    spec,
    action,
    ...(policies === undefined ? {} : { policies }),
    state: previous.state,
  }));
  return { step, state: 'changed', detail: `corrected ${changed.join('; ')}` };
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
async function create(client: Client, definition: ScheduleOptions): Promise<boolean> {
  try {
    await client.schedule.create(definition);
    return true;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false;
    throw error;
  }
}
