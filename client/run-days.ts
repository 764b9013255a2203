// Starts account-days, waits for them with progress, and shows what came out. For `run` and `retry`.
import type { BusinessDate } from '../domain/business-date.ts';
import type { Trigger } from '../domain/vocabulary.ts';
import type { ReconConfig } from '../worker/config.ts';
import { PRODUCTION_POLICY, type ReconcileInput } from '../workflows/contracts.ts';
import type { Invocation } from './action.ts';
import { type RunSummary, readRunsOfDay } from './database/read-runs.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';
import { TYPED_AS } from './help-examples.ts';
import { reportLocations } from './report-location.ts';
import { formatRunReference } from './run-reference.ts';
import { outcomeWord, renderRuns, runOnTheWire, runReferenceOf } from './run-view.ts';
import { type StartedDay, startAccountDay } from './temporal/account-day.ts';
import { type DayEnd, type FollowOptions, followAccountDay } from './temporal/follow-account-day.ts';
import type { TemporalAccess } from './temporal/open-temporal.ts';
import { workflowLink } from './temporal/workflow-link.ts';
import { oneLine } from './terminal/one-line.ts';
import { createProgress, type Progress } from './terminal/progress.ts';

export interface DayToRun {
  readonly account: string;
  readonly date: BusinessDate;
}

export interface HowToRun {
  readonly trigger: Trigger;
  readonly reason: string | undefined;
  readonly wait: boolean;
  /** Said beside the runs with --json. */
  readonly alsoSay?: object;
}

interface RunDay {
  readonly day: StartedDay;
  readonly end: DayEnd;
  /** null where the run failed before the database knew of it. */
  readonly run: RunSummary | null;
}

export async function runDays(
  invocation: Invocation<object>,
  days: readonly DayToRun[],
  how: HowToRun,
): Promise<ExitCode> {
  const { context, io, output } = invocation;
  // Both first: a database that is down is said before anything is started.
  const [database, access] = await Promise.all([context.database(), context.temporal()]);
  const started: StartedDay[] = [];
  const progress = createProgress(io.stderr);
  try {
    for (const day of days) started.push(await startAccountDay(access, inputOf(day, how)));
    if (!how.wait) return presentStarted(invocation, access, started, how);
    const options = { database, nowMs: io.nowMs, signal: io.interruption() };
    const ended = await Promise.all(started.map((day) => followOne(access, day, progress, options)));
    progress.stop();
    await presentEnded(invocation, access, ended, how);
    return exitCodeOf(ended.map(({ end }) => (end.kind === 'completed' ? end.result.outcome : 'failed')));
  } catch (error) {
    progress.stop();
    // They go on without us.
    for (const day of started) output.note(watchWords(access, day));
    throw error;
  }
}

function inputOf({ account, date }: DayToRun, { trigger, reason }: HowToRun): ReconcileInput {
  return { account, date, trigger, policy: PRODUCTION_POLICY, ...(reason === undefined ? {} : { reason }) };
}

async function followOne(
  access: TemporalAccess,
  day: StartedDay,
  progress: Progress,
  options: Pick<FollowOptions, 'database' | 'nowMs' | 'signal'>,
): Promise<RunDay> {
  const task = progress.task(`${day.account} ${day.date}`);
  task.update(day.joined ? 'runs already; waiting for it' : 'started');
  const end = await followAccountDay(access, day, { ...options, onStep: (text) => task.update(text) });
  task.update(end.kind === 'completed' ? end.result.outcome : 'failed');
  const runs = await readRunsOfDay(options.database, { account: day.account, date: day.date as BusinessDate });
  return { day, end, run: runs.find((run) => isOf(run, day, end)) ?? null };
}

function isOf(run: RunSummary, day: StartedDay, end: DayEnd): boolean {
  if (end.kind === 'completed') return String(run.runId) === end.result.runId;
  return run.workflowId === day.workflowId && run.temporalRunId === day.temporalRunId;
}

function presentStarted(
  { output }: Invocation<object>,
  access: TemporalAccess,
  started: readonly StartedDay[],
  { alsoSay }: HowToRun,
): ExitCode {
  const wire = started.map(({ account, date, workflowId, temporalRunId, joined }) => ({
    ...{ account, date, workflowId, temporalRunId, joined },
    link: workflowLink(access, workflowId, temporalRunId),
  }));
  output.result({ ...alsoSay, started: wire }, () => started.map((day) => watchWords(access, day)).join('\n'));
  return EXIT.clean;
}

function watchWords(access: TemporalAccess, { account, date, workflowId, temporalRunId, joined }: StartedDay): string {
  const link = workflowLink(access, workflowId, temporalRunId);
  const where = `${TYPED_AS} runs show ${account}/${date}`;
  return `${workflowId} ${joined ? 'runs already' : 'started'}: ${where}${link === null ? '' : `, or ${link}`}`;
}

async function presentEnded(
  { context, output }: Invocation<object>,
  access: TemporalAccess,
  ended: readonly RunDay[],
  { alsoSay }: HowToRun,
): Promise<void> {
  const config = await context.config();
  const shown = await Promise.all(
    ended.map(async ({ day, end, run }) => ({
      ...{ day, end, run },
      reports: await reportsOf(config, run),
      link: workflowLink(access, day.workflowId, day.temporalRunId),
    })),
  );
  const runs = shown.map(({ day, end, run, reports, link }) => ({
    ...(run === null ? { account: day.account, date: day.date, workflowId: day.workflowId } : runOnTheWire(run)),
    outcome: end.kind === 'completed' ? end.result.outcome : 'failed',
    ...(end.kind === 'completed'
      ? { discrepancies: end.result.discrepancies, published: end.result.published, delivered: end.result.delivered }
      : { error: end.message }),
    ...{ joined: day.joined, reports, link },
  }));
  output.result({ ...alsoSay, runs }, () => {
    const known = shown.flatMap(({ run }) => (run === null ? [] : [run]));
    const table = known.length === 0 ? [] : [renderRuns(output.palette, known)];
    return [...table, ...shown.flatMap(remarks)].join('\n');
  });
}

async function reportsOf(config: ReconConfig, run: RunSummary | null) {
  const key = run?.reportKey ?? null;
  return key === null ? null : reportLocations(config, key);
}

function remarks({ day, end, run, reports }: RunDay & { reports: { html: string } | null }): string[] {
  const name =
    run === null
      ? formatRunReference({ ...day, date: day.date as BusinessDate, runNumber: null })
      : runReferenceOf(run);
  if (end.kind === 'failed') return [`${name} failed: ${oneLine(end.message)}`, `  again: ${TYPED_AS} retry ${name}`];
  const { published, delivered } = end.result;
  return [
    ...(reports === null ? [] : [`${name} report: ${reports.html}`]),
    ...(published
      ? []
      : [`${name}: the run is complete, its report could not be published; the worker's log says why`]),
    ...(delivered ? [] : [`${name}: the run is complete, its mail could not be sent; the worker's log says why`]),
    ...(run !== null && outcomeWord(run) === 'differences'
      ? [`  look: ${TYPED_AS} discrepancies list --account ${day.account} --date ${day.date}`]
      : []),
  ];
}
