import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { startPostgres } from '../local/postgres.ts';
import { emptyDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { MigrationEdited, migrate } from './migrate.ts';
import { urlAsRole } from './url-as-role.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
const FILES = (await readdir(FOLDER)).sort();

let database: TestDatabase;
let root: Client;
beforeEach(async () => {
  database = await emptyDatabase();
  root = new Client({ connectionString: database.url });
  await root.connect();
});
afterEach(async () => {
  await root?.end();
  await database?.drop();
});

async function applied(): Promise<{ file: string; sha256: string }[]> {
  return (await root.query('select file, sha256 from schema_migrations order by file collate "C"')).rows;
}

test('migrations are numbered from 1 without a gap, so that their order is the order of their names', () => {
  const numbers = FILES.map((file) => file.slice(0, 4));
  expect(numbers).toEqual(FILES.map((_file, at) => String(at + 1).padStart(4, '0')));
});

test('an empty database gets every migration, in order, with what it was', async () => {
  expect(await migrate(database.url)).toEqual(FILES);
  const texts = await Promise.all(FILES.map((file) => readFile(new URL(file, FOLDER), 'utf8')));
  expect(await applied()).toEqual(FILES.map((file, at) => ({ file, sha256: hash('sha256', texts[at] ?? '', 'hex') })));
});

test('migrating a second time does nothing', async () => {
  await migrate(database.url);
  const before = await root.query('select * from schema_migrations order by file');
  expect(await migrate(database.url)).toEqual([]);
  expect((await root.query('select * from schema_migrations order by file')).rows).toEqual(before.rows);
});

test('a migration that was edited after it was applied is refused by name, and nothing else is applied', async () => {
  await migrate(database.url);
  const [first = '', ...later] = FILES;
  // As if the file had changed since: and a later one were still missing.
  await root.query(`update schema_migrations set sha256 = 'what it was' where file = $1`, [first]);
  await root.query('delete from schema_migrations where file <> $1', [first]);
  const again = migrate(database.url);
  await expect(again).rejects.toThrow(MigrationEdited);
  await expect(again).rejects.toThrow(
    `sql/migrations/${first} was edited after it was applied: restore it and write a new migration instead`,
  );
  expect(later.length).toBeGreaterThan(0);
  expect((await applied()).map(({ file }) => file)).toEqual([first]);
});

test('two migrators at once do the work of one', async () => {
  const [one, other] = await Promise.all([migrate(database.url), migrate(database.url)]);
  expect([one, other].sort((a, b) => b.length - a.length)).toEqual([FILES, []]);
  expect((await applied()).length).toBe(FILES.length);
});

test('a migration that fails leaves nothing behind, names itself, and succeeds once the cause is gone', async () => {
  // Something in the way of the last statements of the first file.
  await root.query(
    'create function analyze_partition(parent text, on_date date) returns integer language sql as $$ select 1 $$',
  );
  const failing = migrate(database.url);
  await expect(failing).rejects.toThrow(
    `sql/migrations/${FILES[0]} could not be applied: function "analyze_partition"`,
  );
  await expect(failing).rejects.toHaveProperty('cause.code', '42723');
  expect(await applied()).toEqual([]);
  expect((await root.query(`select to_regclass('accounts') as accounts`)).rows).toEqual([{ accounts: null }]);
  await root.query('drop function analyze_partition(text, date)');
  expect(await migrate(database.url)).toEqual(FILES);
});

test('everybody loses the right to create in public, where an older cluster gave it', async () => {
  await root.query('grant create on schema public to public');
  await migrate(database.url);
  const worker = new Client({ connectionString: urlAsRole(database.url, 'recon_worker') });
  await worker.connect();
  const creating = worker.query('create table public.mine (id integer)').finally(() => worker.end());
  await expect(creating).rejects.toThrow('permission denied for schema public');
});

test('a login that takes a role has the rights of that role', async () => {
  await migrate(database.url);
  const spoken = new URL(database.url);
  spoken.searchParams.set('application_name', 'a b+c');
  for (const role of ['recon_owner', 'recon_worker', 'recon_auditor'] as const) {
    const client = new Client({ connectionString: urlAsRole(spoken.href, role) });
    await client.connect();
    const { rows } = await client.query(`select current_user as role, current_setting('application_name') as name`);
    await client.end();
    expect(rows).toEqual([{ role, name: 'a b+c' }]);
  }
  const password = 'p+w%20x';
  expect(urlAsRole(`postgres://u:${password}@h:1/d`, 'recon_worker')).toBe(
    `postgres://u:${password}@h:1/d?options=-c%20role%3Drecon_worker`,
  );
});

test('on a new cluster, several databases are migrated at once by a login that may only create roles', async () => {
  const server = await startPostgres({ durable: false });
  const admin = new Client({ connectionString: server.adminUrl });
  await admin.connect();
  try {
    await admin.query(`create role deployer login createrole password 'deployer'`);
    const names = ['one', 'two', 'three'];
    for (const name of names) await admin.query(`create database ${name} owner deployer`);
    const urls = names.map((name) => {
      const url = new URL(server.adminUrl);
      url.pathname = `/${name}`;
      url.username = 'deployer';
      url.password = 'deployer';
      return url.href;
    });
    expect(await Promise.all(urls.map((url) => migrate(url)))).toEqual(names.map(() => FILES));
    expect(await Promise.all(urls.map((url) => migrate(url)))).toEqual(names.map(() => []));
  } finally {
    await admin.end();
    await server.stop();
  }
});

test('a migration does not make everybody wait for one long transaction: it gives up, changes nothing, and goes on when asked again', async () => {
  await migrate(database.url, { upTo: '0016' });
  await root.query('begin');
  await root.query('lock table reconciliation_runs in row exclusive mode');
  await expect(migrate(database.url, { lockTimeoutMs: 50 })).rejects.toThrow(
    'sql/migrations/0017_purge.sql could not be applied: canceling statement due to lock timeout. Somebody works on its tables: stop the workers, or try again',
  );
  await root.query('rollback');
  expect((await applied()).at(-1)?.file.slice(0, 4)).toBe('0016');
  expect((await migrate(database.url))[0]).toBe('0017_purge.sql');
});
