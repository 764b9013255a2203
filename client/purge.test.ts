// Old rows go as people type it: proposed by one, approved by another, whole months, and never what something still needs.
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { anchorChain } from '../activities/audit/anchor-chain.ts';
import { createFolderAnchorStore } from '../activities/audit/folder-anchor-store.ts';
import type { EngineAccount } from '../activities/engine-for-tests.ts';
import { startEngine } from '../activities/engine-for-tests.ts';
import { openEvidenceStore } from '../activities/evidence/evidence-store.ts';
import { sealEvidence } from '../activities/evidence/seal-evidence.ts';
import { replayRun } from '../activities/reconcile/replay-run.ts';
import { openStore } from '../activities/report/open-store.ts';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { recon } from './cli-processes-for-tests.ts';
import { yamlForTests } from './config-for-tests.ts';
import { type Person, personsForTests } from './discrepancies/persons-for-tests.ts';

let folder = '';
let database: TestDatabase;
let engine: Awaited<ReturnType<typeof startEngine>>;
let ann: Person;
let ben: Person;
let all: EngineAccount;

const { person, asRoot } = personsForTests(() => database.url);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-purge-'));
  database = await freshDatabase();
  engine = await startEngine({ databaseUrl: database.url, folder });
  await writeFile(
    join(folder, 'recon.yaml'),
    `${yamlForTests({ temporal: '127.0.0.1:1', store: '.' })}evidence: { store: ${join(folder, 'evidence')} }\n`,
  );
  all = engine.accountOf('test/all');
  ann = await person('ann', ['operator', 'approver']);
  ben = await person('ben', ['operator', 'approver']);
});
afterAll(async () => {
  await engine?.stop();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const payment = (id: string, date: string) => ({
  ...{ id, kind: 'payment', gross: '10.00', currency: 'USD', occurredAt: `${date}T10:00:00Z`, merchantReference: id },
});
const record = (id: string, date: string) => ({
  ...{
    id: `o_${id}`,
    kind: 'payment',
    amount: '10.00',
    currency: 'USD',
    occurredAt: `${date}T10:00:00Z`,
    merchantReference: id,
  },
});

/** A day of one payment and its record. @param options.missing The record is. */
async function runDay(date: string, { account = all, missing = false, sealed = true } = {}): Promise<bigint> {
  const id = `ch_${account.account}_${date}`;
  const { runId } = await account.runDay({
    date,
    processor: [payment(id, date)],
    internal: missing ? [] : [record(id, date)],
  });
  if (sealed) await seal(BigInt(runId));
  return BigInt(runId);
}

async function seal(runId: bigint): Promise<void> {
  const store = openEvidenceStore(join(folder, 'evidence'), { retentionDays: 1, nowMs: Date.now });
  const sources = { database: engine.database, reports: openStore(folder), histories: async () => null };
  await sealEvidence({ ...sources, store }, { runId, mayLackReports: true });
}

async function typed(by: Person, ...words: string[]) {
  const environment = { RECON_DATABASE_URL: by.url, RECON_CONFIG: join(folder, 'recon.yaml') };
  const { code, stdout, stderr } = await recon([...words, '--json'], {
    ...environment,
    ...{ DATABASE_URL: database.workerUrl, SMTP_URL: 'smtp://127.0.0.1:1' },
  });
  return { code, stderr, answer: stdout === '' ? null : JSON.parse(stdout) };
}

interface Planned {
  readonly month: string;
  readonly stays: string | null;
}

/** By number, as hold add says it. */
async function held(account: string, reason: string): Promise<string> {
  const { answer } = await typed(ann, 'hold', 'add', account, '--reason', reason);
  const [, number = ''] = /^hold (\d+): /.exec(answer.results[0].done) ?? [];
  return number;
}

async function planOf(before: string): Promise<Record<string, string | null>> {
  const { answer } = await typed(ann, 'purge', '--before', before, '--dry-run');
  return Object.fromEntries(answer.months.map(({ month, stays }: Planned) => [month, stays]));
}

/** As ann proposes it. */
async function proposed(before: string): Promise<string> {
  const { answer } = await typed(ann, 'purge', '--before', before, '--because', 'older than is kept');
  return answer.purge;
}

const approve = (by: Person, name: string) => typed(by, 'purge', 'approve', name, '--because', 'packages checked');

/** Numbers of the differences of an account that are open. */
async function openOf(account: string): Promise<string[]> {
  const { answer } = await typed(ben, 'discrepancies', 'list', '--account', account);
  return answer.discrepancies.map(({ id }: { id: string }) => id);
}

async function rowsOf(month: string): Promise<number | null> {
  return asRoot(async (root) => {
    const table = `processor_transactions_${month.replace('-', '')}`;
    const { rows } = await root.query('select to_regclass($1) is not null as there', [table]);
    if (!rows[0].there) return null;
    return (await root.query(`select count(*)::int as count from ${table}`)).rows[0].count;
  });
}

test('a month that nobody needs goes when a second person approves, is told in the audit log, and its runs stay', async () => {
  const gone = await runDay('2023-01-10');
  const kept = await runDay('2023-03-10');
  expect(await planOf('2023-03-01')).toEqual({ '2023-01': null });
  const name = await proposed('2023-03-01');
  expect(await rowsOf('2023-01')).toBe(1);
  const own = await approve(ann, name);
  expect({ code: own.code, why: own.answer.refused[0].refused }).toEqual({
    code: 3,
    why: expect.stringContaining('is your own'),
  });
  expect((await approve(ben, name)).code).toBe(0);
  expect([await rowsOf('2023-01'), await rowsOf('2023-03')]).toEqual([null, 1]);
  const told = await asRoot((root) =>
    root.query(`select chain, event, actor from audit_log where event like '%purge%' order by at`),
  );
  expect(told.rows).toEqual([
    { chain: 'system', event: 'purge_proposed', actor: ann.login },
    { chain: 'test/all', event: 'rows_purged', actor: ben.login },
    { chain: 'system', event: 'purge_done', actor: ben.login },
  ]);
  expect(await replayRun(engine.database, gone)).toMatchObject({
    verdict: 'cannot',
    reasons: [expect.stringContaining('rows of 2023-01')],
  });
  expect(await replayRun(engine.database, kept)).toMatchObject({ verdict: 'intact' });
  expect((await approve(ben, name)).answer.refused[0].refused).toContain(`was done by ${ben.login} already`);
  const anchors = createFolderAnchorStore(join(folder, 'evidence'));
  for (const chain of ['system', 'test/all'])
    await anchorChain({ database: engine.database, store: anchors, nowMs: Date.now }, chain);
  const audit = await recon(['audit', 'verify', '--deep', '--read-with', 'AUDITOR_URL', '--json'], {
    ...{ RECON_CONFIG: join(folder, 'recon.yaml'), DATABASE_URL: database.workerUrl, SMTP_URL: 'smtp://127.0.0.1:1' },
    AUDITOR_URL: database.auditorUrl,
  });
  expect({ code: audit.code, stderr: audit.stderr }).toEqual({ code: 0, stderr: '' });
});

test('a row of a month that is gone is not taken in again, and the days after it go on', async () => {
  const late = all.runDay({ date: '2023-03-11', processor: [payment('ch_late', '2023-01-20')], internal: [] });
  await expect(late).rejects.toMatchObject({
    message: expect.stringContaining('the rows of 2023-01 were purged'),
    type: 'RowsPurged',
    nonRetryable: true,
  });
  // As its workflow would.
  const { rows } = await asRoot((root) =>
    root.query(
      `update reconciliation_runs set status = 'failed', finished_at = now() where status = 'running' returning run_id`,
    ),
  );
  await seal(BigInt(rows[0].run_id));
  await runDay('2023-03-12');
  expect((await all.verdicts())['processor ch_test/all_2023-03-12']).toBe('matched');
});

test('a day of a month that is gone is not run again, nor a day whose rows belong with its rows', async () => {
  await expect(runDay('2023-01-11')).rejects.toThrow('rows of 2023-01 that belong to test/all 2023-01-11 were purged');
  const over = engine.accountOf('test/over');
  const kept = engine.accountOf('test/held');
  await runDay('2022-12-10', { account: kept });
  const hold = await held('test/held', 'another month than the first');
  const first = { date: '2022-11-30', processor: [payment('ch_over', '2022-11-30')], internal: [] };
  const second = { date: '2022-12-01', processor: [], internal: [record('ch_over', '2022-12-01')] };
  for (const day of [first, second]) await seal(BigInt((await over.runDay(day)).runId));
  expect(await planOf('2023-01-01')).toEqual({ '2022-11': null, '2022-12': 'on hold: test/held' });
  expect((await approve(ben, await proposed('2023-01-01'))).code).toBe(0);
  await expect(over.runDay(second)).rejects.toThrow('rows of 2022-11 that belong to test/over 2022-12-01 were purged');
  await runDay('2022-12-11', { account: kept });
  expect((await typed(ben, 'hold', 'release', hold, '--reason', 'closed')).code).toBe(0);
});

test('what a person decided about rows that are gone holds on, and cannot be taken back', async () => {
  const people = engine.accountOf('test/people');
  await runDay('2023-04-10', { account: people, missing: true });
  const [difference = ''] = await openOf('test/people');
  const words = ['--reason', 'not_worth_pursuing', '--because', 'a few cents'];
  const { answer } = await typed(ann, 'discrepancies', 'propose', 'write_off', difference, ...words);
  const [, write] = /proposal (\d+@[0-9a-f]{12}),/.exec(answer.results[0].done) ?? [];
  expect((await typed(ben, 'discrepancies', 'approve', write ?? '', '--because', 'seen')).code).toBe(0);
  await runDay('2023-04-11', { account: people });
  expect((await approve(ben, await proposed('2023-05-01'))).code).toBe(0);
  expect(await rowsOf('2023-04')).toBeNull();
  await runDay('2023-05-20', { account: people });
  expect(await people.verdicts()).toEqual({
    'internal o_ch_test/people_2023-05-20': 'matched',
    'processor ch_test/people_2023-05-20': 'matched',
  });
  expect((await typed(ben, 'discrepancies', 'show', difference)).code).toBe(0);
  const again = await typed(ann, 'discrepancies', 'reopen', difference, '--because', 'the money came');
  const [, reopen] = /proposal (\d+@[0-9a-f]{12}),/.exec(again.answer.results[0].done) ?? [];
  const refused = await typed(ben, 'discrepancies', 'approve', reopen ?? '', '--because', 'seen');
  expect(refused.answer.refused[0].refused).toContain('is about rows that were purged');
});

test('a month stays for an open row, an unsealed run, a group with newer rows, or a hold, and says so', async () => {
  const other = engine.accountOf('test/other');
  await runDay('2023-05-10', { missing: true });
  const unsealed = await runDay('2023-06-10', { sealed: false });
  const first = { date: '2023-07-31', processor: [payment('ch_across', '2023-07-31')], internal: [] };
  const second = { date: '2023-08-01', processor: [], internal: [record('ch_across', '2023-08-01')] };
  for (const day of [first, second]) await seal(BigInt((await all.runDay(day)).runId));
  await runDay('2023-09-10', { account: other });
  await held('test/other', 'case 2026-17');
  expect(await planOf('2023-10-01')).toMatchObject({
    '2023-05': '1 row(s) are open',
    '2023-06': '1 run(s) have no sealed package, such as test/all/2023-06-10#1',
    '2023-07': '1 run(s) have no sealed package, such as test/all/2023-06-10#1',
    '2023-09': 'on hold: test/other',
  });
  expect((await planOf('2023-08-01'))['2023-07']).toBe('1 group(s) have rows of 2023-08-01 or later');
  await seal(unsealed);
  expect((await planOf('2023-10-01'))['2023-06']).toBeNull();
});

test('a hold is released by another person than the one who placed it, and the hold of another case stays', async () => {
  const { answer: before } = await typed(ben, 'hold', 'list');
  const first: string = before.holds[0].hold;
  const own = await typed(ann, 'hold', 'release', first, '--reason', 'closed');
  expect(own.answer.refused[0].refused).toContain('is your own: another person has to release it');
  const second = await held('test/other', 'case 2026-18');
  expect((await typed(ben, 'hold', 'release', first, '--reason', 'closed')).code).toBe(0);
  expect((await planOf('2023-10-01'))['2023-09']).toBe('on hold: test/other');
  const again = await typed(ben, 'hold', 'release', first, '--reason', 'closed');
  expect(again.answer.refused[0].refused).toContain(`was released by ${ben.login} already`);
  expect((await typed(ben, 'hold', 'release', second, '--reason', 'closed')).code).toBe(0);
  expect((await planOf('2023-10-01'))['2023-09']).toBeNull();
  const { answer } = await typed(ben, 'hold', 'list');
  expect(answer.holds[0]).toMatchObject({ account: 'test/other', placedBy: ann.login, releasedBy: ben.login });
});

test('what was proposed is not carried out once something keeps it, and a package that is gone keeps its month', async () => {
  await runDay('2023-11-10');
  const name = await proposed('2023-12-01');
  const hold = await held('test/all', 'a new case');
  expect((await approve(ben, name)).answer.refused[0].refused).toContain('is out of date');
  expect(await rowsOf('2023-11')).toBe(1);
  expect((await typed(ben, 'hold', 'release', hold, '--reason', 'closed')).code).toBe(0);
  await rename(join(folder, 'evidence'), join(folder, 'elsewhere'));
  const without = await typed(ann, 'purge', '--before', '2023-12-01', '--because', 'older than is kept');
  expect({ code: without.code, said: without.stderr }).toEqual({
    code: 3,
    said: expect.stringContaining('is not in the evidence store'),
  });
  await rename(join(folder, 'elsewhere'), join(folder, 'evidence'));
});

test('the last 13 months stay, and who may act on some accounts only may not have a month of all removed', async () => {
  const soon = await typed(ann, 'purge', '--before', new Date().toISOString().slice(0, 10), '--dry-run');
  expect({ code: soon.code, said: soon.stderr }).toEqual({
    code: 3,
    said: expect.stringContaining('the rows of the last 13 months stay'),
  });
  const cid = await person('cid', ['operator'], ['test/all']);
  const limited = await typed(cid, 'purge', '--before', '2023-12-01', '--because', 'x');
  expect(limited.stderr).toContain('may not act on all accounts');
});
