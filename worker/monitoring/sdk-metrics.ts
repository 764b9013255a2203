// How the Temporal SDK serves its own metrics: seconds, counters that end in _total, and few buckets, since each is a series for
// every activity on every task queue. None has an account, a day or a run as a label.
import type { MetricsExporterConfig } from '@temporalio/worker';
import { type ListenPlace, placeText } from '../monitoring-config.ts';

/** Upper bounds in seconds. */
const BUCKETS_S = {
  activity_execution_latency: [1, 60],
  // From the first attempt's schedule to success: what alerts need of it is its sum and its count.
  activity_succeed_endtoend_latency: [60],
  activity_schedule_to_start_latency: [1, 10, 60, 600],
  workflow_task_schedule_to_start_latency: [1, 10, 60, 600],
  workflow_task_execution_latency: [1],
  workflow_task_replay_latency: [1],
  workflow_endtoend_latency: [60, 3_600],
  request_latency: [1],
  // Half of all long polls end without a task after a minute: nothing to alert on.
  long_request_latency: [60],
};

export function sdkMetrics(place: ListenPlace): MetricsExporterConfig {
  return {
    attachServiceName: false,
    prometheus: {
      bindAddress: placeText(place),
      useSecondsForDurations: true,
      countersTotalSuffix: true,
      unitSuffix: true,
      histogramBucketOverrides: BUCKETS_S,
    },
  };
}
