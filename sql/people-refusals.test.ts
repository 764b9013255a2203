// What people may not do, whatever they type, and how they are told.
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
import { REASONS } from '../client/database/act-on-discrepancies.ts';
import { type Person, personsForTests } from '../client/discrepancies/persons-for-tests.ts';
import {
  decideProposal as decide,
  discrepancyOf,
  proposeMatch as match,
  statusOf as proposalStatus,
  proposeDecision as propose,
} from './proposals-for-tests.ts';

// First: their logins go before the database does.
const { person, login, asRoot } = personsForTests(() => started().database.url);
const { newAccount, started } = situationsForTests();
const { expectProved } = peopleForTests(started);

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
const statusOf = (proposal: string) => proposalStatus(ann, proposal);

const stateOf = async (discrepancy: string) =>
  (await ann.client.query('select state from discrepancies where discrepancy_id = $1', [discrepancy])).rows[0]?.state;

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

test('a decision names what was read: another hash is refused', async () => {
  const account = await accountWith(MISSING);
  const proposal = await propose(ann, 'write_off', await numberOf(account, 'ch_1'));
  const blind = ben.call('decide_proposal($1, $2, true, $3)', proposal, '0'.repeat(64), 'seen');
  await expect(blind).rejects.toThrow(/is not the one that you were shown/);
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
