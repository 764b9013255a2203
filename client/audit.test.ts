// The audit commands as an auditor types them, over runs that were decided, reported and mailed: without Temporal.
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { DatabasePool } from 'slonik';
import { type Engine, type EngineRun, startEngine } from '../activities/engine-for-tests.ts';
import { StoreUnavailable } from '../activities/report/object-store.ts';
import { REPORT_FORMATS } from '../activities/report/report-files.ts';
import { type Mailbox, startMailbox } from '../local/mailbox.ts';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { createDatabase } from '../sql/database.ts';
import { composeEvidence } from '../worker/compose-evidence.ts';
import { composeOutbox } from '../worker/compose-outbox.ts';
import { loadConfig } from '../worker/config.ts';
import type { Activities } from '../workflows/contracts.ts';
import { recon } from './cli-processes-for-tests.ts';
import { yamlForTests } from './config-for-tests.ts';

const ACCOUNT = 'test/files';
const DATE = '2026-01-31';
const RUN = `${ACCOUNT}/${DATE}#1`;

let folder: string;
let database: TestDatabase;
let mailbox: Mailbox;
let worker: DatabasePool;
let engine: Engine;
let outbox: ReturnType<typeof composeOutbox>;
let environment: Record<string, string>;
let run: EngineRun;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-audit-cli-test-'));
  database = await freshDatabase();
  mailbox = await startMailbox({ dir: join(folder, 'mails') });
  const config = join(folder, 'recon.yaml');
  await writeFile(config, `${yamlForTests({ temporal: '127.0.0.1:1' })}\nevidence: { store: evidence }\n`);
  environment = {
    RECON_CONFIG: config,
    DATABASE_URL: database.workerUrl,
    SMTP_URL: mailbox.url,
    AUDITOR_URL: database.auditorUrl,
  };
  worker = await createDatabase({ url: database.workerUrl, poolSizeMax: 3, applicationName: 'recon audit test' });
  const loaded = await loadConfig(config, environment);
  outbox = composeOutbox(loaded, worker, Date.now);
  const evidence = composeEvidence(loaded, worker, Date.now, NO_HISTORY);
  const overrides = { outbox, evidence };
  engine = await startEngine({ databaseUrl: database.url, folder: join(folder, 'files'), overrides });
  const open = await engine.stageDay({ date: DATE, processor: [charge], internal: [] });
  run = await open.decide();
  await tell(open.activities, run.runId);
}, 120_000);
afterAll(async () => {
  await engine?.stop();
  await outbox?.close();
  await worker?.end();
  await mailbox?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const charge = { id: 'ch_1', kind: 'payment', gross: '10.00', currency: 'USD', occurredAt: `${DATE}T12:00:00Z` };

async function tell(activities: Activities, runId: string): Promise<void> {
  await activities.publishReport({ runId });
  await activities.deliverNotifications({ runId });
  await activities.sealEvidence({ runId });
}

/** There is no Temporal here whose history could be kept. */
const NO_HISTORY = async () => null;

const auditor = (line: string) => recon([...line.split(' '), '--read-with', 'AUDITOR_URL'], environment);

async function asSuperuser(statement: string): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query(statement);
  await client.end();
}

test('history tells a run from opening to mail, with digests and without what the mail said', async () => {
  const { code, stdout } = await auditor(`audit history ${ACCOUNT}/${DATE} --json`);
  expect(code).toBe(0);
  const { run: name, events } = JSON.parse(stdout);
  expect(name).toBe(RUN);
  expect(events.map(({ event }: { event: string }) => event)).toEqual([
    'run_opened',
    'run_completed',
    'report_written',
    'mail_sent',
    'evidence_written',
  ]);
  expect(events[1].data.resultDigest).toBe(run.resultDigest);
  expect(Object.values(events[2].data.files)).toHaveLength(REPORT_FORMATS.length);
  expect(events[3].data).toMatchObject({ kind: 'run_completed', recipients: 1, refused: 0 });
  expect(stdout).not.toContain('@example.com');
  const text = await auditor(`audit history ${RUN}`);
  expect(text.stdout).toMatch(/2 +\S+Z +\S+ +run_completed +.*outcome differences/);
});

test('history says what cannot be typed: a run that never was', async () => {
  const { code, stderr } = await auditor(`audit history ${ACCOUNT}/${DATE}#7`);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining(`says nothing of ${ACCOUNT}/${DATE}#7`),
  });
});

test('the worker’s login appends and does not read: the command names the login it needs', async () => {
  const { code, stderr } = await recon(['audit', 'verify'], environment);
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('--read-with VARIABLE') });
});

test('verify finds the log intact and anchored, and says so to a script', async () => {
  const { code, stdout } = await auditor('audit verify --json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    verdict: 'intact',
    reasons: [],
    chains: [
      { chain: 'system', anchors: 1, fault: null },
      { chain: ACCOUNT, rows: '5', anchoredTo: '5', fault: null },
    ],
  });
  expect((await auditor(`audit verify --account ${ACCOUNT}`)).stdout).toContain('The audit log is intact.');
});

test('verify of an account without a chain says that there is none', async () => {
  const { code, stderr } = await auditor('audit verify --account stripe/us');
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('no chain of stripe/us') });
});

test('a failed run is told with its step, a cancelled one as cancelled', async () => {
  const failed = await engine.openDay({ date: '2026-02-01', processor: [], internal: [] });
  await failed.activities.failRun({ runId: failed.runId, cancelled: false, step: 'fetch', message: 'nobody answered' });
  await failed.activities.failRun({ runId: failed.runId, cancelled: false, step: 'fetch', message: 'asked again' });
  const cancelled = await engine.openDay({ date: '2026-02-02', processor: [], internal: [] });
  await cancelled.activities.failRun({ runId: cancelled.runId, cancelled: true, step: 'open', message: 'by hand' });
  const lastOf = async (date: string) => {
    const { events } = JSON.parse((await auditor(`audit history ${ACCOUNT}/${date} --json`)).stdout);
    return events.at(-1);
  };
  expect(await lastOf('2026-02-01')).toMatchObject({
    event: 'run_failed',
    data: { step: 'fetch', error: 'nobody answered' },
  });
  expect(await lastOf('2026-02-02')).toMatchObject({ event: 'run_cancelled' });
});

test('an evidence store that cannot be reached keeps nothing but the anchor waiting', async () => {
  const occupied = join(folder, 'occupied');
  await writeFile(occupied, '');
  const config = await loadConfig(environment.RECON_CONFIG ?? '', environment);
  const away = { ...config, evidence: { store: occupied, retentionDays: 1 } };
  const { activities, runId } = await engine.openDay({ date: '2026-02-03', processor: [], internal: [] });
  await activities.failRun({ runId, cancelled: false, step: 'fetch', message: 'nobody answered' });
  const before = (await mailbox.mails()).length;
  await activities.deliverNotifications({ runId });
  expect(await mailbox.mails()).toHaveLength(before + 1);
  const unreachable = composeEvidence(away, worker, Date.now, NO_HISTORY);
  await expect(unreachable?.seal(BigInt(runId))).rejects.toThrow(StoreUnavailable);
  await expect(unreachable?.anchor()).rejects.toThrow(StoreUnavailable);
  await activities.sealEvidence({ runId });
  const { chains } = JSON.parse((await auditor(`audit verify --account ${ACCOUNT} --json`)).stdout);
  expect(chains[0].anchoredTo).toBe(chains[0].rows);
});

test('verify --deep recomputes results and report files, and compares triggers, grants and functions', async () => {
  const deep = JSON.parse((await auditor('audit verify --deep --json')).stdout);
  expect(deep.deep).toEqual({ contents: { right: 3 + REPORT_FORMATS.length, wrong: [], unknown: [] }, guards: [] });
  expect(deep.verdict).toBe('intact');
});

test('verify --deep names a result that was edited, a report that was edited, and a right that was given', async () => {
  await asSuperuser(
    `update reconciliation_runs set canonical_result = replace(canonical_result, 'differences', 'clean')`,
  );
  const [html = ''] = Object.values(
    JSON.parse((await recon(['reports', 'open', RUN, '--json'], environment)).stdout).reports,
  );
  await appendFile(String(html), ' ');
  await asSuperuser('grant delete on matches to recon_worker; alter table audit_log disable trigger audit_log_stays');
  const { code, stdout } = await auditor('audit verify --deep');
  expect(code).toBe(1);
  expect(stdout).toContain(`the result of run ${RUN} is `);
  expect(stdout).toMatch(/report file reports\/test\/files\/.*report\.html is [0-9a-f]{64}; it was/);
  expect(stdout).toMatch(/Grants: not ours: grant delete, insert, select/);
  expect(stdout).toMatch(/Triggers: not ours: .*audit_log_stays.*enabled: D/);
  expect(stdout).toContain('The audit log is broken');
  await asSuperuser(
    'revoke delete on matches from recon_worker; alter table audit_log enable always trigger audit_log_stays',
  );
});

test('verify names the first bad row, and exits with 1', async () => {
  await asSuperuser(`
    alter table audit_log disable trigger audit_log_stays;
    update audit_log set body = replace(body, 'differences', 'clean') where event = 'run_completed';
    alter table audit_log enable always trigger audit_log_stays`);
  const { code, stdout } = await auditor('audit verify');
  expect(code).toBe(1);
  expect(stdout).toMatch(
    new RegExp(`${ACCOUNT} is broken at row 2: edited\\nrun/${DATE}#1/completed: its body is not`),
  );
});
