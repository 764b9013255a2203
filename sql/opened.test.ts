// What the audit chain is told of who opened what, each with a login of their own.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { personsForTests } from '../client/discrepancies/persons-for-tests.ts';
import { pollUntil } from '../local/poll-until.ts';
import { freshDatabase, type TestDatabase } from '../scripts/database-for-tests.ts';

const ACCOUNT = 'test/files';
const WORDS = ['report_opened', 'report_linked', 'evidence_exported'];

// First: their logins go before the database does.
const { login } = personsForTests(() => database.url);
let database: TestDatabase;
let root: Client;
let runs = 0;
beforeAll(async () => {
  database = await freshDatabase();
  root = new Client({ connectionString: database.url });
  await root.connect();
  await root.query(
    `insert into accounts (account, processor_name, zone, reporting_currency, start_date) values ($1, 'test', 'UTC', 'USD', '2026-01-01')`,
    [ACCOUNT],
  );
});
afterAll(async () => {
  await root?.end();
  await database?.drop();
});

interface Made {
  readonly id: string;
  readonly name: string;
}

/** A run of the day that is concluded, with its report and its evidence unless it is said to have none. */
async function newRun(made: { readonly report?: boolean; readonly sealed?: boolean } = {}): Promise<Made> {
  runs += 1;
  const { rows } = await root.query<{ run_id: string }>(
    `insert into reconciliation_runs (account_id, account, processor_name, run_date, run_number, trigger, status, workflow_id,
       temporal_run_id, window_start, window_end, reporting_currency, started_at, finished_at, report_key)
     select account_id, account, processor_name, '2026-01-31', $2::integer, 'manual', 'failed', 'w', $2::integer::text, now(), now(), 'USD', now(), now(), $3
     from accounts where account = $1 returning run_id`,
    [ACCOUNT, runs, made.report === false ? null : 'reports/x'],
  );
  const id = rows[0]?.run_id ?? '';
  if (made.sealed !== false) {
    await root.query(`insert into evidence (run_id, manifest_sha256, location) values ($1, repeat('a', 64), 'x')`, [
      id,
    ]);
  }
  return { id, name: `2026-01-31#${runs}` };
}

const openings = async ({ name }: Made) =>
  (
    await root.query<{ event: string; actor: string; event_key: string; body: string }>(
      `select event, actor, event_key, body from audit_log where chain = $1 and starts_with(event_key, $2) order by seq`,
      [ACCOUNT, `run/${name}/opening/`],
    )
  ).rows;

/** As if it had been told so long ago. */
async function aged(run: Made, seconds: number): Promise<void> {
  await root.query('begin');
  await root.query('alter table audit_log disable trigger user');
  await root.query(
    `update audit_log set event_key = regexp_replace(event_key, '[^/]+$', to_char((at - make_interval(secs => $3)) at time zone 'UTC',
       'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) where chain = $1 and starts_with(event_key, $2)`,
    [ACCOUNT, `run/${run.name}/opening/`, seconds],
  );
  await root.query('alter table audit_log enable always trigger audit_log_stays');
  await root.query('commit');
}

test.each(['operator', 'approver', 'auditor'] as const)(
  'an %s who opens something is told with the login and the run, and nothing else',
  async (role) => {
    const person = await login(role, [role]);
    const run = await newRun();
    for (const word of WORDS) await person.call('note_opening($1, $2)', run.id, word);
    const told = await openings(run);
    expect(told.map(({ event, actor }) => [event, actor])).toEqual(WORDS.map((word) => [word, person.login]));
    expect(JSON.parse(told[0]?.body ?? '').data).toEqual({ event: 'report_opened', run: `${ACCOUNT}/${run.name}` });
  },
);

test('the same again within a minute is the same event, also for somebody who changes how dates are written', async () => {
  const person = await login('ann', ['operator']);
  const run = await newRun();
  const first = await person.call('note_opening($1, $2)', run.id, 'report_opened');
  await person.client.query(`set datestyle = 'German'; set timezone = 'Asia/Tokyo'`);
  expect(await person.call('note_opening($1, $2)', run.id, 'report_opened')).toBe(first);
  await aged(run, 59);
  expect(await person.call('note_opening($1, $2)', run.id, 'report_opened')).toBe(first);
  expect(await openings(run)).toHaveLength(1);
});

test('after a minute it is another event; another person, word or run is one at once', async () => {
  const [ann, ben] = [await login('ann', ['operator']), await login('ben', ['auditor'])];
  const run = await newRun();
  await ann.call('note_opening($1, $2)', run.id, 'report_opened');
  await aged(run, 61);
  await ann.call('note_opening($1, $2)', run.id, 'report_opened');
  await ann.call('note_opening($1, $2)', run.id, 'report_linked');
  await ben.call('note_opening($1, $2)', run.id, 'report_opened');
  await ann.call('note_opening($1, $2)', (await newRun()).id, 'report_opened');
  const told = await openings(run);
  expect(told.map(({ event, actor }) => [event, actor])).toEqual([
    ['report_opened', ann.login],
    ['report_opened', ann.login],
    ['report_linked', ann.login],
    ['report_opened', ben.login],
  ]);
});

test('two at once by the same person are one event: the second waits for the first', async () => {
  const person = await login('ann', ['operator']);
  const other = new Client({ connectionString: person.url });
  await other.connect();
  const { rows } = await other.query<{ pid: number }>('select pg_backend_pid() as pid');
  const run = await newRun();
  await person.client.query('begin');
  const first = await person.call('note_opening($1, $2)', run.id, 'report_opened');
  const second = other.query(`select note_opening($1, 'report_opened') as seq`, [run.id]);
  await pollUntil({
    what: 'the second to wait for the first',
    timeoutMs: 10_000,
    intervalMs: 10,
    check: async () =>
      (await root.query(`select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'`, [rows[0]?.pid]))
        .rowCount === 1 || undefined,
  });
  await person.client.query('commit');
  expect((await second).rows[0]?.seq).toBe(first);
  await other.end();
  expect(await openings(run)).toHaveLength(1);
});

test('what is not there is not told as opened: no such run, no report, no sealed evidence, no such word', async () => {
  const person = await login('ann', ['operator']);
  const bare = await newRun({ report: false, sealed: false });
  const refused = (run: string | null, word: string | null) => person.call('note_opening($1, $2)', run, word);
  await expect(refused('999999', 'report_opened')).rejects.toThrow('there is no run 999999');
  await expect(refused(null, 'report_opened')).rejects.toThrow('there is no run');
  await expect(refused(bare.id, 'report_opened')).rejects.toThrow(`${bare.name} has no report`);
  await expect(refused(bare.id, 'report_linked')).rejects.toThrow(`${bare.name} has no report`);
  await expect(refused(bare.id, 'evidence_exported')).rejects.toThrow(`${bare.name} is not sealed`);
  await expect(refused(bare.id, 'run_completed')).rejects.toThrow('run_completed is none of report_opened');
  await expect(refused(bare.id, null)).rejects.toThrow('is none of');
  expect(await openings(bare)).toEqual([]);
});

test('an administrator, who sees no report, opens none', async () => {
  const gus = await login('gus', ['admin']);
  const run = await newRun();
  await expect(gus.call('note_opening($1, $2)', run.id, 'report_opened')).rejects.toThrow('permission denied');
});

test('who looked before a run was sealed does not change what is sealed', async () => {
  const person = await login('ann', ['operator']);
  const run = await newRun({ sealed: false });
  await root.query('select audit_append($1, $2, $3)', [ACCOUNT, `run/${run.name}/opened`, '{"event":"run_opened"}']);
  const slice = async () => (await root.query('select * from evidence_audit_slice($1)', [run.id])).rows;
  const before = await slice();
  await person.call('note_opening($1, $2)', run.id, 'report_opened');
  expect(await slice()).toEqual(before);
  expect(before.length).toBeGreaterThan(0);
});
