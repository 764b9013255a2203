// When differences have to be done, and whom it is told to when they are not.
import { beforeAll, expect, test } from '@jest/globals';
import type { EngineAccount, EngineDay } from '../activities/engine-for-tests.ts';
import { MISSING } from '../activities/reconcile/people-for-tests.ts';
import {
  DAY,
  LONG_AFTER,
  processor,
  runOf,
  type SituationRow,
  situationsForTests,
} from '../activities/reconcile/situations-for-tests.ts';
import { type Person, personsForTests } from '../client/discrepancies/persons-for-tests.ts';
import { decideProposal as decide, discrepancyOf, proposeDecision as propose } from './proposals-for-tests.ts';

// First: their logins go before the database does.
const { person, asRoot } = personsForTests(() => started().database.url);
const { newAccount, started } = situationsForTests();

const AFTER = { asOf: LONG_AFTER };

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

test('an account that is being decided is not waited for: its escalations come with the next sweep', async () => {
  const account = await accountWith(MISSING);
  const other = await accountWith(MISSING);
  const escalated = () =>
    asRoot(async (root) => {
      await root.query('set role recon_worker');
      const { rows } = await root.query('select account from escalate_overdue(now(), 1000) where account = any($1)', [
        [account.account, other.account],
      ]);
      return [...new Set(rows.map((row) => row.account))];
    });
  await asRoot((root) =>
    root.query(
      `update discrepancies set due_from = now() - interval '15 days', severity = 'low' where account = any($1)`,
      [[account.account, other.account]],
    ),
  );
  await asRoot(async (root) => {
    await root.query('begin');
    await root.query('select from accounts where account = $1 for no key update', [account.account]);
    expect(await escalated()).toEqual([other.account]);
    await root.query('rollback');
  });
  expect(await escalated()).toEqual([account.account]);
});

test('what merely waits for the other side has no due day; when it turns out to be missing, its days count from then', async () => {
  const late = processor('ch_1', 'payment 10.00 USD', { at: `${DAY}T23:30:00Z` });
  const account = await accountWith([late], { asOf: '2026-02-01T00:30:00Z' });
  const number = await numberOf(account, 'ch_1');
  const read = () =>
    asRoot(async (root) => {
      const { rows } = await root.query(
        `select verdict, due_at is null as none, due_from > first_seen_at as later from discrepancies where discrepancy_id = $1`,
        [number],
      );
      return rows[0];
    });
  expect(await read()).toEqual({ verdict: 'pending_timing', none: true, later: false });
  await runOf(account, [], AFTER);
  expect(await read()).toEqual({ verdict: 'missing_internal', none: false, later: true });
});

test('the day a difference is due goes with its severity, and there is none where nothing is left to do', async () => {
  const account = await accountWith(MISSING);
  const number = await numberOf(account, 'ch_1');
  const days = () =>
    asRoot(async (root) => {
      const { rows } = await root.query(
        `select extract(day from due_at - due_from)::int as days from discrepancies where discrepancy_id = $1`,
        [number],
      );
      return rows[0].days;
    });
  const judge = (severity: string) =>
    asRoot((root) =>
      root.query(`update discrepancies set severity = $2 where discrepancy_id = $1`, [number, severity]),
    );
  await judge('critical');
  expect(await days()).toBe(1);
  await judge('low');
  expect(await days()).toBe(10);
  await decide(ben, await propose(ann, 'write_off', number));
  expect(await days()).toBe(10);
  await runOf(account, [], AFTER);
  expect(await days()).toBeNull();
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
    `select state, assignee, due_at > now() as afresh from discrepancies where discrepancy_id = $1`,
    [number],
  );
  expect(rows).toEqual([{ state: 'open', assignee: null, afresh: true }]);
});
