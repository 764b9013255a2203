// Every hour: take up what runs left behind, tell the next group what is overdue. One step that fails does not stop the others; it
// ends failed if any did, so that the list in the UI turns red.
import { ApplicationFailure } from '@temporalio/common';
import { isCancellation, log, patched, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import { activityOptions } from './activity-options.ts';
import type { Activities, HousekeepingInput, Swept } from './contracts.ts';

/** null: that step failed. */
export interface HousekeepingResult {
  readonly swept: Swept | null;
  readonly escalated: number | null;
  readonly sealed: number | null;
  readonly anchored: number | null;
  readonly partitionsUntil: string | null;
}

export async function housekeeping({ policy }: HousekeepingInput): Promise<HousekeepingResult> {
  // Both write rows for the outbox and talk to servers that may be slow: the time that publishing has.
  const steps = proxyActivities<Activities>(activityOptions('publish', policy));
  const failed: string[] = [];
  // Before the sweep, so that what it puts in leaves with it.
  const escalation = await attempted('escalate overdue', failed, () => steps.escalateOverdue());
  const swept = await attempted('sweep outbox', failed, () => steps.sweepOutbox());
  if ((swept?.unpublished ?? 0) > 0) failed.push(`publish ${swept?.unpublished} report(s)`);
  const evidence = await attempted('seal evidence', failed, () => steps.sweepEvidence());
  // An hour that was under way when this step was new ends without it.
  const partitions = patched('make-partitions')
    ? await attempted('make partitions', failed, () => steps.makePartitions())
    : null;
  // Last, so that what the steps before it said is under the anchors.
  const anchors = await attempted('anchor audit chains', failed, () => steps.anchorChains());
  setCurrentDetails(failed.length === 0 ? 'Everything done' : `Not done: ${failed.join(', ')}`);
  if (failed.length > 0) {
    throw ApplicationFailure.nonRetryable(`not done this hour: ${failed.join(', ')}`, 'PartialHousekeeping');
  }
  return {
    swept,
    escalated: escalation?.escalated ?? null,
    sealed: evidence?.sealed ?? null,
    anchored: anchors?.anchored ?? null,
    partitionsUntil: partitions?.until ?? null,
  };
}

/** null where it failed, which is noted. */
async function attempted<T>(step: string, failed: string[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.error('step of housekeeping failed', { step });
    failed.push(step);
    return null;
  }
}
