// The hard gate: whatever is lost, doubled or altered between the parser and the commit stops the run with its diagnostics,
// and nothing of the run is kept.
import { afterEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { sql } from 'slonik';
import { z } from 'zod';
import type { EngineAccount, OpenDay } from '../engine-for-tests.ts';
import { dayOf, internal, processor, runOf, situationsForTests } from './situations-for-tests.ts';

const { newAccount, started, expectStanding } = situationsForTests();

const charge = processor('ch_1', 'payment 10.00 USD');
const record = internal('o_1', 'payment 10.00 USD', { names: 'ch_1' });
const stray = processor('ch_2', 'payment 3.00 USD');
const DAY_ONE = dayOf([charge, record, stray], { asOf: '2026-03-31T00:00:00Z' });

async function asSuperuser(statement: string): Promise<void> {
  const client = new Client({ connectionString: started().database.url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const TABLES = ['processor_transactions', 'internal_transactions', 'matches', 'open_items'];

afterEach(async () => {
  for (const table of TABLES) await asSuperuser(`drop trigger if exists fault on ${table}`);
});

/** What a decision writes, counted. */
function written(account: EngineAccount) {
  return started().engine.database.one(sql.type(z.record(z.string(), z.unknown()))`
    select a.decision_seq::int as decision_seq,
      (select count(*)::int from matches where account_id = a.account_id) as matches,
      (select count(*)::int from open_items where account_id = a.account_id) as open_items,
      (select count(*)::int from row_verdicts where account_id = a.account_id) as row_verdicts,
      (select count(*)::int from discrepancies where account_id = a.account_id) as discrepancies,
      (select count(*)::int from batch_totals where account_id = a.account_id and introduced_seq is not null) as introduced,
      (select count(*)::int from reconciliation_run_totals join reconciliation_runs using (run_id) where account_id = a.account_id) as totals,
      (select string_agg(status::text, ', ' order by run_id) from reconciliation_runs where account_id = a.account_id) as runs
    from accounts a where account = ${account.account}`);
}

function diagnostics(run: OpenDay) {
  return started().engine.database.anyFirst(sql.type(z.object({ detail: z.string() }))`
    select detail from data_quality_checks where run_id = ${BigInt(run.runId)} and not passed order by check_id`);
}

/** The run must stop at the gate, say why, and leave everything as it was. */
async function expectRefused(account: EngineAccount, run: OpenDay, reason: string): Promise<void> {
  const before = await written(account);
  await expect(run.decide()).rejects.toMatchObject({ type: 'InvariantViolated', nonRetryable: true });
  expect(await diagnostics(run)).toEqual(expect.arrayContaining([expect.stringContaining(reason)]));
  expect(await written(account)).toEqual(before);
}

test('rows that arrive, match and stay open add up, and the proof is kept', async () => {
  const account = newAccount();
  const run = await account.stageDay(DAY_ONE);
  await run.decide();
  expect(await diagnostics(run)).toEqual([]);
  const terms = sql.type(z.object({ said: z.string() }))`
    select term || ' ' || side || ' ' || count || ' ' || debits || ' ' || credits as said from reconciliation_run_totals
    where run_id = ${BigInt(run.runId)} order by said`;
  expect(await started().engine.database.anyFirst(terms)).toEqual([
    'closed internal 1 0 1000',
    'closed processor 1 0 1000',
    'introduced internal 1 0 1000',
    'introduced processor 2 0 1300',
    'open_after processor 1 0 300',
  ]);
});

test.each([
  [
    'a staged row is deleted',
    `delete from processor_transactions where external_id = 'ch_1'`,
    'the parser counted 2 rows',
  ],
  [
    'an unmatched staged row is deleted',
    `delete from processor_transactions where external_id = 'ch_2'`,
    'the parser counted 2 rows',
  ],
  [
    'a staged amount is altered',
    `update internal_transactions set amount = amount + 1 where external_id = 'o_1'`,
    'the parser counted 1 rows',
  ],
  [
    'a staged row says something else of the same amount',
    `update processor_transactions set content_hash = content_hash + 1 where external_id = 'ch_1'`,
    'the parser counted 2 rows',
  ],
  [
    'a staged row is doubled',
    `insert into processor_transactions select (jsonb_populate_record(t, jsonb_build_object('row_id', nextval('row_ids'), 'external_id', 'ch_9'))).*
     from processor_transactions t where external_id = 'ch_1'`,
    'the parser counted 2 rows',
  ],
  [
    'a row changes its kind',
    `update processor_transactions set kind = 'fee' where external_id = 'ch_2'`,
    'processor activity fee USD',
  ],
  [
    'the manifest is altered',
    `update batch_totals set credits = credits + 1 where side = 'processor'`,
    'the parser counted 2 rows',
  ],
])('%s before the decision: the run stops', async (_what, tamper, reason) => {
  const account = newAccount();
  const run = await account.stageDay(DAY_ONE);
  // Every test has its account; the ids are the same in all of them.
  const mine = `account_id = (select account_id from accounts where account = '${account.account}')`;
  await asSuperuser(`${tamper} and ${mine}`);
  await expectRefused(account, run, reason);
});

test.each([
  ['loses a match', 'matches', 'return null', 'rows of the pool got no verdict or two'],
  ['alters the amount of a match', 'matches', 'new.p_amount := new.p_amount + 1; return new', 'is not open after'],
  [
    'puts a match into another currency',
    'matches',
    `new.i_currency := 'EUR'; return new`,
    'internal activity payment EUR',
  ],
  ['loses an open item', 'open_items', 'return null', 'rows of the pool got no verdict or two'],
  ['alters an open item', 'open_items', 'new.amount := 0; return new', 'is not open after'],
])('an engine that %s is stopped by the gate, and decides once it is repaired', async (_what, table, fault, reason) => {
  const account = newAccount();
  const run = await account.stageDay(DAY_ONE);
  await asSuperuser(`
    create or replace function fault() returns trigger language plpgsql as $$ begin ${fault}; end $$;
    create trigger fault before insert on ${table} for each row execute function fault()`);
  await expectRefused(account, run, reason);
  await asSuperuser(`drop trigger fault on ${table}`);
  await expect(run.decide()).resolves.toMatchObject({ decisionSeq: '1', outcome: 'differences' });
  await expectStanding(account, [
    [charge, 'matched'],
    [record, 'matched'],
    [stray, 'missing_internal'],
  ]);
});

test.each([
  [
    'the row behind an open item is altered',
    `update processor_transactions set gross = gross + 1 where external_id = 'ch_2'`,
  ],
  ['the row behind an open item is deleted', `delete from processor_transactions where external_id = 'ch_2'`],
  ['an open item is altered', `update open_items set amount = amount + 1 where true`],
])('%s between two runs: the next run stops', async (_what, tamper) => {
  const account = newAccount();
  await account.runDay(DAY_ONE);
  const run = await account.stageDay(
    dayOf([internal('o_2', 'payment 3.00 USD', { names: 'ch_2' })], { date: '2026-02-01' }),
  );
  await asSuperuser(
    `${tamper} and account_id = (select account_id from accounts where account = '${account.account}')`,
  );
  await expectRefused(account, run, 'processor activity payment USD');
});

test('a row behind a match is altered: the re-run that opens the match again stops', async () => {
  const account = newAccount();
  await account.runDay(DAY_ONE);
  const run = await account.stageDay(DAY_ONE);
  await asSuperuser(`update internal_transactions set amount = amount + 1 where external_id = 'o_1'
    and account_id = (select account_id from accounts where account = '${account.account}')`);
  await expectRefused(account, run, 'internal activity payment USD');
});

test('a correction is accounted for as the difference between two versions', async () => {
  const account = newAccount();
  await account.runDay(DAY_ONE);
  const run = await runOf(account, [processor('ch_1', 'payment 12.50 USD'), processor('ch_2', 'refund -3.00 USD')], {
    date: '2026-02-01',
  });
  const terms = sql.type(z.object({ said: z.string() }))`
    select term || ' ' || side || ' ' || kind || ' ' || count || ' ' || debits || ' ' || credits as said from reconciliation_run_totals
    where run_id = ${BigInt(run.runId)} order by said`;
  expect(await started().engine.database.anyFirst(terms)).toEqual([
    'closed internal payment 1 0 1000',
    'closed processor payment 1 0 1250',
    'open_after processor refund 1 300 0',
    'open_before processor payment 1 0 300',
    'reopened internal payment 1 0 1000',
    'reopened processor payment 1 0 1000',
    // 12.50 for 10.00, and a payment of 3.00 that turned out to be a refund.
    'version_delta processor payment -1 0 -50',
    'version_delta processor refund 1 300 0',
  ]);
});
