// Running a day again: what it may open, what it must leave alone, and that nothing changes where nothing has changed.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { EngineAccount } from '../engine-for-tests.ts';
import {
  DAY,
  dayOf,
  internal,
  LONG_AFTER,
  processor,
  rules,
  runOf,
  situationsForTests,
} from './situations-for-tests.ts';

const { newAccount, expectStanding, started } = situationsForTests();

const AFTER = { asOf: LONG_AFTER };
const NEXT = { date: '2026-02-01', asOf: LONG_AFTER };
const at = '2026-02-01T08:00:00Z';

const runRow = z.object({ number: z.number(), seq: z.bigint(), result: z.string(), input: z.string() });

function runs(account: EngineAccount) {
  return started().engine.database.any(sql.type(runRow)`
    select run_number as number, decision_seq as seq, canonical_result as result, input_digest as input
    from reconciliation_runs where account = ${account.account} order by decision_seq`);
}

function introducedBy(seq: bigint, account: EngineAccount) {
  return started().engine.database.oneFirst(sql.type(z.object({ count: z.bigint() }))`
    select coalesce(sum(t.count), 0)::int8 as count from reconciliation_run_totals t join reconciliation_runs using (run_id)
    where account = ${account.account} and decision_seq = ${seq} and term = 'introduced'`);
}

function events(account: EngineAccount) {
  return started().engine.database.anyFirst(sql.type(z.object({ said: z.string() }))`
    select e.decision_seq || ': ' || e.event || ' ' || e.verdict as said
    from discrepancy_events e join discrepancies d using (discrepancy_id)
    where d.account = ${account.account} order by e.event_id`);
}

/** Who decided the live group of a row. */
function decidedBy(account: EngineAccount, id: string) {
  return started().engine.database.oneFirst(sql.type(z.object({ decided_seq: z.bigint().nullable() }))`
    select decided_seq from row_verdicts_now where account = ${account.account} and external_id = ${id}`);
}

// A day with everything in it: matched, late, missing both ways, mismatch, pending, ignored, unknown, ambiguous, no partner.
const EVERYTHING = [
  processor('ch_1', 'payment 1.00 USD'),
  internal('o_1', 'payment 1.00 USD', { names: 'ch_1' }),
  internal('o_0', 'payment 0.50 USD', { names: 'ch_0' }),
  processor('ch_3', 'payment 3.00 USD'),
  internal('o_4', 'payment 4.00 USD'),
  processor('ch_5', 'payment 5.00 USD', { order: '5' }),
  internal('o_5', 'payment 5.50 USD', { order: '5' }),
  processor('re_6', 'refund -6.00 USD'),
  processor('re_7', 'refund -7.00 USD', { status: 'pending' }),
  internal('o_7', 'refund -7.00 USD', { names: 're_7' }),
  processor('ch_8', 'payment 0.00 USD'),
  processor('ch_9', 'payment 9.00 USD', { status: 'void' }),
  processor('xx_10', 'surprise 10.00 USD'),
  processor('ch_11', 'payment 11.00 USD', { order: '11' }),
  processor('ch_12', 'payment 11.00 USD', { order: '11' }),
  internal('o_11', 'payment 11.00 USD', { order: '11' }),
  processor('po_13', 'payout -13.00 USD'),
];
const EARLIER = [processor('ch_0', 'payment 0.50 USD', { at: '2026-01-30T23:30:00Z' })];
const SHORTLY = { asOf: '2026-02-01T00:00:00Z' };

test('a re-run of an unchanged day says the same byte for byte, introduces nothing and tells nobody', async () => {
  const account = newAccount();
  await runOf(account, EARLIER, { date: '2026-01-30', asOf: '2026-01-31T00:00:00Z' });
  const first = await runOf(account, EVERYTHING, SHORTLY);
  const toldOnce = await events(account);
  const verdicts = await account.verdicts();
  const second = await runOf(account, EVERYTHING, SHORTLY);
  expect(second).toMatchObject({
    runNumber: 2,
    decisionSeq: '3',
    outcome: first.outcome,
    resultDigest: first.resultDigest,
  });
  const [, before, after] = await runs(account);
  expect(after?.result).toBe(before?.result);
  expect(await introducedBy(3n, account)).toBe(0n);
  expect(await events(account)).toEqual(toldOnce);
  expect(await account.verdicts()).toEqual(verdicts);
});

test('the same rows in another order and other pages give the same result and the same pins', async () => {
  const results = [];
  for (const [rows, chunkRows] of [
    [EVERYTHING, 20_000],
    [[...EVERYTHING].reverse(), 3],
  ] as const) {
    // The account's name is part of the result.
    const account = started().engine.accountOf(`test/order-${chunkRows}`);
    await runOf(account, rows, { ...SHORTLY, chunkRows });
    results.push((await runs(account)).map(({ result, input }) => [result.replace(account.account, 'account'), input]));
  }
  expect(results[1]).toEqual(results[0]);
});

test('a re-run of an older day leaves alone what a later day settled', async () => {
  const account = newAccount();
  const charge = processor('ch_1', 'payment 10.00 USD');
  const kept = [processor('ch_2', 'payment 2.00 USD'), internal('o_2', 'payment 2.00 USD', { names: 'ch_2' })];
  await runOf(account, [charge, ...kept], AFTER);
  await runOf(account, [internal('o_1', 'payment 10.00 USD', { names: 'ch_1', at })], NEXT);
  const told = await events(account);
  const again = await runOf(account, [], AFTER);
  expect(again).toMatchObject({ runNumber: 2, decisionSeq: '3', outcome: 'clean' });
  await expectStanding(account, [
    [charge, 'matched_late'],
    ['internal o_1', 'matched_late'],
  ]);
  expect(await Promise.all(['ch_1', 'ch_2'].map((id) => decidedBy(account, id)))).toEqual([2n, 3n]);
  expect(await events(account)).toEqual(told);
});

test('a re-run opens the groups that include its day, and only those', async () => {
  const account = newAccount();
  await runOf(
    account,
    [processor('ch_1', 'payment 1.00 USD'), internal('o_1', 'payment 1.00 USD', { names: 'ch_1' })],
    AFTER,
  );
  await runOf(
    account,
    [processor('ch_2', 'payment 2.00 USD', { at }), internal('o_2', 'payment 2.00 USD', { names: 'ch_2', at })],
    NEXT,
  );
  await runOf(account, [], NEXT);
  expect(await Promise.all(['ch_1', 'ch_2'].map((id) => decidedBy(account, id)))).toEqual([1n, 3n]);
});

test('a re-run decides again under the rules of its own time, and the earlier decision stays on record', async () => {
  const account = newAccount();
  const rows = [processor('ch_1', 'payment 10.00 USD'), internal('o_1', 'payment 10.01 USD', { names: 'ch_1' })];
  await runOf(account, rows, AFTER);
  await expectStanding(account, [['processor ch_1', 'amount_mismatch']]);
  await runOf(account, rows, { ...AFTER, rules: rules({ tolerance: { USD: { absolute: '0.01' } } }) });
  await expectStanding(account, [['processor ch_1', 'matched_tolerance']]);
  expect(await events(account)).toEqual(['1: opened amount_mismatch', '2: closed matched_tolerance']);
  const groups = sql.type(z.object({ said: z.string() }))`
    select verdict || ' ' || decided_seq || '-' || coalesce(released_seq::text, '') as said
    from matches join accounts using (account_id) where account = ${account.account} order by decided_seq`;
  expect(await started().engine.database.anyFirst(groups)).toEqual(['amount_mismatch 1-2', 'matched_tolerance 2-']);
});

test('a row that was delivered after the run is found by the re-run', async () => {
  const account = newAccount();
  const charge = processor('ch_1', 'payment 10.00 USD');
  await runOf(account, [charge], AFTER);
  const again = await runOf(account, [internal('o_1', 'payment 10.00 USD', { names: 'ch_1' })], AFTER);
  await expectStanding(account, [
    [charge, 'matched_late'],
    ['internal o_1', 'matched_late'],
  ]);
  expect(again.outcome).toBe('clean');
});

test('a late row of an older day is introduced by the run that finds it, and not by the older day again', async () => {
  const account = newAccount();
  const late = { at: '2026-01-30T10:00:00Z' };
  await runOf(account, [processor('ch_1', 'payment 1.00 USD', late)], { date: '2026-01-30', asOf: LONG_AFTER });
  const pair = [
    processor('ch_2', 'payment 2.00 USD', late),
    internal('o_2', 'payment 2.00 USD', { names: 'ch_2', ...late }),
  ];
  await runOf(account, pair, AFTER);
  expect(await decidedBy(account, 'ch_2')).toBe(2n);
  await runOf(account, [], { date: '2026-01-30', asOf: LONG_AFTER });
  expect([await introducedBy(2n, account), await introducedBy(3n, account)]).toEqual([2n, 0n]);
  // Decided by a run of a later date: the older day does not take it back.
  expect(await decidedBy(account, 'ch_2')).toBe(2n);
});

test('a run that is repeated at once, by another execution, is one result with the next number (44)', async () => {
  const account = newAccount();
  const day = dayOf([processor('ch_1', 'payment 1.00 USD'), internal('o_1', 'payment 1.00 USD', { names: 'ch_1' })], {
    date: DAY,
  });
  const first = await account.runDay(day);
  const second = await account.runDay(day);
  expect([first.runNumber, second.runNumber, second.resultDigest]).toEqual([1, 2, first.resultDigest]);
});
