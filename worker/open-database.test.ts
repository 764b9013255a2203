// The password of recon's own database is replaced while the worker runs: connections that are made afterwards use the new one.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { sql } from 'slonik';
import { createBulkPool } from '../activities/stage/bulk-pool.ts';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { urlAsRole } from '../sql/url-as-role.ts';
import { openDatabase, passwordAsked } from './open-database.ts';
import { Secret } from './secret.ts';

const ROLE = `recon_test_worker_${process.pid}`;
const SIX_MINUTES_MS = 360_000;

let database: TestDatabase;
let admin: Client;
beforeAll(async () => {
  database = await freshDatabase();
  admin = new Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(`create role ${ROLE} login password 'old' in role recon_worker`);
});
afterAll(async () => {
  await admin?.query(`drop role ${ROLE}`);
  await admin?.end();
  await database?.drop();
});

function urlWith(password: string): string {
  const url = Object.assign(new URL(database.url), { username: ROLE, password });
  return urlAsRole(url.href, 'recon_worker');
}

test('new connections of both pools use the password of now', async () => {
  let nowMs = 0;
  let password = 'old';
  const secret = new Secret(
    urlWith(password),
    async () => urlWith(password),
    () => nowMs,
  );
  const pool = await openDatabase(secret, { poolSizeMax: 1, applicationName: 'recon test of passwords' });
  const bulkPool = createBulkPool({ url: secret.reveal(), password: passwordAsked(secret), poolSizeMax: 1 });
  const ask = async () => [
    await pool.oneFirst(sql.unsafe`select session_user::text`),
    (await bulkPool.query('select session_user')).rows[0].session_user,
  ];
  try {
    expect(await ask()).toEqual([ROLE, ROLE]);
    password = 'new';
    await admin.query(`alter role ${ROLE} password 'new'`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [ROLE]);
    await expect(bulkPool.query('select 1')).rejects.toThrow();
    nowMs += SIX_MINUTES_MS;
    // The first may still find the connection that was ended.
    await pool.query(sql.unsafe`select 1`).catch(() => undefined);
    expect(await ask()).toEqual([ROLE, ROLE]);
  } finally {
    await Promise.all([pool.end(), bulkPool.end()]);
  }
});
