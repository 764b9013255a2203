// A stored decision, decided again from the rows: the same, or what was changed is named.
import { expect, test } from '@jest/globals';
import { Client } from 'pg';
import { sql } from 'slonik';
import { z } from 'zod';
import type { EngineAccount } from '../engine-for-tests.ts';
import { replayRun } from './replay-run.ts';
import { internal, processor, runOf, situationsForTests } from './situations-for-tests.ts';

const { newAccount, started } = situationsForTests();

const AS_OF = { asOf: '2026-02-01T00:00:00Z' };
const NEXT = { date: '2026-02-01', asOf: '2026-03-01T00:00:00Z' };
const ROWS = [
  processor('ch_1', 'payment 10.00 USD', { fee: '0.30', payout: 'po_1' }),
  internal('o_1', 'payment 10.00 USD', { names: 'ch_1' }),
  processor('ch_2', 'payment 20.00 USD', { order: 'B' }),
  internal('o_2', 'payment 20.50 USD', { order: 'B' }),
  processor('ch_3', 'payment 30.00 USD'),
  internal('o_4', 'payment 40.00 USD'),
  processor('po_1', 'payout -9.00 USD', { fee: '0.00' }),
  processor('ch_9', 'payment 90.00 USD', { at: '2026-01-31T23:30:00Z' }),
];
const LATER = [
  internal('o_9', 'payment 90.00 USD', { names: 'ch_9', at: '2026-02-01T00:30:00Z' }),
  internal('o_3', 'payment 30.00 USD', { names: 'ch_3', at: '2026-02-01T01:00:00Z' }),
  processor('ch_2', 'payment 20.50 USD', { order: 'B' }),
  processor('fee_1', 'fee -0.70 USD', { at: '2026-02-01T02:00:00Z', fee: '0.00', payout: 'po_1' }),
];

async function decided(): Promise<{ account: EngineAccount; runs: bigint[] }> {
  const account = newAccount({ payoutsItemised: true });
  await runOf(account, ROWS, AS_OF);
  await runOf(account, LATER, NEXT);
  await runOf(account, ROWS, AS_OF);
  const runs = await started().engine.database.anyFirst(sql.type(z.object({ run_id: z.bigint() }))`
    select run_id from reconciliation_runs where account = ${account.account} order by decision_seq`);
  return { account, runs: [...runs] };
}

/** With the rights of the owner: nobody else could. */
async function tamper(statement: string): Promise<void> {
  const owner = new Client({ connectionString: started().database.url });
  await owner.connect();
  try {
    const { rowCount } = await owner.query(statement);
    expect(rowCount).toBe(1);
  } finally {
    await owner.end();
  }
}

const replayed = async (runId: bigint | undefined) => replayRun(started().engine.database, runId ?? 0n);
const idOf = (id: string, { account }: EngineAccount) =>
  `(select row_id from transaction_ids join accounts using (account_id) where external_id = '${id}' and account = '${account}')`;

test('every run of an account is rebuilt byte for byte, whatever was decided since', async () => {
  const { runs } = await decided();
  expect(runs).toHaveLength(3);
  for (const run of runs)
    expect(await replayed(run)).toMatchObject({ verdict: 'intact', differences: [], reasons: [] });
});

test('a replay leaves nothing behind', async () => {
  const { account, runs } = await decided();
  const before = await account.verdicts();
  await replayed(runs[0]);
  expect(await account.verdicts()).toEqual(before);
  const running = await started().engine.database.oneFirst(sql.type(z.object({ count: z.number() }))`
    select count(*)::int as count from reconciliation_runs where account = ${account.account} and status <> 'completed'`);
  expect(running).toBe(0);
});

test.each([
  [
    'the verdict of a group',
    (account: EngineAccount) =>
      `update matches set verdict = 'matched_tolerance' where p_row_id = ${idOf('ch_1', account)} and level = 'activity' and decided_seq = 1`,
    /^group line of processor ch_1 and internal o_1 at level activity: verdict is matched_tolerance, rebuilt matched$/,
  ],
  [
    'the amount of a group',
    (account: EngineAccount) =>
      `update matches set p_amount = 1100 where p_row_id = ${idOf('ch_1', account)} and level = 'activity' and decided_seq = 1`,
    /^group line of processor ch_1 and internal o_1 at level activity: p_amount is 1100, rebuilt 1000$/,
  ],
  [
    'a verdict of a row',
    (account: EngineAccount) =>
      `update row_verdicts set verdict = 'ignored' where row_id = ${idOf('ch_3', account)} and decision_seq = 1`,
    /^verdict of processor ch_3 at level activity: verdict is ignored, rebuilt (missing_internal|pending_timing)$/,
  ],
  [
    'a verdict that was deleted',
    (account: EngineAccount) => `delete from row_verdicts where row_id = ${idOf('o_4', account)} and decision_seq = 1`,
    /^verdict of internal o_4 at level activity: is missing; rebuilt it is/,
  ],
  [
    'the amount of a stored row',
    (account: EngineAccount) => `update internal_transactions set amount = 1100 where row_id = ${idOf('o_1', account)}`,
    /^internal activity payment USD: the parser counted 3 rows/,
  ],
  [
    'a total',
    (
      account: EngineAccount,
    ) => `update reconciliation_run_totals t set count = count + 1 from reconciliation_runs r where r.run_id = t.run_id and r.account = '${account.account}'
      and r.decision_seq = 1 and t.term = 'introduced' and t.kind = 'payout'`,
    /^total introduced of processor activity payout USD: 2 rows/,
  ],
  [
    'how much of its day it matched',
    (
      account: EngineAccount,
    ) => `update reconciliation_run_population p set matched = 0, matched_late = 0 from reconciliation_runs r
      where r.run_id = p.run_id and r.account = '${account.account}' and r.decision_seq = 1`,
    /^rows of the day: \d+, 0 matched, 0 late, 0 of earlier days stored; \d+, [1-9]\d*, 0, 0 rebuilt$/,
  ],
  [
    'the stored result',
    (
      account: EngineAccount,
    ) => `update reconciliation_runs set canonical_result = replace(canonical_result, '"missing_transaction_count":', '"missing_transaction_count":1')
      where account = '${account.account}' and decision_seq = 1`,
    /^the stored result does not have the stored digest/,
  ],
])('names %s that was changed', async (_what, statement, named) => {
  const { account, runs } = await decided();
  await tamper(statement(account));
  const result = await replayed(runs[0]);
  expect(result.verdict).toBe('differs');
  expect(result.differences).toContainEqual(expect.stringMatching(named));
});

test('a run that has not decided cannot be replayed, and says so', async () => {
  const account = newAccount();
  const { runId } = await account.openDay({ date: '2026-01-31', processor: [], internal: [] });
  expect(await replayed(BigInt(runId))).toMatchObject({
    verdict: 'cannot',
    reasons: ['the run is running: only a completed run has a result'],
  });
});
