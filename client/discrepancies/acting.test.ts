// People act on differences as they type it: each with a login and a process of their own, and no configuration.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import type { EngineAccount } from '../../activities/engine-for-tests.ts';
import { MISSING } from '../../activities/reconcile/people-for-tests.ts';
import { LONG_AFTER, runOf, situationsForTests } from '../../activities/reconcile/situations-for-tests.ts';
import { recon } from '../cli-processes-for-tests.ts';
import { type Person, personsForTests } from './persons-for-tests.ts';

// First: their logins go before the database does.
const { person } = personsForTests(() => started().database.url);
const { newAccount, started } = situationsForTests();
const AFTER = { asOf: LONG_AFTER };

let ann: Person;
let ben: Person;
beforeAll(async () => {
  ann = await person('ann', ['operator']);
  ben = await person('ben', ['approver']);
});

const typed = (by: Person, ...words: string[]) => recon(words, { RECON_DATABASE_URL: by.url });

async function json(by: Person, ...words: string[]) {
  const { code, stdout, stderr } = await typed(by, ...words, '--json');
  return { code, stderr, answer: JSON.parse(stdout) };
}

/** The open ones of the account: number by id. */
async function numbersOf({ account }: EngineAccount): Promise<Record<string, string>> {
  const { answer } = await json(ben, 'discrepancies', 'list', '--account', account);
  return Object.fromEntries(
    answer.discrepancies.map((one: { id: string; anchor: { id: string } }) => [one.anchor.id, one.id]),
  );
}

async function accountWithMissing(): Promise<EngineAccount> {
  const account = newAccount();
  await runOf(account, MISSING, AFTER);
  return account;
}

test('from the open difference to the closed one: assigned, noted, matched, approved, run', async () => {
  const account = await accountWithMissing();
  const { ch_1: one = '', o_1: other = '' } = await numbersOf(account);
  expect((await typed(ann, 'discrepancies', 'assign', one, other, '--to', ann.login)).stdout).toContain('assigned to');
  expect((await typed(ann, 'discrepancies', 'note', one, '--text', '=1+1 <b>seen</b>')).code).toBe(0);
  const matched = await typed(ann, 'discrepancies', 'match', one, other, '--because', 'one order');
  const name = /proposal (\d+@[0-9a-f]{12}), for another person/.exec(matched.stdout)?.[1] ?? '';
  expect((await typed(ben, 'discrepancies', 'show', one)).stdout).toContain(`proposed: match ${name}`);
  const own = await json(ann, 'discrepancies', 'approve', name, '--because', 'seen');
  expect(own).toMatchObject({ code: 3, answer: { done: false } });
  expect(own.answer.refused[0].refused).toContain('your login has not the role for it');
  expect((await typed(ben, 'discrepancies', 'approve', name, '--because', 'seen')).stdout).toContain('approved');
  await runOf(account, [], AFTER);
  const { answer } = await json(ben, 'discrepancies', 'show', one);
  expect(answer).toMatchObject({
    state: 'resolved',
    closedBy: 'person',
    notes: [{ author: ann.login, body: '=1+1 <b>seen</b>' }],
    proposals: [{ name, status: 'approved', proposedBy: ann.login, decidedBy: ben.login }],
  });
  const { answer: left } = await json(ben, 'discrepancies', 'list', '--account', account.account);
  expect(left.discrepancies).toEqual([]);
}, 60_000);

test('several at once are done together or not at all, and each refusal says why', async () => {
  const account = await accountWithMissing();
  const { ch_1: one = '', o_1: other = '' } = await numbersOf(account);
  const words = ['--reason', 'not_worth_pursuing', '--because', 'a few cents'];
  expect((await typed(ann, 'discrepancies', 'propose', 'write_off', other, ...words)).code).toBe(0);
  const { code, answer } = await json(ann, 'discrepancies', 'propose', 'write_off', one, other, '999999', ...words);
  expect({ code, answer }).toEqual({
    code: 3,
    answer: {
      done: false,
      refused: [
        { subject: other, refused: expect.stringContaining('waits for its decision') },
        { subject: '999999', refused: 'there is no discrepancy 999999' },
      ],
    },
  });
  const { answer: still } = await json(ben, 'discrepancies', 'list', '--account', account.account, '--state', 'open');
  expect(still.discrepancies.map((found: { id: string }) => found.id)).toEqual([one]);
}, 60_000);

test('a note of 10 MB is refused before it is sent', async () => {
  const { ch_1: one = '' } = await numbersOf(await accountWithMissing());
  const file = join(started().folder, 'huge.txt');
  await writeFile(file, 'x'.repeat(10_000_000));
  const { code, stderr } = await typed(ann, 'discrepancies', 'note', one, '--file', file);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('at most 4000 characters') });
}, 60_000);

test('the list finds by person, deadline and date, and puts first what is asked for', async () => {
  const account = await accountWithMissing();
  const { ch_1: one = '' } = await numbersOf(account);
  await ann.call('assign_discrepancy($1, $2)', one, ann.login);
  const found = async (...words: string[]) => {
    const { answer } = await json(ben, 'discrepancies', 'list', '--account', account.account, ...words);
    return answer.discrepancies.map((each: { anchor: { id: string } }) => each.anchor.id);
  };
  expect(await found('--assignee', ann.login)).toEqual(['ch_1']);
  expect(await found('--nobody')).toEqual(['o_1']);
  expect(await found('--overdue')).toEqual([]);
  expect(await found('--from', '2026-01-28', '--to', '2026-01-31')).toEqual(['ch_1']);
  expect(await found('--to', '2026-01-27')).toEqual(['o_1']);
  for (const by of ['severity', 'amount', 'due', 'age', 'account']) expect(await found('--sort', by)).toHaveLength(2);
}, 60_000);

test('who does not say who it is, is told how', async () => {
  const { code, stderr } = await recon(['discrepancies', 'assign', '1', '--nobody']);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('RECON_DATABASE_URL=postgres://YOU@HOST'),
  });
});
