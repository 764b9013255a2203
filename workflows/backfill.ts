// A date range of one account, oldest day first. PostgreSQL decides what is done already; a failed day does not stop the
// rest. Can be paused, resumed, asked for progress and cancelled; the day under way always finishes.
import { ApplicationFailure } from '@temporalio/common';
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import { activityOptions } from './activity-options.ts';
import type { AccountDay, Activities, BackfillInput, BackfillProgress } from './contracts.ts';
import { isStillDue, runAccountDay } from './run-account-day.ts';

export const pauseBackfill = defineSignal('pause');
export const resumeBackfill = defineSignal('resume');
export const backfillProgress = defineQuery<BackfillProgress>('progress');

// About 20 events a day: 40 days keep a history far below the server's warnings.
const DAYS_PER_EXECUTION_MAX = 40;

export async function backfill(input: BackfillInput): Promise<BackfillProgress> {
  const { planBackfill } = proxyActivities<Activities>(activityOptions('record', input.policy));
  const before = input.progress;
  const done: AccountDay[] = [...(before?.done ?? [])];
  const failed: AccountDay[] = [...(before?.failed ?? [])];
  let paused = before?.paused ?? false;
  let current: string | null = null;
  let total = before?.total ?? 0;
  let skipped = before?.skipped ?? 0;
  const progress = (): BackfillProgress => ({ total, done, skipped, failed, current, paused });
  setHandler(backfillProgress, progress);
  setHandler(pauseBackfill, () => {
    paused = true;
  });
  setHandler(resumeBackfill, () => {
    paused = false;
  });

  const handled = new Set([...done, ...failed].map((day) => day.date));
  const planned = await planBackfill({ account: input.account, from: input.from, to: input.to, force: input.force });
  const daysMax = Math.min(input.daysPerExecutionMax ?? DAYS_PER_EXECUTION_MAX, DAYS_PER_EXECUTION_MAX);
  const days = planned.filter((date) => !handled.has(date));
  if (before === undefined) {
    total = planned.length;
    skipped = daysIn(input.from, input.to) - planned.length;
  }
  for (const [at, date] of days.entries()) {
    if (at >= daysMax || workflowInfo().continueAsNewSuggested) {
      await condition(allHandlersFinished);
      await continueAsNew<typeof backfill>({ ...input, progress: progress() });
    }
    await condition(() => !paused);
    if (!input.force && !(await isStillDue({ account: input.account, date }, input.policy))) {
      total -= 1;
      skipped += 1;
      continue;
    }
    current = date;
    setCurrentDetails(`${input.account}: ${date}, ${done.length} of ${total} done, ${failed.length} failed`);
    const day = { account: input.account, date };
    try {
      const reason = input.reason === undefined ? {} : { reason: input.reason };
      await runAccountDay({ ...day, trigger: 'backfill', policy: input.policy, ...reason });
      done.push(day);
    } catch (error) {
      // A day that somebody cancelled failed alone; only our own cancellation ends the backfill.
      if (CancellationScope.current().consideredCancelled) throw error;
      failed.push(day);
    }
    current = null;
  }
  await condition(allHandlersFinished);
  if (failed.length > 0) throw partialRun(input.account, progress());
  return progress();
}

function partialRun(account: string, { failed, total }: BackfillProgress): ApplicationFailure {
  const names = failed.map((day) => day.date).join(', ');
  return ApplicationFailure.nonRetryable(
    `${failed.length} of ${total} days of ${account} failed: ${names}`,
    'PartialRun',
  );
}

const DAY_MS = 86_400_000;
function daysIn(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
}
