// What people do about differences, each with a login of their own, from the proposal to the run that carries it out.
import { beforeAll, expect, test } from '@jest/globals';
import type { EngineAccount, EngineDay } from '../activities/engine-for-tests.ts';
import { MISSING, peopleForTests } from '../activities/reconcile/people-for-tests.ts';
import {
  internal,
  LONG_AFTER,
  processor,
  runOf,
  type SituationRow,
  situationsForTests,
} from '../activities/reconcile/situations-for-tests.ts';
import { type Person, personsForTests } from '../client/discrepancies/persons-for-tests.ts';
import {
  decideProposal as decide,
  discrepancyOf,
  proposeMatch as match,
  proposeDecision as propose,
} from './proposals-for-tests.ts';

// First: their logins go before the database does.
const { person, asRoot } = personsForTests(() => started().database.url);
const { newAccount, started } = situationsForTests();
const { discrepancies, expectProved } = peopleForTests(started);

const AFTER = { asOf: LONG_AFTER };
const NEXT = { date: '2026-02-01', asOf: LONG_AFTER };

let ann: Person;
let ben: Person;
let cleo: Person;
beforeAll(async () => {
  ann = await person('ann', ['operator']);
  ben = await person('ben', ['approver']);
  cleo = await person('cleo', ['operator', 'approver']);
});

async function accountWith(rows: readonly SituationRow[], day: Partial<EngineDay> = AFTER): Promise<EngineAccount> {
  const account = newAccount();
  await runOf(account, rows, day);
  return account;
}

const numberOf = (account: EngineAccount, anchor: string) => discrepancyOf(ann, account, anchor);

const stateOf = async (discrepancy: string) =>
  (await ann.client.query('select state from discrepancies where discrepancy_id = $1', [discrepancy])).rows[0]?.state;

test('a match that one person proposes and another approves is carried out by the next run, and proves', async () => {
  const account = await accountWith(MISSING);
  const proposal = await match(ann, account, [await numberOf(account, 'ch_1'), await numberOf(account, 'o_1')]);
  expect(new Set(await discrepancies(account))).toEqual(
    new Set(['ch_1: missing_internal proposed', 'o_1: missing_processor proposed']),
  );
  await decide(ben, proposal);
  await runOf(account, [], AFTER);
  expect(new Set(await discrepancies(account))).toEqual(
    new Set(['ch_1: missing_internal resolved by person', 'o_1: missing_processor resolved by person']),
  );
  const { rows } = await ben.client.query(
    `select e.event, e.actor from discrepancy_events e join discrepancies d using (discrepancy_id)
     where d.account = $1 and d.anchor_external_id = 'ch_1' order by e.event_id`,
    [account.account],
  );
  expect(rows.slice(1)).toEqual([
    { event: 'proposed', actor: ann.login },
    { event: 'approved', actor: ben.login },
    { event: 'closed', actor: ben.login },
  ]);
  await expectProved(account);
});

test('a write-off is carried out by the next run; once its re-opening is approved, the run after opens it again', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  await decide(ben, await propose(ann, 'write_off', number));
  await expect(propose(cleo, 'write_off', number)).rejects.toThrow(/approved: the next run of .* carries it out/);
  await runOf(account, [], AFTER);
  expect(await stateOf(number)).toBe('written_off');
  await decide(ben, await propose(ann, 'reopen', number));
  expect(await stateOf(number)).toBe('written_off');
  await runOf(account, [], AFTER);
  expect(await stateOf(number)).toBe('open');
  const { rows } = await ann.client.query(
    'select event, detail from discrepancy_events where discrepancy_id = $1 order by event_id desc limit 1',
    [number],
  );
  expect(rows).toEqual([{ event: 'reopened', detail: expect.stringMatching(/^decision \d+ was revoked$/) }]);
  await expectProved(account);
});

test('an amount that differs is accepted as it is, and a new amount opens the difference again', async () => {
  const account = await accountWith([
    processor('ch_1', 'payment 10.00 USD', { order: '1' }),
    internal('o_1', 'payment 11.00 USD', { order: '1' }),
  ]);
  const number = await numberOf(account, 'ch_1');
  await decide(ben, await propose(ann, 'resolve', number));
  await runOf(account, [], AFTER);
  expect(await stateOf(number)).toBe('resolved');
  await runOf(account, [processor('ch_1', 'payment 12.00 USD', { order: '1' })], NEXT);
  expect(await stateOf(number)).toBe('open');
  await expectProved(account);
});

test('a duplicate that is none is compared again as a movement of its own', async () => {
  const account = await accountWith([
    processor('ch_1', 'payment 10.00 USD', { order: '1', alsoKnownAs: ['pi_1'] }),
    processor('ch_2', 'payment 10.00 USD', { order: '1' }),
    internal('o_1', 'payment 10.00 USD', { order: '1', names: 'pi_1' }),
  ]);
  const number = await numberOf(account, 'ch_2');
  expect(await discrepancies(account)).toEqual(['ch_2: duplicate_processor open']);
  await decide(ben, await propose(ann, 'not_duplicate', number));
  await runOf(account, [], AFTER);
  expect(await discrepancies(account)).toEqual(['ch_2: missing_internal open']);
  await expectProved(account);
});

test('two rows of several that nobody can tell apart are matched by their ids', async () => {
  const account = await accountWith([
    processor('ch_1', 'payment 10.00 USD'),
    processor('ch_2', 'payment 10.00 USD'),
    internal('o_1', 'payment 10.00 USD'),
    internal('o_2', 'payment 10.00 USD'),
  ]);
  expect(await discrepancies(account)).toEqual(['ch_1: ambiguous open']);
  await decide(ben, await match(ann, account, [], ['processor', 'internal'], ['ch_1', 'o_2']));
  await runOf(account, [], AFTER);
  expect(await discrepancies(account)).toContain('ch_1: ambiguous resolved by person');
  await expectProved(account);
});

test('what was approved and has changed before a run carried it out is open again, to be decided anew', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  await decide(ben, await propose(ann, 'write_off', number));
  await runOf(account, [processor('ch_1', 'payment 10.00 USD', { order: 'told later' })], NEXT);
  expect(await stateOf(number)).toBe('open');
  const { rows } = await ann.client.query(
    'select event, detail from discrepancy_events where discrepancy_id = $1 order by event_id desc limit 1',
    [number],
  );
  expect(rows).toEqual([{ event: 'out_of_date', detail: expect.stringContaining('a row has changed before a run') }]);
  await decide(ben, await propose(ann, 'write_off', number));
  await runOf(account, [], NEXT);
  expect(await stateOf(number)).toBe('written_off');
  await expectProved(account);
});

test('people who act while a run decides are heard, and so is the run', async () => {
  const account = await accountWith(MISSING);
  const [one, other] = [await numberOf(account, 'ch_1'), await numberOf(account, 'o_1')];
  const proposal = await propose(ann, 'write_off', one);
  await Promise.all([
    runOf(account, [processor('ch_5', 'payment 5.00 USD')], AFTER),
    ann.call('assign_discrepancy($1, $2)', other, cleo.login),
    cleo.call('note_discrepancy($1, $2)', one, 'looking'),
    decide(ben, proposal),
  ]);
  await runOf(account, [], NEXT);
  expect([await stateOf(one), await stateOf(other)]).toEqual(['written_off', 'assigned']);
  await expectProved(account);
});

test('a rejected proposal leaves the difference as it was, with whoever has it', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  await ann.call('assign_discrepancy($1, $2)', number, cleo.login);
  await decide(ben, await propose(ann, 'write_off', number), false);
  expect(await stateOf(number)).toBe('assigned');
  await runOf(account, [], AFTER);
  expect(await stateOf(number)).toBe('assigned');
});

test('a note is kept as it was typed; one of 10 MB is refused and leaves nothing', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  const typed = `=HYPERLINK("http://x")\n<script>alert(1)</script> 'drop table' \u202e`;
  await ann.call('note_discrepancy($1, $2)', number, typed);
  const huge = ann.call('note_discrepancy($1, $2)', number, 'x'.repeat(10_000_000));
  await expect(huge).rejects.toThrow('a note has at most 4000 characters, this one has 10000000');
  await expect(ann.call('note_discrepancy($1, $2)', number, ' ')).rejects.toThrow('a note says something');
  const { rows } = await ben.client.query('select body, author from discrepancy_notes where discrepancy_id = $1', [
    number,
  ]);
  expect(rows).toEqual([{ body: typed, author: ann.login }]);
});

test('what people do stands in the audit chain of the account, by who did it', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  await ann.call('assign_discrepancy($1, $2)', number, cleo.login);
  await decide(ben, await propose(ann, 'write_off', number));
  const { rows } = await asRoot((root) =>
    root.query(
      `select event, actor, body::jsonb -> 'data' ->> 'detail' as detail from audit_log
       where chain = $1 and actor = any($2) order by seq`,
      [account.account, [ann.login, ben.login]],
    ),
  );
  expect(rows.map(({ event, actor }) => `${event} by ${actor}`)).toEqual([
    `assigned by ${ann.login}`,
    `proposed by ${ann.login}`,
    `proposed by ${ann.login}`,
    `approved by ${ben.login}`,
    `approved by ${ben.login}`,
  ]);
});
