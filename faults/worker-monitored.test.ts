// A worker as operators run it, with monitoring: what it shows of its work and of the SDK's, what it says while a server is away,
// and how many series that is. Real Temporal, real PostgreSQL.
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { NativeConnection } from '@temporalio/worker';
import { startAccountDay } from '../client/temporal/account-day.ts';
import { startBackfill } from '../client/temporal/backfill-workflow.ts';
import { freePorts } from '../local/free-port.ts';
import { SDK_METRICS } from '../scripts/infra/monitoring/sdk-metric-names.ts';
import { METRIC_CATALOG, WORKER_SERIES_MAX } from '../worker/monitoring/metric-catalog.ts';
import { pollProblems } from '../worker/monitoring/poll-problems.ts';
import { ask, scrape } from '../worker/monitoring/scrape-for-tests.ts';
import { fireSchedule } from './fire-schedule.ts';
import { until } from './observe.ts';
import { openCompany, type TestCompany } from './test-company.ts';
import { startTestServers, TEST_POLICY, type TestServers } from './test-servers.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

const MON = '2026-03-02';
const TUE = '2026-03-03';

let servers: TestServers;
let good: TestCompany;
let bad: TestCompany;
let worker: WorkerProcess;
let own: string;
let sdk: string;
beforeAll(async () => {
  servers = await startTestServers();
  const basics = { databaseUrl: await servers.newDatabase(), firstDate: MON, days: 2, transactionsPerDay: 40 };
  bad = await openCompany(servers, { ...basics, account: 'stripe/locked', stripeKey: 'rk_wrong' });
  const faults = [{ on: 3, answer: { kind: 'rate_limited' } }] as const;
  good = await openCompany(servers, { ...basics, account: 'stripe/us', neighbours: [bad], faults });
  const [port = 0, sdkPort = 0] = await freePorts(2);
  own = `http://127.0.0.1:${port}`;
  sdk = `http://127.0.0.1:${sdkPort}`;
  const monitoring = `monitoring: { listen: "127.0.0.1:${port}", temporalListen: "127.0.0.1:${sdkPort}" }\n`;
  await appendFile(good.configFile, monitoring);
  worker = startWorkerProcess({ configFile: good.configFile, logFile: join(servers.folder, 'worker.log') });
  await until('the worker to be ready', async () => (await readiness()).status === 200 || undefined);
});
afterAll(async () => {
  await worker?.stop();
  await good?.stop();
  await bad?.stop();
  await servers?.stop();
});

const readiness = () => ask(`${own}/readyz`).catch(() => ({ status: 0, text: 'nobody answers' }));

/** A day that is found, one that fails, and every other kind of workflow. */
async function workADay(): Promise<void> {
  const { access } = servers;
  const { client, taskQueue } = access;
  for (const { account } of [good, bad]) {
    const day = { account, date: MON, trigger: 'manual', policy: TEST_POLICY } as const;
    await (await startAccountDay(access, day)).handle.result().catch(() => undefined);
  }
  const input = { account: good.account, from: TUE, to: TUE, force: false, policy: TEST_POLICY };
  await (await startBackfill(access, input)).result();
  await client.workflow.execute('housekeeping', {
    args: [{ policy: TEST_POLICY }],
    taskQueue,
    workflowId: 'housekeeping',
  });
  const [from, to] = ['2026-03-03T09:00:00Z', '2026-03-03T09:00:00Z'] as const;
  await (await (await fireSchedule(servers, [good], { from, to }))(from)).result().catch(() => undefined);
}

test('what a worker did, found and failed at is in its figures', async () => {
  await workADay();
  const { series } = await scrape(own);
  expect(Object.fromEntries(series)).toMatchObject({
    'recon_accounts{processor="stripe"}': 2,
    'recon_dates_24h{processor="stripe",result="differences"}': 2,
    'recon_dates_24h{processor="stripe",result="failed"}': 1,
    recon_decisions_total: 2,
    recon_database_up: 1,
    'recon_fetch_rate_limited_total{processor="stripe"}': 1,
    'recon_gate_failures_24h{processor="stripe"}': 0,
    'recon_outbox_waiting{channel="mail"}': 0,
    recon_audit_chains_unanchored: 0,
  });
  expect(series.get('recon_fetch_requests_total{processor="stripe"}')).toBeGreaterThan(2);
  expect(series.get('recon_match_rate{processor="stripe"}')).toBeGreaterThan(0.5);
  expect(series.get('recon_money_at_risk{currency="USD"}')).toBeGreaterThan(0);
  expect(series.get('recon_decision_seconds_total{pass="pool.sql"}')).toBeGreaterThan(0);
  expect(JSON.parse((await ask(`${own}/healthz`)).text)).toMatchObject({ status: 'alive' });
});

test('a workflow that this worker does not know is a failed workflow task in the figures of the SDK', async () => {
  const { client, taskQueue } = servers.access;
  const handle = await client.workflow.start('notThere', { taskQueue, workflowId: 'not-there' });
  await until('the failed task', async () => {
    const { names } = await scrape(sdk);
    return names.has('temporal_workflow_task_execution_failed_total') || undefined;
  });
  await handle.terminate();
});

test('a worker that nobody sees poll is told so, although another one polls the same queues', async () => {
  const { address, namespace, taskQueue } = servers.access;
  const connection = await NativeConnection.connect({ address });
  const asked = { namespace, identity: 'somebody else', taskQueue, fetchTaskQueues: ['fetch-stripe'] };
  const problems = await pollProblems(connection, asked, Date.now()).finally(() => connection.close());
  expect(problems).toEqual([
    'the Temporal server does not see this worker poll recon for its workflow tasks',
    'the Temporal server does not see this worker poll recon for its activity tasks',
    'the Temporal server does not see this worker poll fetch-stripe for its activity tasks',
  ]);
});

test('no account, day or run is a label, and a worker stays within its bound of series', async () => {
  const { series, text } = await scrape(sdk);
  expect(text).not.toMatch(/stripe\/us|2026-03-0/);
  const ownMax = METRIC_CATALOG.reduce((sum, { seriesMax }) => sum + seriesMax, 0);
  process.stderr.write(
    `series: ${(await scrape(own)).series.size} of at most ${ownMax}, and ${series.size} of the SDK\n`,
  );
  expect(ownMax + series.size).toBeLessThan(WORKER_SERIES_MAX);
});

test('without Temporal a worker is alive and not ready, and every metric of the SDK that anybody relies on has been seen', async () => {
  const seen = new Map((await scrape(sdk)).series);
  await servers.temporal.kill();
  const { text } = await until('the worker to miss Temporal', async () => {
    const answer = await readiness();
    return answer.status === 503 ? answer : undefined;
  });
  expect(JSON.parse(text)).toEqual({ status: 'not ready', problems: ['the Temporal server does not answer'] });
  expect((await ask(`${own}/healthz`)).status).toBe(200);
  await until('failed polls', async () => {
    const { series, names } = await scrape(sdk);
    for (const [key, value] of series) seen.set(key, value);
    return names.has('temporal_long_request_failure_total') || undefined;
  });
  const missing = SDK_METRICS.filter(
    ({ name, labels }) =>
      ![...seen.keys()].some(
        (key) => key.startsWith(`${name}{`) && labels.every((label) => key.includes(`${label}="`)),
      ),
  );
  expect(missing).toEqual([]);
});
