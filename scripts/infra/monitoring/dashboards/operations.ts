// For the operations team: is everything done, how bad is it, what waits for whom.
import type { DashboardSpec } from './panels.ts';

export const OPERATIONS: DashboardSpec = {
  uid: 'recon-operations',
  title: 'Reconciliation: operations',
  about: 'Are all days done, what is open, how much money is in it, and who has to be told still.',
  from: 'now-7d',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Days late',
          about: 'Past their deadline without a conclusive result. docs/alerts.md#recondaylate',
          unit: 'short',
          now: true,
          badFrom: 1,
          queries: [{ expr: 'sum(max by (processor) (recon_dates_late))', legend: 'days' }],
        },
        {
          title: 'Critical and high',
          about: 'Differences that are open.',
          unit: 'short',
          now: true,
          badFrom: 1,
          queries: [
            {
              expr: 'sum(max by (severity, verdict) (recon_discrepancies_open{severity=~"critical|high"}))',
              legend: 'differences',
            },
          ],
        },
        {
          title: 'Overdue',
          about: 'Differences past their due date.',
          unit: 'short',
          now: true,
          badFrom: 1,
          queries: [{ expr: 'sum(max by (severity) (recon_discrepancies_overdue))', legend: 'differences' }],
        },
        {
          title: 'Proposals waiting',
          about: 'For another person to decide.',
          unit: 'short',
          now: true,
          queries: [{ expr: 'max(recon_proposals_waiting)', legend: 'proposals' }],
        },
        {
          title: 'Gate failures',
          about: 'Runs of the last 24 hours whose totals did not add up.',
          unit: 'short',
          now: true,
          badFrom: 1,
          queries: [{ expr: 'sum(max by (processor) (recon_gate_failures_24h))', legend: 'runs' }],
        },
      ],
    },
    {
      title: 'Days',
      panels: [
        {
          title: 'Lag to deadline',
          about: 'Of the worst day without a result: below zero there is time left.',
          unit: 's',
          badFrom: 0,
          queries: [{ expr: 'max by (processor) (recon_lag_to_deadline_seconds)', legend: '{{processor}}' }],
        },
        {
          title: 'The latest accounts',
          about: 'Ten at most are named.',
          unit: 's',
          queries: [{ expr: 'max by (account) (recon_account_lag_seconds)', legend: '{{account}}' }],
        },
        {
          title: 'Days of the last 24 hours',
          about: 'By how the latest run of each stands.',
          unit: 'short',
          queries: [{ expr: 'sum by (result) (max by (processor, result) (recon_dates_24h))', legend: '{{result}}' }],
        },
      ],
    },
    {
      title: 'Differences and money',
      panels: [
        {
          title: 'Open by severity',
          about: 'Differences that nobody has closed.',
          unit: 'short',
          queries: [
            {
              expr: 'sum by (severity) (max by (severity, verdict) (recon_discrepancies_open))',
              legend: '{{severity}}',
            },
          ],
        },
        {
          title: 'Open by verdict',
          about: 'docs/operations.md says what each means.',
          unit: 'short',
          queries: [
            { expr: 'sum by (verdict) (max by (severity, verdict) (recon_discrepancies_open))', legend: '{{verdict}}' },
          ],
        },
        {
          title: 'Money at risk',
          about: 'In major units of each currency; never added up. A float: reports have every digit.',
          unit: 'short',
          queries: [{ expr: 'max by (currency) (recon_money_at_risk)', legend: '{{currency}}' }],
        },
      ],
    },
    {
      title: 'Rows and messages',
      panels: [
        {
          title: 'Match rate',
          about: 'Of the latest runs of the last 24 hours.',
          unit: 'percentunit',
          queries: [{ expr: 'min by (processor) (recon_match_rate)', legend: '{{processor}}' }],
        },
        {
          title: 'Rows introduced in 24 hours',
          about: 'Both sides should be about as many.',
          unit: 'short',
          queries: [{ expr: 'max by (processor, side) (recon_rows_24h)', legend: '{{processor}} {{side}}' }],
        },
        {
          title: 'Messages that wait',
          about: 'Age of the oldest. docs/alerts.md#reconoutboxstuck',
          unit: 's',
          badFrom: 10_800,
          queries: [{ expr: 'max by (channel) (recon_outbox_age_seconds)', legend: '{{channel}}' }],
        },
        {
          title: 'Evidence and audit',
          about: 'Runs without a package; hours since the oldest anchor of a chain that went on.',
          unit: 'short',
          queries: [
            { expr: 'max(recon_evidence_unsealed)', legend: 'runs unsealed' },
            { expr: 'max(recon_audit_anchor_age_seconds) / 3600', legend: 'anchor age in hours' },
            { expr: 'max(recon_audit_chains_unanchored)', legend: 'chains without an anchor' },
          ],
        },
      ],
    },
  ],
};
