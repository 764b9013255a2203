// How the status is shown: a line an account, then what needs somebody. Pure.
import { plural, timeWords } from '../activities/report/run-words.ts';
import { SEVERITIES } from '../domain/vocabulary.ts';
import type { RunSummary } from './database/read-runs.ts';
import type { OpenCount } from './database/read-standing.ts';
import type { DueDays } from './due-days.ts';
import { TYPED_AS } from './help-examples.ts';
import { moneyOrDash, outcomeWord, runOnTheWire, runReferenceOf, tookWords } from './run-view.ts';
import type { Pollers } from './temporal/pollers.ts';
import type { ScheduleView } from './temporal/schedule-view.ts';
import { type Palette, toned } from './terminal/palette.ts';
import { renderTable } from './terminal/table.ts';

export interface AccountStanding {
  readonly account: string;
  readonly zone: string;
  readonly latest: RunSummary | null;
  readonly days: DueDays;
  readonly counts: readonly OpenCount[];
}

export interface TemporalStanding {
  /** Why nothing is known of it; null where it answered. */
  readonly problem: string | null;
  readonly schedules: readonly ScheduleView[];
  readonly workers: ReadonlyArray<Pollers & { readonly isServed: boolean }>;
}

export function renderStatus(
  palette: Palette,
  standings: readonly AccountStanding[],
  temporal: TemporalStanding,
  nowMs: number,
): string {
  const right = 'right' as const;
  const columns = [
    ...[{ title: 'Account' }, { title: 'Last run' }, { title: 'Outcome' }, { title: 'Ago', align: right }],
    ...[{ title: 'At risk', align: right }, { title: 'Open' }, { title: 'Days due', align: right }],
  ];
  const rows = standings.map(({ account, latest, days, counts }) => [
    account,
    latest === null ? 'never' : runReferenceOf(latest).slice(account.length + 1),
    latest === null ? '–' : toned(palette, outcomeWord(latest)),
    latest === null ? '–' : tookWords(nowMs - latest.startedAtMs),
    latest === null ? '–' : moneyOrDash(latest.atRiskMinor, latest.currency),
    openWords(palette, counts),
    String(days.due.length),
  ]);
  return [
    renderTable(palette, columns, rows),
    ...standings.flatMap(dueRemarks),
    '',
    ...(temporal.problem === null ? temporalTables(palette, temporal) : [palette.bad(temporal.problem)]),
  ].join('\n');
}

/** "1 critical, 3 low, 2 waiting" */
function openWords(palette: Palette, counts: readonly OpenCount[]): string {
  const open = [...SEVERITIES].reverse().flatMap((severity) => {
    const count = counts.find((one) => one.severity === severity && !one.isWaiting)?.count ?? 0;
    return count === 0 ? [] : [`${count} ${toned(palette, severity)}`];
  });
  const waiting = waitingCount(counts);
  return [...open, ...(waiting === 0 ? [] : [`${waiting} waiting`])].join(', ') || 'none';
}

function waitingCount(counts: readonly OpenCount[]): number {
  return counts.filter((one) => one.isWaiting).reduce((sum, one) => sum + one.count, 0);
}

const DATES_SHOWN_MAX = 3;

function dueRemarks({ account, days }: AccountStanding): string[] {
  if (days.due.length === 0) return [];
  const dates = `${days.due.slice(0, DATES_SHOWN_MAX).join(', ')}${days.due.length > DATES_SHOWN_MAX ? ', …' : ''}`;
  const late = days.late.length === 0 ? '' : `; ${days.late.length} of them late`;
  return [
    `${account}: ${plural(days.due.length, 'day')} due (${dates})${late}. The next tick runs them; now: ${TYPED_AS} schedule trigger`,
  ];
}

function temporalTables(palette: Palette, { schedules, workers }: TemporalStanding): string[] {
  const titled = (...titles: readonly string[]) => titles.map((title) => ({ title }));
  const scheduleRows = schedules.map((view) => [
    view.scheduleId,
    toned(palette, view.state),
    view.nextAtMs === null || view.state !== 'active' ? '–' : `${timeWords(view.nextAtMs, view.zone)} (${view.zone})`,
    view.state === 'missing' ? `${TYPED_AS} setup` : (view.note ?? ''),
  ]);
  const workerRows = workers.map(({ taskQueue, isServed, activity }) => [
    taskQueue,
    isServed ? palette.good(plural(activity, 'worker')) : palette.bad('no worker'),
    isServed ? '' : 'npm run worker starts one',
  ]);
  return [
    renderTable(palette, titled('Schedule', 'State', 'Next', ''), scheduleRows),
    '',
    renderTable(palette, titled('Task queue', 'Polled by', ''), workerRows),
  ];
}

export function statusOnTheWire(standings: readonly AccountStanding[], temporal: TemporalStanding): object {
  return {
    accounts: standings.map(({ account, zone, latest, days, counts }) => ({
      account,
      zone,
      lastRun: latest === null ? null : runOnTheWire(latest),
      open: Object.fromEntries(
        SEVERITIES.map((severity) => [
          severity,
          counts.find((one) => one.severity === severity && !one.isWaiting)?.count ?? 0,
        ]),
      ),
      waiting: waitingCount(counts),
      daysDue: days.due,
      daysLate: days.late,
    })),
    temporal: {
      problem: temporal.problem,
      schedules: temporal.schedules.map(({ scheduleId, zone, state, note, nextAtMs, drift }) => ({
        ...{ scheduleId, zone, state, note, drift },
        nextAt: nextAtMs === null ? null : new Date(nextAtMs).toISOString(),
      })),
      workers: temporal.workers.map(({ taskQueue, workflow, activity, isServed }) => ({
        ...{ taskQueue, isServed },
        workflowPollers: workflow,
        activityPollers: activity,
      })),
    },
  };
}
