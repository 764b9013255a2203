// Fills the days of a range for several accounts, some at a time, with progress, and shows what came out.
import type { BusinessDate } from '../domain/business-date.ts';
import { type BackfillProgress, PRODUCTION_POLICY } from '../workflows/contracts.ts';
import { backfillWorkflowId } from '../workflows/workflow-ids.ts';
import type { Invocation } from './action.ts';
import { CannotDo } from './cannot-do.ts';
import { type DayOutcomes, readOutcomes } from './database/read-outcomes.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';
import { TYPED_AS } from './help-examples.ts';
import { startBackfill } from './temporal/backfill-workflow.ts';
import { type BackfillEnd, followBackfill } from './temporal/follow-backfill.ts';
import type { TemporalAccess } from './temporal/open-temporal.ts';
import { workflowLink } from './temporal/workflow-link.ts';
import { oneLine } from './terminal/one-line.ts';
import { createProgress, type Progress, type ProgressTask } from './terminal/progress.ts';
import { renderTable } from './terminal/table.ts';

/** Accounts that are filled at the same time: each keeps one processor's API and one transaction busy. */
export const ACCOUNTS_AT_ONCE_MAX = 4;

export interface Range {
  readonly from: BusinessDate;
  readonly to: BusinessDate;
}

export interface HowToBackfill {
  readonly force: boolean;
  readonly reason: string | undefined;
}

interface Backfilled {
  readonly account: string;
  readonly end: BackfillEnd;
  readonly outcomes: DayOutcomes;
}

export async function startBackfills(
  { context, output }: Invocation<object>,
  accounts: readonly string[],
  range: Range,
  how: HowToBackfill,
): Promise<ExitCode> {
  const access = await context.temporal();
  const backfills: Array<Range & { account: string; workflowId: string; link: string | null; error: string | null }> =
    [];
  for (const account of accounts) {
    const handle = await started(access, inputOf(account, range, how));
    const workflowId = idOf(account, range);
    const error = handle instanceof CannotDo ? handle.message : null;
    backfills.push({ account, ...range, workflowId, link: workflowLink(access, workflowId), error });
  }
  output.result({ backfills }, () =>
    [
      ...backfills.map(({ workflowId, error }) => error ?? `${workflowId} started`),
      `${TYPED_AS} backfill progress shows how far it is`,
    ].join('\n'),
  );
  return backfills.some(({ error }) => error !== null) ? EXIT.failed : EXIT.clean;
}

export async function runBackfills(
  invocation: Invocation<object>,
  accounts: readonly string[],
  range: Range,
  how: HowToBackfill,
): Promise<ExitCode> {
  const { context, io, output } = invocation;
  const [database, access] = await Promise.all([context.database(), context.temporal()]);
  const progress = createProgress(io.stderr);
  const signal = io.interruption();
  const waiting = [...accounts];
  const running = new Set<string>();
  const done: Backfilled[] = [];
  const next = async (): Promise<void> => {
    for (let account = waiting.shift(); account !== undefined; account = waiting.shift()) {
      running.add(account);
      const end = await backfillOne(access, inputOf(account, range, how), progress, { nowMs: io.nowMs, signal });
      running.delete(account);
      done.push({ account, end, outcomes: await readOutcomes(database, account, end.progress?.done ?? []) });
    }
  };
  try {
    const slots = Math.min(ACCOUNTS_AT_ONCE_MAX, accounts.length);
    const ended = await Promise.allSettled(Array.from({ length: slots }, next));
    const failed = ended.find((slot) => slot.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } catch (error) {
    progress.stop();
    if (running.size > 0)
      output.note(
        `These go on: ${[...running].map((account) => idOf(account, range)).join(', ')}; ${TYPED_AS} backfill progress shows how far they are.`,
      );
    if (waiting.length > 0) output.note(`Not started: ${waiting.join(', ')}.`);
    throw error;
  }
  progress.stop();
  present(invocation, access, range, done);
  return exitCodeOf(done.flatMap(({ end, outcomes }) => (end.failure === null ? outcomes.words : ['failed'])));
}

async function backfillOne(
  access: TemporalAccess,
  input: ReturnType<typeof inputOf>,
  progress: Progress,
  options: { nowMs: () => number; signal: AbortSignal },
): Promise<BackfillEnd> {
  const handle = await started(access, input);
  if (handle instanceof CannotDo) return { failure: handle.message, progress: null };
  const task = progress.task(`${input.account} ${input.from}..${input.to}`, 1);
  return followBackfill(access, handle, { ...options, onProgress: (seen) => show(task, seen) });
}

/** One account that cannot be started does not hold up the others. */
async function started(access: TemporalAccess, input: ReturnType<typeof inputOf>) {
  try {
    return await startBackfill(access, input);
  } catch (error) {
    if (error instanceof CannotDo) return error;
    throw error;
  }
}

function show(task: ProgressTask, seen: BackfillProgress | undefined): void {
  if (seen === undefined) task.update('waits for a worker', 0, 1);
  else if (seen.total === 0) task.update('every day is done already', 1, 1);
  else task.update(progressWords(seen), seen.done.length + seen.failed.length, seen.total);
}

/** "2026-01-12, 1 failed, 3 skipped, paused": skipped are done already, or before the account's start. */
export function progressWords({ current, failed, skipped, paused }: BackfillProgress): string {
  return [
    ...(current === null ? [] : [current]),
    ...(failed.length === 0 ? [] : [`${failed.length} failed`]),
    ...(skipped === 0 ? [] : [`${skipped} skipped`]),
    ...(paused ? ['paused'] : []),
  ].join(', ');
}

function present(
  { output }: Invocation<object>,
  access: TemporalAccess,
  range: Range,
  done: readonly Backfilled[],
): void {
  const sorted = [...done].sort((a, b) => (a.account < b.account ? -1 : 1));
  const backfills = sorted.map(({ account, end, outcomes }) => ({
    account,
    ...range,
    days: end.progress?.total ?? null,
    done: end.progress?.done.map((day) => day.date) ?? [],
    failed: end.progress?.failed.map((day) => day.date) ?? [],
    skipped: end.progress?.skipped ?? null,
    outcomes: outcomes.counts,
    error: end.failure,
    link: workflowLink(access, idOf(account, range)),
  }));
  output.result({ backfills }, () => {
    const right = (title: string) => ({ title, align: 'right' as const });
    const columns = [
      { title: 'Account' },
      ...['Run', 'Clean', 'Differences', 'Inconclusive', 'Failed', 'Skipped'].map(right),
    ];
    const rows = backfills.map(({ account, done: days, outcomes, failed, skipped }) => [
      account,
      ...[days.length, outcomes.clean, outcomes.differences, outcomes.inconclusive, failed.length, skipped ?? 0].map(
        String,
      ),
    ]);
    const remarks = backfills.flatMap(({ account, error, failed }) => [
      ...(error === null ? [] : [`${account}: ${oneLine(error)}`]),
      ...failed.map((date) => `  again: ${TYPED_AS} retry ${account}/${date}`),
    ]);
    return [renderTable(output.palette, columns, rows), ...remarks].join('\n');
  });
}

function inputOf(account: string, range: Range, { force, reason }: HowToBackfill) {
  return { account, ...range, force, policy: PRODUCTION_POLICY, ...(reason === undefined ? {} : { reason }) };
}

function idOf(account: string, { from, to }: Range): string {
  return backfillWorkflowId(account, from, to);
}
