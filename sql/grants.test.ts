import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, DatabaseError } from 'pg';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { DATABASE_ROLES } from './migrate.ts';

// What the worker may do; whatever it may, it may read first. A table that is not listed here fails the tests: somebody
// has to decide who may do what with it. The auditor reads all of them and writes none.
const WORKER_MAY: Readonly<Record<string, string>> = {
  accounts: 'select insert update',
  balance_readings: 'select insert',
  batch_totals: 'select insert update',
  batches: 'select insert update',
  data_quality_checks: 'select insert',
  discrepancies: 'select insert update',
  discrepancy_events: 'select insert',
  evidence: 'select insert',
  expected_runs: 'select insert update',
  fetch_shards: 'select insert update',
  internal_transactions: 'select insert',
  manual_decision_rows: 'select',
  manual_decisions: 'select',
  matches: 'select insert',
  notifications: 'select insert update',
  open_items: 'select insert update delete',
  payout_entries: 'select insert',
  payout_groups: 'select insert',
  payout_sums: 'select insert',
  processor_transactions: 'select insert',
  quarantined_rows: 'select insert',
  rate_limits: 'select insert update',
  reconciliation_run_totals: 'select insert',
  reconciliation_run_verdicts: 'select insert',
  reconciliation_runs: 'select insert update',
  row_changes: 'select',
  row_references: 'select insert',
  row_verdicts: 'select insert',
  row_verdicts_now: 'select',
  rule_sets: 'select insert',
  run_batches: 'select insert',
  schema_migrations: 'select',
  snapshot_rows: 'select insert delete',
  transaction_ids: 'select insert',
  transaction_ids_0: 'select',
  transaction_ids_1: 'select',
  transaction_ids_2: 'select',
  transaction_ids_3: 'select',
};
const TABLES = Object.keys(WORKER_MAY);
const VIEWS: ReadonlySet<string> = new Set(['row_changes', 'row_verdicts_now']);
const AUDITOR_MAY: typeof WORKER_MAY = Object.fromEntries(TABLES.map((table) => [table, 'select']));
const VERBS = ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'] as const;

const INSUFFICIENT_PRIVILEGE = '42501';

let database: TestDatabase;
let root: Client;
const logins: { readonly name: string; readonly client: Client }[] = [];
let owner: Client;
let worker: Client;
let auditor: Client;

/** A login as a deployment makes it: no rights but its role's, and no way out of it. */
async function loginIn(role: (typeof DATABASE_ROLES)[number]): Promise<Client> {
  const name = `${role}_test_${randomBytes(4).toString('hex')}`;
  const url = new URL(database.url);
  url.username = name;
  url.password = randomBytes(12).toString('hex');
  await root.query(`create role ${name} login password '${url.password}' in role ${role}`);
  const client = new Client({ connectionString: url.href });
  await client.connect();
  logins.push({ name, client });
  return client;
}

beforeAll(async () => {
  database = await freshDatabase();
  root = new Client({ connectionString: database.url });
  await root.connect();
  [owner, worker, auditor] = [
    await loginIn('recon_owner'),
    await loginIn('recon_worker'),
    await loginIn('recon_auditor'),
  ];
  await root.query(`select ensure_partitions('2026-01-01', '2026-01-31')`);
});
afterAll(async () => {
  for (const { name, client } of logins) {
    await client.end();
    await root.query(`drop owned by ${name}; drop role ${name}`);
  }
  await root?.end();
  await database?.drop();
});

/** What came of it, always rolled back: the code of the error, or nothing. */
async function attempt(client: Client, statement: string): Promise<{ code: string; message: string } | undefined> {
  await client.query('begin');
  try {
    await client.query(statement);
    return undefined;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { code: error.code ?? '', message: error.message };
  } finally {
    await client.query('rollback');
  }
}

const RELATIONS = `
  select c.oid, c.relname as name from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and c.relname !~ '^(processor|internal)_transactions_[0-9]{6}$'
  order by c.relname collate "C"`;

test.each([
  ['recon_worker', WORKER_MAY],
  ['recon_auditor', AUDITOR_MAY],
])('the grants of %s are, table by table and verb by verb, those that were decided', async (role, expected) => {
  const { rows } = await root.query<{ name: string; verbs: string }>(
    `select r.name, coalesce(string_agg(v.verb, ' ' order by v.ord) filter (where has_table_privilege($1, r.oid, v.verb)), '') as verbs
     from (${RELATIONS}) r, unnest($2::text[]) with ordinality as v (verb, ord)
     group by r.name order by r.name collate "C"`,
    [role, VERBS],
  );
  expect(Object.fromEntries(rows.map(({ name, verbs }) => [name, verbs]))).toEqual(expected);
});

test.each([
  ['worker', () => worker, WORKER_MAY],
  ['auditor', () => auditor, AUDITOR_MAY],
])('the %s who tries each verb on each table gets as far as its grants', async (_role, clientOf, expected) => {
  const found: Record<string, string> = {};
  for (const table of TABLES) {
    const { rows } = await root.query<{ name: string }>(
      `select quote_ident(attname) as name from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and attidentity = '' order by attnum limit 1`,
      [table],
    );
    const column = rows[0]?.name;
    const statements: Partial<Record<(typeof VERBS)[number], string>> = {
      select: `select * from ${table} limit 0`,
      insert: `insert into ${table} default values`,
      update: `update ${table} set ${column} = ${column}`,
      delete: `delete from ${table}`,
      truncate: `truncate ${table}`,
    };
    const done: string[] = [];
    for (const [verb, statement] of Object.entries(statements)) {
      // A view that cannot be written refuses before anybody's rights are looked at.
      if (VIEWS.has(table) && verb !== 'select') continue;
      const failure = await attempt(clientOf(), statement);
      if (failure?.code !== INSUFFICIENT_PRIVILEGE) done.push(verb);
    }
    found[table] = done.join(' ');
  }
  expect(found).toEqual(expected);
});

test.each([
  ['match', 'matches', 'released_seq'],
  ['decision of a person', 'manual_decisions', 'stale_seq'],
])('of a %s, the worker changes one column and nothing else', async (_what, table, column) => {
  const { rows } = await root.query<{ name: string; may: boolean }>(
    `select attname as name, has_column_privilege('recon_worker', $1, attname, 'update') as may
     from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [table],
  );
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter(({ may }) => may).map(({ name }) => name)).toEqual([column]);
  for (const { name } of rows) {
    const failure = await attempt(worker, `update ${table} set ${name} = default`);
    expect([name, failure?.code]).toEqual([name, name === column ? undefined : INSUFFICIENT_PRIVILEGE]);
  }
});

const ROW = `('2026-01-15', 1, 1, 1, 1, 100, 0, now(), 'payment', 'activity', 'settled', false, true, false, 'USD', 'txn_1')`;
const ROW_COLUMNS = `(home_date, row_id, version, batch_id, account_id, gross, content_hash, occurred_at, kind, level, status,
  reverses, moves_balance, test_mode, currency, external_id)`;
const INSERT_ROW = `insert into processor_transactions ${ROW_COLUMNS} values ${ROW}`;

test.each([
  ['stages a row', INSERT_ROW],
  ['numbers rows', `select nextval('row_ids')`],
  ['makes temporary tables', 'create temp table stage (id integer)'],
  ['has partitions made', `select ensure_partitions('2026-02-01', '2026-02-28')`],
  ['has statistics gathered', `select analyze_partition('processor_transactions', '2026-01-01')`],
  ['claims residue', `with gone as (delete from open_items returning row_id) select count(*) from gone`],
])('the worker %s', async (_what, statement) => {
  expect(await attempt(worker, statement)).toBeUndefined();
});

test.each([
  ['changes a staged row', `${INSERT_ROW}; update processor_transactions set gross = 1`],
  ['removes a staged row', `${INSERT_ROW}; delete from processor_transactions`],
  ['goes round the parent to a month', 'delete from processor_transactions_202601'],
  ['writes a month directly', `insert into processor_transactions_202601 ${ROW_COLUMNS} values ${ROW}`],
  ['removes a match', 'delete from matches'],
  ['turns a verdict', `update matches set verdict = 'matched'`],
  ['moves a match to another decision', 'update matches set decided_seq = 1'],
  ['forgets an exception', 'delete from row_verdicts'],
  ['edits what was decided', `update row_verdicts set verdict = 'matched'`],
  ['edits a rule set', `update rule_sets set body = '{}'`],
  ['rewrites the history of a discrepancy', `update discrepancy_events set detail = ''`],
  [
    'decides in a person’s place',
    `select record_manual_decision(1, 'group', 'activity', 'x', array[1, 2], array[1, 1])`,
  ],
  ['takes a decision of a person back', `select revoke_manual_decision(1, 'x')`],
  ['forges a decision', 'insert into manual_decisions default values'],
  ['removes a run', 'delete from reconciliation_runs'],
  ['hides a failed check', 'update data_quality_checks set passed = true'],
  ['unpins a read', 'delete from run_batches'],
  ['forges a migration', `insert into schema_migrations (file, sha256) values ('0009_x.sql', '')`],
  ['resets the row numbers', `select setval('row_ids', 1)`],
  ['creates a table in public', 'create table public.mine (id integer)'],
  ['creates a function in public', `create function public.mine() returns integer language sql as 'select 1'`],
  ['creates a schema', 'create schema mine'],
  ['drops a table', 'drop table rate_limits'],
  ['adds a column', 'alter table matches add column note text'],
  ['adds a trigger', 'create trigger t before insert on matches execute function suppress_redundant_updates_trigger()'],
  ['adds an index', 'create index on matches (rule)'],
  ['replaces a function', 'drop function ensure_partitions(date, date)'],
  ['detaches a partition', 'alter table transaction_ids detach partition transaction_ids_0'],
  ['becomes the owner', 'set role recon_owner'],
  ['becomes another login', 'set session authorization recon_owner'],
  ['makes a login', 'create role other login'],
  ['joins the owner', 'grant recon_owner to current_user'],
  ['runs a program', `copy open_items to program 'true'`],
  ['reads a file of the server', `select pg_read_file('/etc/hostname')`],
])('the worker who %s is refused', async (_what, statement) => {
  expect((await attempt(worker, statement))?.code).toBe(INSUFFICIENT_PRIVILEGE);
});

test.each([
  ['numbers rows', `select nextval('row_ids')`],
  ['has partitions made', `select ensure_partitions('2026-02-01', '2026-02-28')`],
  ['has statistics gathered', `select analyze_partition('processor_transactions', '2026-01-01')`],
  ['opens a run', 'insert into reconciliation_runs (reason) values (null)'],
  ['creates a table in public', 'create table public.mine (id integer)'],
  ['decides', `select record_manual_decision(1, 'group', 'activity', 'x', array[1, 2], array[1, 1])`],
  ['becomes the worker', 'set role recon_worker'],
  ['becomes the owner', 'set role recon_owner'],
  ['locks a table against writers', 'lock table matches in share mode'],
])('the auditor who %s is refused', async (_what, statement) => {
  expect((await attempt(auditor, statement))?.code).toBe(INSUFFICIENT_PRIVILEGE);
});

test('the owner changes the schema', async () => {
  const statement =
    'create table public.later (id integer); alter table matches add column note text; drop table rate_limits';
  expect(await attempt(owner, statement)).toBeUndefined();
});

test('what a later migration creates, nobody but the owner may use before it is granted', async () => {
  await owner.query('begin; set local role recon_owner; create table public.later (id integer)');
  const { rows } = await owner.query(
    `select has_table_privilege('recon_worker', 'later', 'select') as worker, has_table_privilege('recon_auditor', 'later', 'select') as auditor`,
  );
  await owner.query('rollback');
  expect(rows).toEqual([{ worker: false, auditor: false }]);
});

test('a month made on the worker’s behalf belongs to the owner', async () => {
  await worker.query('begin');
  await worker.query(`select ensure_partitions('2026-03-01', '2026-03-31')`);
  const { rows } = await worker.query(
    `select relowner::regrole::text as owner from pg_class where relname ~ '_transactions_202603$'`,
  );
  await worker.query('rollback');
  expect(rows).toEqual([{ owner: 'recon_owner' }, { owner: 'recon_owner' }]);
});

test('no role may log in, and none has powers beyond its grants', async () => {
  const { rows } = await root.query(
    `select rolname, rolcanlogin or rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication as may_more,
            exists (select 1 from pg_auth_members m where m.member = r.oid) as is_in_another
     from pg_roles r where rolname = any ($1) order by rolname collate "C"`,
    [DATABASE_ROLES],
  );
  expect(rows).toEqual(
    [...DATABASE_ROLES].sort().map((rolname) => ({ rolname, may_more: false, is_in_another: false })),
  );
});

test('functions that run with the owner’s rights look names up where nobody else can put any', async () => {
  const { rows } = await root.query<{ name: string; path: string | null }>(
    `select p.proname as name,
            (select split_part(c, '=', 2) from unnest(p.proconfig) c where c like 'search_path=%') as path
     from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef order by 1`,
  );
  expect(rows.length).toBeGreaterThan(0);
  // Unless it is named, pg_temp comes first for tables and types, and everybody can put a type there
  // (PostgreSQL docs, "Writing SECURITY DEFINER Functions Safely").
  expect(rows.filter(({ path }) => !path?.endsWith('pg_temp'))).toEqual([]);
});

test.each(['date', 'text'])('a temporary type named %s does not run with the owner’s rights', async (type) => {
  const thief = await loginIn('recon_worker');
  await thief.query(`
    create temp table into_being ();
    create function pg_temp.steal() returns boolean language plpgsql as $$
      begin
        if current_user <> session_user then execute 'create table if not exists public.stolen ()'; end if;
        return true;
      end $$;
    create domain pg_temp.${type} as pg_catalog.${type} check (pg_temp.steal())`);
  await thief.query(`select ensure_partitions('2026-05-01', '2026-05-31')`).catch(() => undefined);
  const { rows } = await root.query(`select to_regclass('public.stolen')::text as stolen`);
  await root.query('drop table if exists public.stolen');
  expect(rows).toEqual([{ stolen: null }]);
});
