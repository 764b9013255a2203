// Decides what the daily schedule of a zone is: when it ticks, what it starts, what happens when days pile up.
// The definition lives here; whatever was changed by hand is drift. Pure.
import { type ScheduleDescription, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import type { ReconConfig } from '../../worker/config.ts';
import { type DailyInput, PRODUCTION_POLICY } from '../../workflows/contracts.ts';
import { UsageError } from '../usage-error.ts';

export interface SchedulePlan {
  readonly scheduleId: string;
  readonly zone: string;
  readonly accounts: readonly string[];
}

export const SCHEDULE_PREFIX = 'recon-daily-';
const CRON = '0 4 * * *';
const HOUR_MS = 3_600_000;
// An outage of a week catches up by itself. The server's default of a year would start a year of ticks.
const CATCHUP_WINDOW_MS = 7 * 24 * HOUR_MS;
// Below the interval, so that a tick that hangs cannot eat the next day's.
const EXECUTION_TIMEOUT_MS = 20 * HOUR_MS;

/** One schedule per zone of the configuration. @throws UsageError where two spellings of a zone would share one. */
export function planSchedules(config: Pick<ReconConfig, 'accounts'>): readonly SchedulePlan[] {
  const byZone = Map.groupBy(config.accounts, (account) => account.zone);
  const plans = [...byZone].map(([zone, accounts]) => ({
    scheduleId: scheduleIdOf(zone),
    zone,
    accounts: accounts.map((account) => account.account),
  }));
  for (const [scheduleId, same] of Map.groupBy(plans, (plan) => plan.scheduleId)) {
    if (same.length === 1) continue;
    const zones = same.map((plan) => plan.zone).join(' and ');
    throw new UsageError(`the zones ${zones} would share the schedule ${scheduleId}: spell them alike`);
  }
  return plans.sort((a, b) => (a.scheduleId < b.scheduleId ? -1 : 1));
}

/** America/New_York → recon-daily-america-new_york */
export function scheduleIdOf(zone: string): string {
  return `${SCHEDULE_PREFIX}${zone.toLowerCase().replaceAll('/', '-')}`;
}

type ScheduleDefinition = Pick<ScheduleOptions, 'scheduleId' | 'spec' | 'action' | 'policies'>;

/** No retry, and no id of our own: the server appends the nominal time, and a retry chain can block a schedule. */
export function scheduleDefinition(plan: SchedulePlan, taskQueue: string): ScheduleDefinition {
  return {
    scheduleId: plan.scheduleId,
    spec: { cronExpressions: [CRON], timezone: plan.zone },
    action: {
      type: 'startWorkflow',
      workflowType: 'dailyReconciliation',
      workflowId: plan.scheduleId,
      taskQueue,
      args: [inputOf(plan)],
      workflowExecutionTimeout: EXECUTION_TIMEOUT_MS,
      staticSummary: `daily reconciliation, ${plan.zone}`,
    },
    policies: {
      overlap: ScheduleOverlapPolicy.BUFFER_ALL,
      catchupWindow: CATCHUP_WINDOW_MS,
      pauseOnFailure: false,
    },
  };
}

/** What of a schedule is not as defined here, as "name: is → should be". */
export function scheduleDrift(actual: ScheduleDescription, plan: SchedulePlan, taskQueue: string): string[] {
  const is = factsOf(actual);
  return Object.entries(factsWanted(plan, taskQueue)).flatMap(([name, wanted]) =>
    is[name] === wanted ? [] : [`${name}: ${is[name] ?? 'none'} → ${wanted}`],
  );
}

function inputOf(plan: SchedulePlan): DailyInput {
  return { zone: plan.zone, policy: PRODUCTION_POLICY };
}

function factsWanted(plan: SchedulePlan, taskQueue: string): Record<string, string> {
  return {
    time: CRON,
    zone: plan.zone,
    workflow: 'dailyReconciliation',
    'workflow id': plan.scheduleId,
    'task queue': taskQueue,
    input: sortedJson([inputOf(plan)]),
    'execution timeout': `${EXECUTION_TIMEOUT_MS / HOUR_MS} h`,
    retry: 'none',
    overlap: ScheduleOverlapPolicy.BUFFER_ALL,
    'catch-up window': `${CATCHUP_WINDOW_MS / HOUR_MS} h`,
    'pause on failure': 'false',
  };
}

function factsOf({ spec, action, policies }: ScheduleDescription): Record<string, string> {
  return {
    time: timeWords(spec),
    // The server says nothing where it is UTC.
    zone: spec.timezone === undefined || spec.timezone === '' ? 'UTC' : spec.timezone,
    workflow: action.workflowType,
    'workflow id': action.workflowId ?? 'none',
    'task queue': action.taskQueue,
    input: sortedJson(action.args ?? []),
    'execution timeout': `${Number(action.workflowExecutionTimeout ?? 0) / HOUR_MS} h`,
    retry: action.retry === undefined ? 'none' : 'some',
    overlap: policies.overlap ?? 'unspecified',
    'catch-up window': `${policies.catchupWindow / HOUR_MS} h`,
    'pause on failure': String(policies.pauseOnFailure),
  };
}

/** The server turns cron into calendars; a plain daily one is said as cron again. */
function timeWords(spec: ScheduleDescription['spec']): string {
  const [calendar, ...others] = spec.calendars ?? [];
  const isPlain = others.length === 0 && (spec.intervals ?? []).length === 0 && (spec.skip ?? []).length === 0;
  if (calendar === undefined || !isPlain || (spec.jitter ?? 0) > 0) return 'another calendar';
  const isDaily =
    spans(calendar.dayOfMonth, 1, 31) &&
    spans(calendar.month, 'JANUARY', 'DECEMBER') &&
    spans(calendar.dayOfWeek, 'SUNDAY', 'SATURDAY') &&
    calendar.year.length === 0;
  const [second, minute, hour] = [calendar.second, calendar.minute, calendar.hour].map(onlyValue);
  if (!isDaily || second !== 0 || minute === undefined || hour === undefined) return 'another calendar';
  return `${minute} ${hour} * * *`;
}

interface Span<Unit> {
  readonly start: Unit;
  readonly end: Unit;
  readonly step: number;
}

function spans<Unit>(ranges: ReadonlyArray<Span<Unit>>, start: Unit, end: Unit): boolean {
  const [range, ...others] = ranges;
  return others.length === 0 && range?.start === start && range.end === end && range.step === 1;
}

function onlyValue(ranges: ReadonlyArray<Span<number>>): number | undefined {
  const [range, ...others] = ranges;
  return others.length === 0 && range?.start === range?.end ? range?.start : undefined;
}

/** The same for the same value, in whatever order its keys came. */
export function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
