// How much money an approver may give up: by currency, by account, within 24 hours, however the sum is split.
import { beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import type { EngineAccount } from '../activities/engine-for-tests.ts';
import {
  internal,
  LONG_AFTER,
  processor,
  runOf,
  type SituationRow,
  situationsForTests,
} from '../activities/reconcile/situations-for-tests.ts';
import { type Person, personsForTests, type TestLimit } from '../client/discrepancies/persons-for-tests.ts';
import {
  decideProposal,
  discrepancyOf,
  proposeDecision,
  proposeMatch,
  sha256Of,
  statusOf,
} from './proposals-for-tests.ts';

// First: their logins go before the database does.
const { person, login, asRoot } = personsForTests(() => started().database.url);
const { newAccount, started } = situationsForTests();

const USD_15: TestLimit = { account: '*', currency: 'USD', amount: '1500' };

let ann: Person;
beforeAll(async () => {
  ann = await person('ann', ['operator']);
});

/** Rows of the processor that we have no record of, as `10.00 USD`. */
async function accountMissing(...amounts: string[]): Promise<EngineAccount> {
  return accountWith(amounts.map((amount, at) => processor(`ch_${at + 1}`, `payment ${amount}`)));
}

async function accountWith(rows: readonly SituationRow[]): Promise<EngineAccount> {
  const account = newAccount();
  await runOf(account, rows, { asOf: LONG_AFTER });
  return account;
}

const writeOff = async (account: EngineAccount, id: string) =>
  proposeDecision(ann, 'write_off', await discrepancyOf(ann, account, id));

const approver = (account: EngineAccount, ...limits: TestLimit[]) =>
  person('ben', ['approver'], [account.account], limits);

test('what is above the limit is refused with the amount, the limit and who could decide; up to the limit it is decided', async () => {
  const account = await accountMissing('15.01 USD', '15.00 USD');
  const ben = await approver(account, USD_15);
  const [above, upTo] = [await writeOff(account, 'ch_1'), await writeOff(account, 'ch_2')];
  await expect(decideProposal(ben, above)).rejects.toThrow(
    /gives up 1501 minor USD, and your limit on this account is 1500 minor USD within 24 hours\. Nobody has a limit that reaches: an administrator sets one/,
  );
  const fay = await person('fay', ['operator', 'approver'], [account.account], [{ ...USD_15, amount: '1501' }]);
  await person('gil', ['approver'], ['paypal/eu'], [{ ...USD_15, amount: '1501' }]);
  await expect(decideProposal(ben, above)).rejects.toThrow(new RegExp(`It could be decided by ${fay.login}$`));
  expect(await statusOf(ben, above)).toBe('pending');
  await decideProposal(ben, upTo);
  await decideProposal(fay, above);
  expect([await statusOf(ben, above), await statusOf(ben, upTo)]).toEqual(['approved', 'approved']);
});

test('an approver without a limit gives up nothing, and may still reject, and approve what costs nothing', async () => {
  const account = await accountWith([
    processor('ch_1', 'payment 0.01 USD'),
    processor('ch_2', 'payment 10.00 USD'),
    internal('o_2', 'payment 10.00 USD', { at: '2026-01-27T12:00:00Z' }),
  ]);
  const ben = await approver(account);
  const cent = await writeOff(account, 'ch_1');
  await expect(decideProposal(ben, cent)).rejects.toThrow(/gives up 1 minor USD, and your limit .* is 0 minor USD/);
  await decideProposal(ben, cent, false);
  await decideProposal(ben, await proposeMatch(ann, account, [], ['processor', 'internal'], ['ch_2', 'o_2']));
});

test('a sum that is split over several proposals is one sum for 24 hours, and then no more', async () => {
  const account = await accountMissing('10.00 USD', '5.00 USD', '0.01 USD');
  const ben = await approver(account, USD_15);
  const [ten, five, cent] = [
    await writeOff(account, 'ch_1'),
    await writeOff(account, 'ch_2'),
    await writeOff(account, 'ch_3'),
  ];
  await decideProposal(ben, ten);
  await decideProposal(ben, five);
  await expect(decideProposal(ben, cent)).rejects.toThrow(
    /1500 minor USD within 24 hours, of which you have approved 1500 minor USD/,
  );
  const longAgo = (hours: number) =>
    asRoot((root) =>
      root.query(`update proposals set decided_at = now() - make_interval(hours => $2) where proposal_id = $1`, [
        five,
        hours,
      ]),
    );
  await longAgo(23);
  await expect(decideProposal(ben, cent)).rejects.toThrow(/of which you have approved/);
  await longAgo(25);
  await decideProposal(ben, cent);
});

test('who approves two at the same moment does not get past the limit', async () => {
  const account = await accountMissing('10.00 USD', '10.00 USD');
  const ben = await approver(account, USD_15);
  const again = new Client({ connectionString: ben.url });
  await again.connect();
  const proposals = [await writeOff(account, 'ch_1'), await writeOff(account, 'ch_2')];
  const decide = async (client: Client, proposal = '') =>
    client.query(`select decide_proposal($1, $2, true, 'seen')`, [proposal, await sha256Of(ann, proposal)]);
  const answers = await Promise.allSettled([decide(ben.client, proposals[0]), decide(again, proposals[1])]);
  await again.end();
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(String(answers.find((answer) => answer.status === 'rejected')?.reason)).toMatch(/of which you have approved/);
});

test('each currency has its own limit, nothing is converted, and a limit of the account goes before that of all', async () => {
  const account = await accountMissing('10.00 USD', '10.00 EUR');
  const ben = await approver(account, USD_15, { account: '*', currency: 'EUR', amount: '999' });
  const [dollars, euros] = [await writeOff(account, 'ch_1'), await writeOff(account, 'ch_2')];
  await expect(decideProposal(ben, euros)).rejects.toThrow(/gives up 1000 minor EUR, .* is 999 minor EUR/);
  await decideProposal(ben, dollars);

  const cleo = await approver(
    account,
    { account: '*', currency: 'EUR', amount: '5000' },
    { account: account.account, currency: 'EUR', amount: '0' },
  );
  await expect(decideProposal(cleo, euros)).rejects.toThrow(/is 0 minor EUR/);
});

test('accepting a difference gives it up as a write-off does', async () => {
  const account = await accountWith([
    processor('ch_1', 'payment 10.00 USD', { order: '1' }),
    internal('o_1', 'payment 30.00 USD', { order: '1' }),
  ]);
  const ben = await approver(account, USD_15);
  const proposal = await proposeDecision(ann, 'resolve', await discrepancyOf(ann, account, 'ch_1'));
  await expect(decideProposal(ben, proposal)).rejects.toThrow(/gives up 2000 minor USD/);
});

test('several differences in one proposal count as one sum: of a match, by how much its sides disagree', async () => {
  const account = await accountWith([
    processor('ch_1', 'payment 10.00 USD'),
    processor('ch_2', 'payment 20.00 USD'),
    internal('o_1', 'payment 14.99 USD', { at: '2026-01-27T12:00:00Z' }),
  ]);
  const ben = await approver(account, USD_15);
  const numbers = await Promise.all(['ch_1', 'ch_2', 'o_1'].map((id) => discrepancyOf(ann, account, id)));
  const proposal = await proposeMatch(ann, account, numbers);
  await expect(decideProposal(ben, proposal)).rejects.toThrow(/gives up 1501 minor USD/);
  await decideProposal(ben, proposal, false);
  const less = await proposeMatch(ann, account, numbers.slice(1));
  await decideProposal(ben, less);
});

test.each(['write_off', 'resolve'])(
  'a %s of several differences gives up all of them by currency, whatever their signs',
  async (kind) => {
    const given = ['-700 USD', '800 USD', '5 EUR'].map((money) => {
      const [amount, currency] = money.split(' ');
      return { amount, currency };
    });
    const { rows } = await asRoot((root) =>
      root.query('select currency, amount::text from money_given_up($1, $2) order by 1', [
        kind,
        JSON.stringify({ discrepancies: given, rows: [] }),
      ]),
    );
    expect(rows).toEqual([
      { currency: 'EUR', amount: '5' },
      { currency: 'USD', amount: '1500' },
    ]);
  },
);

test('an administrator changes limits with everything else; only an approver has any, and only where he acts', async () => {
  const gus = await person('gus', ['admin']);
  const hal = await login('hal', ['operator', 'approver']);
  const enter = (roles: string[], limits: readonly TestLimit[]) =>
    gus.call('register_person($1, $2, false, $3, $4)', hal.login, roles, ['stripe/us'], JSON.stringify(limits));
  const limitsOf = async () =>
    (await gus.client.query('select account, amount_max::text from write_off_limits where login = $1', [hal.login]))
      .rows;
  await enter(['approver'], [USD_15]);
  expect(await limitsOf()).toEqual([{ account: '*', amount_max: '1500' }]);
  await expect(enter(['operator'], [USD_15])).rejects.toThrow(/only of an approver/);
  await expect(enter(['approver'], [{ ...USD_15, account: 'paypal/eu' }])).rejects.toThrow(
    /a limit for account paypal\/eu, on which .* may not act/,
  );
  await expect(enter(['approver'], [{ ...USD_15, amount: '-1' }])).rejects.toThrow(/write_off_limits_amount_max_check/);
  expect(await limitsOf()).toEqual([{ account: '*', amount_max: '1500' }]);
  await enter(['approver'], []);
  expect(await limitsOf()).toEqual([]);
  await expect(gus.client.query(`update write_off_limits set amount_max = 1`)).rejects.toThrow(/permission denied/);
});
