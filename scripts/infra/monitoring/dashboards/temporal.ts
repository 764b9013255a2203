// What the Temporal SDK in the workers says: whether steps wait, fail, and find a slot.
import type { DashboardSpec } from './panels.ts';

const waits = (name: string) =>
  `histogram_quantile(0.95, sum by (task_queue, le) (rate(temporal_${name}_schedule_to_start_latency_seconds_bucket[15m])))`;

export const TEMPORAL: DashboardSpec = {
  uid: 'recon-temporal',
  title: 'Reconciliation: Temporal',
  about: 'Workflows and activities as the SDK in the workers sees them.',
  from: 'now-24h',
  rows: [
    {
      title: 'Workflows',
      panels: [
        {
          title: 'Ended per hour',
          about: 'A failed daily is one of which a day failed.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (workflow_type) (increase(temporal_workflow_completed_total[1h]))',
              legend: '{{workflow_type}} completed',
            },
            {
              expr: 'sum by (workflow_type) (increase(temporal_workflow_failed_total[1h]))',
              legend: '{{workflow_type}} failed',
            },
          ],
        },
        {
          title: 'Failed workflow tasks',
          about: 'Code that throws or does not fit a history. docs/alerts.md#reconworkflowtasksfail',
          unit: 'short',
          badFrom: 1,
          queries: [
            {
              expr: 'sum by (workflow_type, failure_reason) (increase(temporal_workflow_task_execution_failed_total[10m]))',
              legend: '{{workflow_type}} {{failure_reason}}',
            },
          ],
        },
        {
          title: 'In the cache',
          about: 'Workflows that a worker holds ready.',
          unit: 'short',
          queries: [{ expr: 'sum by (instance) (temporal_sticky_cache_size)', legend: '{{instance}}' }],
        },
      ],
    },
    {
      title: 'Waiting',
      panels: [
        {
          title: 'Steps wait for a worker (95 %)',
          about: 'docs/alerts.md#recontaskswait',
          unit: 's',
          badFrom: 300,
          queries: [{ expr: waits('activity'), legend: '{{task_queue}}' }],
        },
        {
          title: 'Workflow tasks wait (95 %)',
          about: 'More than a few seconds: more workers are wanted.',
          unit: 's',
          queries: [{ expr: waits('workflow_task'), legend: '{{task_queue}}' }],
        },
        {
          title: 'Free slots for steps',
          about: 'docs/alerts.md#reconslotstaken',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (task_queue) (temporal_worker_task_slots_available{worker_type="ActivityWorker"})',
              legend: '{{task_queue}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Steps',
      panels: [
        {
          title: 'Tries per minute',
          about: 'By step.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (activity_type) (rate(temporal_activity_execution_latency_seconds_count[5m])) * 60',
              legend: '{{activity_type}}',
            },
          ],
        },
        {
          title: 'Failed tries per minute',
          about: 'A try that fails is tried again; what waits for a source fails on purpose.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (activity_type) (rate(temporal_activity_execution_failed_total[5m])) * 60',
              legend: '{{activity_type}}',
            },
          ],
        },
        {
          title: 'How long a step takes',
          about: 'On average.',
          unit: 's',
          queries: [
            {
              expr: 'sum by (activity_type) (rate(temporal_activity_execution_latency_seconds_sum[15m])) / sum by (activity_type) (rate(temporal_activity_execution_latency_seconds_count[15m]))',
              legend: '{{activity_type}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Server',
      panels: [
        {
          title: 'Requests that failed',
          about: 'By what was asked and what came back.',
          unit: 'reqps',
          queries: [
            {
              expr: 'sum by (operation, status_code) (rate(temporal_request_failure_total[5m]))',
              legend: '{{operation}} {{status_code}}',
            },
          ],
        },
        {
          title: 'Polls that failed',
          about: 'docs/alerts.md#recontemporalaway',
          unit: 'reqps',
          queries: [
            { expr: 'sum by (instance) (rate(temporal_long_request_failure_total[5m]))', legend: '{{instance}}' },
          ],
        },
        {
          title: 'How long an answer takes',
          about: 'On average, without polls.',
          unit: 's',
          queries: [
            {
              expr: 'sum by (operation) (rate(temporal_request_latency_seconds_sum[5m])) / sum by (operation) (rate(temporal_request_latency_seconds_count[5m]))',
              legend: '{{operation}}',
            },
          ],
        },
        {
          title: 'Pollers',
          about: 'Of all workers, by task queue.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (task_queue, poller_type) (temporal_num_pollers)',
              legend: '{{task_queue}} {{poller_type}}',
            },
          ],
        },
      ],
    },
  ],
};
