// The metrics of the Temporal SDK that alerts and dashboards may use, with the labels they may ask for. The SDK makes the names: a
// test holds this list to what a real worker of the installed version serves (faults/worker-monitored.test.ts).
export interface SdkMetric {
  readonly name: string;
  readonly labels: readonly string[];
}

const of = (name: string, ...labels: readonly string[]): SdkMetric => ({
  name: `temporal_${name}`,
  labels: ['namespace', ...labels],
});
const histogram = (name: string, ...labels: readonly string[]): SdkMetric[] => [
  of(`${name}_seconds_bucket`, ...labels, 'le'),
  of(`${name}_seconds_count`, ...labels),
  of(`${name}_seconds_sum`, ...labels),
];

export const SDK_METRICS: readonly SdkMetric[] = [
  of('activity_execution_failed_total', 'activity_type', 'task_queue', 'workflow_type', 'failure_reason'),
  of('activity_task_received_total', 'activity_type', 'task_queue', 'workflow_type'),
  ...histogram('activity_execution_latency', 'activity_type', 'task_queue', 'workflow_type'),
  ...histogram('activity_schedule_to_start_latency', 'task_queue'),
  ...histogram('request_latency', 'operation'),
  of('long_request_failure_total', 'operation', 'task_queue', 'status_code'),
  of('num_pollers', 'poller_type', 'task_queue'),
  of('request_failure_total', 'operation', 'status_code'),
  of('request_total', 'operation'),
  of('sticky_cache_size', 'task_queue'),
  of('worker_task_slots_available', 'worker_type', 'task_queue'),
  of('worker_task_slots_used', 'worker_type', 'task_queue'),
  of('workflow_completed_total', 'workflow_type', 'task_queue'),
  of('workflow_failed_total', 'workflow_type', 'task_queue'),
  ...histogram('workflow_endtoend_latency', 'workflow_type', 'task_queue'),
  of('workflow_task_execution_failed_total', 'failure_reason', 'workflow_type', 'task_queue'),
  ...histogram('workflow_task_execution_latency', 'workflow_type', 'task_queue'),
  ...histogram('workflow_task_schedule_to_start_latency', 'task_queue'),
];
