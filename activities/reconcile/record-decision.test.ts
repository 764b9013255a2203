// Which decisions of people the database takes, and that a run which decides at the same time does not miss one.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { EngineAccount } from '../engine-for-tests.ts';
import { MISSING, peopleForTests, RECORD } from './people-for-tests.ts';
import { internal, LONG_AFTER, processor, runOf, situationsForTests } from './situations-for-tests.ts';

const { newAccount, started } = situationsForTests();
const { asOwner, valuesOf, decide, lines, expectProved } = peopleForTests(started);

const AFTER = { asOf: LONG_AFTER };
const NEXT = { date: '2026-02-01', asOf: LONG_AFTER };

test('a run that decides while a person does starts again, and applies it', async () => {
  const account = newAccount();
  await runOf(account, MISSING, AFTER);
  const day = await account.stageDay({ ...NEXT, processor: [], internal: [] });
  const values = await valuesOf(account, 'group', ['ch_1', 'o_1']);
  await asOwner(async (owner) => {
    await owner.query('begin');
    await owner.query(RECORD, values);
    const deciding = day.decide();
    await untilSomebodyWaits();
    await owner.query('commit');
    await deciding;
  });
  expect(await lines(account, 'ch_1')).toEqual(['manual 2-']);
  await expectProved(account);
});

const POLLS_MAX = 2_000;

async function untilSomebodyWaits(): Promise<void> {
  for (let polls = 0; polls < POLLS_MAX; polls += 1) {
    const waiting = await started().engine.database.oneFirst(sql.type(z.object({ count: z.number() }))`
      select count(*)::int as count from pg_locks where not granted and pid in
        (select pid from pg_stat_activity where datname = current_database())`);
    if (waiting > 0) return;
  }
  throw new RangeError('nobody waits for the person');
}

test.each<[what: string, kind: string, ids: string[], refused: RegExp]>([
  [
    'a row that stands in another decision',
    'write_off',
    ['ch_1'],
    /stands in decision \d+ already: revoke that one first/,
  ],
  ['a row that nobody knows', 'group', ['ch_2', 'nobody'], /row 0 does not count in that version/],
  ['a row twice', 'group', ['ch_2', 'ch_2'], /names each row once/],
  ['no row', 'group', [], /names 1 to 1000 rows/],
  ['a group of one row', 'group', ['ch_2'], /a group has at least two rows/],
  ['a group of one side that moves money', 'group', ['ch_2', 'ch_3'], /rows of one side that add up to nothing/],
  ['a write-off of what is matched', 'write_off', ['ch_9', 'o_9'], /has no difference that could be written off/],
  ['a write-off of half a group', 'write_off', ['ch_4'], /a group is written off as a whole/],
  ['not a duplicate, of a row that nobody called one', 'not_duplicate', ['ch_2'], /is not said to be a duplicate/],
  ['anything else', 'delete', ['ch_2'], /a decision is a group, a write_off or not_duplicate/],
])('refuses %s', async (_what, kind, ids, refused) => {
  await expect(decide(await refusing(), kind, ...ids)).rejects.toThrow(refused);
});

let refuser: EngineAccount | undefined;
/** One account for all refusals: nothing of it changes. */
async function refusing(): Promise<EngineAccount> {
  if (refuser !== undefined) return refuser;
  const account = newAccount();
  const more = [
    processor('ch_2', 'payment 2.00 USD'),
    processor('ch_3', 'payment 3.00 USD'),
    processor('ch_4', 'payment 4.00 USD', { order: '4' }),
    internal('o_4', 'payment 4.40 USD', { order: '4' }),
  ];
  await runOf(account, [...MISSING, ...more], AFTER);
  await decide(account, 'group', 'ch_1', 'o_1');
  refuser = account;
  return account;
}

test('refuses a version that does not count any more, a row of another account, and a decision without a reason', async () => {
  const account = newAccount();
  await runOf(account, [processor('ch_1', 'payment 50.00 USD')], AFTER);
  const seen = await valuesOf(account, 'write_off', ['ch_1']);
  await runOf(account, [processor('ch_1', 'payment 60.00 USD')], NEXT);
  const record = (values: readonly unknown[]) => asOwner((owner) => owner.query(RECORD, [...values]));
  await expect(record(seen)).rejects.toThrow('does not count in that version');
  const [, ...rest] = await valuesOf(account, 'write_off', ['ch_1']);
  await expect(record([(await refusing()).account, ...rest])).rejects.toThrow('does not count in that version');
  await expect(record(await valuesOf(account, 'write_off', ['ch_1'], ' '))).rejects.toThrow('needs a reason');
});
