import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import * as vocabulary from '../domain/vocabulary.ts';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { createDatabase } from './database.ts';
import { goldenSchema } from './golden-schema.ts';

const GOLDEN = new URL('./schema.sql', import.meta.url);

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

test('the schema is the one that schema.sql shows', async () => {
  const found = await goldenSchema(database);
  if (process.env.RECON_UPDATE_GOLDEN === '1') await writeFile(GOLDEN, found);
  // After a new migration run this test with RECON_UPDATE_GOLDEN=1, and read the difference before it is committed.
  expect(found).toBe(await readFile(GOLDEN, 'utf8'));
});

class RolledBack extends Error {}

/** The golden text as it would be after the statements. */
async function goldenAfter(statements: readonly string[]): Promise<string> {
  let text = '';
  const trying = database.transaction(async (connection) => {
    for (const statement of statements) await connection.query({ ...sql.unsafe`select`, sql: statement });
    text = await goldenSchema(connection);
    throw new RolledBack();
  });
  await expect(trying).rejects.toThrow(RolledBack);
  return text;
}

test.each([
  ['a new table', 'create table later (id integer)'],
  ['a new column', 'alter table matches add column note text'],
  ['a dropped column', 'alter table batches drop column watermark'],
  ['another type', 'alter table batches alter column source_name type varchar(10)'],
  ['a lost not-null', 'alter table matches alter column rule drop not null'],
  ['another default', 'alter table reconciliation_runs alter column attempt set default 1'],
  ['another collation', 'alter table quarantined_rows alter column reason type text collate "C"'],
  ['another cache of a sequence', 'alter sequence row_ids cache 1'],
  ['a lost check', 'alter table matches drop constraint matches_check'],
  ['a lost foreign key', 'alter table run_batches drop constraint run_batches_batch_id_fkey'],
  ['a lost index', 'drop index matches_live_processor'],
  [
    'an index on another condition',
    'drop index matches_live_internal',
    'create unique index matches_live_internal on matches (i_row_id, level)',
  ],
  ['a lost partition', 'drop table transaction_ids_3'],
  [
    'a trigger',
    'create trigger t before update on matches for each row execute function suppress_redundant_updates_trigger()',
  ],
  ['a new verdict', `alter type verdict add value 'guessed'`],
  ['a changed view', 'alter view row_verdicts_now rename column rule to because'],
  [
    'a changed function body',
    `create or replace function analyze_partition(parent text, on_date date) returns void language plpgsql security definer set search_path = pg_catalog, public as $$ begin end $$`,
  ],
  ['a function with the rights of its caller', 'alter function analyze_partition(text, date) security invoker'],
  ['another search path', 'alter function analyze_partition(text, date) reset search_path'],
  ['a grant', 'grant delete on matches to recon_worker'],
  ['a grant on a column', 'grant update (verdict) on matches to recon_worker'],
  ['a lost grant', 'revoke select on matches from recon_auditor'],
  ['a function for everybody', 'grant execute on function ensure_partitions(date, date) to public'],
  ['a schema for everybody', 'grant create on schema public to public'],
  ['a grant in advance', 'alter default privileges for role recon_owner grant select on tables to recon_worker'],
  ['another owner', 'alter table matches owner to recon_worker'],
  [
    'a month of another owner',
    `select ensure_partitions('2026-01-01', '2026-01-31')`,
    `alter table processor_transactions_202601 owner to recon_worker`,
  ],
  ['row level security', 'alter table matches enable row level security'],
  ['a fill factor', 'alter table matches set (fillfactor = 50)'],
  ['another schema', 'create schema hidden'],
  ['a domain', 'create domain cents as bigint'],
  ['an extension', 'create schema x', 'create extension pg_trgm schema x'],
  ['a rule', 'create rule r as on delete to matches do instead nothing'],
])('%s shows', async (_what, ...statements) => {
  expect(await goldenAfter(statements)).not.toBe(await readFile(GOLDEN, 'utf8'));
});

test('months of the volume tables do not show, nor does what is in the tables', async () => {
  const golden = await readFile(GOLDEN, 'utf8');
  expect(await goldenAfter([`select ensure_partitions('2026-01-01', '2027-12-31')`])).toBe(golden);
  expect(await goldenAfter([`insert into rule_sets values ('x', '{}')`, `select nextval('row_ids')`])).toBe(golden);
});

test.each([
  ['side', vocabulary.SIDES],
  ['level', vocabulary.LEVELS],
  ['kind', vocabulary.KINDS],
  ['row_status', vocabulary.STATUSES],
  ['reference_type', vocabulary.REFERENCE_TYPES],
  ['verdict', vocabulary.VERDICTS],
  ['run_status', vocabulary.RUN_STATUSES],
  ['outcome', vocabulary.OUTCOMES],
  ['run_trigger', vocabulary.TRIGGERS],
  ['severity', vocabulary.SEVERITIES],
  ['discrepancy_state', vocabulary.DISCREPANCY_STATES],
])('the words of %s are those of the domain, in the same order', async (type, words) => {
  const rows = await database.any(sql.type(z.object({ word: z.string() }))`
    select enumlabel as word from pg_enum where enumtypid = ${type}::regtype order by enumsortorder`);
  expect(rows.map(({ word }) => word)).toEqual([...words]);
});
