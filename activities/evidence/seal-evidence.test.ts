import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { freshDatabase, type TestDatabase } from '../../scripts/database-for-tests.ts';
import { createDatabase } from '../../sql/database.ts';
import { type Engine, startEngine } from '../engine-for-tests.ts';
import { InvariantViolated } from '../errors.ts';
import { createFolderStore } from '../report/folder-store.ts';
import { type ObjectStore, StoreUnavailable } from '../report/object-store.ts';
import { publishReport } from '../report/publish-report.ts';
import { openEvidenceStore } from './evidence-store.ts';
import { EvidenceNotReady } from './read-sealed-run.ts';
import { readSeal, type SealDeps, sealEvidence } from './seal-evidence.ts';
import { EvidenceUnsealed, sweepEvidence } from './sweep-evidence.ts';
import { verifyPackage } from './verify-package.ts';
import { historyText } from './workflow-histories.ts';

let fresh: TestDatabase;
let database: DatabasePool;
let engine: Engine;
let folder: string;
let reports: ObjectStore;
let stores = 0;

const AS_OF = '2026-02-20T00:00:00Z';
const HISTORY = [{ workflowId: 'reconcile/test/files', temporalRunId: 'test-1', events: [{ eventId: '1' }] }];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-seal-test-'));
  fresh = await freshDatabase();
  engine = await startEngine({ databaseUrl: fresh.url, folder: join(folder, 'files') });
  database = await createDatabase({ url: fresh.workerUrl, poolSizeMax: 4, applicationName: 'recon seal test' });
  reports = createFolderStore(join(folder, 'reports'));
});
afterAll(async () => {
  await database?.end();
  await engine?.stop();
  await fresh?.drop();
  await rm(folder, { recursive: true, force: true });
});

function newDeps(changed: Partial<SealDeps> = {}): SealDeps & { readonly root: string } {
  stores += 1;
  const root = join(folder, `evidence-${stores}`);
  const store = openEvidenceStore(root, { retentionDays: 1, nowMs: Date.now });
  return { database, reports, store, histories: async () => HISTORY, root, ...changed };
}

const row = (id: string, date: string) => ({ id, kind: 'payment', currency: 'USD', occurredAt: `${date}T10:00:00Z` });

/** A day with one pair and one payment that nobody booked. */
async function runDay(date: string): Promise<bigint> {
  const { runId } = await engine.runDay({
    date,
    asOf: AS_OF,
    processor: [
      { ...row(`ch_${date}`, date), gross: '10.00' },
      { ...row(`lost_${date}`, date), gross: '7.50' },
    ],
    internal: [{ ...row(`ord_${date}`, date), amount: '10.00', processorReference: `ch_${date}` }],
  });
  return BigInt(runId);
}

async function publishedDay(date: string): Promise<bigint> {
  const runId = await runDay(date);
  await publishReport({ database, store: reports }, { runId });
  return runId;
}

async function failedDay(date: string): Promise<bigint> {
  const { runId } = await engine.openDay({ date, asOf: AS_OF, processor: [], internal: [] });
  await database.query(sql.unsafe`
    update reconciliation_runs set status = 'failed', error = 'no answer for jane@example.com', finished_at = started_at
    where run_id = ${BigInt(runId)}`);
  return BigInt(runId);
}

/** What the files of a package hold, by name. */
async function filesOf(location: string): Promise<Record<string, string>> {
  const names = (await readdir(location)).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(location, name), 'utf8')] as const)),
  );
}

const forget = (runId: bigint) => engine.database.query(sql.unsafe`delete from evidence where run_id = ${runId}`);

test('seals all that the run came from and came to, in a package that verifies by itself', async () => {
  const runId = await publishedDay('2026-01-05');
  const deps = newDeps();
  const seal = await sealEvidence(deps, { runId });
  expect(seal.location).toMatch(/\/evidence\/test\/files\/2026-01-05\/run-1-[0-9a-f]{12}$/);
  expect(await readSeal(database, runId)).toEqual(seal);
  expect(await verifyPackage(seal.location, seal.manifestSha256)).toMatchObject({
    verdict: 'intact',
    manifest: {
      run: { account: 'test/files', date: '2026-01-05', number: 1, status: 'completed', outcome: 'differences' },
      reports: 'copied',
      history: 'archived',
    },
  });
  const files = await filesOf(seal.location);
  expect(JSON.parse(files['completeness.json'] ?? '')).toMatchObject({
    window: { start: '2026-01-05T00:00:00.000Z', end: '2026-01-06T00:00:00.000Z', zone: 'UTC' },
    versions: { code: 'test', schema: expect.arrayContaining([expect.objectContaining({ file: '0001_core.sql' })]) },
    sources: [
      {
        side: 'processor',
        watermark: AS_OF.replace('Z', '.000Z'),
        queries: [{ rows: '2', quarantined: '0', done: true }],
      },
      { side: 'internal', queries: [{ rows: '1' }] },
    ],
  });
  expect(JSON.parse(files['control-totals.json'] ?? '')).toMatchObject({
    conservationHolds: true,
    totalDiscrepancyAmount: '7.50',
    totals: expect.arrayContaining([
      expect.objectContaining({ term: 'open_after', side: 'processor', count: '1', credits: '7.50' }),
    ]),
  });
  expect(files['history.json']).toBe(historyText(HISTORY));
});

test('the same run gives the same bytes, whenever and wherever it is sealed', async () => {
  const runId = await publishedDay('2026-01-06');
  const first = await sealEvidence(newDeps(), { runId });
  expect(await sealEvidence(newDeps(), { runId })).toEqual(first);
  await forget(runId);
  await runDay('2026-01-07');
  const again = await sealEvidence(newDeps(), { runId });
  expect(again.location).not.toBe(first.location);
  expect(await filesOf(again.location)).toEqual(await filesOf(first.location));
});

/** Stops as a process that is killed after so many files. */
function storeThatEnds(store: ObjectStore, puts: number): ObjectStore {
  let left = puts;
  return {
    ...store,
    put: async (...given) => {
      left -= 1;
      if (left < 0) throw new Error('killed');
      return store.put(...given);
    },
  };
}

test('a package that was half written is completed by sealing again, whatever it lacked', async () => {
  const runId = await publishedDay('2026-01-08');
  const whole = await sealEvidence(newDeps(), { runId });
  await forget(runId);
  const count = (await readdir(whole.location)).length;
  const deps = newDeps();
  for (let puts = 0; puts < count; puts += 1) {
    const ended = sealEvidence({ ...deps, store: storeThatEnds(deps.store, puts) }, { runId });
    await expect(ended).rejects.toThrow('killed');
    expect(await readSeal(database, runId)).toBeNull();
  }
  const seal = await sealEvidence(deps, { runId });
  expect(await filesOf(seal.location)).toEqual(await filesOf(whole.location));
  expect(await readdir(join(deps.root, 'evidence/test/files/2026-01-08'))).toHaveLength(1);
});

test('two that seal at once end with one package', async () => {
  const runId = await publishedDay('2026-01-09');
  const deps = newDeps();
  const [one, two] = await Promise.all([sealEvidence(deps, { runId }), sealEvidence(deps, { runId })]);
  expect(one).toEqual(two);
  expect(await verifyPackage(one.location, one.manifestSha256)).toMatchObject({ verdict: 'intact' });
});

test('a failed run is sealed without a result, and what looks like personal data is blotted out', async () => {
  const runId = await failedDay('2026-01-10');
  const seal = await sealEvidence(newDeps(), { runId });
  expect(await verifyPackage(seal.location)).toMatchObject({
    verdict: 'intact',
    manifest: { run: { status: 'failed', resultDigest: null }, reports: 'none' },
  });
  const files = await filesOf(seal.location);
  expect(Object.keys(files)).not.toContain('result.json');
  expect(JSON.parse(files['completeness.json'] ?? '').run.error).toBe('no answer for (e-mail address)');
});

test('where the history is gone the package says so, and is sealed', async () => {
  const runId = await publishedDay('2026-01-11');
  const seal = await sealEvidence(newDeps({ histories: async () => null }), { runId });
  expect(await verifyPackage(seal.location)).toMatchObject({ verdict: 'intact', manifest: { history: 'gone' } });
});

test('what goes on, is not known, or has no report yet is not sealed', async () => {
  const open = await engine.openDay({ date: '2026-01-12', asOf: AS_OF, processor: [], internal: [] });
  await expect(sealEvidence(newDeps(), { runId: BigInt(open.runId) })).rejects.toThrow(/it is still running/);
  await expect(sealEvidence(newDeps(), { runId: 999_999n })).rejects.toThrow(/there is no such run/);
  const runId = await runDay('2026-01-13');
  await expect(sealEvidence(newDeps(), { runId })).rejects.toThrow(EvidenceNotReady);
});

test('a result that is not the decided one is never sealed', async () => {
  const runId = await publishedDay('2026-01-14');
  await engine.database.query(sql.unsafe`
    update reconciliation_runs set canonical_result = canonical_result || ' ' where run_id = ${runId}`);
  await expect(sealEvidence(newDeps(), { runId })).rejects.toThrow(InvariantViolated);
});

/** What the steps of a run say of themselves, unless they have said it. */
async function append(key: string, body: object): Promise<void> {
  const isTold = await engine.database.exists(sql.unsafe`
    select from audit_log where chain = 'test/files' and event_key = ${key}`);
  if (isTold) return;
  await database.query(sql.unsafe`select audit_append('test/files', ${key}, ${JSON.stringify(body)})`);
}

test('the package holds the part of the audit chain that is the run’s, and its own sealing follows it there', async () => {
  await append('run/2026-01-14#1/completed', { event: 'run_completed' });
  await append('decision/1', { event: 'decided' });
  const runId = await publishedDay('2026-01-15');
  const resultDigest = await database.oneFirst(sql.type(z.object({ digest: z.string() }))`
    select result_digest as digest from reconciliation_runs where run_id = ${runId}`);
  await append('run/2026-01-15#1/opened', { event: 'run_opened' });
  await append('run/2026-01-15#1/completed', { event: 'run_completed', resultDigest });
  await append('run/2026-01-16#1/opened', { event: 'run_opened' });
  const seal = await sealEvidence(newDeps(), { runId });
  expect(await verifyPackage(seal.location)).toMatchObject({ verdict: 'intact' });
  const slice = (await filesOf(seal.location))['audit.ndjson']?.split('\n').slice(0, -1) ?? [];
  const keys: string[] = slice.map((line) => JSON.parse(JSON.parse(line).body).key);
  expect(keys).toEqual(expect.arrayContaining(['decision/1', 'run/2026-01-15#1/opened', 'run/2026-01-15#1/completed']));
  expect(keys.filter((key) => /^run.(2026-01-16|2026-01-14.*completed)/.test(key))).toEqual([]);
  const last = await engine.database.oneFirst(sql.type(z.object({ body: z.string() }))`
    select body from audit_log where chain = 'test/files' order by seq desc limit 1`);
  expect(JSON.parse(last)).toMatchObject({
    key: 'run/2026-01-15#1/evidence',
    data: { event: 'evidence_written', manifestSha256: seal.manifestSha256 },
  });
});

test('the sweep seals what nobody sealed, and lets one that cannot be keep no other waiting', async () => {
  const hoursLater = (hours: number) => () => Date.parse(AS_OF) + hours * 3_600_000;
  const deps = newDeps();
  const terminated = await failedDay('2026-01-17');
  const unpublished = await runDay('2026-01-18');
  const broken = await publishedDay('2026-01-19');
  await engine.database.query(sql.unsafe`
    update reconciliation_runs set canonical_result = canonical_result || ' ' where run_id = ${broken}`);
  const isSealed = async (runId: bigint) => (await readSeal(database, runId)) !== null;

  expect(await sweepEvidence({ ...deps, nowMs: hoursLater(0) })).toEqual({ sealed: 0, left: 0 });
  const young = await sweepEvidence({ ...deps, nowMs: hoursLater(1) }).catch((error: unknown) => error);
  expect(young).toBeInstanceOf(EvidenceUnsealed);
  expect(await Promise.all([terminated, unpublished, broken].map(isSealed))).toEqual([true, false, false]);
  await expect(sweepEvidence({ ...deps, nowMs: hoursLater(13) })).rejects.toThrow(
    new RegExp(`could not be sealed \\(${broken}, `),
  );
  expect(await Promise.all([unpublished, broken].map(isSealed))).toEqual([true, false]);
  const { location } = (await readSeal(database, unpublished)) ?? { location: '' };
  expect(await verifyPackage(location)).toMatchObject({ verdict: 'intact', manifest: { reports: 'not_published' } });
});

test('where the store takes nothing the sweep ends at once', async () => {
  await failedDay('2026-01-20');
  const deps = newDeps();
  const put = async () => {
    throw new StoreUnavailable('s3://evidence', 'access denied');
  };
  const later = () => Date.parse(AS_OF) + 40 * 3_600_000;
  await expect(sweepEvidence({ ...deps, store: { ...deps.store, put }, nowMs: later })).rejects.toThrow(
    StoreUnavailable,
  );
});
