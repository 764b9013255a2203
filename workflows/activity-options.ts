// The one table of timeouts and retries. A total budget bounds every activity; no attempt count does, because an outage is
// measured in hours, not in tries. Facts that trying again cannot change are not retried.
import type { ActivityOptions } from '@temporalio/common';
import type { Policy } from './contracts.ts';

const NEVER_AGAIN = [
  'AuthRejected',
  'SourceRejected',
  'InvariantViolated',
  'RunClosed',
  'NotConfigured',
  'RunNotCompleted',
  'EvidenceNotReady',
  'RowsPurged',
];

type Step = 'record' | 'await' | 'fetch' | 'decide' | 'publish' | 'deliver' | 'seal';

interface Row {
  readonly startToClose: string;
  readonly scheduleToClose: string;
  readonly heartbeats: boolean;
}

// The circuit breaker for a processor that is down is the line of fetch: each shard waits longer and longer between tries, up
// to retryMaxMs (ten minutes), and stops after 8 hours; then the run fails, somebody is told, and the day stays due. What
// trying again cannot change (NEVER_AGAIN) ends it at once. Its own task queue keeps it out of the other processors' slots.
// biome-ignore format: a table is read by column
const TABLE: Readonly<Record<Step, Row>> = {
  record:  { startToClose: '1 minute',   scheduleToClose: '2 hours',  heartbeats: false },
  await:   { startToClose: '2 minutes',  scheduleToClose: '16 hours', heartbeats: false },
  fetch:   { startToClose: '2 hours',    scheduleToClose: '8 hours',  heartbeats: true  },
  decide:  { startToClose: '30 minutes', scheduleToClose: '2 hours',  heartbeats: true  },
  publish: { startToClose: '10 minutes', scheduleToClose: '1 hour',   heartbeats: false },
  deliver: { startToClose: '2 minutes',  scheduleToClose: '1 hour',   heartbeats: false },
  seal:    { startToClose: '10 minutes', scheduleToClose: '1 hour',   heartbeats: false },
};

export function activityOptions(step: Step, policy: Policy): ActivityOptions {
  const row = TABLE[step];
  return {
    startToCloseTimeout: row.startToClose as '1 minute',
    scheduleToCloseTimeout: policy.budgetMs ?? (row.scheduleToClose as '1 minute'),
    ...(row.heartbeats ? { heartbeatTimeout: policy.heartbeatMs } : {}),
    retry: {
      initialInterval: policy.retryInitialMs,
      maximumInterval: policy.retryMaxMs,
      backoffCoefficient: 2,
      nonRetryableErrorTypes: NEVER_AGAIN,
    },
  };
}
