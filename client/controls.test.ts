// Rules, limits and locked days as people type them: each with a login and a process of their own.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { EngineAccount } from '../activities/engine-for-tests.ts';
import {
  LONG_AFTER,
  processor,
  rules,
  runOf,
  situationsForTests,
} from '../activities/reconcile/situations-for-tests.ts';
import { parseBusinessDate } from '../domain/business-date.ts';
import { ruleSetHash } from '../domain/rule-set.ts';
import { recon } from './cli-processes-for-tests.ts';
import { type Person, personsForTests } from './discrepancies/persons-for-tests.ts';

// First: their logins go before the database does.
const { person } = personsForTests(() => started().database.url);
const { newAccount, started } = situationsForTests();

let ann: Person;
let ben: Person;
beforeAll(async () => {
  ann = await person('ann', ['operator', 'approver']);
  ben = await person('ben', ['approver']);
});

const typed = (by: Person, ...words: string[]) => recon(words, { RECON_DATABASE_URL: by.url });

async function accountThatRan(...amounts: string[]): Promise<EngineAccount> {
  const account = newAccount();
  const rows = amounts.map((amount, at) => processor(`ch_${at + 1}`, `payment ${amount}`));
  await runOf(account, rows, { asOf: LONG_AFTER });
  return account;
}

async function fileOf(text: string): Promise<string> {
  const file = join(started().folder, 'rules.yaml');
  await writeFile(file, text);
  return file;
}

test('from the file to the rules in force: proposed, shown with what changes, approved by another person', async () => {
  const { account } = await accountThatRan('1.00 USD');
  const file = await fileOf('tolerance: { USD: { absolute: "0.02" } }\ntiming: { refund: 5d }\n');
  const proposed = await typed(ann, 'rules', 'propose', file, '--account', account, '--because', 'fees are rounded');
  expect(proposed).toMatchObject({ code: 0, stderr: '' });
  const name = /proposal (\d+@[0-9a-f]{12}), for another person/.exec(proposed.stdout)?.[1] ?? '';

  const { stdout } = await typed(ben, 'rules', 'proposals', '--account', account);
  for (const line of [
    new RegExp(`^${name} +${account} +waits for another person$`, 'm'),
    /^timing refund +10d +5d$/m,
    /^tolerance USD +– +\{"absolute":"0\.02"\}$/m,
    new RegExp(`^Proposed +by ${ann.login}, .*: fees are rounded$`, 'm'),
  ]) {
    expect(stdout).toMatch(line);
  }
  const own = await typed(ann, 'rules', 'approve', name, '--because', 'mine');
  expect(own).toMatchObject({ code: 3, stdout: expect.stringContaining('is your own: another person') });
  const approved = await typed(ben, 'rules', 'approve', name, '--because', 'seen in the contract');
  expect(approved).toMatchObject({ code: 0, stdout: expect.stringContaining('approved; its rules are in force') });

  const { stdout: json } = await typed(ben, 'rules', 'proposals', '--account', account, '--json');
  const set = rules({ tolerance: { USD: { absolute: '0.02' } }, timing: { refund: '5d' } });
  expect(JSON.parse(json)).toMatchObject({
    proposals: [{ name, status: 'approved', inForce: true, ruleSet: ruleSetHash(set), decidedBy: ben.login }],
  });
}, 60_000);

test('a rule set that cannot be used is not proposed, and what is rejected changes nothing', async () => {
  const { account } = await accountThatRan('1.00 USD');
  const words = ['--account', account, '--because', 'x'];
  const broken = await typed(ann, 'rules', 'propose', await fileOf('timing: { payment: -3h }\n'), ...words);
  expect(broken).toMatchObject({ code: 2, stderr: expect.stringContaining('recon rules check') });
  const { stdout } = await typed(ann, 'rules', 'propose', await fileOf('groups: false\n'), ...words);
  const name = /proposal (\d+@[0-9a-f]{12})/.exec(stdout)?.[1] ?? '';
  const rejected = await typed(ben, 'rules', 'reject', name, '--because', 'not now');
  expect(rejected).toMatchObject({ code: 0, stdout: expect.stringContaining('the rules stay as they were') });
  expect((await typed(ben, 'rules', 'proposals', '--account', account)).stdout).toMatch(/rejected by .*: not now/);
}, 60_000);

test('a limit is refused in the decimals of its currency, and nothing of the command is done', async () => {
  const account = await accountThatRan('1234.56 USD', '0.40 USD', '800 JPY');
  const { stdout } = await typed(ann, 'discrepancies', 'list', '--account', account.account, '--json');
  const ids = JSON.parse(stdout).discrepancies.map((one: { id: string }) => one.id);
  const why = ['--reason', 'processor_fee', '--because', 'a fee'];
  const { stdout: said } = await typed(ann, 'discrepancies', 'propose', 'write_off', ...ids, ...why);
  const names = said.match(/\d+@[0-9a-f]{12}/g) ?? [];
  expect(names).toHaveLength(3);
  const { code, stdout: answer } = await typed(ben, 'discrepancies', 'approve', ...names, '--because', 'seen');
  expect(code).toBe(3);
  expect(answer).toContain('gives up 1,234.56 USD, and your limit on this account is 1,000.00 USD within 24 hours');
  expect(answer).toContain('gives up 800 JPY, and your limit on this account is 0 JPY within 24 hours');
  expect(answer).toContain('Nothing was done');
}, 60_000);

test('days are locked as people type it, with what is still open in them', async () => {
  const account = newAccount({ startDate: parseBusinessDate('2026-01-31') });
  await runOf(account, [processor('ch_1', 'payment 12.00 USD')], { asOf: LONG_AFTER });
  const words = ['periods', 'propose', '--account', account.account, '--because', 'January is closed'];
  expect(await typed(ann, ...words)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--through DATE, or --none'),
  });
  const { stdout } = await typed(ann, ...words, '--through', '2026-01-31');
  const name = /proposal (\d+@[0-9a-f]{12}), for another person/.exec(stdout)?.[1] ?? '';
  const shown = await typed(ben, 'periods', 'list', '--account', account.account);
  expect(shown.stdout).toMatch(/lock 2026-01-31 to 2026-01-31, 1 day +1 difference, 12\.00 USD/);
  const approved = await typed(ben, 'periods', 'approve', name, '--because', 'seen');
  expect(approved).toMatchObject({ code: 0, stdout: expect.stringContaining('approved; it is in force') });
  const { stdout: json } = await typed(ben, 'periods', 'list', '--account', account.account, '--json');
  expect(JSON.parse(json)).toMatchObject({
    proposals: [
      { name, inForce: true, through: '2026-01-31', open: [{ currency: 'USD', differences: 1, amount: '12.00' }] },
    ],
  });
}, 60_000);

test('whoever has a login and no configuration reads why a row has its verdict', async () => {
  const { account } = await accountThatRan('1.00 USD');
  const { code, stdout } = await typed(ben, 'rules', 'explain', `${account}/processor/ch_1`);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('ch_1') });
}, 60_000);
