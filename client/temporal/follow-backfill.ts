// Waits for a backfill and says how far it is. Only looks: it goes on whether or not anybody waits.
import { setTimeout as delay } from 'node:timers/promises';
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { BackfillProgress } from '../../workflows/contracts.ts';
import { CannotDo } from '../cannot-do.ts';
import { askProgress, type BackfillWorkflow } from './backfill-workflow.ts';
import { failureMessage } from './follow-account-day.ts';
import type { TemporalAccess } from './open-temporal.ts';

export interface BackfillEnd {
  /** null: it ended as asked. */
  readonly failure: string | null;
  /** The last that was seen; null where it never said anything. */
  readonly progress: BackfillProgress | null;
}

export interface FollowBackfillOptions {
  readonly onProgress: (progress: BackfillProgress | undefined) => void;
  readonly nowMs: () => number;
  readonly signal: AbortSignal;
}

const LOOK_EVERY_MS = 1_000;
// Ten years of days at some minutes each; longer than anybody keeps a terminal open.
const FOLLOW_MS_MAX = 30 * 86_400_000;

export async function followBackfill(
  access: TemporalAccess,
  handle: WorkflowHandle<BackfillWorkflow>,
  options: FollowBackfillOptions,
): Promise<BackfillEnd> {
  const ended = endOf(handle);
  ended.catch(() => undefined);
  let last: BackfillProgress | null = null;
  const untilMs = options.nowMs() + FOLLOW_MS_MAX;
  while (options.nowMs() < untilMs) {
    const end = await Promise.race([ended, delay(LOOK_EVERY_MS, undefined, { ref: false })]);
    options.signal.throwIfAborted();
    // A failed one answers too: its last word says which days failed.
    const progress = end?.progress ?? (await askProgress(access, handle));
    options.onProgress(progress);
    last = progress ?? last;
    if (end !== undefined) return { failure: end.failure, progress: last };
  }
  throw new CannotDo(`${handle.workflowId} still runs; look at it in the Temporal UI`);
}

async function endOf(handle: WorkflowHandle<BackfillWorkflow>): Promise<BackfillEnd> {
  try {
    return { failure: null, progress: await handle.result() };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return { failure: failureMessage(error), progress: null };
  }
}
