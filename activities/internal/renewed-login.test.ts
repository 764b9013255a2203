// A login of the company's database whose password is replaced while recon runs.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { emptyDatabase, type TestDatabase } from '../../scripts/database-for-tests.ts';
import { AuthRejected } from '../errors.ts';
import { NEVER_ABORTED } from '../fetch/pages-for-tests.ts';
import { internalPostgresSource } from './postgres.ts';

const ROLE = `recon_test_reader_${process.pid}`;
const QUERY = `select 'a' as id, 'fee' as kind, 1 as amount, 'USD' as currency, timestamptz '2026-04-01Z' as "occurredAt"
               where $1::timestamptz <= $2::timestamptz and $3::text is not null`;

let database: TestDatabase;
let admin: Client;
beforeAll(async () => {
  database = await emptyDatabase();
  admin = new Client({ connectionString: database.url });
  await admin.connect();
  await admin.query(`create role ${ROLE} login password 'new'`);
});
afterAll(async () => {
  await admin?.query(`drop role ${ROLE}`);
  await admin?.end();
  await database?.drop();
});

function sourceWith(passwordOf: (fresh: boolean) => string) {
  const asked: boolean[] = [];
  const source = internalPostgresSource({
    ...{ account: 'stripe/us', query: QUERY, zone: 'UTC', statementTimeoutMs: 10_000 },
    url: ({ fresh }) => {
      asked.push(fresh);
      return Object.assign(new URL(database.url), { username: ROLE, password: passwordOf(fresh) }).href;
    },
  });
  return { source, asked };
}

test('a password that was replaced meanwhile is fetched again, once', async () => {
  const { source, asked } = sourceWith((fresh) => (fresh ? 'new' : 'old'));
  expect((await source.probe(NEVER_ABORTED)).detail).toContain('answers');
  expect(asked).toEqual([false, true]);
});

test('a password that is wrong and stays so is refused without another try', async () => {
  const { source, asked } = sourceWith(() => 'old');
  await expect(source.probe(NEVER_ABORTED)).rejects.toThrow(AuthRejected);
  expect(asked).toEqual([false, true]);
});
