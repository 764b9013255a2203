// What the view row_changes says of corrected rows, field by field.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';

let database: TestDatabase;
let worker: Client;
let auditor: Client;
beforeAll(async () => {
  database = await freshDatabase();
  worker = new Client({ connectionString: database.workerUrl });
  auditor = new Client({ connectionString: database.auditorUrl });
  await worker.connect();
  await auditor.connect();
  await worker.query(`select ensure_partitions('2026-01-01', '2026-01-31')`);
  await worker.query(`insert into accounts (account, processor_name, zone, reporting_currency, start_date)
    values ('stripe/us', 'stripe', 'UTC', 'USD', '2026-01-01')`);
});
afterAll(async () => {
  await worker?.end();
  await auditor?.end();
  await database?.drop();
});

const PROCESSOR = {
  batch_id: 1,
  gross: '9007199254740993',
  fee: null,
  content_hash: 1,
  occurred_at: '2026-01-31T12:00:00Z',
  account_id: 1,
  home_date: '2026-01-31',
  kind: 'payment',
  level: 'activity',
  status: 'pending',
  reverses: false,
  moves_balance: true,
  test_mode: false,
  currency: 'USD',
};

async function insert(table: string, row: Record<string, unknown>): Promise<void> {
  const columns = Object.keys(row);
  const places = columns.map((_, at) => `$${at + 1}`);
  await worker.query(`insert into ${table} (${columns.join(', ')}) values (${places.join(', ')})`, Object.values(row));
}

async function changes(externalId: string) {
  const { rows } = await auditor.query<{ said: string }>(
    `select version || ' ' || field || ': ' || coalesce(before, '-') || ' > ' || coalesce(after, '-') as said from row_changes
     where account = 'stripe/us' and external_id = $1 order by version, field`,
    [externalId],
  );
  return rows.map(({ said }) => said);
}

test('a corrected row says which fields differ from the version before, exactly', async () => {
  const row = { ...PROCESSOR, row_id: 1, external_id: 'txn_1' };
  await insert('processor_transactions', { ...row, version: 1, line: 4 });
  await insert('processor_transactions', {
    ...row,
    version: 2,
    batch_id: 2,
    line: 9,
    content_hash: 2,
    gross: '9007199254740995',
    fee: 30,
    status: 'settled',
  });
  await insert('processor_transactions', { ...row, version: 3, batch_id: 3, content_hash: 3, withdrawn: true });
  expect(await changes('txn_1')).toEqual([
    '2 amount: 9007199254740993 > 9007199254740995',
    '2 fee: - > 30',
    '2 status: pending > settled',
    '3 amount: 9007199254740995 > 9007199254740993',
    '3 fee: 30 > -',
    '3 status: settled > pending',
    '3 withdrawn: false > true',
  ]);
});

test('references that came or went are a change too; a withdrawn row has not lost its own', async () => {
  const row = { ...PROCESSOR, row_id: 2, external_id: 'txn_2' };
  const reference = { account_id: 1, row_id: 2, home_date: '2026-01-31', type: 'processor_id' };
  for (const version of [1, 2, 3])
    await insert('processor_transactions', { ...row, version, withdrawn: version === 3 });
  for (const [version, value] of [
    [1, 'ch_1'],
    [2, 'ch_1'],
    [2, 'pi_1'],
  ])
    await insert('row_references', { ...reference, version, value });
  expect(await changes('txn_2')).toEqual([
    '2 references: processor_id ch_1 > processor_id ch_1, processor_id pi_1',
    '3 withdrawn: false > true',
  ]);
});

test('a record of ours is told in the same words, with the currency before and after', async () => {
  const { gross, level: _level, test_mode: _testMode, ...shared } = PROCESSOR;
  const row = { ...shared, row_id: 3, external_id: 'order-1', amount: gross };
  await insert('internal_transactions', { ...row, version: 1 });
  await insert('internal_transactions', { ...row, version: 2, currency: 'EUR', amount: 5, line: 1 });
  expect(await changes('order-1')).toEqual(['2 amount: 9007199254740993 > 5', '2 currency: USD > EUR']);
  const { rows } = await auditor.query(
    `select distinct side, currency_before, currency from row_changes where row_id = 3 and home_date = '2026-01-31'`,
  );
  expect(rows).toEqual([{ side: 'internal', currency_before: 'USD', currency: 'EUR' }]);
});

test('a row of one version has no changes', async () => {
  await insert('processor_transactions', { ...PROCESSOR, row_id: 4, external_id: 'txn_4', version: 1 });
  expect(await changes('txn_4')).toEqual([]);
});

test('asked for one row, only its own month is read, by its key', async () => {
  const { rows } = await auditor.query<{ 'QUERY PLAN': string }>(
    `explain select * from row_changes where row_id = 1 and home_date = '2026-01-31'`,
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).not.toMatch(/Seq Scan on (processor|internal)_transactions/);
});

test('a month that is made later knows withdrawn rows too, and takes a row for not withdrawn', async () => {
  await worker.query(`select ensure_partitions('2031-05-01', '2031-05-31')`);
  const row = { ...PROCESSOR, home_date: '2031-05-05', external_id: 'txn_5', row_id: 5, version: 1 };
  await insert('processor_transactions', row);
  const { rows } = await auditor.query(`select withdrawn from processor_transactions where row_id = 5`);
  expect(rows).toEqual([{ withdrawn: false }]);
});
