// What becomes of a row while days pass: carried forward, found late, and one discrepancy from its first day to its last.
import { expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import type { EngineAccount } from '../engine-for-tests.ts';
import { dayOf, internal, LONG_AFTER, processor, runOf, situationsForTests } from './situations-for-tests.ts';

const { newAccount, expectStanding, standings, started } = situationsForTests();

const discrepancyRow = z.object({
  id: z.bigint(),
  anchor: z.string(),
  verdict: z.string(),
  state: z.string(),
  closed_by: z.string().nullable(),
});

function discrepancies(account: EngineAccount) {
  return started().engine.database.any(sql.type(discrepancyRow)`
    select discrepancy_id as id, anchor_side || ' ' || anchor_external_id as anchor, verdict, state, closed_by
    from discrepancies where account = ${account.account} order by discrepancy_id`);
}

function events(account: EngineAccount) {
  return started().engine.database.anyFirst(sql.type(z.object({ said: z.string() }))`
    select e.decision_seq || ': ' || e.event || ' ' || e.verdict || coalesce(' (' || e.detail || ')', '') as said
    from discrepancy_events e join discrepancies d using (discrepancy_id)
    where d.account = ${account.account} order by e.event_id`);
}

const runRow = z.object({
  outcome: z.string(),
  missing: z.number(),
  amount: z.string(),
  carried: z.number(),
  carried_amount: z.string(),
});

function runNumbers(runId: string) {
  return started().engine.database.one(sql.type(runRow)`
    select outcome, missing_transaction_count as missing, total_discrepancy_amount::text as amount,
           carried_count as carried, carried_amount::text as carried_amount
    from reconciliation_runs where run_id = ${BigInt(runId)}`);
}

test("a payment just before midnight in the account's zone belongs to that day, and to it alone (2)", async () => {
  const account = newAccount({ zone: 'America/New_York' });
  const late = { at: '2026-02-01T04:30:00Z' };
  const rows = [
    processor('ch_1', 'payment 9.00 USD', late),
    internal('o_1', 'payment 9.00 USD', { names: 'ch_1', ...late }),
  ];
  await runOf(account, rows, { date: '2026-01-31' });
  await expectStanding(account, [
    ['processor ch_1', 'matched'],
    ['internal o_1', 'matched'],
  ]);
  const next = await runOf(account, rows, { date: '2026-02-01' });
  expect([next.outcome, await discrepancies(account)]).toEqual(['clean', []]);
});

test('a record that is written two minutes after the cut is pending, and matched late the next day (16)', async () => {
  const account = newAccount();
  const charge = processor('ch_1', 'payment 9.00 USD', { at: '2026-01-31T23:59:00Z' });
  const record = internal('o_1', 'payment 9.00 USD', { at: '2026-02-01T00:01:00Z', names: 'ch_1' });
  await runOf(account, [charge, record]);
  await expectStanding(account, [
    [charge, 'pending_timing'],
    [record, 'not introduced'],
  ]);
  await runOf(account, [], { date: '2026-02-01' });
  await expectStanding(account, [
    [charge, 'matched_late'],
    [record, 'matched_late'],
  ]);
});

test('one discrepancy lives from pending over missing to matched late, and closes with its evidence', async () => {
  const account = newAccount();
  const charge = processor('ch_1', 'payment 9.00 USD', { at: '2026-01-31T23:30:00Z' });
  const days = [];
  days.push(await runOf(account, [charge], { date: '2026-01-31', asOf: '2026-02-01T00:00:00Z' }));
  days.push(await runOf(account, [], { date: '2026-02-01', asOf: '2026-02-02T00:00:00Z' }));
  const record = internal('o_1', 'payment 9.00 USD', { names: 'ch_1', at: '2026-01-31T23:31:00Z' });
  days.push(await runOf(account, [record], { date: '2026-02-02', asOf: '2026-02-03T00:00:00Z' }));
  expect(days.map((day) => day.outcome)).toEqual(['clean', 'differences', 'clean']);
  expect(await discrepancies(account)).toMatchObject([
    { anchor: 'processor ch_1', verdict: 'matched_late', state: 'closed', closed_by: 'matched_late' },
  ]);
  expect(await events(account)).toEqual([
    '1: opened pending_timing (was new)',
    '2: verdict_changed missing_internal (was pending_timing)',
    '3: closed matched_late (matched_late: processor_id)',
  ]);
});

test("what a day leaves open is carried beside the next day's numbers, never inside them", async () => {
  const account = newAccount();
  const first = await runOf(account, [processor('ch_1', 'payment 100.00 USD')], { asOf: LONG_AFTER });
  const second = await runOf(account, [internal('o_2', 'payment 7.00 USD', { at: '2026-02-01T08:00:00Z' })], {
    date: '2026-02-01',
  });
  const third = await runOf(account, [], { date: '2026-02-02' });
  expect([await runNumbers(first.runId), await runNumbers(second.runId), await runNumbers(third.runId)]).toEqual([
    { outcome: 'differences', missing: 1, amount: '100.00', carried: 0, carried_amount: '0.00' },
    { outcome: 'differences', missing: 1, amount: '7.00', carried: 1, carried_amount: '100.00' },
    { outcome: 'clean', missing: 0, amount: '0.00', carried: 2, carried_amount: '107.00' },
  ]);
});

test("a row that comes late counts for the run that introduces it; the day's old result stays as it was (18)", async () => {
  const account = newAccount();
  const charge = processor('ch_1', 'payment 100.00 USD');
  const first = await runOf(account, [charge], { asOf: LONG_AFTER });
  const before = await canonicalResult(first.runId);
  const stray = processor('ch_0', 'payment 5.00 USD', { at: '2026-01-20T10:00:00Z' });
  const second = await runOf(account, [internal('o_1', 'payment 100.00 USD', { names: 'ch_1' }), stray], {
    date: '2026-02-01',
  });
  await expectStanding(account, [
    [charge, 'matched_late'],
    ['internal o_1', 'matched_late'],
    [stray, 'missing_internal'],
  ]);
  expect(await canonicalResult(first.runId)).toBe(before);
  expect(await runNumbers(second.runId)).toMatchObject({
    outcome: 'differences',
    missing: 1,
    amount: '5.00',
    carried: 0,
  });
});

test('pending becomes settled: the pair waits as one discrepancy and is then matched late (36)', async () => {
  const account = newAccount();
  const record = internal('o_1', 'refund -50.00 USD', { names: 're_1' });
  await runOf(account, [processor('re_1', 'refund -50.00 USD', { status: 'pending' }), record], {
    asOf: '2026-02-01T00:00:00Z',
  });
  await expectStanding(account, [
    ['processor re_1', 'pending_timing'],
    [record, 'pending_timing'],
  ]);
  expect((await standings(account)).get('processor re_1')?.partner).toBe('o_1');
  await runOf(account, [processor('re_1', 'refund -50.00 USD', { status: 'settled' })], {
    date: '2026-02-01',
    asOf: '2026-02-02T00:00:00Z',
  });
  await expectStanding(account, [
    ['processor re_1', 'matched_late'],
    [record, 'matched_late'],
  ]);
  expect(await discrepancies(account)).toMatchObject([
    { anchor: 'processor re_1', state: 'closed', closed_by: 'matched_late' },
  ]);
});

test('two missing rows that turn out to be one pair become one discrepancy: the older one', async () => {
  const account = newAccount();
  const record = internal('o_1', 'payment 90.00 USD', { order: 'A' });
  await runOf(account, [record], { asOf: LONG_AFTER });
  const charge = processor('ch_1', 'payment 100.00 USD', { at: '2026-02-01T08:00:00Z' });
  await runOf(account, [charge], { date: '2026-02-01', asOf: LONG_AFTER });
  await expectStanding(account, [
    [record, 'missing_processor'],
    [charge, 'missing_internal'],
  ]);
  await runOf(account, [processor('ch_1', 'payment 100.00 USD', { order: 'A', at: '2026-02-01T08:00:00Z' })], {
    date: '2026-02-02',
    asOf: LONG_AFTER,
  });
  await expectStanding(account, [
    [record, 'amount_mismatch'],
    [charge, 'amount_mismatch'],
  ]);
  expect(await discrepancies(account)).toMatchObject([
    { anchor: 'internal o_1', verdict: 'amount_mismatch', state: 'open' },
    { anchor: 'processor ch_1', state: 'closed', closed_by: 'superseded' },
  ]);
});

test('a row delivered twice is one row (12), and an id means something only inside its account (13)', async () => {
  const [stripe, square] = [newAccount({ account: 'stripe/us' }), newAccount({ account: 'square/us' })];
  const charge = processor('123', 'payment 100.00 USD');
  const record = internal('o_1', 'payment 100.00 USD', { names: '123' });
  await runOf(stripe, [charge], { asOf: LONG_AFTER });
  await runOf(square, [record], { asOf: LONG_AFTER });
  await expectStanding(stripe, [[charge, 'missing_internal']]);
  await expectStanding(square, [[record, 'missing_processor']]);
  await runOf(stripe, [charge, record, processor('124', 'payment 1.00 USD')], { date: '2026-02-01', asOf: LONG_AFTER });
  await expectStanding(stripe, [
    [charge, 'matched_late'],
    [record, 'matched_late'],
    ['processor 124', 'missing_internal'],
  ]);
  const copies = sql.type(z.object({ count: z.bigint() }))`
    select count(*) from processor_transactions where external_id = '123'`;
  expect(await started().engine.database.oneFirst(copies)).toBe(1n);
});

test('a surplus of a live match is a duplicate and leaves the match alone, unless its key is the stronger one', async () => {
  const account = newAccount();
  const pairs = ['A', 'B', 'C'].flatMap((order) => [
    processor(`ch_${order}`, 'payment 10.00 USD', { order }),
    internal(`o_${order}`, 'payment 10.00 USD', { order }),
  ]);
  const presented = { presented: '10.00 EUR', order: 'D' };
  pairs.push(processor('ch_D', 'payment 11.00 USD', presented), internal('o_D', 'payment 10.00 EUR', { order: 'D' }));
  await runOf(account, pairs, { asOf: LONG_AFTER });
  const at = '2026-02-01T08:00:00Z';
  const surplus = [
    processor('again_A', 'payment 10.00 USD', { order: 'A', at }),
    internal('again_B', 'payment 10.00 USD', { order: 'B', at }),
    internal('again_C', 'payment 10.00 USD', { names: 'ch_C', at }),
    processor('again_D', 'payment 11.50 USD', { ...presented, at }),
  ];
  await runOf(account, surplus, { date: '2026-02-01', asOf: LONG_AFTER });
  await expectStanding(account, [
    ...pairs.filter((row) => !row.key.endsWith('_C')).map((row) => [row, 'matched'] as const),
    ['processor again_A', 'duplicate_processor'],
    ['internal again_B', 'duplicate_internal'],
    ['processor again_D', 'duplicate_processor'],
    // Our new record names the charge; the one that only shared its order number is the surplus.
    ['processor ch_C', 'matched_late'],
    ['internal again_C', 'matched_late'],
    ['internal o_C', 'duplicate_internal'],
  ]);
});

test('a row that cannot belong to the live group of its key is simply missing', async () => {
  const account = newAccount();
  const rows = [
    processor('ch_1', 'payment 10.00 USD', { order: 'A', fee: '1.00' }),
    internal('o_1', 'payment 10.00 USD', { order: 'A', fee: '2.00' }),
  ];
  await runOf(account, rows, { asOf: LONG_AFTER });
  const another = processor('ch_2', 'payment 3.00 USD', { order: 'A', at: '2026-02-01T08:00:00Z' });
  await runOf(account, [another], { date: '2026-02-01', asOf: LONG_AFTER });
  await expectStanding(account, [
    ['processor ch_1', 'fee_mismatch'],
    [another, 'missing_internal'],
  ]);
});

test('a reversal of a live match opens it again, and so does the row that makes its sum exact', async () => {
  const account = newAccount();
  const rows = [
    processor('du_1', 'dispute -100.00 USD', { parent: 'ch_1' }),
    internal('o_1', 'dispute -100.00 USD', { names: 'du_1' }),
    processor('ch_2', 'payment 60.00 USD', { order: 'B' }),
    internal('o_2', 'payment 100.00 USD', { order: 'B' }),
  ];
  await runOf(account, rows, { asOf: LONG_AFTER });
  const won = processor('du_2', 'dispute 100.00 USD', { parent: 'ch_1', reverses: true, at: '2026-02-01T08:00:00Z' });
  const rest = processor('ch_3', 'payment 40.00 USD', { order: 'B', at: '2026-02-01T08:00:00Z' });
  await runOf(account, [won, rest], { date: '2026-02-01', asOf: LONG_AFTER });
  await expectStanding(account, [
    [won, 'status_mismatch'],
    ['processor du_1', 'status_mismatch'],
    ['internal o_1', 'status_mismatch'],
    [rest, 'matched_late'],
    ['processor ch_2', 'matched_late'],
    ['internal o_2', 'matched_late'],
  ]);
});

test('the same file for two days gives each its own rows, and nothing twice', async () => {
  const account = newAccount();
  const next = { at: '2026-02-01T08:00:00Z' };
  const rows = [
    processor('ch_1', 'payment 1.00 USD'),
    internal('o_1', 'payment 1.00 USD', { names: 'ch_1' }),
    processor('ch_2', 'payment 2.00 USD', next),
    internal('o_2', 'payment 2.00 USD', { names: 'ch_2', ...next }),
  ];
  await account.runDay(dayOf(rows));
  expect(Object.keys(await account.verdicts()).sort()).toEqual(['internal o_1', 'processor ch_1']);
  await account.runDay(dayOf(rows, { date: '2026-02-01' }));
  expect(new Set(Object.values(await account.verdicts()))).toEqual(new Set(['matched']));
});

async function canonicalResult(runId: string): Promise<string> {
  return started().engine.database.oneFirst(sql.type(z.object({ canonical_result: z.string() }))`
    select canonical_result from reconciliation_runs where run_id = ${BigInt(runId)}`);
}
