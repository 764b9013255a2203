import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { createDatabase } from './database.ts';
import { urlAsRole } from './url-as-role.ts';

let fresh: TestDatabase;
let database: DatabasePool;
beforeAll(async () => {
  fresh = await freshDatabase();
  database = await createDatabase({ url: fresh.url, poolSizeMax: 2, applicationName: 'recon tests' });
});
afterAll(async () => {
  await database?.end();
  await fresh?.drop();
});

/** The value of an expression, as it arrives. */
async function value(expression: string, connection: Pick<DatabasePool, 'oneFirst'> = database): Promise<unknown> {
  return connection.oneFirst({
    ...sql.type(z.object({ value: z.unknown() }))`select`,
    sql: `select ${expression} as value`,
  });
}

test.each([
  ['0::bigint', 0n],
  ['9223372036854775807::bigint', 2n ** 63n - 1n],
  ['(-9223372036854775808)::bigint', -(2n ** 63n)],
  ['9007199254740993::bigint', 9_007_199_254_740_993n],
  ['count(*)', 1n],
  ['7::integer', 7],
])('%s arrives as %s', async (expression, expected) => {
  expect(await value(expression)).toBe(expected);
});

test.each([
  ['12::numeric', 12n],
  ['-12::numeric(38, 0)', -12n],
  [`${'9'.repeat(38)}::numeric(38, 0)`, 10n ** 38n - 1n],
  ['sum(9223372036854775807::bigint)', 2n ** 63n - 1n],
  // A fraction stays text: no float ever, and zeros after the point are part of what was said.
  ['12.30::numeric', '12.30'],
  ['12.00::numeric(38, 2)', '12.00'],
  ['-0.05::numeric', '-0.05'],
  ['0.1::numeric + 0.2', '0.3'],
  ['1e20::numeric', 10n ** 20n],
])('the numeric %s arrives exactly', async (expression, expected) => {
  expect(await value(expression)).toBe(expected);
});

test('a numeric that is no number is refused', async () => {
  for (const text of ['NaN', 'Infinity']) await expect(value(`'${text}'::numeric`)).rejects.toThrow();
});

test.each([
  ['2026-01-31 23:59:59.123456+00', '2026-01-31T23:59:59.123Z'],
  ['2026-01-31 12:00:00-05', '2026-01-31T17:00:00.000Z'],
  ['2026-01-31 12:00:00+05:45', '2026-01-31T06:15:00.000Z'],
  ['1970-01-01 00:00:00+00', '1970-01-01T00:00:00.000Z'],
  ['1969-12-31 23:59:59.999+00', '1969-12-31T23:59:59.999Z'],
  ['1900-02-28 00:00:00+00', '1900-02-28T00:00:00.000Z'],
  ['0001-01-01 00:00:00+00', '0001-01-01T00:00:00.000Z'],
  ['9999-12-31 23:59:59.999+00', '9999-12-31T23:59:59.999Z'],
])('the instant %s arrives as its epoch milliseconds', async (text, iso) => {
  expect(await value(`'${text}'::timestamptz`)).toBe(Date.parse(iso));
});

test('an instant is the same in whatever zone the session is', async () => {
  for (const zone of ['UTC', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns']) {
    const found = await database.connect(async (connection) => {
      await connection.query({ ...sql.unsafe`select`, sql: `set time zone '${zone}'` });
      const instants = [];
      for (const text of ['2026-01-31 12:00:00+00', '2026-07-04 12:00:00.5+00', '1995-10-29 04:30:00+00']) {
        instants.push(await value(`'${text}'::timestamptz`, connection));
      }
      await connection.query(sql.unsafe`reset time zone`);
      return instants;
    });
    expect([zone, found]).toEqual([
      zone,
      ['2026-01-31T12:00:00Z', '2026-07-04T12:00:00.5Z', '1995-10-29T04:30:00Z'].map((text) => Date.parse(text)),
    ]);
  }
});

test('a time without a zone is read as UTC, wherever this process is', () => {
  const script = `
    import { sql } from 'slonik';
    import { createDatabase } from ${JSON.stringify(new URL('./database.ts', import.meta.url).href)};
    const database = await createDatabase({ url: process.env.URL, poolSizeMax: 1, applicationName: 'recon tests' });
    const offsetMinutes = new Date(0).getTimezoneOffset();
    const ms = await database.oneFirst(sql.unsafe\`select '2026-07-04 12:00:00'::timestamp\`);
    await database.end();
    console.log(JSON.stringify({ offsetMinutes, ms }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 30_000,
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { TZ: 'America/New_York', URL: fresh.url },
  });
  expect([stderr, stdout]).toEqual(['', `{"offsetMinutes":300,"ms":${Date.parse('2026-07-04T12:00:00Z')}}\n`]);
});

test.each(['infinity', '-infinity', '0044-03-15 12:00:00 BC', '10000-01-01 00:00:00+00'])(
  'the instant %s, which no Date holds as written, is refused',
  async (text) => {
    await expect(value(`'${text}'::timestamptz`)).rejects.toThrow('is not a finite timestamp');
  },
);

test.each(['2026-01-31', '0001-01-01', '9999-12-31', '2024-02-29'])(
  'the date %s arrives as it is written',
  async (text) => {
    expect(await value(`'${text}'::date`)).toBe(text);
  },
);

test('what is null stays null', async () => {
  for (const type of ['bigint', 'numeric', 'timestamptz', 'timestamp', 'date', 'text']) {
    expect(await value(`null::${type}`)).toBeNull();
  }
});

test('lists arrive as their members do', async () => {
  expect(await value(`array[1, 2]::integer[]`)).toEqual([1, 2]);
  expect(await value(`array['a', 'b']::text[]`)).toEqual(['a', 'b']);
});

test('a row that is not what the query says is refused, not passed on', async () => {
  const query = sql.type(z.object({ id: z.bigint() }))`select 'x' as id`;
  await expect(database.one(query)).rejects.toThrow('do not conform with the schema');
});

test('a row is given as its schema makes it', async () => {
  const row = z.object({ cents: z.bigint().transform((minor) => `${minor} cents`) });
  expect(await database.one(sql.type(row)`select 5::bigint as cents, 1 as more`)).toEqual({ cents: '5 cents' });
});

test('a transaction that lost a race is not repeated behind its caller’s back', async () => {
  let attempts = 0;
  const losing = database.transaction(async (connection) => {
    attempts += 1;
    await connection.query(sql.unsafe`do $$ begin raise exception 'lost' using errcode = '40001'; end $$`);
  });
  await expect(losing).rejects.toThrow();
  expect(attempts).toBe(1);
});

test('a statement may take as long as it needs', async () => {
  expect(await value(`current_setting('statement_timeout')`)).toBe('0');
  expect(await value(`current_setting('idle_in_transaction_session_timeout')`)).toBe('0');
});

test('the server is told who is connected', async () => {
  expect(await value(`current_setting('application_name')`)).toBe('recon tests');
});

test('the role of a login holds from the first statement on', async () => {
  const url = urlAsRole(fresh.url, 'recon_auditor');
  const auditor = await createDatabase({ url, poolSizeMax: 1, applicationName: 'recon auditor' });
  try {
    expect(await value('current_user', auditor)).toBe('recon_auditor');
    expect(await value(`current_setting('application_name')`, auditor)).toBe('recon auditor');
  } finally {
    await auditor.end();
  }
});

test('an address that is no URL is refused without repeating it', async () => {
  for (const url of ['login:hunter2@host', 'postgres://login:hunter2@host:port/recon', 'hunter2']) {
    const opening = createDatabase({ url, poolSizeMax: 1, applicationName: 'x' });
    const error = await opening.catch((reason: unknown) => reason);
    expect(inspect(error)).toContain('not a URL such as postgres://login@host:5432/recon');
    expect(inspect(error)).not.toContain('hunter2');
  }
});
