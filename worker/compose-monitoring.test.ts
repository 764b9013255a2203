// Metrics and health over a real PostgreSQL: what is asked of them with more accounts, currencies and processors than are named,
// and what they say while the database is away.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { stringify } from 'yaml';
import { knownCurrencies } from '../domain/currency.ts';
import { SEVERITIES, VERDICTS } from '../domain/vocabulary.ts';
import { freePort } from '../local/free-port.ts';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { composeMonitoring, type Monitoring } from './compose-monitoring.ts';
import { loadConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { METRIC_CATALOG } from './monitoring/metric-catalog.ts';
import { ask, scrape } from './monitoring/scrape-for-tests.ts';

const ACCOUNTS = Array.from({ length: 500 }, (_, at) => `p${String(at % 25).padStart(2, '0')}/a${at}`);
const DAY_MS = 86_400_000;

let database: TestDatabase;
let folder: string;
let base: string;
let monitoring: Monitoring;
let nowMs = Date.now();
beforeAll(async () => {
  database = await freshDatabase();
  await fill();
  folder = await mkdtemp(join(tmpdir(), 'recon-monitoring-'));
  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  monitoring = await composeMonitoring(await configOf(`127.0.0.1:${port}`), {
    logger: createLogger({ level: 'silent' }),
    nowMs: () => nowMs,
    codeVersion: '1.2.3',
  });
});
afterAll(async () => {
  await monitoring?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function configOf(listen: string) {
  await writeFile(join(folder, 'database-url'), database.workerUrl);
  await writeFile(
    join(folder, 'recon.yaml'),
    stringify({
      reportingCurrency: 'USD',
      database: 'file:database-url',
      accounts: ACCOUNTS.map((account) => ({
        account,
        zone: 'UTC',
        startDate: '2026-01-01',
        source: { kind: 'file', location: '.' },
        internal: { kind: 'file', location: '.' },
      })),
      reports: { store: '.' },
      monitoring: { listen },
      notifications: {
        from: 'recon@example.com',
        transport: { kind: 'smtp', url: 'file:database-url' },
        routes: [{ to: ['ops@example.com'], from: 'low' }],
      },
    }),
  );
  return loadConfig(join(folder, 'recon.yaml'), {});
}

/** Every account late, every way a day can end, every difference in every currency. */
async function fill(): Promise<void> {
  const admin = new Client({ connectionString: database.url });
  await admin.connect();
  try {
    await admin.query(
      `insert into accounts (account, processor_name, zone, reporting_currency, start_date)
       select name, split_part(name, '/', 1), 'UTC', 'USD', '2026-01-01' from unnest($1::text[]) name`,
      [ACCOUNTS],
    );
    await admin.query(
      `insert into expected_runs (account_id, business_date, due_at)
       select account_id, current_date - 2, now() - account_id * interval '1 minute' from accounts`,
    );
    // A first run that failed, and a second one: the second one is how the day stands.
    await admin.query(
      `insert into reconciliation_runs (account_id, account, processor_name, run_date, run_number, status, outcome, decision_seq,
         trigger, workflow_id, temporal_run_id, window_start, window_end, reporting_currency, started_at, finished_at)
       select a.account_id, a.account, a.processor_name, current_date - 2, n,
              case when n = 1 then 'failed' else way.status end::run_status, case when n = 2 then way.outcome end::outcome,
              case when n = 2 then 1 end, 'manual', 'w' || a.account_id, n::text, now(), now(), 'USD', now() - interval '90 seconds', now()
       from accounts a cross join generate_series(1, 2) n
       join (values (0, 'completed', 'inconclusive'), (1, 'completed', 'inconclusive'), (2, 'failed', null), (3, 'cancelled', null),
                    (4, 'completed', 'inconclusive')) way (at, status, outcome) on way.at = a.account_id % 5`,
    );
    await admin.query(
      `insert into data_quality_checks (run_id, name, passed, detail)
       select run_id, 'conservation', false, 'open' from reconciliation_runs where account = 'p00/a0' and run_number = 1`,
    );
    await admin.query(
      `insert into reconciliation_run_population (run_id, rows, matched, matched_late, matched_of_earlier_days)
       select run_id, 1000, case when processor_name = 'p03' then 900 else 1000 end, 0, 0 from reconciliation_runs
       where status = 'completed'`,
    );
    await admin.query(
      `insert into discrepancies (account_id, account, level, anchor_side, anchor_row_id, anchor_external_id, business_date, verdict,
         severity, kind, currency, amount, introduced_seq, opened_seq, changed_seq)
       select a.account_id, a.account, 'activity', 'processor', row_number() over (), 'x', current_date - 2, v::verdict, s::severity,
              'payment', c, 1000, 1, 1, 1
       from (select * from accounts order by account_id limit 1) a cross join unnest($1::text[]) v cross join unnest($2::text[]) s
       cross join unnest($3::text[]) c`,
      [VERDICTS.filter((verdict) => !/^(matched|ignored)/.test(verdict)), SEVERITIES, knownCurrencies().slice(0, 30)],
    );
    await admin.query(
      `insert into notifications (audience, kind, dedupe_key, message_id, payload, channel, status, created_at)
       select 'ops', 'k', channel || status, channel || status, '{}', channel, status::delivery_status, now() - interval '4 hours'
       from unnest(array['mail', 'webhook', 'slack']) channel, unnest(array['pending', 'failed', 'done']) status`,
    );
  } finally {
    await admin.end();
  }
}

test('500 accounts of 25 processors in 30 currencies stay within the bound that each metric states', async () => {
  const { series } = await scrape(base);
  for (const { name, seriesMax } of METRIC_CATALOG) {
    const found = [...series.keys()].filter((key) => key === name || key.startsWith(`${name}{`));
    expect({ name, series: found.length, seriesMax: Math.max(found.length, seriesMax) }).toEqual({
      name,
      series: found.length,
      seriesMax,
    });
  }
  expect(series.size).toBeLessThan(301);
  process.stderr.write(`series with 500 accounts: ${series.size}\n`);
});

test('the processors beyond the bound share one label, and nothing is lost in it', async () => {
  const { series } = await scrape(base);
  expect(series.get('recon_accounts{processor="p07"}')).toBe(20);
  expect(series.has('recon_accounts{processor="p08"}')).toBe(false);
  expect(series.get('recon_accounts{processor="other"}')).toBe(340);
  const late = [...series].filter(([key]) => key.startsWith('recon_dates_late'));
  expect(late.reduce((sum, [, count]) => sum + count, 0)).toBe(500);
});

test('the worst accounts are named, the latest first, and the lag of a processor is that of its worst', async () => {
  const { series } = await scrape(base);
  const named = [...series].filter(([key]) => key.startsWith('recon_account_lag_seconds'));
  expect(named).toHaveLength(10);
  const worst = Math.max(...named.map(([, seconds]) => seconds));
  expect(worst).toBeGreaterThanOrEqual(500 * 60);
  expect(series.get('recon_lag_to_deadline_seconds{processor="other"}')).toBe(worst);
});

test('a day counts as its latest run left it; failures of the gate, rates and amounts are those of the rows', async () => {
  const { series } = await scrape(base);
  const days = (result: string) =>
    [...series].reduce((sum, [key, count]) => (key.includes(`result="${result}"`) ? sum + count : sum), 0);
  expect(['inconclusive', 'failed', 'cancelled', 'clean'].map(days)).toEqual([300, 100, 100, 0]);
  expect(series.get('recon_gate_failures_24h{processor="p00"}')).toBe(1);
  expect(series.get('recon_gate_failures_24h{processor="p01"}')).toBe(0);
  expect(series.get('recon_match_rate{processor="p03"}')).toBe(0.9);
  // All of its runs failed: no rate is claimed.
  expect(series.has('recon_match_rate{processor="p01"}')).toBe(false);
  // 10 verdicts with money at risk, 4 severities, 1000 minor units each.
  expect(series.get('recon_money_at_risk{currency="BIF"}')).toBe(40_000);
  expect(series.get('recon_money_at_risk_currencies_left_out')).toBe(10);
  expect(series.get('recon_discrepancies_open{severity="high",verdict="missing_internal"}')).toBe(30);
  expect(series.get('recon_outbox_age_seconds{channel="slack"}')).toBeGreaterThanOrEqual(4 * 3_600);
  expect(series.get('recon_build_info{version="1.2.3"}')).toBe(1);
});

test('what a worker asks of its processors is counted, and so is each refusal', async () => {
  const refusals: (number | null)[] = [];
  const gates = monitoring.counting(() => ({
    pass: async () => undefined,
    pause: async (retryAfterMs) => void refusals.push(retryAfterMs),
  }));
  const gate = gates('p01/a1', { requestsPerSecond: 1 });
  await gate.pass(AbortSignal.timeout(1_000));
  await gate.pass(AbortSignal.timeout(1_000));
  await gate.pause(3_000);
  const { series } = await scrape(base);
  expect(series.get('recon_fetch_requests_total{processor="p01"}')).toBe(2);
  expect(series.get('recon_fetch_rate_limited_total{processor="p01"}')).toBe(1);
  expect(refusals).toEqual([3_000]);
});

test('a worker is not ready before it polls, nor when the server does not see it, and alive all along', async () => {
  nowMs += DAY_MS;
  expect(await ask(`${base}/readyz`)).toMatchObject({ status: 503, text: expect.stringContaining('is starting') });
  monitoring.watch(async () => ['nobody sees us poll recon']);
  nowMs += DAY_MS;
  expect(await ask(`${base}/readyz`)).toMatchObject({ status: 503, text: expect.stringContaining('poll recon') });
  monitoring.watch(async () => []);
  nowMs += DAY_MS;
  expect(await ask(`${base}/readyz`)).toMatchObject({ status: 200 });
  expect(await ask(`${base}/healthz`)).toMatchObject({ status: 200 });
  expect(await ask(`${base}/secrets`)).toMatchObject({ status: 404 });
  expect((await fetch(`${base}/metrics`, { method: 'POST' })).status).toBe(405);
});

test('without its database a worker is alive, not ready, and shows no old figures as new ones', async () => {
  const name = new URL(database.url).pathname.slice(1);
  const elsewhere = new URL(database.url);
  elsewhere.pathname = '/postgres';
  const admin = new Client({ connectionString: elsewhere.href });
  await admin.connect();
  try {
    await admin.query(`alter database ${name} with allow_connections false`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    nowMs += DAY_MS;
    expect(await ask(`${base}/readyz`)).toMatchObject({
      status: 503,
      text: expect.stringContaining('the database does not answer'),
    });
    expect((await ask(`${base}/healthz`)).status).toBe(200);
    const { series, names } = await scrape(base);
    expect(series.get('recon_database_up')).toBe(0);
    expect(names.has('recon_dates_late')).toBe(false);
    expect(series.get('recon_collected_timestamp_seconds')).toBeLessThan(nowMs / 1_000);
    await admin.query(`alter database ${name} with allow_connections true`);
    nowMs += DAY_MS;
    expect((await scrape(base)).series.get('recon_database_up')).toBe(1);
  } finally {
    await admin.query(`alter database ${name} with allow_connections true`);
    await admin.end();
  }
});

test('a port that somebody else holds is said with what to do, and without `monitoring` nothing listens', async () => {
  const config = await configOf(base.slice('http://'.length));
  const deps = { logger: createLogger({ level: 'silent' }), nowMs: Date.now, codeVersion: 'dev' };
  await expect(composeMonitoring(config, deps)).rejects.toThrow('correct monitoring.listen');
  const { monitoring: _, ...silent } = config;
  const gates = () => ({ pass: async () => undefined, pause: async () => undefined });
  expect((await composeMonitoring({ ...silent, monitoring: undefined }, deps)).counting(gates)).toBe(gates);
});
