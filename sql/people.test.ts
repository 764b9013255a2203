// What people do about differences, each with a login of their own, from the proposal to the run that carries it out.
import { beforeAll, expect, test } from '@jest/globals';
import type { EngineAccount } from '../activities/engine-for-tests.ts';
import { MISSING, peopleForTests } from '../activities/reconcile/people-for-tests.ts';
import {
  internal,
  LONG_AFTER,
  processor,
  runOf,
  type SituationRow,
  situationsForTests,
} from '../activities/reconcile/situations-for-tests.ts';
import { REASONS } from '../client/database/act-on-discrepancies.ts';
import { type Person, personsForTests } from '../client/discrepancies/persons-for-tests.ts';

// First: their logins go before the database does.
const { person, login, asRoot } = personsForTests(() => started().database.url);
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

async function accountWith(rows: readonly SituationRow[]): Promise<EngineAccount> {
  const account = newAccount();
  await runOf(account, rows, AFTER);
  return account;
}

async function numberOf({ account }: EngineAccount, anchor: string): Promise<string> {
  const { rows } = await ann.client.query(
    'select discrepancy_id from discrepancies where account = $1 and anchor_external_id = $2',
    [account, anchor],
  );
  return rows[0]?.discrepancy_id;
}

const propose = (by: Person, kind: string, discrepancy: string) =>
  by.call('propose_decision($1, $2, $3, $4)', kind, discrepancy, 'other', 'looked at both');

const match = (
  by: Person,
  { account }: EngineAccount,
  numbers: readonly string[],
  sides: string[] = [],
  ids: string[] = [],
) => by.call('propose_match($1, $2, $3, $4, $5, $6)', account, numbers, sides, ids, 'same_movement', 'one order');

async function shaOf(proposal: string): Promise<string> {
  const { rows } = await ann.client.query('select sha256 from proposals where proposal_id = $1', [proposal]);
  return rows[0]?.sha256;
}

const decide = async (by: Person, proposal: string, approve = true) =>
  by.call('decide_proposal($1, $2, $3, $4)', proposal, await shaOf(proposal), approve, 'seen');

const statusOf = async (proposal: string) =>
  (await ann.client.query('select status from proposals where proposal_id = $1', [proposal])).rows[0]?.status;

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

test('nobody decides an own proposal, with whatever roles', async () => {
  const account = await accountWith(MISSING);
  const proposal = await propose(cleo, 'write_off', await numberOf(account, 'ch_1'));
  await expect(decide(cleo, proposal)).rejects.toThrow(/is your own: another person has to decide it/);
  expect(await statusOf(proposal)).toBe('pending');
});

test('even the owner cannot write down one person as both', async () => {
  const account = await accountWith(MISSING);
  const proposal = await propose(ann, 'write_off', await numberOf(account, 'ch_1'));
  const forged = asRoot((root) =>
    root.query(
      `update proposals set status = 'rejected', decided_by = proposed_by, decided_at = now(), decided_because = 'x' where proposal_id = $1`,
      [proposal],
    ),
  );
  await expect(forged).rejects.toThrow(/four_eyes/);
});

test('a proposal about what has changed since cannot be decided, and the difference is free again', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  const proposal = await propose(ann, 'write_off', number);
  await runOf(account, [processor('ch_1', 'payment 99.00 USD')], NEXT);
  await expect(decide(ben, proposal)).rejects.toThrow(
    /is out of date: discrepancy \d+ has changed since and is open now/,
  );
  expect(await statusOf(proposal)).toBe('out_of_date');
  await decide(ben, await propose(ann, 'write_off', number));
  await expectProved(account);
});

test('a row that changed without a word of the difference changing still refuses the decision', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  const proposal = await propose(ann, 'write_off', number);
  await runOf(account, [processor('ch_1', 'payment 10.00 USD', { order: 'told later' })], NEXT);
  await expect(decide(ben, proposal)).rejects.toThrow(/does not count in that version|is out of date/);
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

test('a decision about what evidence closed meanwhile is refused, and so is a proposal', async () => {
  const account = await accountWith(MISSING);
  const [one, other] = [await numberOf(account, 'ch_1'), await numberOf(account, 'o_1')];
  const proposal = await match(ann, account, [one, other]);
  await runOf(account, [internal('o_7', 'payment 10.00 USD', { names: 'ch_1' })], NEXT);
  expect(await stateOf(one)).toBe('closed');
  await expect(decide(ben, proposal)).rejects.toThrow(/has changed since and is closed \(matched late\) now/);
  await expect(propose(ann, 'write_off', one)).rejects.toThrow(/is closed \(matched late\)/);
  await expect(propose(ann, 'reopen', one)).rejects.toThrow(/was closed by evidence/);
  await expect(ann.call('assign_discrepancy($1, $2)', one, ann.login)).rejects.toThrow(/nothing left to do/);
  // The other half of the match does not wait for a decision that cannot come.
  expect(await stateOf(other)).toBe('open');
});

test('an approver of another account is refused, and so is an operator', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  const elsewhere = await person('dan', ['operator', 'approver'], ['paypal/eu']);
  const here = await person('eve', ['operator', 'approver'], ['paypal/eu', account.account]);
  const proposal = await propose(ann, 'write_off', number);
  await expect(decide(elsewhere, proposal)).rejects.toThrow(`may not act on account ${account.account}`);
  await expect(propose(elsewhere, 'write_off', number)).rejects.toThrow(/may not act on account/);
  await expect(elsewhere.call('note_discrepancy($1, $2)', number, 'x')).rejects.toThrow(/may not act on account/);
  await expect(ann.call('assign_discrepancy($1, $2)', number, elsewhere.login)).rejects.toThrow(
    /nobody who may act on/,
  );
  await decide(here, proposal);
});

test('two who decide at once: one of them is heard, the other reads who was faster', async () => {
  const account = await accountWith(MISSING);
  const proposal = await propose(ann, 'write_off', await numberOf(account, 'ch_1'));
  const answers = await Promise.allSettled([decide(ben, proposal, true), decide(cleo, proposal, false)]);
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const lost = answers.find((answer) => answer.status === 'rejected');
  expect(String(lost?.reason)).toMatch(/was (approved|rejected) by (ben|cleo)_\w+ already/);
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

test('a decision names what was read: another hash is refused', async () => {
  const account = await accountWith(MISSING);
  const proposal = await propose(ann, 'write_off', await numberOf(account, 'ch_1'));
  const blind = ben.call('decide_proposal($1, $2, true, $3)', proposal, '0'.repeat(64), 'seen');
  await expect(blind).rejects.toThrow(/is not the one that you were shown/);
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

test.each([
  ['resolves what stands alone', 'resolve', 'ch_1', /has no partner that could be accepted/],
  ['calls a missing row no duplicate', 'not_duplicate', 'ch_1', /is not said to be a duplicate/],
  ['re-opens what is open', 'reopen', 'ch_1', /is open/],
  ['invents a kind', 'forget', 'ch_1', /resolve, write_off, not_duplicate or reopen, not forget/],
])('a person who %s is refused before anybody has to decide', async (_what, kind, anchor, why) => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, anchor);
  await expect(propose(ann, kind, number)).rejects.toThrow(why);
  expect(await stateOf(number)).toBe('open');
});

test('what is proposed already waits for its decision', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  await propose(ann, 'write_off', number);
  await expect(propose(cleo, 'write_off', number)).rejects.toThrow(/waits for its decision/);
  await expect(match(cleo, account, [number, await numberOf(account, 'o_1')])).rejects.toThrow(
    /waits for its decision/,
  );
});

test('a reason is one of the list, the one that the client offers', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  await expect(ann.call('propose_decision($1, $2, $3, $4)', 'write_off', number, 'tired', 'x')).rejects.toThrow(
    /"tired" is no reason of the list: booking_error, /,
  );
  const { rows } = await ann.client.query('select reason from decision_reasons order by reason');
  expect(rows.map(({ reason }) => reason)).toEqual([...REASONS]);
});

test('what a payout paid out is not decided by hand, and the refusal says what to do instead', async () => {
  const account = newAccount({ payoutsItemised: true });
  await runOf(
    account,
    [
      processor('ch_1', 'payment 10.00 USD', { order: '1', payout: 'po_1' }),
      internal('o_1', 'payment 10.00 USD', { order: '1' }),
      processor('po_1', 'payout -9.00 USD'),
    ],
    AFTER,
  );
  const { rows } = await ann.client.query(
    `select discrepancy_id from discrepancies where account = $1 and level = 'settlement'`,
    [account.account],
  );
  expect(rows).toHaveLength(1);
  await expect(propose(ann, 'write_off', rows[0].discrepancy_id)).rejects.toThrow(
    /is about a payout: only differences of single movements can be decided by hand\. Assign it and note/,
  );
});

test('what is overdue is escalated once for each time its deadline passes again, three times at most', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  const late = async (days: number) => {
    await asRoot((root) =>
      root.query(
        `update discrepancies set severity = 'low', due_from = now() - $2 * interval '1 day' where account = $1`,
        [account.account, days],
      ),
    );
    return asRoot(async (root) => {
      await root.query('set role recon_worker');
      const { rows } = await root.query('select * from escalate_overdue(now(), 1000) where account = $1', [
        account.account,
      ]);
      return rows.filter((row) => row.discrepancy_id === number).map(({ escalation }) => escalation);
    });
  };
  expect(await late(9)).toEqual([]);
  expect(await late(11)).toEqual([1]);
  expect(await late(11)).toEqual([]);
  expect(await late(21)).toEqual([2]);
  expect(await late(400)).toEqual([3]);
  expect(await late(4000)).toEqual([]);
});

test('a difference that opens again starts afresh: nobody has it, and its deadline counts from then', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  await ann.call('assign_discrepancy($1, $2)', number, cleo.login);
  await decide(ben, await propose(ann, 'write_off', number));
  await runOf(account, [], AFTER);
  await asRoot((root) =>
    root.query(`update discrepancies set due_from = now() - interval '1 year' where discrepancy_id = $1`, [number]),
  );
  await decide(ben, await propose(ann, 'reopen', number));
  await runOf(account, [], AFTER);
  const { rows } = await ann.client.query(
    `select state, assignee, due_from > now() - interval '1 hour' as afresh from discrepancies where discrepancy_id = $1`,
    [number],
  );
  expect(rows).toEqual([{ state: 'open', assignee: null, afresh: true }]);
});

test('the worker cannot close a difference in a person’s name, nor begin one closed', async () => {
  const account = await accountWith(MISSING);
  const asWorker = (statement: string) =>
    asRoot(async (root) => {
      await root.query('set role recon_worker');
      await root.query(statement);
    });
  for (const state of ['resolved', 'written_off']) {
    const closing = asWorker(`update discrepancies set state = '${state}' where account = '${account.account}'`);
    await expect(closing).rejects.toThrow(/without a decision of two people/);
  }
  const columns = `account_id, account, level, anchor_side, anchor_external_id, business_date, verdict, severity, kind, currency,
    amount, introduced_seq, opened_seq, changed_seq`;
  const beginning = asWorker(
    `insert into discrepancies (${columns}, anchor_row_id, state)
     select ${columns}, -discrepancy_id, 'written_off' from discrepancies where account = '${account.account}'`,
  );
  await expect(beginning).rejects.toThrow(/a difference begins open, not written_off/);
});

test('where there is an audit chain, what people do is appended to it by account', async () => {
  const heard = await asRoot(async (root) => {
    await root.query(`
      begin; set local role recon_owner; create table public.heard (chain text, event_key text, body text);
      drop function if exists public.audit_append(text, text, text);
      create function public.audit_append(chain text, event_key text, body text) returns void language sql
        as 'insert into public.heard values (chain, event_key, body)'`);
    await root.query(`select note_in_audit('stripe/us', 'proposal/5/decided', '{"event": "approved"}')`);
    const { rows } = await root.query('select * from public.heard');
    await root.query('rollback');
    return rows;
  });
  expect(heard).toEqual([{ chain: 'stripe/us', event_key: 'proposal/5/decided', body: '{"event": "approved"}' }]);
});

test('a login with the roles that nobody entered may do nothing', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  const stranger = await login('mallory', ['operator', 'approver']);
  await expect(propose(stranger, 'write_off', number)).rejects.toThrow(/is nobody who may act here/);
  await expect(decide(stranger, await propose(ann, 'write_off', number))).rejects.toThrow(/is nobody who may act here/);
});

test('a role that is granted past the entry counts for nothing', async () => {
  const account = await accountWith(MISSING);
  const fay = await person('fay', ['operator']);
  await asRoot((root) => root.query(`grant recon_approver to ${fay.login}`));
  const proposal = await propose(ann, 'write_off', await numberOf(account, 'ch_1'));
  await expect(decide(fay, proposal)).rejects.toThrow(/is no approver/);
});

test('an administrator enters others, and neither himself nor anybody as administrator and more', async () => {
  const gus = await person('gus', ['admin']);
  const hal = await login('hal', ['operator']);
  const enter = (who: Person, roles: string[]) => gus.call('register_person($1, $2, true, null)', who.login, roles);
  await enter(hal, ['operator']);
  await expect(enter(gus, ['operator'])).rejects.toThrow(/nobody enters himself/);
  await expect(enter(hal, ['operator', 'admin'])).rejects.toThrow(/roles/);
  await expect(enter(hal, ['approver'])).rejects.toThrow(/was not granted recon_approver/);
  await expect(gus.client.query('select from discrepancies')).rejects.toThrow(/permission denied/);
});
