// What there is to know about a zone's schedule: does it tick, when next, what it did last, is it as defined.
import type { Client } from '@temporalio/client';
import { describeSchedule } from './apply-schedule.ts';
import { SCHEDULE_PREFIX, type SchedulePlan, scheduleDrift } from './schedule-plan.ts';

export interface ScheduleView extends SchedulePlan {
  readonly state: 'active' | 'paused' | 'missing';
  /** Who paused it and why, as the server keeps it. */
  readonly note: string | null;
  readonly nextAtMs: number | null;
  readonly lastTakenAtMs: number | null;
  readonly lastWorkflowId: string | null;
  readonly runningCount: number;
  /** Ticks lost because the server was down for longer than the catch-up window. */
  readonly missedCount: number;
  readonly drift: readonly string[];
}

export async function viewSchedule(client: Client, plan: SchedulePlan, taskQueue: string): Promise<ScheduleView> {
  const description = await describeSchedule(client, plan.scheduleId);
  if (description === undefined) {
    const nothing = {
      note: null,
      nextAtMs: null,
      lastTakenAtMs: null,
      lastWorkflowId: null,
      runningCount: 0,
      missedCount: 0,
    };
    return { ...plan, state: 'missing', ...nothing, drift: [] };
  }
  const { state, info } = description;
  const last = info.recentActions.at(-1);
  return {
    ...plan,
    state: state.paused ? 'paused' : 'active',
    note: state.paused && state.note !== undefined && state.note !== '' ? state.note : null,
    nextAtMs: info.nextActionTimes[0]?.getTime() ?? null,
    lastTakenAtMs: last?.takenAt.getTime() ?? null,
    lastWorkflowId: last?.action.workflow.workflowId ?? null,
    runningCount: info.runningActions.length,
    missedCount: info.numActionsMissedCatchupWindow,
    drift: scheduleDrift(description, plan, taskQueue),
  };
}

const SCHEDULES_LISTED_MAX = 1_000;

/** Schedules of ours whose zone no account is in any more. The server's list may lag a little. */
export async function strayScheduleIds(client: Client, plans: readonly SchedulePlan[]): Promise<string[]> {
  const wanted = new Set(plans.map((plan) => plan.scheduleId));
  const stray: string[] = [];
  let seen = 0;
  for await (const { scheduleId } of client.schedule.list()) {
    seen += 1;
    if (seen > SCHEDULES_LISTED_MAX) break;
    if (scheduleId.startsWith(SCHEDULE_PREFIX) && !wanted.has(scheduleId)) stray.push(scheduleId);
  }
  return stray.sort();
}

export function strayWords(scheduleId: string): string {
  return `${scheduleId} belongs to no account any more: temporal schedule delete --schedule-id ${scheduleId}`;
}
