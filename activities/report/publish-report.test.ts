// Reports of days that were really reconciled, read as the worker's role and written into a real folder.

import { hash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { type LocalPostgres, startPostgres } from '../../local/postgres.ts';
import { createDatabase } from '../../sql/database.ts';
import { migrate } from '../../sql/migrate.ts';
import { type Engine, startEngine } from '../engine-for-tests.ts';
import { InvariantViolated } from '../errors.ts';
import { completeness } from './completeness.ts';
import { createFolderStore } from './folder-store.ts';
import { publishReport } from './publish-report.ts';
import { readReport } from './read-report.ts';
import { RunNotCompleted } from './read-run.ts';
import { verifyAgainstRun } from './verify/verify-against-run.ts';
import { verifyFile } from './verify/verify-file.ts';

let postgres: LocalPostgres;
let folder: string;
let engine: Engine;
let database: DatabasePool;
let first: bigint;
let second: bigint;

const FIRST = '2026-01-31';
const SECOND = '2026-02-01';
const at = (date: string) => `${date}T10:00:00Z`;
const charge = (id: string, gross: string, more: object = {}) => ({
  ...{
    id,
    kind: 'payment',
    gross,
    currency: 'USD',
    occurredAt: at(FIRST),
    fee: '0.30',
    merchantReference: `order-${id}`,
  },
  ...more,
});
const record = (id: string, amount: string, more: object = {}) => ({
  ...{ id: `ord-${id}`, kind: 'payment', amount, currency: 'USD', occurredAt: at(FIRST), processorReference: id },
  ...more,
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-publish-test-'));
  postgres = await startPostgres({ durable: false });
  await migrate(postgres.url);
  engine = await startEngine({ databaseUrl: postgres.url, folder: join(folder, 'files') });
  const options = encodeURIComponent('-c role=recon_worker');
  database = await createDatabase({
    url: `${postgres.url}?options=${options}`,
    poolSizeMax: 4,
    applicationName: 'recon publish test',
  });
  const firstDay = await engine.runDay({
    date: FIRST,
    asOf: '2026-02-20T00:00:00Z',
    processor: [
      charge('ch_1', '100.00'),
      charge('ch_late', '250.00'),
      charge('ch_cur', '12000.00'),
      charge('ch_amt', '49.99'),
      charge('ch_jpy', '5000', { currency: 'JPY', fee: null }),
      charge('ch_bad', 'twelve'),
      charge('re_1', '-20.00', { kind: 'refund', merchantReference: '=HYPERLINK("http://evil")' }),
    ],
    internal: [record('ch_1', '100.00'), record('ch_cur', '12000.00', { currency: 'EUR' }), record('ch_amt', '54.99')],
  });
  first = BigInt(firstDay.runId);
  const secondDay = await engine.runDay({
    date: SECOND,
    asOf: '2026-02-20T00:00:00Z',
    processor: [charge('ch_2', '10.00', { occurredAt: at(SECOND) })],
    internal: [record('ch_late', '250.00'), record('ch_2', '10.00', { occurredAt: at(SECOND) })],
  });
  second = BigInt(secondDay.runId);
});
afterAll(async () => {
  await database?.end();
  await engine?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

let stores = 0;
function newStore() {
  stores += 1;
  return createFolderStore(join(folder, `store-${stores}`));
}

const csvRows = async (path: string) =>
  parse(await readFile(path, 'utf8'), { columns: true }) as Record<string, string>[];

test('who is connected is the worker, who owns nothing', async () => {
  const { role } = await database.one(sql.type(z.object({ role: z.string() }))`select current_user as role`);
  expect(role).toBe('recon_worker');
});

test('publishes its files under a key of the content, and notes it with the run', async () => {
  const store = newStore();
  const { reportKey, locations } = await publishReport({ database, store }, { runId: second });
  const run = await database.one(sql.type(z.object({ key: z.string(), status: z.string(), digest: z.string() }))`
    select report_key as key, publish_status as status, result_digest as digest
    from reconciliation_runs where run_id = ${second}`);
  expect(reportKey).toBe(`reports/test/files/${SECOND}/run-1-${run.digest.slice(0, 12)}`);
  expect(run).toMatchObject({ key: reportKey, status: 'done' });
  expect(locations).toEqual({
    html: store.locate(`${reportKey}/report.html`),
    xlsx: store.locate(`${reportKey}/report.xlsx`),
    csv: store.locate(`${reportKey}/report.csv`),
    json: store.locate(`${reportKey}/report.json`),
    completeness: store.locate(`${reportKey}/completeness.csv`),
  });
  expect(await readFile(locations.html, 'utf8')).toMatch(/^<!doctype html>/);
});

test('publishing again writes nothing and answers the same', async () => {
  const store = newStore();
  const once = await publishReport({ database, store }, { runId: second });
  const before = await readFile(once.locations.html, 'utf8');
  expect(await publishReport({ database, store }, { runId: second })).toEqual(once);
  // Into an empty store it writes the same bytes: nothing depends on when it is rendered.
  const elsewhere = await publishReport({ database, store: newStore() }, { runId: second });
  expect(await readFile(elsewhere.locations.html, 'utf8')).toBe(before);
  expect(await readFile(elsewhere.locations.xlsx)).toEqual(await readFile(once.locations.xlsx));
});

test('every published file verifies, alone and against its run, whichever later run there is', async () => {
  for (const runId of [first, second]) {
    const { locations } = await publishReport({ database, store: newStore() }, { runId });
    for (const path of Object.values(locations)) {
      const { said, checks } = await verifyFile(path);
      if (said === null) throw new Error(`${path} says nothing`);
      const all = [...checks, ...(await verifyAgainstRun(database, runId, said))];
      expect([path, all.filter(({ passed }) => !passed)]).toEqual([path, []]);
    }
    const { said } = await verifyFile(locations.json);
    const other = runId === first ? second : first;
    const against = said === null ? [] : await verifyAgainstRun(database, other, said);
    expect(against.filter(({ passed }) => !passed).map(({ name }) => name)).toContain('result digest of the run');
  }
});

test('the day’s own rows are counted apart from those of earlier days', async () => {
  expect((await readReport(database, first)).population).toEqual({
    rows: 6n,
    matched: 1n,
    matchedLate: 0n,
    matchedOfEarlierDays: 0n,
  });
  expect((await readReport(database, second)).population).toEqual({
    rows: 1n,
    matched: 1n,
    matchedLate: 0n,
    matchedOfEarlierDays: 1n,
  });
});

test('the trend shows each day as its last run up to this one left it, the ageing what is open now', async () => {
  const days = (await readReport(database, second)).trend.map((day) => [
    day.date,
    day.rows,
    day.matched,
    day.atRiskMinor,
  ]);
  expect(days).toEqual([
    [FIRST, 6n, 1n, 1_227_500n],
    [SECOND, 1n, 1n, 0n],
  ]);
  const { trend, ageing } = await readReport(database, first);
  expect(trend.map(({ date }) => date)).toEqual([FIRST]);
  expect(new Set(ageing.map(({ age }) => age))).toEqual(new Set(['same_day']));
  const later = (await readReport(database, second)).ageing;
  expect(later.reduce((sum, { count }) => sum + count, 0n)).toBe(4n);
  expect(new Set(later.map(({ age }) => age))).toEqual(new Set(['days_1_to_3']));
});

test('the completeness sheet names the files, the schema, and what each gate found', async () => {
  const report = await readReport(database, first);
  expect(report.run.schemaVersion).toMatch(/^\d{4}_\w+\.sql$/);
  for (const { parts, partsCount, extractedAtMs } of report.batches) {
    expect(parts).toHaveLength(partsCount);
    expect(parts[0]?.contentKey ?? parts[0]?.name).toMatch(/\w/);
    expect(extractedAtMs).toBeGreaterThan(0);
  }
  expect(completeness(report).gates.map(({ gate, result }) => `${gate} ${result}`)).toEqual([
    'source not_stated',
    'staged held',
    'classified held',
    'written held',
  ]);
});

test('a report that was half published is completed', async () => {
  const store = newStore();
  const { locations } = await publishReport({ database, store }, { runId: second });
  await rm(locations.json);
  await publishReport({ database, store }, { runId: second });
  expect(JSON.parse(await readFile(locations.json, 'utf8'))).toMatchObject({ format: 'recon-report/1' });
});

test('the files hold what is open, carried, and closed with its evidence', async () => {
  const { locations } = await publishReport({ database, store: newStore() }, { runId: second });
  const rows = await csvRows(locations.csv);
  expect(rows.map(({ section, verdict, processor_id }) => `${section} ${verdict} ${processor_id}`)).toEqual([
    'carried currency_mismatch ch_cur',
    'carried missing_internal ch_jpy',
    'carried missing_internal re_1',
    'carried amount_mismatch ch_amt',
    'closed matched_late ch_late',
  ]);
  expect(rows.at(-1)).toMatchObject({
    internal_id: 'ord-ch_late',
    rule: 'same processor id',
    closed_by: 'matched_late',
  });
  expect(rows[2]).toMatchObject({ processor_amount: '-20.00', processor_reference: `'=HYPERLINK("http://evil")` });
});

test('the JSON holds the canonical result whose digest is the run’s', async () => {
  const { locations } = await publishReport({ database, store: newStore() }, { runId: second });
  const text = await readFile(locations.json, 'utf8');
  const parsed = JSON.parse(text);
  const result = text.split('\n').find((line) => line.startsWith('"result":')) ?? '';
  expect(hash('sha256', result.slice('"result":'.length, -1), 'hex')).toBe(parsed.resultDigest);
});

test('a report that comes late shows what its run had decided, not what later runs made of it', async () => {
  const { locations } = await publishReport({ database, store: newStore() }, { runId: first });
  const rows = await csvRows(locations.csv);
  expect(new Set(rows.map(({ section }) => section))).toEqual(new Set(['own']));
  expect(rows.find(({ processor_id }) => processor_id === 'ch_late')).toMatchObject({
    verdict: 'missing_internal',
    state: 'open',
    internal_id: '',
  });
});

test('the model names what each side says, in the decimals of its currency', async () => {
  const report = await readReport(database, first);
  const of = (id: string) => report.discrepancies.find(({ anchorExternalId }) => anchorExternalId === id);
  expect(of('ch_amt')).toMatchObject({
    amountMinor: 500n,
    processor: { amountMinor: 4_999n, feeMinor: 30n },
    internal: { amountMinor: 5_499n, feeMinor: null },
    differences: [{ field: 'amount', processor: '49.99', internal: '54.99' }],
    rule: 'processor_id',
  });
  expect(of('ch_jpy')).toMatchObject({ currency: 'JPY', amountMinor: 5_000n, internal: null });
  expect(report.run).toMatchObject({ outcome: 'differences', atRiskMinor: 1_227_500n, missingTransactionCount: 3 });
  expect(report.quarantinedCount).toBe(1n);
  expect(report.quarantined[0]).toMatchObject({ side: 'processor', position: '6' });
  expect(report.batches.map(({ side, rowCount }) => `${side} ${rowCount}`)).toEqual(['processor 6', 'internal 3']);
});

test('a re-run of a day has its own key and leaves the earlier report as it was', async () => {
  const store = newStore();
  const before = await publishReport({ database, store }, { runId: first });
  const html = await readFile(before.locations.html, 'utf8');
  const again = await engine.runDay({ date: FIRST, asOf: '2026-02-20T00:00:00Z', processor: [], internal: [] });
  const after = await publishReport({ database, store }, { runId: BigInt(again.runId) });
  expect(after.reportKey).toMatch(new RegExp(`^reports/test/files/${FIRST}/run-2-`));
  expect(await readFile(before.locations.html, 'utf8')).toBe(html);
});

test('a run whose numbers contradict its discrepancies is not published', async () => {
  const day = '2026-02-02';
  const broken = await engine.runDay({
    date: day,
    asOf: '2026-02-20T00:00:00Z',
    processor: [charge('ch_9', '7.00', { occurredAt: at(day) })],
    internal: [record('ch_8', '8.00', { occurredAt: at(day) })],
  });
  const runId = BigInt(broken.runId);
  await engine.database.query(sql.unsafe`
    update reconciliation_runs set total_discrepancy_amount = total_discrepancy_amount + 0.01 where run_id = ${runId}`);
  const publish = publishReport({ database, store: newStore() }, { runId });
  await expect(publish).rejects.toThrow(InvariantViolated);
  await expect(publish).rejects.toThrow(/total_discrepancy_amount/);
  await engine.database.query(sql.unsafe`
    update reconciliation_runs set total_discrepancy_amount = total_discrepancy_amount - 0.01,
           canonical_result = canonical_result || ' ' where run_id = ${runId}`);
  await expect(publishReport({ database, store: newStore() }, { runId })).rejects.toThrow(
    /its SHA-256 is not the result digest/,
  );
});

test('more discrepancies than a page of the database or of the report hold are all in the files', async () => {
  const day = '2026-02-03';
  const count = 1_203;
  const processor = Array.from({ length: count }, (_, index) =>
    charge(`ch_many_${index}`, '1.00', { occurredAt: at(day), merchantReference: null }),
  );
  const run = await engine.runDay({ date: day, asOf: '2026-02-20T00:00:00Z', processor, internal: [] });
  const { locations } = await publishReport({ database, store: newStore() }, { runId: BigInt(run.runId) });
  const own = (await csvRows(locations.csv)).filter(({ section }) => section === 'own');
  expect(new Set(own.map(({ processor_id }) => processor_id)).size).toBe(count);
  expect(JSON.parse(await readFile(locations.json, 'utf8')).discrepancies.length).toBeGreaterThanOrEqual(count);
  const html = await readFile(locations.html, 'utf8');
  expect(html.match(/class="what"/g)).toHaveLength(500);
  expect(html).toContain('1,203 differences');
  expect(html).toMatch(/more in report\.csv/);
});

test('only a completed run has a report', async () => {
  await expect(publishReport({ database, store: newStore() }, { runId: 999n })).rejects.toThrow(RunNotCompleted);
});
