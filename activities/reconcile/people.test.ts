// What a person decides holds through every later run, until one of its rows says something else. After each situation every
// run of the account is replayed, so that the totals and the digests hold with decisions in between.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { EngineAccount } from '../engine-for-tests.ts';
import { EARLIER, MISSING, peopleForTests } from './people-for-tests.ts';
import { internal, LONG_AFTER, processor, runOf, situationsForTests } from './situations-for-tests.ts';

const { newAccount, expectStanding, started } = situationsForTests();
const { asOwner, decide, revoke, standing, discrepancies, events, lines, expectProved } = peopleForTests(started);

const AFTER = { asOf: LONG_AFTER };
const NEXT = { date: '2026-02-01', asOf: LONG_AFTER };
const THEN = { date: '2026-02-02', asOf: LONG_AFTER };
const at = '2026-02-01T08:00:00Z';

async function twoMissingGrouped(): Promise<EngineAccount> {
  const account = newAccount();
  await runOf(account, MISSING, AFTER);
  await expectStanding(account, [
    ['processor ch_1', 'missing_internal'],
    ['internal o_1', 'missing_processor'],
  ]);
  await decide(account, 'group', 'ch_1', 'o_1');
  return account;
}

test('two missing rows that a person puts together are matched by the next run, and both differences are resolved', async () => {
  const account = await twoMissingGrouped();
  const run = await runOf(account, [], AFTER);
  expect(await standing(account, 'processor ch_1')).toBe('matched manual o_1');
  expect(await standing(account, 'internal o_1')).toBe('matched manual ch_1');
  expect(new Set(await discrepancies(account))).toEqual(
    new Set(['ch_1: missing_internal resolved by person', 'o_1: missing_processor resolved by person']),
  );
  expect(await events(account, 'ch_1')).toEqual([
    '1 opened missing_internal open: was new',
    '2 closed missing_internal resolved: person: manual, decision n',
  ]);
  expect(run.outcome).toBe('clean');
  await runOf(account, [], AFTER);
  expect(await lines(account, 'ch_1')).toEqual(['manual 2-']);
  expect(await events(account, 'ch_1')).toHaveLength(2);
  await expectProved(account);
});

test('no later run takes apart what a person put together: not the day again, not other days, not a reversal of a row', async () => {
  const account = await twoMissingGrouped();
  await runOf(account, [], NEXT);
  await runOf(account, [], AFTER);
  await runOf(account, [processor('ch_2', 'payment -10.00 USD', { parent: 'ch_1', reverses: true, at })], NEXT);
  await runOf(account, [internal('o_2', 'payment 10.00 USD', { names: 'ch_1', at: '2026-02-02T08:00:00Z' })], THEN);
  await runOf(account, [], AFTER);
  expect(await lines(account, 'ch_1')).toEqual(['manual 2-']);
  expect(await lines(account, 'ch_9')).toEqual([
    'merchant_reference 1-3',
    'merchant_reference 3-6',
    'merchant_reference 6-',
  ]);
  expect(await standing(account, 'processor ch_2')).toMatch(/^missing_internal/);
  expect(await events(account, 'ch_1')).toHaveLength(2);
  await expectProved(account);
});

test('three rows are one group, which keeps what its sides differ by', async () => {
  const account = newAccount();
  await runOf(
    account,
    [
      processor('ch_1', 'payment 30.00 USD'),
      processor('ch_2', 'payment 20.00 USD'),
      internal('o_1', 'payment 49.50 USD'),
    ],
    AFTER,
  );
  await decide(account, 'group', 'ch_1', 'ch_2', 'o_1');
  for (const date of ['2026-02-01', '2026-01-31']) await runOf(account, [], { date, asOf: LONG_AFTER });
  expect(await standing(account, 'processor ch_2')).toBe('matched manual ch_1 o_1');
  expect(await lines(account, 'o_1')).toEqual(['manual 2-']);
  const differences = await started().engine.database.anyFirst(sql.type(
    z.object({ differences: z.record(z.string(), z.array(z.string())) }),
  )`
    select m.differences from matches m join accounts using (account_id)
    where account = ${account.account} and rule = 'manual'`);
  expect(differences).toEqual(Array(3).fill({ amount: ['5000', '4950'] }));
  await expectProved(account);
});

test('rows of one side that add up to nothing are a group', async () => {
  const account = newAccount();
  await runOf(
    account,
    [processor('ch_1', 'adjustment 30.00 USD'), processor('ch_2', 'adjustment -30.00 USD', { at: EARLIER })],
    AFTER,
  );
  await decide(account, 'group', 'ch_1', 'ch_2');
  await runOf(account, [], AFTER);
  expect(await standing(account, 'processor ch_1')).toBe('matched manual ch_2');
  await expectProved(account);
});

test('a new version of a row makes the decision stale: its rows are decided again, as the same differences', async () => {
  const account = await twoMissingGrouped();
  await runOf(account, [], AFTER);
  await runOf(account, [processor('ch_1', 'payment 11.00 USD')], NEXT);
  await expectStanding(account, [
    ['processor ch_1', 'missing_internal'],
    ['internal o_1', 'missing_processor'],
  ]);
  expect(await discrepancies(account)).toHaveLength(2);
  expect(new Set(await discrepancies(account))).toEqual(
    new Set(['ch_1: missing_internal open', 'o_1: missing_processor open']),
  );
  expect(await lines(account, 'o_1')).toEqual(['manual 2-3']);
  expect((await events(account, 'o_1')).at(-1)).toBe(
    '3 reopened missing_processor open: decision n is stale: new version of processor ch_1',
  );
  // What is stale binds nobody: the rows may be put together again, as they are now.
  await decide(account, 'group', 'ch_1', 'o_1');
  await runOf(account, [], AFTER);
  await runOf(account, [], NEXT);
  expect(await lines(account, 'o_1')).toEqual(['manual 2-3', 'manual 4-']);
  await expectProved(account);
});

test('a version that comes before the decision was ever applied makes it stale all the same', async () => {
  const account = await twoMissingGrouped();
  await runOf(account, [internal('o_1', 'payment 12.00 USD', { at: EARLIER })], NEXT);
  await runOf(account, [], NEXT);
  expect(await lines(account, 'ch_1')).toEqual([]);
  expect(new Set(await discrepancies(account))).toEqual(
    new Set(['ch_1: missing_internal open', 'o_1: missing_processor open']),
  );
  await expectProved(account);
});

test('a decision that is taken back leaves its rows to the rules again', async () => {
  const account = await twoMissingGrouped();
  const [first] = await asOwner(
    async (owner) => (await owner.query<{ id: string }>('select max(decision_id) as id from manual_decisions')).rows,
  );
  await runOf(account, [], AFTER);
  await revoke(first?.id ?? '');
  await expect(revoke(first?.id ?? '')).rejects.toThrow('there is no decision');
  expect(await standing(account, 'processor ch_1')).toBe('matched manual o_1');
  await runOf(account, [], NEXT);
  await runOf(account, [], AFTER);
  expect(await lines(account, 'ch_1')).toEqual(['manual 2-3']);
  expect((await events(account, 'ch_1')).at(-1)).toBe('3 reopened missing_internal open: decision n was revoked');
  await expectProved(account);
});

const MISMATCH = [
  processor('ch_1', 'payment 50.00 USD', { order: 'A' }),
  internal('o_1', 'payment 80.00 USD', { order: 'A' }),
];

test('a difference that is written off stays so, whatever comes later, and keeps its verdict', async () => {
  const account = newAccount();
  await runOf(account, MISMATCH, AFTER);
  await decide(account, 'write_off', 'ch_1', 'o_1');
  const run = await runOf(account, [], AFTER);
  expect(run.outcome).toBe('clean');
  expect(await standing(account, 'processor ch_1')).toBe('amount_mismatch write_off o_1');
  expect(await discrepancies(account)).toEqual(['ch_1: amount_mismatch written_off by person']);
  // It would make the sum exact.
  await runOf(account, [processor('ch_2', 'payment 30.00 USD', { order: 'A', at })], NEXT);
  await runOf(account, [], AFTER);
  expect(await lines(account, 'o_1')).toEqual(['merchant_reference 1-2', 'write_off 2-']);
  expect(await standing(account, 'processor ch_2')).toMatch(/^missing_internal/);
  await expectProved(account);
});

test('a missing row that is written off is open again, as the same difference, when it changes', async () => {
  const account = newAccount();
  await runOf(account, [processor('ch_1', 'payment 50.00 USD')], AFTER);
  await decide(account, 'write_off', 'ch_1');
  await runOf(account, [], NEXT);
  await runOf(account, [], AFTER);
  expect(await lines(account, 'ch_1')).toEqual(['write_off 2-']);
  expect(await discrepancies(account)).toEqual(['ch_1: missing_internal written_off by person']);
  await runOf(account, [processor('ch_1', 'payment 60.00 USD')], THEN);
  expect(await discrepancies(account)).toEqual(['ch_1: missing_internal open']);
  await runOf(account, [internal('o_1', 'payment 60.00 USD', { names: 'ch_1', at: '2026-02-02T08:00:00Z' })], THEN);
  expect(await discrepancies(account)).toEqual(['ch_1: matched_late closed by matched_late']);
  await expectProved(account);
});

test('a row that a person calls no duplicate is none in any later run, until it changes', async () => {
  const account = newAccount();
  await runOf(
    account,
    [
      processor('ch_1', 'payment 10.00 USD', { order: 'A' }),
      internal('o_1', 'payment 10.00 USD', { names: 'ch_1', order: 'A' }),
      processor('ch_2', 'payment 10.00 USD', { order: 'A' }),
    ],
    AFTER,
  );
  await expectStanding(account, [['processor ch_2', 'duplicate_processor']]);
  await decide(account, 'not_duplicate', 'ch_2');
  await runOf(account, [], NEXT);
  await expectStanding(account, [['processor ch_2', 'missing_internal']]);
  await runOf(account, [], AFTER);
  await expectStanding(account, [['processor ch_2', 'missing_internal']]);
  expect(await discrepancies(account)).toEqual(['ch_2: missing_internal open']);
  await runOf(account, [processor('ch_2', 'payment 10.00 USD', { order: 'A', fee: '0.10' })], NEXT);
  await expectStanding(account, [['processor ch_2', 'duplicate_processor']]);
  await expectProved(account);
});

test('one of equal rows that nothing tells apart is called no duplicate: what is left is compared, and nothing is guessed', async () => {
  const account = newAccount();
  const rows = [
    processor('ch_1', 'payment 10.00 USD', { order: 'A' }),
    processor('ch_2', 'payment 10.00 USD', { order: 'A' }),
    internal('o_1', 'payment 10.00 USD', { order: 'A' }),
  ];
  await runOf(account, rows, AFTER);
  expect(await standing(account, 'processor ch_2')).toMatch(/^duplicate_processor/);
  const decision = await decide(account, 'not_duplicate', 'ch_2');
  await runOf(account, [], AFTER);
  expect(await standing(account, 'processor ch_2')).toBe('amount_mismatch merchant_reference ch_1 o_1');
  await revoke(decision);
  await runOf(account, [], AFTER);
  expect(await standing(account, 'processor ch_2')).toMatch(/^duplicate_processor/);
  await expectProved(account);
});

test('a person takes a row out of an automatic group; what is left of it is decided again', async () => {
  const account = newAccount();
  await runOf(
    account,
    [
      processor('re_1', 'refund -30.00 USD', { order: 'A' }),
      processor('re_2', 'refund -20.00 USD', { order: 'A' }),
      internal('o_1', 'refund -50.00 USD', { order: 'A' }),
      internal('o_2', 'refund -20.00 USD', { at: EARLIER }),
    ],
    AFTER,
  );
  await expectStanding(account, [
    ['processor re_2', 'matched'],
    ['internal o_2', 'missing_processor'],
  ]);
  await decide(account, 'group', 're_2', 'o_2');
  await runOf(account, [], NEXT);
  expect(await standing(account, 'processor re_2')).toBe('matched manual o_2');
  expect(await standing(account, 'processor re_1')).toBe('amount_mismatch merchant_reference o_1');
  expect(new Set(await discrepancies(account))).toEqual(
    new Set(['o_2: missing_processor resolved by person', 're_1: amount_mismatch open']),
  );
  await runOf(account, [], AFTER);
  expect(await lines(account, 're_2')).toEqual(['sum 1-2', 'manual 2-']);
  await expectProved(account);
});

test('a person puts a row beside another one than its id says; the one that names it is one too many', async () => {
  const account = newAccount();
  const rows = [
    processor('ch_1', 'payment 10.00 USD'),
    internal('o_1', 'payment 10.00 USD', { names: 'ch_1' }),
    internal('o_2', 'payment 10.00 USD', { at: EARLIER }),
  ];
  await runOf(account, rows, AFTER);
  await decide(account, 'group', 'ch_1', 'o_2');
  for (const day of [AFTER, AFTER, NEXT]) await runOf(account, [], day);
  expect(await lines(account, 'ch_1')).toEqual(['processor_id 1-2', 'manual 2-']);
  await expectStanding(account, [
    ['internal o_2', 'matched'],
    ['internal o_1', 'duplicate_internal'],
  ]);
  await expectProved(account);
});
