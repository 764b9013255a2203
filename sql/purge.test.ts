// What a purge must not take with it, and who else may be at work while it removes months: on real rows, with two people.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { type Engine, type EngineAccount, startEngine } from '../activities/engine-for-tests.ts';
import { replayRun } from '../activities/reconcile/replay-run.ts';
import { internal, processor, recordsOf, type SituationRow } from '../activities/reconcile/situations-for-tests.ts';
import { type Person, personsForTests } from '../client/discrepancies/persons-for-tests.ts';
import { parseBusinessDate } from '../domain/business-date.ts';
import { pollUntil } from '../local/poll-until.ts';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';
import { whereFound } from './where-found-for-tests.ts';

let folder = '';
let cluster: TestDatabase;
let engine: Engine;
let ann: Person;
let ben: Person;
let root: Client;
const people = personsForTests(() => cluster.url);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-purge-'));
  cluster = await freshDatabase();
  engine = await startEngine({ databaseUrl: cluster.url, folder });
  [ann, ben] = [await people.person('ann', ['operator']), await people.person('ben', ['approver'])];
});
afterAll(async () => {
  await engine?.stop();
  await cluster?.drop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  root = new Client({ connectionString: cluster.url });
  await root.connect();
});
afterEach(() => root.end());

let accounts = 0;
/** Each test has an account and a year of its own, so that none keeps a month of another. */
function account(): EngineAccount {
  accounts += 1;
  return engine.accountOf(`test/purge${accounts}`, { startDate: parseBusinessDate('2010-01-01') });
}

function dayOf(of: EngineAccount, date: string, rows: readonly SituationRow[]) {
  return of.runDay({ date, processor: recordsOf('processor', rows), internal: recordsOf('internal', rows) });
}

/** As if every run had its package: what is in it is not looked at here. */
async function seal(): Promise<void> {
  await root.query(`
    insert into evidence (run_id, manifest_sha256, location)
    select run_id, repeat('0', 64), 'elsewhere' from reconciliation_runs where status <> 'running' on conflict do nothing`);
}

async function stays(month: string, before: string): Promise<string | null> {
  await seal();
  const { rows } = await ann.client.query('select month::text, stays from purge_plan($1)', [before]);
  return rows.find((row) => row.month === `${month}-01`)?.stays;
}

interface Proposed {
  readonly id: string;
  readonly sha256: string;
}

async function propose(before: string): Promise<Proposed> {
  await seal();
  const id = await ann.call('propose_purge($1, $2)', before, 'older than is kept');
  const { rows } = await ann.client.query('select sha256 from purges where purge_id = $1', [id]);
  return { id, sha256: rows[0].sha256 };
}

/** The words of the refusal; null where it was carried out. */
async function approve({ id, sha256 }: Proposed): Promise<string | null> {
  try {
    await ben.call('decide_purge($1, $2, true, $3)::text', id, sha256, 'packages checked');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const waits = () =>
  pollUntil({
    what: 'the purge to wait for somebody',
    timeoutMs: 20_000,
    intervalMs: 20,
    check: async () => {
      const { rows } = await root.query(
        `select 1 from pg_stat_activity where usename = $1 and wait_event_type = 'Lock'`,
        [ben.login],
      );
      return rows[0];
    },
  });

const payment = (id: string, at: string) => processor(id, 'payment 10.00 USD', { order: id, at });
const record = (id: string, at: string) => internal(`o_${id}`, 'payment 10.00 USD', { order: id, at });
const pair = (id: string, at: string) => [payment(id, at), record(id, at)];

test('a month stays while an open row of another month names a row of it', async () => {
  const of = account();
  const [january, april] = ['2020-01-31T10:00:00Z', '2020-04-01T10:00:00Z'];
  await dayOf(of, '2020-01-31', [
    processor('ch_1', 'payment 10.00 USD', { at: january }),
    internal('o_1', 'payment 10.00 USD', { names: 'ch_1', at: january }),
  ]);
  await dayOf(of, '2020-04-01', [internal('o_2', 'payment 10.00 USD', { names: 'ch_1', at: april })]);
  expect((await of.verdicts())['internal o_2']).toBe('duplicate_internal');
  expect(await stays('2020-01', '2020-03-01')).toBe('1 open row(s) of another month name rows of it');
});

test('a month stays while a difference of another month is about a group with a row of it', async () => {
  const of = account();
  const [january, february] = ['2021-01-31T10:00:00Z', '2021-02-01T10:00:00Z'];
  await dayOf(of, '2021-02-01', [
    internal('o_1', 'payment 4.00 USD', { order: 'A', at: january }),
    processor('ch_1', 'payment 10.00 USD', { order: 'A', at: february }),
    internal('o_2', 'payment 5.00 USD', { order: 'A', at: february }),
  ]);
  expect((await of.verdicts())['internal o_1']).toBe('amount_mismatch');
  expect(await stays('2021-01', '2021-03-01')).toBe('1 difference(s) are open');
});

test('a hold that is placed while a purge waits for its turn keeps the rows', async () => {
  const of = account();
  await dayOf(of, '2018-01-10', pair('h1', '2018-01-10T10:00:00Z'));
  const purge = await propose('2018-02-01');
  await ann.client.query('begin');
  await ann.call('place_hold($1, $2)', of.account, 'case 2026-17');
  const decided = approve(purge);
  await waits();
  await ann.client.query('commit');
  expect(await decided).toContain(`2018-01: on hold: ${of.account}`);
  const late = await propose('2018-02-01').catch((error: Error) => error.message);
  expect(late).toContain('no month before 2018-02-01 can be removed');
  const { rows } = await root.query('select hold_id from legal_holds where released_at is null');
  await ben.call('release_hold($1, $2)::text', rows[0].hold_id, 'closed');
});

test('an approver who sees only what was there before cannot remove what was put on hold since', async () => {
  const of = account();
  await dayOf(of, '2017-01-10', pair('i1', '2017-01-10T10:00:00Z'));
  const purge = await propose('2017-02-01');
  await ben.client.query('begin isolation level repeatable read');
  await ben.client.query('select 1 from accounts');
  await ann.call('place_hold($1, $2)', of.account, 'case 2026-18');
  expect(await approve(purge)).toContain('read committed');
  await ben.client.query('rollback');
  const { rows } = await root.query('select hold_id from legal_holds where released_at is null');
  await ben.call('release_hold($1, $2)::text', rows[0].hold_id, 'closed');
  expect(await approve(purge)).toBeNull();
});

test('what is staged into a month while its purge is decided is not lost: the purge is refused', async () => {
  const of = account();
  await dayOf(of, '2016-01-10', pair('j1', '2016-01-10T10:00:00Z'));
  const purge = await propose('2016-02-01');
  // A page of another read, not committed yet.
  await root.query('begin');
  await root.query(`
    insert into processor_transactions select (jsonb_populate_record(t, '{"version": 2, "gross": 900}')).*
    from processor_transactions t where t.home_date = '2016-01-10'`);
  await root.query(`
    insert into batch_totals select (jsonb_populate_record(t, '{"disposition": "version", "introduced_seq": null}')).*
    from batch_totals t where t.home_date = '2016-01-10' and t.side = 'processor'`);
  const decided = approve(purge);
  await waits();
  await root.query('commit');
  expect(await decided).toContain('rows of it have come in at this moment');
  const { rows } = await root.query(`select count(*)::int as count from processor_transactions_201601`);
  expect(rows[0].count).toBe(2);
});

test('nobody waits for the months to go: while their keys are being removed, a day of another account is read and staged', async () => {
  const of = account();
  const old = { order: 'k1', at: '2015-01-10T10:00:00Z' };
  await of.runDay({
    date: '2015-01-10',
    processor: recordsOf('processor', [processor('k1', 'payment 10.00 USD', old)]).map((row) => ({
      ...row,
      references: [{ type: 'bank_reference', value: 'bank_k1' }],
    })),
    internal: recordsOf('internal', [internal('o_k1', 'payment 10.00 USD', old)]),
  });
  const purge = await propose('2015-02-01');
  await root.query('begin');
  const held = await root.query(`select 1 from row_references where value = 'bank_k1' for update`);
  expect(held.rowCount).toBe(1);
  const decided = approve(purge);
  await waits();
  const other = account();
  const day = await other.stageDay({
    date: '2024-01-10',
    processor: recordsOf('processor', [payment('l1', '2024-01-10T10:00:00Z')]),
    internal: recordsOf('internal', [record('l1', '2024-01-10T10:00:00Z')]),
  });
  await root.query('rollback');
  expect(await decided).toBeNull();
  expect(await day.decide()).toMatchObject({ outcome: 'clean' });
});

test('whoever reads for long is not disturbed, and the purge is asked to come again', async () => {
  const of = account();
  await dayOf(of, '2014-01-10', pair('m1', '2014-01-10T10:00:00Z'));
  const purge = await propose('2014-02-01');
  await root.query('begin');
  await root.query('select count(*) from processor_transactions');
  expect(await approve(purge)).toContain('at work on these rows at this moment: try again');
  await root.query('rollback');
  expect(await approve(purge)).toBeNull();
  const again = await approve(purge);
  expect(again).toContain(`was done by ${ben.login} already`);
});

test('an id whose rows were purged is not taken for a new version when it comes with another date', async () => {
  const of = account();
  await dayOf(of, '2013-01-10', pair('n1', '2013-01-10T10:00:00Z'));
  expect(await approve(await propose('2013-02-01'))).toBeNull();
  const corrected = dayOf(of, '2024-02-10', [payment('n1', '2024-02-10T10:00:00Z')]);
  await expect(corrected).rejects.toMatchObject({
    type: 'RowsPurged',
    message: expect.stringContaining('the rows of 2013-01 were purged'),
  });
});

test('a day is not run again where a row of it belongs with one of a purged month, however long before', async () => {
  const of = account();
  const [january, december] = ['2010-01-10T10:00:00Z', '2010-12-10T10:00:00Z'];
  await dayOf(of, '2010-01-10', [processor('ch_s', 'payment 10.00 USD', { at: january })]);
  const december10 = [internal('o_s', 'payment 10.00 USD', { names: 'ch_s', at: december })];
  await dayOf(of, '2010-12-10', december10);
  expect((await of.verdicts())['internal o_s']).toBe('matched_late');
  const other = account();
  await dayOf(other, '2010-12-11', pair('s2', '2010-12-11T10:00:00Z'));
  const hold = await ann.call('place_hold($1, $2)', other.account, 'december stays');
  expect(await approve(await propose('2011-01-01'))).toBeNull();
  await ben.call('release_hold($1, $2)::text', hold, 'closed');
  await expect(dayOf(of, '2010-12-10', december10)).rejects.toThrow(
    `rows of 2010-01 that belong to ${of.account} 2010-12-10 were purged`,
  );
});

test('a run that only compared with rows that are gone cannot be replayed, and is not called changed', async () => {
  const of = account();
  const [january, february] = ['2012-01-31T10:00:00Z', '2012-02-01T10:00:00Z'];
  await dayOf(of, '2012-01-31', [
    processor('ch_r1', 'payment 10.00 USD', { order: 'R', at: january }),
    internal('o_r1', 'payment 10.00 USD', { order: 'R', names: 'ch_r1', at: january }),
  ]);
  const february1 = await dayOf(of, '2012-02-01', [
    processor('ch_r2', 'payment 10.00 USD', { order: 'R', at: february }),
  ]);
  await dayOf(of, '2012-02-02', [
    processor('re_r2', 'payment -10.00 USD', { parent: 'ch_r2', reverses: true, at: '2012-02-02T10:00:00Z' }),
  ]);
  expect((await of.verdicts())['processor ch_r2']).toBe('matched_late');
  expect(await stays('2012-01', '2012-02-01')).toBeNull();
  expect(await approve(await propose('2012-02-01'))).toBeNull();
  expect(await replayRun(engine.database, BigInt(february1.runId))).toMatchObject({
    verdict: 'cannot',
    reasons: [expect.stringContaining('rows of 2012-01')],
  });
});

test('of a month that was purged no reference is left anywhere but the ids', async () => {
  const of = account();
  const at = '2011-01-10T10:00:00Z';
  const rows = recordsOf('processor', [
    processor('gone_id', 'payment 10.00 USD', { order: 'gone_order', fee: '0.00', payout: 'gone_payout', at }),
  ]);
  const paidOut = recordsOf('processor', [processor('gone_payout', 'payout -10.00 USD', { fee: '0.00', at })]);
  await of.runDay({
    date: '2011-01-10',
    processor: [
      ...rows.map((row) => ({
        ...row,
        parentId: 'gone_parent',
        references: [{ type: 'bank_reference', value: 'gone_bank' }],
      })),
      ...paidOut,
    ],
    internal: recordsOf('internal', [internal('gone_record', 'payment 10.00 USD', { order: 'gone_order', at })]),
  });
  expect((await whereFound(root, 'gone')).length).toBeGreaterThan(3);
  expect(await stays('2011-01', '2011-02-01')).toBeNull();
  expect(await approve(await propose('2011-02-01'))).toBeNull();
  expect(await whereFound(root, 'gone')).toEqual([
    'payout_groups gone_payout',
    'payout_sums gone_payout',
    'transaction_ids gone_id',
    'transaction_ids gone_payout',
    'transaction_ids gone_record',
  ]);
});
