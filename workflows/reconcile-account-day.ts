// One account, one business date: open, wait for both sides, fetch them in parallel, decide, publish, tell, seal the evidence.
// Finding differences is a completed run. A step that cannot succeed fails the run, and somebody is told.
import { ApplicationFailure, TemporalFailure, TimeoutFailure } from '@temporalio/common';
import {
  CancellationScope,
  isCancellation,
  log,
  patched,
  proxyActivities,
  setCurrentDetails,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Side } from '../domain/vocabulary.ts';
import { activityOptions } from './activity-options.ts';
import type { Activities, OpenedRun, Policy, ReconcileInput, RunResult } from './contracts.ts';
import { RECON_DISCREPANCIES, RECON_OUTCOME } from './search-attributes.ts';

export async function reconcileAccountDay(input: ReconcileInput): Promise<RunResult> {
  const steps = stepsFor(input.policy);
  const { workflowId, runId: temporalRunId } = workflowInfo();
  setCurrentDetails(`Opening ${input.account} ${input.date}`);
  const run = await steps.record.openRun({ ...input, workflowId, temporalRunId });
  const at = { step: 'open' };
  try {
    at.step = 'fetch';
    setCurrentDetails(`Run ${run.runNumber}: fetching both sides`);
    await Promise.all([fetchSide(input.policy, run, 'processor'), fetchSide(input.policy, run, 'internal')]);
    at.step = 'decide';
    setCurrentDetails(`Run ${run.runNumber}: matching, gate, commit`);
    const decision = await steps.decide.decideRun({ runId: run.runId });
    upsertSearchAttributes([
      { key: RECON_OUTCOME, value: decision.outcome },
      { key: RECON_DISCREPANCIES, value: decision.discrepancies },
    ]);
    const { published, delivered } = await tell(input.policy, run);
    // Evidence without the report waits for the sweep.
    if (published) await seal(input.policy, run);
    setCurrentDetails(`Run ${run.runNumber}: ${decision.outcome}, ${decision.discrepancies} open discrepancies`);
    return { ...decision, runId: run.runId, runNumber: run.runNumber, published, delivered };
  } catch (error) {
    // A mistake in this code is no fact about the day: the task fails, and goes on from here once a good deploy runs it again.
    if (!(error instanceof TemporalFailure)) throw error;
    await CancellationScope.nonCancellable(() => fail(input, run, at.step, error));
    throw error;
  }
}

function stepsFor(policy: Policy) {
  return {
    record: proxyActivities<Activities>(activityOptions('record', policy)),
    decide: proxyActivities<Activities>(activityOptions('decide', policy)),
    publish: proxyActivities<Activities>(activityOptions('publish', policy)),
    deliver: proxyActivities<Activities>(activityOptions('deliver', policy)),
    seal: proxyActivities<Activities>(activityOptions('seal', policy)),
  };
}

async function fetchSide(policy: Policy, run: OpenedRun, side: Side): Promise<void> {
  // The processor's calls have a task queue of their own, so that one processor's outage stays its own.
  const taskQueue = side === 'processor' ? { taskQueue: run.fetchTaskQueue } : {};
  const waiting = proxyActivities<Activities>({ ...activityOptions('await', policy), ...taskQueue });
  const fetching = proxyActivities<Activities>({ ...activityOptions('fetch', policy), ...taskQueue });
  const { ready } = await waiting.awaitSource({ runId: run.runId, side });
  if (!ready) log.warn('source did not become ready before its deadline', { side });
  const batch = await waiting.planFetch({ runId: run.runId, side });
  await Promise.all(
    batch.shards.map((shard) => fetching.fetchShard({ runId: run.runId, side, batchId: batch.batchId, shard })),
  );
  await waiting.completeBatch({ runId: run.runId, side, batchId: batch.batchId });
}

// The run is complete whatever happens here: what could not be published or sent stays due in PostgreSQL.
async function tell(policy: Policy, run: OpenedRun): Promise<{ published: boolean; delivered: boolean }> {
  const steps = stepsFor(policy);
  const published = await succeeded('publish', steps.publish.publishReport({ runId: run.runId }));
  const delivered = await succeeded('deliver', steps.deliver.deliverNotifications({ runId: run.runId }));
  return { published, delivered };
}

// What could not be sealed now is sealed by the sweep. Runs that were under way when this step was new end without it.
async function seal(policy: Policy, run: OpenedRun): Promise<void> {
  if (!patched('seal-evidence')) return;
  await succeeded('seal', stepsFor(policy).seal.sealEvidence({ runId: run.runId }));
}

async function succeeded(step: string, work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (isCancellation(error)) throw error;
    log.error('step failed after the run had ended', { step });
    return false;
  }
}

// Never throws, so that the workflow fails of what failed the run, and not of the mail about it that could not leave.
async function fail(input: ReconcileInput, run: OpenedRun, step: string, error: unknown): Promise<void> {
  const steps = stepsFor(input.policy);
  const cancelled = isCancellation(error);
  const message = cancelled ? `cancelled during ${step}` : rootMessage(error);
  await succeeded('record', steps.record.failRun({ runId: run.runId, cancelled, step, message }));
  await succeeded('deliver', steps.deliver.deliverNotifications({ runId: run.runId }));
  await seal(input.policy, run);
}

function rootMessage(error: unknown): string {
  let root = error;
  while (root instanceof Error && root.cause instanceof Error && !(root instanceof ApplicationFailure))
    root = root.cause;
  // The server says in a timeout what the last attempt failed of; the SDK makes no cause of it.
  const last = root instanceof TimeoutFailure ? root.failure?.cause?.message : undefined;
  if (last !== undefined && last !== null && last !== '') return `${last} (no time left for another attempt)`;
  return root instanceof Error ? root.message : String(root);
}
