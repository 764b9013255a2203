// Which rules a run applies where they have to be approved: one person proposes, another decides, and a run refuses all others.
import { beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { EngineAccount, OpenDay } from '../activities/engine-for-tests.ts';
import {
  LONG_AFTER,
  processor,
  recordsOf,
  rules,
  runOf,
  situationsForTests,
} from '../activities/reconcile/situations-for-tests.ts';
import { type Person, personsForTests } from '../client/discrepancies/persons-for-tests.ts';
import { checkRulesApproval } from '../client/doctor/check-rules-approval.ts';
import { canonicalJson, defaultRuleSet, type RuleSet, ruleSetHash } from '../domain/rule-set.ts';
import { decideProposal, statusOf } from './proposals-for-tests.ts';

// First: their logins go before the database does.
const { person, asRoot } = personsForTests(() => started().database.url);
const { newAccount, started } = situationsForTests();

const AFTER = { asOf: LONG_AFTER };
const ROWS = [processor('ch_1', 'payment 10.00 USD')];
const NARROW = defaultRuleSet();
const WIDE = rules({ tolerance: { USD: { absolute: '500.00' } } });

let ann: Person;
let ben: Person;
let cleo: Person;
beforeAll(async () => {
  ann = await person('ann', ['operator']);
  ben = await person('ben', ['approver']);
  cleo = await person('cleo', ['operator', 'approver']);
});

const propose = (by: Person, { account }: EngineAccount, set: RuleSet) =>
  by.call('propose_rule_set($1, $2, $3)', account, canonicalJson(set), 'fees are rounded');

/** A run of an account that wants approved rules, staged and not decided. */
const staged = (account: EngineAccount, set: RuleSet): Promise<OpenDay> =>
  account.stageDay({
    date: '2026-01-31',
    processor: recordsOf('processor', ROWS),
    internal: [],
    rules: set,
    setup: { rulesApproval: 'required' },
    ...AFTER,
  });

async function accountThatRan(set: RuleSet): Promise<EngineAccount> {
  const account = newAccount();
  await runOf(account, ROWS, { ...AFTER, rules: set });
  return account;
}

/** Whether and why the run is not decided, as Temporal is told. */
async function refusalOf(run: OpenDay) {
  const { message, type, nonRetryable } = await run.decide().then(
    () => ({ message: 'decided', type: '', nonRetryable: false }),
    (error) => error,
  );
  return { message, type, nonRetryable };
}

test('the first rules need approval, too: the run is refused with the hash and the command, and decided once they are approved', async () => {
  const account = newAccount();
  const run = await staged(account, NARROW);
  expect(await refusalOf(run)).toEqual({
    type: 'RuleSetNotApproved',
    nonRetryable: true,
    message: expect.stringMatching(
      new RegExp(
        `${ruleSetHash(NARROW)} is not approved \\(none ever was\\).*recon -- rules propose FILE --account ${account.account} --because`,
      ),
    ),
  });
  const proposal = await propose(ann, account, NARROW);
  expect((await refusalOf(run)).type).toBe('RuleSetNotApproved');
  await decideProposal(ben, proposal);
  expect((await run.decide()).decisionSeq).toBeDefined();
});

test('other rules than those approved last are refused, earlier ones among them, and doctor says so before', async () => {
  const account = await accountThatRan(NARROW);
  await decideProposal(ben, await propose(ann, account, WIDE));
  await decideProposal(ben, await propose(ann, account, NARROW));
  const found = (await doctorsWord(account, WIDE)).concat(await doctorsWord(account, NARROW));
  expect(found).toMatchObject([{ state: 'fail', next: expect.stringContaining('rules propose') }, { state: 'ok' }]);
  const refusal = await refusalOf(await staged(account, WIDE));
  expect(refusal.message).toContain(`${ruleSetHash(WIDE)} is not approved (in force is ${ruleSetHash(NARROW)})`);
});

async function doctorsWord(account: EngineAccount, set: RuleSet) {
  const day = { date: '2026-01-31', processor: [], internal: [], setup: { rulesApproval: 'required' as const } };
  const setup = await account.setupOf({ ...day, rules: set });
  return checkRulesApproval(async () => started().engine.database, new Map([[setup.account, setup]]));
}

test('where approval is off, any rules are applied, and doctor has nothing to ask', async () => {
  const account = await accountThatRan(NARROW);
  expect((await runOf(account, ROWS, { ...AFTER, rules: WIDE })).decisionSeq).toBe('2');
  const setup = await account.setupOf({ date: '2026-01-31', processor: [], internal: [] });
  const found = await checkRulesApproval(async () => started().engine.database, new Map([[setup.account, setup]]));
  expect(found).toEqual([]);
});

test('the proposal says what would change against the rules in force, whatever the proposer says', async () => {
  const account = await accountThatRan(NARROW);
  const proposal = await propose(ann, account, WIDE);
  const { rows } = await ben.client.query('select body, reason from proposals where proposal_id = $1', [proposal]);
  expect(JSON.parse(rows[0].body)).toEqual({
    kind: 'rule_set',
    account: account.account,
    because: 'fees are rounded',
    ruleSet: ruleSetHash(WIDE),
    replaces: ruleSetHash(NARROW),
    changes: [{ part: 'tolerance', from: {}, to: { USD: { absolute: '500.00' } } }],
  });
  const { rows: stored } = await ben.client.query('select body from rule_sets where rule_set_hash = $1', [
    ruleSetHash(WIDE),
  ]);
  expect(stored).toEqual([{ body: canonicalJson(WIDE) }]);
});

test('nobody approves an own rule set, nor one of another account, nor without the role', async () => {
  const account = await accountThatRan(NARROW);
  const elsewhere = await person('dan', ['operator', 'approver'], ['paypal/eu']);
  const proposal = await propose(cleo, account, WIDE);
  await expect(decideProposal(cleo, proposal)).rejects.toThrow(/is your own: another person has to decide it/);
  await expect(decideProposal(elsewhere, proposal)).rejects.toThrow(/may not act on account/);
  await expect(propose(elsewhere, account, WIDE)).rejects.toThrow(/may not act on account/);
  await expect(decideProposal(ann, proposal)).rejects.toThrow(/permission denied/);
  await expect(propose(ben, account, WIDE)).rejects.toThrow(/permission denied/);
  const worker = new Client({ connectionString: started().database.workerUrl });
  await worker.connect();
  const asWorker = (statement: string) => expect(worker.query(statement)).rejects.toThrow(/permission denied/);
  await asWorker(`select decide_proposal(${proposal}, 'x', true, 'x')`);
  await asWorker(`select propose_rule_set('${account.account}', '{}', 'x')`);
  await asWorker(
    `insert into rule_set_activations (account_id, rule_set_hash, proposal_id) values (1, 'x', ${proposal})`,
  );
  await worker.end();
  expect(await statusOf(ben, proposal)).toBe('pending');
});

test('a decision about rules names what was read: another hash is refused', async () => {
  const account = await accountThatRan(NARROW);
  const proposal = await propose(ann, account, WIDE);
  const blind = ben.call('decide_proposal($1, $2, true, $3)', proposal, ruleSetHash(WIDE), 'seen');
  await expect(blind).rejects.toThrow(/is not the one that you were shown/);
});

test('a proposal that was compared with rules that are not in force any more is out of date, and makes way', async () => {
  const account = await accountThatRan(NARROW);
  const old = await propose(ann, account, WIDE);
  await runOf(account, ROWS, { ...AFTER, rules: rules({ groups: false }) });
  await expect(decideProposal(ben, old)).rejects.toThrow(/is out of date: what it was compared with has changed/);
  const anew = await propose(ann, account, WIDE);
  expect([await statusOf(ben, old), await statusOf(ben, anew)]).toEqual(['out_of_date', 'pending']);
  await decideProposal(ben, anew);
});

test('one proposal about rules waits at a time, and what is in force is not proposed again', async () => {
  const account = await accountThatRan(NARROW);
  const proposal = await propose(ann, account, WIDE);
  await expect(propose(cleo, account, NARROW)).rejects.toThrow(
    `proposal ${proposal} of ${account.account} waits for its decision`,
  );
  await decideProposal(ben, proposal, false);
  await decideProposal(ben, await propose(cleo, account, NARROW));
  await expect(propose(ann, account, NARROW)).rejects.toThrow(/is in force on .* already/);
});

test.each([
  ['that is no object', '[]', 'x', /is a JSON object/],
  ['of a megabyte', JSON.stringify({ a: 'x'.repeat(1_000_000) }), 'x', /at most 200000 characters/],
  ['without a reason', '{}', ' ', /say why/],
])('a rule set %s is refused', async (_what, canonical, words, why) => {
  const account = await accountThatRan(NARROW);
  await expect(ann.call('propose_rule_set($1, $2, $3)', account.account, canonical, words)).rejects.toThrow(why);
});

test('an account that no run made known has no rules to approve', async () => {
  await expect(propose(ann, newAccount(), WIDE)).rejects.toThrow(/there is no account .* yet: its first run/);
});

test('a run that decides while rules are approved waits for the decision, and applies it', async () => {
  const account = await accountThatRan(NARROW);
  const proposal = await propose(ann, account, WIDE);
  const run = await staged(account, WIDE);
  await ben.client.query('begin');
  await decideProposal(ben, proposal);
  const decided = run.decide();
  await lockIsWaitedFor();
  await ben.client.query('commit');
  expect((await decided).decisionSeq).toBe('2');
});

async function lockIsWaitedFor(): Promise<void> {
  const asked_max = 2_000;
  await asRoot(async (root) => {
    for (let asked = 0; asked < asked_max; asked += 1) {
      const { rowCount } = await root.query(
        `select from pg_locks l join pg_stat_activity a using (pid) where not l.granted and a.datname = current_database()`,
      );
      if (rowCount !== 0) return;
    }
    throw new RangeError('nobody waits for a lock');
  });
}

test('the audit chain of the account says what was proposed, approved and put in force, by whom', async () => {
  const account = await accountThatRan(NARROW);
  await decideProposal(ben, await propose(ann, account, WIDE));
  const { rows } = await asRoot((root) =>
    root.query(
      `select event, actor from audit_log where chain = $1 and event in ('proposed', 'approved', 'rule_set_activated') order by seq`,
      [account.account],
    ),
  );
  expect(rows).toEqual([
    { event: 'proposed', actor: ann.login },
    { event: 'rule_set_activated', actor: ben.login },
    { event: 'approved', actor: ben.login },
  ]);
});
