// Access as an administrator types it: a person is made, logs in with the password that was shown, and can do just that.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { recon } from './cli-processes-for-tests.ts';

let database: TestDatabase;
const logins: string[] = [];
beforeAll(async () => {
  database = await freshDatabase();
});
afterAll(async () => {
  const root = new Client({ connectionString: database.url });
  await root.connect();
  // Those that were granted something by another one go first.
  for (const login of logins.reverse()) {
    const { rowCount } = await root.query('select from pg_roles where rolname = $1', [login]);
    if (rowCount === 1) await root.query(`drop owned by ${login}; drop role ${login}`);
  }
  await root.end();
  await database.drop();
});

function unique(name: string): string {
  const login = `${name}_${randomBytes(4).toString('hex')}`;
  logins.push(login);
  return login;
}

async function as(url: string, ...words: string[]) {
  const { code, stdout, stderr } = await recon([...words, '--json'], { RECON_DATABASE_URL: url });
  return { code, stderr, answer: stdout === '' ? undefined : JSON.parse(stdout) };
}

function urlOf(login: string, password: string): string {
  const url = new URL(database.url);
  url.username = login;
  url.password = password;
  return url.href;
}

test('the first administrator is added by whoever may make logins, and adds people; nobody adds himself', async () => {
  const [admin, ann] = [unique('admin'), unique('ann')];
  const first = await as(database.url, 'access', 'add', admin, '--role', 'admin', '--all-accounts');
  expect(first).toMatchObject({ code: 0, answer: { login: admin, roles: ['admin'], accounts: 'all' } });
  const adminUrl = urlOf(admin, first.answer.password);
  const added = await as(adminUrl, 'access', 'add', ann, '--role', 'operator', '--accounts', 'stripe/us');
  expect(added).toMatchObject({ code: 0, answer: { login: ann, roles: ['operator'], accounts: ['stripe/us'] } });
  const annUrl = urlOf(ann, added.answer.password);

  const own = await as(adminUrl, 'access', 'add', admin, '--role', 'operator', '--all-accounts');
  expect(own).toMatchObject({ code: 3, stderr: expect.stringContaining('nobody enters himself') });
  const other = await as(annUrl, 'access', 'add', unique('mallory'), '--role', 'approver', '--all-accounts');
  expect(other).toMatchObject({ code: 3, stderr: expect.stringContaining('has not the role') });

  const changed = await as(adminUrl, 'access', 'add', ann, '--role', 'operator,approver', '--all-accounts');
  expect(changed).toMatchObject({ code: 0, answer: { password: null } });
  const { answer } = await as(annUrl, 'access', 'report');
  const found = answer.people.filter(({ login }: { login: string }) => login === ann || login === admin);
  expect(found).toEqual([
    expect.objectContaining({ login: admin, entered: ['admin'], granted: ['admin'], allAccounts: true, remark: '' }),
    expect.objectContaining({ login: ann, granted: ['approver', 'operator'], changedBy: admin, remark: '' }),
  ]);
  expect(answer.grants).toContainEqual({
    table: 'discrepancies',
    role: 'recon_worker',
    verbs: ['select', 'insert', 'update (columns)'],
  });
  expect(answer.functions).toContainEqual({ name: 'decide_proposal', roles: ['approver'] });
}, 60_000);

test('a person makes a new password, and the first one does not open any more', async () => {
  const ben = unique('ben');
  const { answer } = await as(database.url, 'access', 'add', ben, '--role', 'approver', '--all-accounts');
  const url = urlOf(ben, answer.password);
  const renewed = await as(url, 'access', 'password');
  expect(renewed).toMatchObject({ code: 0, answer: { login: ben } });
  expect((await as(url, 'access', 'report')).code).toBe(3);
  expect((await as(urlOf(ben, renewed.answer.password), 'access', 'report')).code).toBe(0);
}, 60_000);

test('what an approver may give up is said when it is given, and in the report', async () => {
  const [dora, eli] = [unique('dora'), unique('eli')];
  const words = ['--role', 'approver', '--accounts', 'stripe/us,stripe/eu'];
  const limits = ['--write-off-limit', '500.00:USD', '--write-off-limit', 'stripe/eu=20.00:USD'];
  const writeOffLimits = [
    { account: null, currency: 'USD', limit: '500.00' },
    { account: 'stripe/eu', currency: 'USD', limit: '20.00' },
  ];
  const added = await as(database.url, 'access', 'add', dora, ...words, ...limits);
  expect(added).toMatchObject({ code: 0, answer: { writeOffLimits } });
  const none = await recon(['access', 'add', eli, ...words], { RECON_DATABASE_URL: database.url });
  expect(none).toMatchObject({ code: 0, stdout: expect.stringContaining('may give up within 24 hours: nothing.') });
  const { answer } = await as(database.url, 'access', 'report');
  const found = (login: string) => answer.people.find((one: { login: string }) => one.login === login);
  expect([found(dora), found(eli)]).toMatchObject([{ writeOffLimits }, { writeOffLimits: [] }]);
  const { stdout } = await recon(['access', 'report'], { RECON_DATABASE_URL: urlOf(dora, added.answer.password) });
  expect(stdout).toMatch(new RegExp(`^${dora} .*500\\.00 USD; stripe/eu 20\\.00 USD`, 'm'));

  const changed = await as(database.url, 'access', 'add', dora, ...words);
  expect(changed).toMatchObject({ code: 0, answer: { writeOffLimits: [] } });
  const operator = await as(database.url, 'access', 'add', eli, '--role', 'operator', '--all-accounts', ...limits);
  expect(operator).toMatchObject({ code: 2, stderr: expect.stringContaining('only an approver decides') });
}, 60_000);

test.each([
  ['a name that is none', 'Robert"; drop', /is no name of a login/],
  ['a name of the program', 'recon_worker', /is no name of a login/],
])('%s is not taken over', async (_what, name, why) => {
  const { code, stderr } = await as(database.url, 'access', 'add', name, '--role', 'operator', '--all-accounts');
  expect(code).toBe(2);
  expect(stderr).toMatch(why);
});

test('a login that belongs to no person is not taken over', async () => {
  const service = unique('service');
  const root = new Client({ connectionString: database.url });
  await root.connect();
  await root.query(`create role ${service} login`);
  await root.end();
  const { code, stderr } = await as(database.url, 'access', 'add', service, '--role', 'operator', '--all-accounts');
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("is no person's: choose another name") });
});

test('a person is added for accounts that are named, or for all of them in so many words', async () => {
  const { code, stderr } = await as(database.url, 'access', 'add', 'dora', '--role', 'operator');
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--all-accounts') });
});
