// Every metric that a worker shows of itself and of the reconciliation, with its labels and the most series it may have. What is
// not in here does not exist: rendering refuses it, and the checks refuse alerts and dashboards over it.
import { OUTCOMES, SEVERITIES, SIDES, VERDICTS } from '../../domain/vocabulary.ts';

export interface MetricFamily {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  readonly help: string;
  readonly labels: readonly string[];
  readonly seriesMax: number;
}

/** What a worker and the Temporal SDK in it may show in all. */
export const WORKER_SERIES_MAX = 1_000;
/** Processors with a label of their own; the others share the label `other`. */
export const PROCESSORS_NAMED_MAX = 8;
export const OTHER = 'other';
/** Accounts that are named, the latest first: 500 of them would be 500 series. */
export const ACCOUNTS_NAMED_MAX = 10;
/** Currencies cannot be added up: those beyond are counted as left out. */
export const CURRENCIES_NAMED_MAX = 20;
/** Passes of matching that are told apart. */
export const PASSES_NAMED_MAX = 32;

/** How the latest run of a day stands. */
export const DAY_RESULTS = [...OUTCOMES, 'running', 'failed', 'cancelled'] as const;
export const CHANNELS = ['mail', 'webhook', 'slack'] as const;
/** Verdicts of which people hear: what is settled needs nobody. */
export const OPEN_VERDICTS = VERDICTS.filter(
  (verdict) => !['matched', 'matched_tolerance', 'matched_late', 'ignored'].includes(verdict),
);

const PROCESSORS = PROCESSORS_NAMED_MAX + 1;

function gauge(name: string, help: string, labels: readonly string[] = [], seriesMax = 1): MetricFamily {
  return { name, type: 'gauge', help, labels, seriesMax };
}
function counter(name: string, help: string, labels: readonly string[] = [], seriesMax = 1): MetricFamily {
  return { name, type: 'counter', help, labels, seriesMax };
}
const perProcessor = (name: string, help: string) => gauge(name, help, ['processor'], PROCESSORS);

/** Read from the database: the same in every worker, so that alerts take the maximum over them and never the sum. */
export const DOMAIN_METRICS: readonly MetricFamily[] = [
  perProcessor('recon_accounts', 'Accounts in the configuration.'),
  perProcessor(
    'recon_lag_to_deadline_seconds',
    'Seconds past its deadline of the worst day without a conclusive result; below zero: that much is left. Absent where nothing is due.',
  ),
  perProcessor('recon_dates_late', 'Days past their deadline without a conclusive result.'),
  gauge(
    'recon_account_lag_seconds',
    'Seconds past the deadline, of the accounts that are latest.',
    ['account'],
    ACCOUNTS_NAMED_MAX,
  ),
  gauge(
    'recon_dates_24h',
    'Account days that had a run in the last 24 hours, by how the latest run of the day stands.',
    ['processor', 'result'],
    PROCESSORS * DAY_RESULTS.length,
  ),
  gauge('recon_rows_24h', 'Rows introduced in the last 24 hours.', ['processor', 'side'], PROCESSORS * SIDES.length),
  perProcessor('recon_match_rate', 'Share of rows that the latest runs of the last 24 hours matched, from 0 to 1.'),
  perProcessor('recon_run_seconds_24h', 'Longest run of the last 24 hours, from its start to its end.'),
  gauge(
    'recon_discrepancies_open',
    'Differences that are open.',
    ['severity', 'verdict'],
    SEVERITIES.length * OPEN_VERDICTS.length,
  ),
  gauge(
    'recon_discrepancies_overdue',
    'Differences that are open past their due date.',
    ['severity'],
    SEVERITIES.length,
  ),
  gauge(
    'recon_money_at_risk',
    'Money of the differences that are open, in major units, without what is pending or ambiguous.',
    ['currency'],
    CURRENCIES_NAMED_MAX,
  ),
  gauge('recon_money_at_risk_currencies_left_out', 'Currencies beyond those that recon_money_at_risk names.'),
  perProcessor('recon_gate_failures_24h', 'Runs of the last 24 hours whose totals did not add up.'),
  gauge('recon_outbox_age_seconds', 'How long the oldest message has waited.', ['channel'], CHANNELS.length),
  gauge('recon_outbox_waiting', 'Messages that wait.', ['channel'], CHANNELS.length),
  gauge('recon_outbox_given_up_24h', 'Messages of the last 24 hours that were given up.', ['channel'], CHANNELS.length),
  gauge('recon_proposals_waiting', 'Proposals that wait for another person.'),
  gauge(
    'recon_evidence_unsealed',
    'Runs of the last seven days that ended over 13 hours ago and have no evidence package.',
  ),
];

/** Read from the store of anchors, seldom. Absent where no evidence store is configured. */
export const ANCHOR_METRICS: readonly MetricFamily[] = [
  gauge(
    'recon_audit_anchor_age_seconds',
    'Age of the oldest anchor of an audit chain that went on since; 0: every chain is anchored.',
  ),
  gauge('recon_audit_chains_unanchored', 'Audit chains that were never anchored.'),
];

/** Of this process. */
export const PROCESS_METRICS: readonly MetricFamily[] = [
  gauge('recon_build_info', 'Version of the code; always 1.', ['version']),
  gauge('recon_database_up', '1 where the latest reading of the database succeeded.'),
  gauge('recon_collected_timestamp_seconds', 'When the figures of the database were last read.'),
  gauge('recon_collection_seconds', 'How long reading them took.'),
  gauge('recon_event_loop_pause_seconds', 'Longest time of the last minute in which this process did nothing else.'),
  counter('recon_fetch_requests_total', 'Requests that were sent to the API.', ['processor'], PROCESSORS),
  counter(
    'recon_fetch_rate_limited_total',
    'Requests that the API refused for their rate (429).',
    ['processor'],
    PROCESSORS,
  ),
  counter('recon_decisions_total', 'Decisions made by this process.'),
  counter('recon_decision_seconds_total', 'Seconds that decisions spent in each pass.', ['pass'], PASSES_NAMED_MAX),
  gauge('process_resident_memory_bytes', 'Resident memory.'),
  gauge('process_start_time_seconds', 'Start of the process since the epoch.'),
  counter('process_cpu_seconds_total', 'Processor time, user and system.'),
];

export const METRIC_CATALOG: readonly MetricFamily[] = [...DOMAIN_METRICS, ...ANCHOR_METRICS, ...PROCESS_METRICS];
