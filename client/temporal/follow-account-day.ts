// Waits for an account-day and says what it is at. Only looks: the day goes on whether or not anybody waits.
import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import type { DatabasePool } from 'slonik';
import { countWords } from '../../activities/report/run-words.ts';
import type { RunResult } from '../../workflows/contracts.ts';
import { CannotDo } from '../cannot-do.ts';
import { readFetched } from '../database/read-fetched.ts';
import { chain } from '../explain-error.ts';
import type { StartedDay } from './account-day.ts';
import { currentDetails } from './current-details.ts';
import type { TemporalAccess } from './open-temporal.ts';
import { isServed, pollersOf } from './pollers.ts';

export type DayEnd =
  | { readonly kind: 'completed'; readonly result: RunResult }
  | { readonly kind: 'failed'; readonly message: string };

export interface FollowOptions {
  readonly database: DatabasePool;
  readonly onStep: (text: string) => void;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 1_000;
// Sources may be waited for most of a day (workflows/activity-options.ts).
const FOLLOW_MS_MAX = 48 * 3_600_000;

export async function followAccountDay(
  access: TemporalAccess,
  day: StartedDay,
  options: FollowOptions,
): Promise<DayEnd> {
  const ended = endOf(day);
  // Whoever interrupts does not wait for it any more.
  ended.catch(() => undefined);
  const untilMs = options.nowMs() + FOLLOW_MS_MAX;
  while (options.nowMs() < untilMs) {
    const end = await Promise.race([ended, delay(LOOK_EVERY_MS, undefined, { ref: false })]);
    if (end !== undefined) return end;
    options.signal.throwIfAborted();
    const text = await stepOf(access, day, options);
    if (text !== undefined) options.onStep(text);
  }
  throw new CannotDo(
    `${day.account} ${day.date} still runs after two days; look at ${day.workflowId} in the Temporal UI`,
  );
}

async function endOf({ handle }: StartedDay): Promise<DayEnd> {
  try {
    return { kind: 'completed', result: await handle.result() };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return { kind: 'failed', message: failureMessage(error) };
  }
}

/** What the failing step said; Temporal wraps it in what failed around it. */
export function failureMessage(error: WorkflowFailedError): string {
  const wrappers = new Set(['WorkflowFailedError', 'ActivityFailure', 'ChildWorkflowFailure']);
  const fact = chain(error).find((cause) => !wrappers.has(cause.name)) ?? error;
  if (fact.name === 'TerminatedFailure') return `its workflow was terminated (${fact.message})`;
  if (fact.name === 'CancelledFailure') return 'its workflow was cancelled';
  return fact.message;
}

async function stepOf(
  access: TemporalAccess,
  { workflowId }: StartedDay,
  { database, nowMs }: FollowOptions,
): Promise<string | undefined> {
  const details = await currentDetails(access, workflowId);
  if (details === undefined) {
    const pollers = await pollersOf(access, access.taskQueue, nowMs());
    if (isServed(pollers, access.taskQueue)) return undefined;
    return `waits for a worker: none polls the task queue ${access.taskQueue} (npm run worker starts one)`;
  }
  if (!details.includes('fetching')) return details;
  const fetched = await readFetched(database, workflowId);
  if (fetched === undefined) return details;
  return `${details}: ${countWords(fetched.rows)} rows, ${fetched.done} of ${fetched.parts} parts`;
}
