// For whoever runs the workers: how fast, how big, what the processors allow.
import type { DashboardSpec } from './panels.ts';

export const ENGINE: DashboardSpec = {
  uid: 'recon-engine',
  title: 'Reconciliation: engine',
  about: 'The workers: where their time goes, what they hold, what the processors answer them.',
  from: 'now-24h',
  rows: [
    {
      title: 'Workers',
      panels: [
        {
          title: 'Workers that answer',
          about: 'docs/alerts.md#reconnoworker',
          unit: 'short',
          now: true,
          queries: [{ expr: 'sum(up{job="recon"})', legend: 'workers' }],
        },
        {
          title: 'Versions',
          about: 'More than one only while a deployment is under way.',
          unit: 'short',
          now: true,
          queries: [{ expr: 'sum by (version) (recon_build_info)', legend: '{{version}}' }],
        },
        {
          title: 'Age of the figures',
          about: 'Since the database was last read.',
          unit: 's',
          now: true,
          badFrom: 300,
          queries: [{ expr: 'time() - min(recon_collected_timestamp_seconds)', legend: 'age' }],
        },
        {
          title: 'Database',
          about: 'Workers that could read it.',
          unit: 'short',
          now: true,
          queries: [{ expr: 'sum(recon_database_up)', legend: 'workers' }],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'Memory',
          about: 'Resident. It does not grow with the day: docs/performance.md.',
          unit: 'bytes',
          queries: [{ expr: 'process_resident_memory_bytes{job="recon"}', legend: '{{instance}}' }],
        },
        {
          title: 'Processor time',
          about: 'Cores in use.',
          unit: 'short',
          queries: [{ expr: 'rate(process_cpu_seconds_total{job="recon"}[$__rate_interval])', legend: '{{instance}}' }],
        },
        {
          title: 'Longest pause of the event loop',
          about: 'What does nothing else for a minute loses its heartbeats.',
          unit: 's',
          badFrom: 5,
          queries: [{ expr: 'recon_event_loop_pause_seconds', legend: '{{instance}}' }],
        },
      ],
    },
    {
      title: 'Decisions',
      panels: [
        {
          title: 'Decisions per hour',
          about: 'Of all workers.',
          unit: 'short',
          queries: [{ expr: 'sum(increase(recon_decisions_total[1h]))', legend: 'decisions' }],
        },
        {
          title: 'Time by pass',
          about: 'Seconds a decision spends in each pass of sql/matching.',
          unit: 's',
          queries: [
            {
              expr: 'sum by (pass) (increase(recon_decision_seconds_total[1h])) / scalar(sum(increase(recon_decisions_total[1h])))',
              legend: '{{pass}}',
            },
          ],
        },
        {
          title: 'Longest run of 24 hours',
          about: 'From its start to its end, waiting included.',
          unit: 's',
          queries: [{ expr: 'max by (processor) (recon_run_seconds_24h)', legend: '{{processor}}' }],
        },
      ],
    },
    {
      title: 'Processors',
      panels: [
        {
          title: 'Requests per second',
          about: 'Of all workers together.',
          unit: 'reqps',
          queries: [
            {
              expr: 'sum by (processor) (rate(recon_fetch_requests_total[$__rate_interval]))',
              legend: '{{processor}}',
            },
          ],
        },
        {
          title: 'Refused for their rate',
          about: 'Share of the requests that were answered with 429. docs/alerts.md#reconratelimited',
          unit: 'percentunit',
          badFrom: 0.2,
          queries: [
            {
              expr: 'sum by (processor) (rate(recon_fetch_rate_limited_total[15m])) / sum by (processor) (rate(recon_fetch_requests_total[15m]))',
              legend: '{{processor}}',
            },
          ],
        },
        {
          title: 'Reading the figures',
          about: 'How long a worker needs for the figures of this page.',
          unit: 's',
          queries: [{ expr: 'recon_collection_seconds', legend: '{{instance}}' }],
        },
      ],
    },
  ],
};
