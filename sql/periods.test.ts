// Which days are done with: one person proposes, another decides, and no run of them is opened any more, until two people open them.
import { beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { EngineAccount } from '../activities/engine-for-tests.ts';
import { LONG_AFTER, processor, runOf, situationsForTests } from '../activities/reconcile/situations-for-tests.ts';
import { type Person, personsForTests } from '../client/discrepancies/persons-for-tests.ts';
import { parseBusinessDate } from '../domain/business-date.ts';
import { decideProposal, discrepancyOf, proposeDecision, statusOf } from './proposals-for-tests.ts';

// First: their logins go before the database does.
const { person } = personsForTests(() => started().database.url);
const { newAccount, started } = situationsForTests();

const [FIRST, SECOND, THIRD] = ['2026-01-30', '2026-01-31', '2026-02-01'] as const;

let ann: Person;
let ben: Person;
let cleo: Person;
beforeAll(async () => {
  ann = await person('ann', ['operator']);
  ben = await person('ben', ['approver']);
  cleo = await person('cleo', ['operator', 'approver']);
});

const run = (account: EngineAccount, date: string, ...ids: string[]) =>
  runOf(
    account,
    ids.map((id) => processor(id, 'payment 10.00 USD', { at: `${date}T12:00:00Z` })),
    { date, asOf: LONG_AFTER },
  );

const propose = (by: Person, { account }: EngineAccount, through: string | null) =>
  by.call('propose_period($1, $2, $3)', account, through, 'the month is closed');

/** With a difference in each of its two days. */
async function accountOfTwoDays(): Promise<EngineAccount> {
  const account = newAccount({ startDate: parseBusinessDate(FIRST) });
  await run(account, FIRST, 'ch_1');
  await run(account, SECOND, 'ch_2');
  return account;
}

const refusal = (opening: Promise<unknown>) =>
  opening.then(
    () => ({ type: 'opened' }),
    ({ type, nonRetryable, message }) => ({ type, nonRetryable, message }),
  );

test('a locked day is not run again, the next one is, and what comes late for the locked one comes with it', async () => {
  const account = await accountOfTwoDays();
  const proposal = await propose(ann, account, SECOND);
  await run(account, FIRST, 'ch_1');
  await expect(decideProposal(ben, proposal)).rejects.toThrow(/is out of date: what it was compared with has changed/);
  await decideProposal(ben, await propose(ann, account, SECOND));
  for (const date of [FIRST, SECOND]) {
    expect(await refusal(run(account, date, 'ch_1'))).toEqual({
      type: 'PeriodLocked',
      nonRetryable: true,
      message: expect.stringMatching(
        new RegExp(`${date} is not run again: the account is locked through ${SECOND}.*recon -- periods`),
      ),
    });
  }
  await runOf(account, [processor('ch_late', 'payment 9.00 USD', { at: `${SECOND}T12:00:00Z` })], {
    date: THIRD,
    asOf: LONG_AFTER,
  });
  expect(await discrepancyOf(ann, account, 'ch_late')).toBeDefined();
});

test('the database refuses a run of a locked day from whoever opens it', async () => {
  const account = await accountOfTwoDays();
  await decideProposal(ben, await propose(ann, account, FIRST));
  const worker = new Client({ connectionString: started().database.workerUrl });
  await worker.connect();
  const forced = (statement: string) => worker.query(statement, [account.account]);
  const columns =
    'account_id, account, processor_name, trigger, temporal_run_id, window_start, window_end, reporting_currency, started_at';
  const opened = `insert into reconciliation_runs (${columns}, run_date, run_number, workflow_id)
    select ${columns}, '${FIRST}', 77, 'by hand' from reconciliation_runs where account = $1 limit 1`;
  await expect(forced(opened)).rejects.toThrow(`${FIRST} of ${account.account} is locked`);
  const moved = `update reconciliation_runs set run_date = '${FIRST}' where account = $1`;
  await expect(forced(moved)).rejects.toThrow(/is locked/);
  await worker.end();
});

test('two people open days again, and then they are run', async () => {
  const account = await accountOfTwoDays();
  await decideProposal(ben, await propose(ann, account, SECOND));
  await decideProposal(ben, await propose(ann, account, FIRST));
  expect((await run(account, SECOND, 'ch_2')).runNumber).toBe(2);
  expect((await refusal(run(account, FIRST, 'ch_1'))).type).toBe('PeriodLocked');
  await decideProposal(ben, await propose(ann, account, null));
  expect((await run(account, FIRST, 'ch_1')).runNumber).toBe(2);
});

test('the proposal says how many days, what was decided about them, and what is still open in them', async () => {
  const account = await accountOfTwoDays();
  const { rows } = await ben.client.query('select body from proposals where proposal_id = $1', [
    await propose(ann, account, SECOND),
  ]);
  expect(JSON.parse(rows[0].body)).toEqual({
    kind: 'period',
    account: account.account,
    because: 'the month is closed',
    from: FIRST,
    through: SECOND,
    replaces: null,
    days: 2,
    results: expect.stringMatching(/^[0-9a-f]{64}$/),
    open: [{ currency: 'USD', differences: 2, amount: '2000' }],
  });
});

test('what was still open and is not any more makes the proposal out of date', async () => {
  const account = await accountOfTwoDays();
  const old = await propose(ann, account, SECOND);
  for (const id of ['ch_1', 'ch_2'])
    await decideProposal(ben, await proposeDecision(ann, 'write_off', await discrepancyOf(ann, account, id)));
  await run(account, THIRD);
  await expect(decideProposal(ben, old)).rejects.toThrow(/is out of date/);
  await propose(ann, account, SECOND);
  expect(await statusOf(ben, old)).toBe('out_of_date');
});

test('a day that no run concluded is not locked, nor one whose run is under way', async () => {
  const account = newAccount({ startDate: parseBusinessDate(FIRST) });
  await run(account, SECOND, 'ch_2');
  await expect(propose(ann, account, SECOND)).rejects.toThrow(`${FIRST} is not done`);
  await run(account, FIRST, 'ch_1');
  const proposal = await propose(ann, account, SECOND);
  await account.openDay({ date: SECOND, processor: [], internal: [], asOf: LONG_AFTER });
  await expect(decideProposal(ben, proposal)).rejects.toThrow(`${SECOND} is not done`);
  await expect(propose(cleo, account, THIRD)).rejects.toThrow(/waits for its decision/);
});

test('nobody locks alone, nor on another account, nor by what was not read, nor what is locked already', async () => {
  const account = await accountOfTwoDays();
  const elsewhere = await person('dan', ['operator', 'approver'], ['paypal/eu']);
  const proposal = await propose(cleo, account, SECOND);
  await expect(decideProposal(cleo, proposal)).rejects.toThrow(/is your own: another person has to decide it/);
  await expect(decideProposal(elsewhere, proposal)).rejects.toThrow(/may not act on account/);
  await expect(propose(elsewhere, account, SECOND)).rejects.toThrow(/may not act on account/);
  await expect(ben.call('decide_proposal($1, $2, true, $3)', proposal, '0'.repeat(64), 'x')).rejects.toThrow(
    /is not the one that you were shown/,
  );
  await expect(propose(ben, account, SECOND)).rejects.toThrow(/permission denied/);
  const worker = new Client({ connectionString: started().database.workerUrl });
  await worker.connect();
  await expect(worker.query(`select decide_proposal(${proposal}, 'x', true, 'x')`)).rejects.toThrow(
    /permission denied/,
  );
  await worker.end();
  await decideProposal(ben, proposal);
  await expect(propose(ann, account, SECOND)).rejects.toThrow(/is locked through 2026-01-31 already/);
  await expect(propose(ann, account, '2026-01-29')).rejects.toThrow(/begins on 2026-01-30/);
});
