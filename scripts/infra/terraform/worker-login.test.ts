// The one program in terraform/, run as its task runs it: by node -e, on a real PostgreSQL that asks for passwords.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { startPostgres } from '../../../local/postgres.ts';
import { migrate } from '../../../sql/migrate.ts';
import { freshDatabase, type TestDatabase } from '../../database-for-tests.ts';

const PROGRAM = readFileSync('terraform/modules/stack/worker-login.cjs', 'utf8');
const DATABASE = readFileSync('terraform/modules/database/main.tf', 'utf8');
const FIRST = '0123456789abcdef0123';
const SECOND = 'another-and-%-longer-one';
const LOGIN = 'recon_login_of_a_test';

let database: TestDatabase;

beforeAll(async () => {
  database = await freshDatabase();
});

afterAll(async () => {
  await query(database.url, `drop role if exists ${LOGIN}`);
  await database.drop();
});

function urlOf(base: string, password: string): string {
  const address = new URL(base);
  address.username = LOGIN;
  address.password = encodeURIComponent(password);
  return address.href;
}

async function makeLogin(password: string, owner = database.url): Promise<string> {
  const env = { ...process.env, OWNER_DATABASE_URL: owner, WORKER_DATABASE_URL: urlOf(owner, password) };
  return (await promisify(execFile)(process.execPath, ['-e', PROGRAM], { env })).stdout;
}

async function query(url: string, text: string): Promise<readonly object[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<object>(text)).rows;
  } finally {
    await client.end();
  }
}

test('makes the login with the worker’s rights, and gives it the password that the secret has now', async () => {
  expect(await makeLogin(FIRST)).toBe('the worker has a login now\n');
  const may = "select pg_has_role('recon_worker', 'member') as may, usesuper as all from pg_user where usename = user";
  expect(await query(urlOf(database.url, FIRST), may)).toEqual([{ may: true, all: false }]);
  expect(await makeLogin(SECOND)).toBe('the login has the password of the secret now\n');
  expect(await query(urlOf(database.url, SECOND), 'select 1 as one')).toEqual([{ one: 1 }]);
  await expect(query(urlOf(database.url, FIRST), 'select 1')).rejects.toThrow('password authentication failed');
});

test('refuses a password that is short, and says so without it', async () => {
  await expect(makeLogin('short')).rejects.toMatchObject({
    stderr:
      "the worker's login was not made: the password needs 16 or more printable ASCII characters: openssl rand -hex 32\n",
  });
});

test('says where the database is not reached, and repeats no password', async () => {
  const closed = new URL(database.url);
  closed.port = '1';
  const failed = await makeLogin(FIRST, closed.href).catch((error: unknown) => error as { stderr: string });
  expect(String((failed as { stderr: string }).stderr)).toMatch(/^the worker's login was not made: .*ECONNREFUSED/);
  expect(String((failed as { stderr: string }).stderr)).not.toContain(FIRST);
});

// A cluster of its own: roles are the cluster's. As RDS makes it: the owner of the database may create roles, and is no superuser.
test('the owner that RDS makes can migrate and make the login, under the name that Terraform gives it', async () => {
  const [, owner = ''] = /^ +username += "(\w+)"/m.exec(DATABASE) ?? [];
  const server = await startPostgres({ durable: false });
  try {
    const address = new URL(server.adminUrl);
    await query(address.href, `create role ${owner} login createrole createdb password '${FIRST}'`);
    await query(address.href, `create database of_rds owner ${owner}`);
    address.pathname = '/of_rds';
    address.username = owner;
    address.password = FIRST;
    await migrate(address.href);
    expect(await makeLogin(SECOND, address.href)).toBe('the worker has a login now\n');
    const runs = 'select count(*)::int as runs from reconciliation_runs';
    expect(await query(urlOf(address.href, SECOND), runs)).toEqual([{ runs: 0 }]);
  } finally {
    await server.stop();
  }
});
