// Decides what retrying a run means as things stand. Pure: what the database and Temporal know goes in.
import type { RunSummary } from './database/read-runs.ts';
import { TYPED_AS } from './help-examples.ts';
import { formatRunReference, type RunReference } from './run-reference.ts';
import { outcomeWord, runReferenceOf } from './run-view.ts';
import { oneLine } from './terminal/one-line.ts';
import { UsageError } from './usage-error.ts';

export type RetryDecision =
  | { readonly action: 'start'; readonly why: string }
  | { readonly action: 'none'; readonly why: string };

/**
 * @param runs Of the day, newest first.
 * @param workflow How the day's workflow stands in Temporal; undefined where it knows none.
 * @throws UsageError where there is nothing to retry.
 */
export function decideRetry(
  reference: RunReference,
  runs: readonly RunSummary[],
  workflow: string | undefined,
): RetryDecision {
  const latest = runs[0];
  if (workflow === 'RUNNING') {
    const name = latest === undefined ? formatRunReference({ ...reference, runNumber: null }) : runReferenceOf(latest);
    return { action: 'none', why: `${name} is running: there is nothing to retry yet` };
  }
  if (latest === undefined) return withoutRun(reference, workflow);
  const run = reference.runNumber === null ? latest : runs.find(({ runNumber }) => runNumber === reference.runNumber);
  if (run === undefined) {
    throw new UsageError(
      `there is no run ${formatRunReference(reference)}; the latest of that day is ${runReferenceOf(latest)}`,
    );
  }
  if (run !== latest) {
    throw new UsageError(
      `${runReferenceOf(run)} is not the latest of its day, ${runReferenceOf(latest)} is (${outcomeWord(latest)}): only that can be retried`,
    );
  }
  return ofLatest(run);
}

function ofLatest(run: RunSummary): RetryDecision {
  const name = runReferenceOf(run);
  if (run.status === 'failed' || run.status === 'cancelled') {
    return {
      action: 'start',
      why: `${name} ${run.status === 'failed' ? 'failed' : 'was cancelled'}: ${oneLine(run.error ?? 'no reason was kept')}`,
    };
  }
  if (run.status === 'running') {
    return { action: 'start', why: `${name} says that it is running, and its workflow has ended without closing it` };
  }
  if (run.outcome === 'inconclusive') {
    return { action: 'start', why: `${name} is inconclusive: a side had not delivered the whole day` };
  }
  throw new UsageError(
    `${name} is completed (${run.outcome}): there is nothing to retry. To run the day again on purpose: ${TYPED_AS} run --account ${run.account} --date ${run.date}`,
  );
}

/** Failed before the run could be recorded, or never started. */
function withoutRun(reference: RunReference, workflow: string | undefined): RetryDecision {
  const name = formatRunReference({ ...reference, runNumber: null });
  if (workflow === undefined || reference.runNumber !== null) {
    throw new UsageError(
      `there is no run ${formatRunReference(reference)}. To run the day: ${TYPED_AS} run --account ${reference.account} --date ${reference.date}`,
    );
  }
  return {
    action: 'start',
    why: `the workflow of ${name} ended (${workflow.toLowerCase()}) before a run was recorded`,
  };
}
