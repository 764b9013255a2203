import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DatabasePool, sql } from 'slonik';
import { createDatabase } from '../../sql/database.ts';
import { freshDatabase, type TestDatabase } from '../database-for-tests.ts';
import { erdText } from './erd.ts';
import { readTables } from './read-tables.ts';

let fresh: TestDatabase;
let database: DatabasePool;
beforeAll(async () => {
  fresh = await freshDatabase();
  database = await createDatabase({ url: fresh.url, poolSizeMax: 1, applicationName: 'recon tests' });
});
afterAll(async () => {
  await database?.end();
  await fresh?.drop();
});

test('docs/erd.md is what the schema gives (else: npm run erd)', async () => {
  const found = erdText(await readTables(database));
  expect(found).toBe(await readFile(new URL('../../docs/erd.md', import.meta.url), 'utf8'));
});

class RolledBack extends Error {}

async function textAfter(statement: string): Promise<string> {
  let text = '';
  const trying = database.transaction(async (connection) => {
    await connection.query({ ...sql.unsafe`select`, sql: statement });
    text = erdText(await readTables(connection));
    throw new RolledBack();
  });
  await expect(trying).rejects.toThrow(RolledBack);
  return text;
}

test('a table that no area has stops it, by name', async () => {
  await expect(
    database.transaction(async (connection) => {
      await connection.query(sql.unsafe`create table later (id integer)`);
      erdText(await readTables(connection));
    }),
  ).rejects.toThrow('later belongs to no area');
});

test('a new foreign key is a line: optional where its column is, one to one where it is unique', async () => {
  const added = await textAfter('alter table batches add later bigint unique references reconciliation_runs');
  expect(added).toContain('reconciliation_runs |o--o| batches : "later"');
  expect(added).toContain('bigint later FK');
  expect(added).toContain('reconciliation_runs ||--o{ batches : "opened_by_run"');
});

test('a comment in the database goes before ours', async () => {
  expect(await textAfter(`comment on table evidence is 'sealed'`)).toContain('| `evidence` | sealed |');
});

test('an area cannot name a table or a column that is not there', async () => {
  const schema = await readTables(database);
  const area = {
    title: 'Runs',
    says: '',
    tables: { evidence: { is: '', shows: ['made_at'], holds: { run_id: 'days' } } },
  };
  expect(() => erdText(schema, [area])).toThrow(
    'evidence has no column made_at; evidence holds what there is not: days',
  );
});

test('months and other partitions are not tables of their own', async () => {
  const text = await textAfter(`select ensure_partitions('2026-01-01', '2026-12-31')`);
  expect(text).toBe(await textAfter('select 1'));
  expect(text).not.toMatch(/transaction_ids_\d|_transactions_\d/);
});
