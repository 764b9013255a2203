// The commands as a user types them, in the order in which an operator meets them, on a real PostgreSQL and Temporal.
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client, ScheduleOverlapPolicy } from '@temporalio/client';
import { addDays, businessDateAt } from '../domain/business-date.ts';
import { pollUntil } from '../local/poll-until.ts';
import { type CliAnswer, recon, startWorkerProcess } from './cli-processes-for-tests.ts';
// On servers of its own: local/stack.ts.
import { type ClientHouse, openClientHouse } from './client-house-for-tests.ts';

const UTC = 'recon-daily-utc';
const NEW_YORK = 'recon-daily-america-new_york';
// Of the account that the runs are about; New York may be a day behind.
const yesterday = addDays(businessDateAt(Date.now(), 'UTC'), -1);

let house: ClientHouse;

beforeAll(async () => {
  house = await openClientHouse(addDays(yesterday, -2));
  await house.writeRows('processor', [
    processorRow('ch_1', '100.00', 'order-1'),
    processorRow('ch_2', '50.00', 'order-2'),
  ]);
  await house.writeRows('internal', [internalRow('o1', '100.00', 'order-1')]);
}, 120_000);

afterAll(() => house?.close(), 60_000);

const common = { kind: 'payment', currency: 'USD', occurredAt: `${yesterday}T12:00:00Z` };
const processorRow = (id: string, gross: string, merchantReference: string) => ({
  ...common,
  id,
  gross,
  merchantReference,
});
const internalRow = (id: string, amount: string, merchantReference: string) => ({
  ...common,
  id,
  amount,
  merchantReference,
});

function typed(line: string): Promise<CliAnswer> {
  return recon(line.split(' '), house.environment);
}

/** The one object of --json, of a command that ends with this code. */
async function json(line: string, code = 0) {
  const answer = await typed(`${line} --json`);
  expect({ code: answer.code, stderr: answer.code === code ? '' : answer.stderr }).toEqual({ code, stderr: '' });
  return JSON.parse(answer.stdout);
}

test('before setup, every command says that setup is missing', async () => {
  // The worker's role does not exist yet either.
  const { code, stderr } = await recon(['runs', 'list'], { ...house.environment, DATABASE_URL: house.ownerUrl });
  expect(code).toBe(3);
  expect(stderr).toContain('npm run recon -- setup');
});

test('setup with a login that is refused says so, and ends', async () => {
  const refused = new URL(house.ownerUrl);
  refused.username = 'nobody';
  refused.password = '';
  const login = { DATABASE_URL: house.ownerUrl, REFUSED: refused.href };
  const { code, stderr } = await recon(['setup', '--migrate-with', 'REFUSED'], { ...house.environment, ...login });
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('password') });
});

test('setup prepares everything, and a second time changes nothing', async () => {
  // The worker's role does not exist yet: another login makes it.
  const owner = { ...house.environment, OWNER_DATABASE_URL: house.ownerUrl };
  const first = await recon(['setup', '--migrate-with', 'OWNER_DATABASE_URL', '--json'], owner);
  expect(first.code).toBe(0);
  const steps: Array<{ step: string; state: string }> = JSON.parse(first.stdout).steps;
  expect(steps.map(({ step }) => step)).toEqual([
    'database',
    'namespace default',
    'search attributes',
    `schedule ${NEW_YORK}`,
    `schedule ${UTC}`,
    'schedule recon-housekeeping',
  ]);
  expect(new Set(steps.map(({ state }) => state))).toEqual(new Set(['changed']));
  const second = await json('setup');
  expect(second.changed).toBe(false);
  expect(new Set(second.steps.map(({ state }: { state: string }) => state))).toEqual(new Set(['unchanged']));
});

test('setup makes a namespace of its own that keeps closed workflows for a month', async () => {
  const elsewhere = { ...house.environment, TEMPORAL_NAMESPACE: 'recon-test' };
  const { code, stdout } = await recon(['setup'], elsewhere);
  expect(code).toBe(0);
  expect(stdout).toMatch(/changed +namespace recon-test +created: closed workflows are kept 30 days/);
  expect((await recon(['setup'], elsewhere)).stdout).toContain('Everything was right already.');
}, 120_000);

test('a schedule is paused with its reason and resumed, each zone by itself', async () => {
  expect((await typed(`schedule pause --zone UTC --reason upgrade`)).stdout).toMatch(
    /changed +schedule recon-daily-utc +paused: upgrade/,
  );
  expect((await json('schedule pause --zone UTC')).changed).toBe(false);
  const { schedules } = await json('schedule show');
  expect(schedules).toMatchObject([
    { scheduleId: NEW_YORK, state: 'active', accounts: ['stripe/us'], drift: [], nextAt: expect.any(String) },
    { scheduleId: UTC, state: 'paused', note: expect.stringContaining('upgrade') },
  ]);
  // 04:00 there, whatever UTC says.
  expect(new Date(schedules[0].nextAt).toLocaleTimeString('en-GB', { timeZone: 'America/New_York' })).toBe('04:00:00');
  expect((await typed('schedule resume')).stdout).toMatch(
    new RegExp(`unchanged +schedule ${NEW_YORK}[\\s\\S]*changed +schedule ${UTC}`),
  );
});

test('what was changed by hand is shown and corrected, and a pause survives it', async () => {
  const client = new Client({ connection: house.temporal });
  const handle = client.schedule.getHandle(UTC);
  await handle.update((previous) => ({
    ...previous,
    policies: { ...previous.policies, overlap: ScheduleOverlapPolicy.SKIP },
    spec: { cronExpressions: ['0 5 * * *'], timezone: 'UTC' },
  }));
  await handle.pause('by hand');
  const { schedules } = await json('schedule show --zone UTC');
  expect(schedules[0].drift).toEqual(['time: 0 5 * * * → 0 4 * * *', 'overlap: SKIP → BUFFER_ALL']);
  expect((await json('schedule apply')).changed).toBe(true);
  expect((await json('schedule apply')).changed).toBe(false);
  const { state, policies } = await handle.describe();
  expect({ paused: state.paused, note: state.note, overlap: policies.overlap }).toEqual({
    paused: true,
    note: 'by hand',
    overlap: 'BUFFER_ALL',
  });
  await handle.unpause();
});

test('status before the first run: never, all days due, nobody polls', async () => {
  const { accounts, temporal: server } = await json('status');
  expect(accounts[1]).toMatchObject({ account: 'test/files', lastRun: null, waiting: 0 });
  expect(accounts[1].daysDue.slice(0, 3)).toEqual([addDays(yesterday, -2), addDays(yesterday, -1), yesterday]);
  expect(server.workers).toEqual([{ taskQueue: 'recon', isServed: false, workflowPollers: 0, activityPollers: 0 }]);
  const { stdout } = await typed('status');
  expect(stdout).toMatch(/test\/files +never/);
  expect(stdout).toContain('npm run worker starts one');
});

test('doctor says of each thing whether it works, and what to do', async () => {
  const { ok, checks } = await json('doctor', 3);
  const states = Object.fromEntries(checks.map(({ name, state }: { name: string; state: string }) => [name, state]));
  expect(ok).toBe(false);
  expect(states).toEqual({
    codec: 'ok',
    configuration: 'ok',
    database: 'ok',
    'database migrations': 'ok',
    'database role': 'ok',
    temporal: 'ok',
    'namespace default': 'ok',
    'search attributes': 'ok',
    [`schedule ${NEW_YORK}`]: 'ok',
    [`schedule ${UTC}`]: 'ok',
    'workers recon': 'fail',
    'stripe/us processor': 'fail',
    'stripe/us records': 'ok',
    'test/files processor': 'ok',
    'test/files records': 'ok',
    'report store': 'ok',
    mail: 'ok',
  });
  const down = {
    ...house.environment,
    DATABASE_URL: 'postgres://127.0.0.1:1/recon',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    SMTP_URL: 'smtp://127.0.0.1:1',
  };
  const { code, stdout } = await recon(['doctor'], down);
  expect(code).toBe(3);
  expect(stdout).toMatch(/^fail +database +the database at 127\.0\.0\.1:1\/recon cannot be used/m);
  expect(stdout).toMatch(/^fail +temporal +no Temporal server answers at 127\.0\.0\.1:1/m);
  expect(stdout).toMatch(/^fail +mail +the SMTP server at 127\.0\.0\.1:1 cannot be used/m);
  expect(stdout).toMatch(/^ok +test\/files processor/m);
});

test('status shows the database’s half when Temporal is down', async () => {
  const { code, stdout } = await recon(['status'], { ...house.environment, TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(code).toBe(3);
  expect(stdout).toMatch(/test\/files +never[\s\S]*no Temporal server answers/);
});

test('a backfill without a worker can be started, steered and ended', async () => {
  const range = `--from ${addDays(yesterday, -1)} --to ${addDays(yesterday, -1)} --account test/files`;
  expect((await json(`backfill ${range} --no-wait`)).backfills).toMatchObject([{ account: 'test/files', error: null }]);
  // The server's list of workflows lags a little.
  await pollUntil({
    what: 'the backfill to be listed',
    timeoutMs: 20_000,
    intervalMs: 200,
    check: async () => ((await json('backfill progress')).backfills.length === 1 ? true : undefined),
  });
  const again = await json(`backfill ${range} --no-wait`, 3);
  expect(again.backfills[0].error).toContain('is being backfilled already');
  expect((await json('backfill pause')).pause).toHaveLength(1);
  expect((await json('backfill cancel --account test/files')).cancel).toHaveLength(1);
  expect((await typed('backfill pause --account stripe/us')).code).toBe(3);
}, 90_000);

test('with a worker: runs, their rows, their reports, a retry and a backfill', async () => {
  const worker = startWorkerProcess(house.environment);
  try {
    await pollUntil({
      what: 'the worker to poll',
      timeoutMs: 60_000,
      intervalMs: 500,
      check: async () => ((await json('status')).temporal.workers[0].isServed ? true : undefined),
    });
    await runsAndTheirRows();
    await retryOfAFailedRun();
    await backfillOfWhatIsLeft();
  } finally {
    await worker.stop();
  }
}, 240_000);

async function runsAndTheirRows(): Promise<void> {
  const name = `test/files/${yesterday}#1`;
  const run = await typed(`run --account test/files --date ${yesterday}`);
  expect(run.code).toBe(1);
  expect(run.stdout).toMatch(new RegExp(`^${name} +differences +1 +50\\.00 USD`, 'm'));
  expect(run.stderr).toContain(`test/files ${yesterday}  differences`);

  const { runs } = await json('runs list --account test/files');
  expect(runs).toMatchObject([
    {
      run: name,
      outcome: 'differences',
      missingTransactionCount: 1,
      totalDiscrepancyAmount: '50.00',
      trigger: 'manual',
    },
  ]);
  const shown = await json(`runs show test/files/${yesterday}`);
  expect(shown).toMatchObject({ run: name, others: [] });
  expect(shown.verdicts).toContainEqual({
    side: 'processor',
    level: 'activity',
    verdict: 'missing_internal',
    currency: 'USD',
    count: 1,
    amount: '50.00',
  });
  expect((await typed(`runs show ${name}`)).stdout).toMatch(/Missing in your records +1 +50\.00 USD/);
  expect((await typed(`runs show test/files/${yesterday}#9`)).code).toBe(2);

  const { discrepancies } = await json(`discrepancies list --date ${yesterday}`);
  expect(discrepancies).toMatchObject([
    { anchor: { side: 'processor', id: 'ch_2' }, verdict: 'missing_internal', amount: '50.00', state: 'open' },
  ]);
  expect((await json('discrepancies list --state closed')).discrepancies).toEqual([]);
  const one = await typed(`discrepancies show ${discrepancies[0].id}`);
  expect(one.stdout).toMatch(/Find the order and book it[\s\S]*ch_2 +order-2[\s\S]*opened/);
  expect((await typed('discrepancies show 99999')).code).toBe(2);

  const { reports } = await json(`reports open ${name}`);
  expect(await readFile(reports.html, 'utf8')).toContain('<html');
  expect((await typed(`retry ${name}`)).stderr).toContain('there is nothing to retry');
}

async function retryOfAFailedRun(): Promise<void> {
  const date = addDays(businessDateAt(Date.now(), 'America/New_York'), -1);
  const failed = await typed('run --account stripe/us');
  expect(failed.code).toBe(3);
  expect(failed.stdout).toMatch(
    new RegExp(`stripe/us/${date}#1 failed: .*cannot be listed[\\s\\S]*retry stripe/us/${date}#1`),
  );
  await expect(typed(`reports open stripe/us/${date}`)).resolves.toMatchObject({
    code: 3,
    stderr: expect.stringContaining('only a completed run has a report'),
  });

  await house.writeRows('stripe', [processorRow('ch_1', '100.00', 'order-1')]);
  const { code, stdout, stderr } = await recon(['retry', `stripe/us/${date}`, '--json'], house.environment);
  expect(stderr).toContain(`temporal workflow start --address ${house.temporalAddress}`);
  expect(JSON.parse(stdout)).toMatchObject({
    action: 'start',
    runs: [{ run: `stripe/us/${date}#2`, status: 'completed', trigger: 'retry' }],
  });
  expect([0, 1, 4]).toContain(code);
}

async function backfillOfWhatIsLeft(): Promise<void> {
  const range = `--from ${addDays(yesterday, -2)} --to ${yesterday} --account test/files`;
  const left = await json(`backfill ${range}`);
  expect(left.backfills).toMatchObject([
    { done: [addDays(yesterday, -2), addDays(yesterday, -1)], failed: [], skipped: 1 },
  ]);
  const forced = await recon(['backfill', ...range.split(' '), '--force', '--reason', 'a test'], house.environment);
  expect(forced.code).toBe(1);
  expect(forced.stdout).toMatch(/^test\/files +3 +2 +1 +0 +0 +0$/m);
  expect(forced.stderr).toMatch(/test\/files .* 3\/3/);
}
