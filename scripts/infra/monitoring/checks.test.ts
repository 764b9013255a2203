// Each mistake that the checks of monitoring/ are there for, made in a copy of the real files.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { anchorsOf, readAlerts } from './alert-problems.ts';
import { readDashboard } from './dashboard-problems.ts';
import { dashboardFiles } from './dashboards/dashboard-files.ts';
import { expressionProblems } from './known-metrics.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const RULES = read('monitoring/alerts.yml');
const TESTS = read('monitoring/alerts.test.yml');
const RUNBOOK = read('docs/alerts.md');

/** A text with one thing changed. */
function changed(text: string, from: string | RegExp, to: string): string {
  const result = text.replace(from, to);
  if (result === text) throw new RangeError(`${from} is not there`);
  return result;
}

function alertProblems({ rules = RULES, tests = TESTS, runbook = RUNBOOK }): readonly string[] {
  return readAlerts({ rules: parse(rules), tests: parse(tests), docs: new Map([['docs/alerts.md', runbook]]) })
    .problems;
}

test('the alerts as they are have no problem', () => {
  expect(alertProblems({})).toEqual([]);
});

test('an alert over a metric that no worker shows is told', () => {
  const rules = changed(RULES, 'recon_gate_failures_24h', 'recon_gate_failed_24h');
  expect(alertProblems({ rules })).toEqual(['alert ReconGateFailed: no worker shows a metric recon_gate_failed_24h']);
});

test('an alert over a metric of the SDK under its name of another version is told', () => {
  const rules = changed(RULES, 'temporal_long_request_failure_total', 'temporal_long_request_failure');
  expect(alertProblems({ rules })).toEqual([
    'alert ReconTemporalAway: no worker shows a metric temporal_long_request_failure',
  ]);
});

test('an alert by a label that the metric does not have is told, in a matcher and in a grouping', () => {
  const matcher = changed(RULES, 'recon_dates_24h{result="failed"}', 'recon_dates_24h{outcome="failed"}');
  expect(alertProblems({ rules: matcher })).toEqual(['alert ReconDayFailed: recon_dates_24h has no label outcome']);
  const grouping = changed(
    RULES,
    'max by (channel) (recon_outbox_age_seconds)',
    'max by (route) (recon_outbox_age_seconds)',
  );
  expect(alertProblems({ rules: grouping })).toEqual([
    'alert ReconOutboxStuck: nothing in "max by (route) (recon_outbox_age_seconds) > 3 * 3600" has the label route',
  ]);
});

test('an alert that is not PromQL, has no run book, or a name twice is told', () => {
  expect(
    alertProblems({ rules: changed(RULES, 'max(recon_evidence_unsealed) > 0', 'max(recon_evidence_unsealed > 0') }),
  ).toEqual([expect.stringContaining('alert ReconEvidenceUnsealed: "max(recon_evidence_unsealed > 0" is not PromQL')]);
  expect(alertProblems({ runbook: changed(RUNBOOK, '### ReconNoWorker', '### No worker') })).toEqual([
    'alert ReconNoWorker: its run book docs/alerts.md has no heading for #reconnoworker',
  ]);
  expect(alertProblems({ rules: changed(RULES, 'alert: ReconRestarts', 'alert: ReconMemoryHigh') }).join()).toContain(
    'alert ReconMemoryHigh: there is another one of this name',
  );
});

test('an alert without a test that sees it fire, or keep silent, is told', () => {
  const tests = TESTS.replaceAll('alertname: ReconNoWorker', 'alertname: ReconWorkerDown');
  expect(alertProblems({ tests })).toEqual([
    'alert ReconNoWorker: no test sees it fire',
    'alert ReconNoWorker: no test sees it keep silent',
  ]);
});

test('a panel over a metric that no worker shows, or over nothing, is told', () => {
  const text = dashboardFiles().get('operations.json') ?? '';
  expect(readDashboard('operations.json', JSON.parse(text)).problems).toEqual([]);
  const misspelt = JSON.parse(changed(text, 'recon_match_rate', 'recon_match_ratio'));
  expect(readDashboard('operations.json', misspelt).problems).toEqual([
    'operations.json, panel "Match rate": no worker shows a metric recon_match_ratio',
  ]);
  const empty = JSON.parse(changed(text, '"title": "Lag to deadline"', '"title": "Lag to deadline", "targets": []'));
  empty.panels.find(({ title }: { title: string }) => title === 'Lag to deadline').targets = [];
  expect(readDashboard('operations.json', empty).problems).toEqual([
    'operations.json, panel "Lag to deadline": it shows nothing',
  ]);
});

test('expressions are read as Prometheus reads them', () => {
  expect(
    expressionProblems('sum by (processor) (rate(recon_fetch_requests_total{job="recon"}[$__rate_interval])) > 0'),
  ).toEqual([]);
  expect(expressionProblems('recon_match_rate / on (processor) recon_dates_late')).toEqual([]);
  expect(expressionProblems('recon_match_rate / on (currency) recon_dates_late')).toHaveLength(1);
  expect(expressionProblems('vector(1)')).toEqual(['"vector(1)" asks for no metric']);
  expect(expressionProblems('{job="recon"}')).toEqual(['no worker shows a metric without a name']);
});

test('headings become anchors as GitHub makes them', () => {
  expect([...anchorsOf('# Alerts, and what to do\n### ReconDayLate\ntext')]).toEqual([
    'alerts-and-what-to-do',
    'recondaylate',
  ]);
});
