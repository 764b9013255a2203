import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, DatabaseError } from 'pg';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import {
  ADMIN_MAY,
  AUDITOR_IS_REFUSED,
  AUDITOR_MAY,
  INSERT_ROW,
  MAY_CALL,
  PEOPLE_MAY,
  TABLES,
  VIEWS,
  WORKER_IS_REFUSED,
  WORKER_MAY,
} from './grants-matrix-for-tests.ts';
import { DATABASE_ROLES } from './migrate.ts';

const VERBS = ['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger'] as const;

const INSUFFICIENT_PRIVILEGE = '42501';

let database: TestDatabase;
let root: Client;
const logins: { readonly name: string; readonly client: Client }[] = [];
let owner: Client;
let worker: Client;
let auditor: Client;
let operator: Client;
let approver: Client;
let admin: Client;

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
  [owner, worker, auditor, operator, approver, admin] = [
    await loginIn('recon_owner'),
    await loginIn('recon_worker'),
    await loginIn('recon_auditor'),
    await loginIn('recon_operator'),
    await loginIn('recon_approver'),
    await loginIn('recon_admin'),
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
  ['recon_operator', PEOPLE_MAY],
  ['recon_approver', PEOPLE_MAY],
  ['recon_admin', ADMIN_MAY],
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
  ['operator', () => operator, PEOPLE_MAY],
  ['approver', () => approver, PEOPLE_MAY],
  ['admin', () => admin, ADMIN_MAY],
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

test('each function is called by those who were decided, and by nobody else', async () => {
  const { rows } = await root.query<{ name: string; roles: string }>(
    `select p.proname as name, string_agg(replace(r.name, 'recon_', ''), ' ' order by r.name) as roles
     from pg_proc p cross join unnest($1::text[]) r (name)
     where p.pronamespace = 'public'::regnamespace and r.name <> 'recon_owner' and has_function_privilege(r.name, p.oid, 'execute')
     group by p.oid, p.proname order by p.proname collate "C"`,
    [DATABASE_ROLES],
  );
  expect(Object.fromEntries(rows.map(({ name, roles }) => [name, roles]))).toEqual(MAY_CALL);
});

test.each([
  ['match', 'matches', ['released_seq']],
  ['decision of a person', 'manual_decisions', ['stale_seq']],
  [
    'difference',
    'discrepancies',
    [
      ...['verdict', 'reason', 'state', 'severity', 'kind', 'currency', 'amount', 'partner_external_id', 'differences'],
      ...['changed_seq', 'closed_seq', 'closed_by', 'members', 'surplus', 'balanced', 'severity_reason'],
    ],
  ],
])('of a %s, the worker changes what runs decide and nothing else', async (_what, table, columns) => {
  const { rows } = await root.query<{ name: string; may: boolean }>(
    `select attname as name, has_column_privilege('recon_worker', $1, attname, 'update') as may
     from pg_attribute where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
    [table],
  );
  expect(rows.length).toBeGreaterThan(10);
  expect(rows.filter(({ may }) => may).map(({ name }) => name)).toEqual(columns);
  for (const { name } of rows) {
    const failure = await attempt(worker, `update ${table} set ${name} = default`);
    expect([name, failure?.code]).toEqual([name, columns.includes(name) ? undefined : INSUFFICIENT_PRIVILEGE]);
  }
});

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

test.each(WORKER_IS_REFUSED)('the worker who %s is refused', async (_what, statement) => {
  expect((await attempt(worker, statement))?.code).toBe(INSUFFICIENT_PRIVILEGE);
});

test.each(AUDITOR_IS_REFUSED)('the auditor who %s is refused', async (_what, statement) => {
  expect((await attempt(auditor, statement))?.code).toBe(INSUFFICIENT_PRIVILEGE);
});

test.each([
  ['operator', 'decides', () => operator, `select decide_proposal(1, 'x', true, 'x')`],
  [
    'operator',
    'decides past the proposals',
    () => operator,
    `select record_manual_decision(1, 'group', 'activity', 'x', array[1, 2], array[1, 1])`,
  ],
  ['operator', 'rewrites a note', () => operator, `update discrepancy_notes set body = 'x'`],
  ['operator', 'rewrites a proposal', () => operator, `update proposals set body = 'x'`],
  ['operator', 'closes a difference', () => operator, `update discrepancies set state = 'closed'`],
  ['operator', 'writes an event', () => operator, 'insert into discrepancy_events default values'],
  ['operator', 'puts the deadlines off', () => operator, `update severity_deadlines set due_within = '1 year'`],
  ['operator', 'acts on more accounts', () => operator, 'delete from person_accounts'],
  ['operator', 'puts rules in force', () => operator, 'insert into rule_set_activations default values'],
  ['operator', 'writes a rule set past the function', () => operator, `insert into rule_sets values ('x', '{}')`],
  ['operator', 'reads the audit log', () => operator, 'select from audit_log'],
  ['operator', 'becomes an approver', () => operator, 'set role recon_approver'],
  ['operator', 'becomes the worker', () => operator, 'set role recon_worker'],
  ['approver', 'proposes', () => approver, `select propose_decision('write_off', 1, 'other', 'x')`],
  ['approver', 'proposes a match', () => approver, `select propose_match('a/b', array[1], null, null, 'other', 'x')`],
  ['approver', 'proposes rules', () => approver, `select propose_rule_set('a/b', '{}', 'x')`],
  ['approver', 'lifts a limit', () => approver, 'update write_off_limits set amount_max = 1'],
  ['approver', 'lifts a limit by another way', () => approver, 'insert into write_off_limits default values'],
  ['approver', 'puts rules in force alone', () => approver, `select put_in_force(null)`],
  ['approver', 'reads the audit log', () => approver, 'select from audit_log'],
  ['approver', 'takes a decision back alone', () => approver, `select revoke_manual_decision(1, 'x')`],
  ['approver', 'enters a person', () => approver, `select register_person('ben', array['approver'], true, null)`],
  ['approver', 'becomes the owner', () => approver, 'set role recon_owner'],
  ['admin', 'decides', () => admin, `select decide_proposal(1, 'x', true, 'x')`],
  ['admin', 'proposes', () => admin, `select propose_decision('write_off', 1, 'other', 'x')`],
  ['admin', 'reads money', () => admin, 'select from processor_transactions'],
  ['admin', 'changes people past the function', () => admin, `update people set all_accounts = true`],
  ['admin', 'proposes rules', () => admin, `select propose_rule_set('a/b', '{}', 'x')`],
  ['admin', 'lifts a limit past the function', () => admin, 'update write_off_limits set amount_max = 1'],
  ['auditor', 'notes', () => auditor, `select note_discrepancy(1, 'x')`],
])('the %s who %s is refused', async (_role, _what, clientOf, statement) => {
  expect((await attempt(clientOf(), statement))?.code).toBe(INSUFFICIENT_PRIVILEGE);
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
