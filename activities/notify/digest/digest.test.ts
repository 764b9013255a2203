// What a zone's digest says, and to whom: from runs that really decided to a real mailbox.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DatabasePool, sql } from 'slonik';
import { parseBusinessDate } from '../../../domain/business-date.ts';
import { type Mailbox, startMailbox } from '../../../local/mailbox.ts';
import { freshDatabase, type TestDatabase } from '../../../scripts/database-for-tests.ts';
import { createDatabase } from '../../../sql/database.ts';
import { type Engine, startEngine } from '../../engine-for-tests.ts';
import { DeliveryDeferred } from '../../errors.ts';
import { createFolderStore } from '../../report/folder-store.ts';
import type { MailTransport } from '../mail-transport.ts';
import { createSmtpTransport } from '../smtp-transport.ts';
import { composeDigest } from './compose-digest.ts';
import type { AccountStanding } from './read-zone-standing.ts';
import { type DigestAccount, type DigestDeps, sendDigest } from './send-digest.ts';

const DAY = '2026-01-31';
const TICK = '2026-02-01T04:00:00.000Z';

let folder: string;
let testDatabase: TestDatabase;
let engine: Engine;
let database: DatabasePool;
let mailbox: Mailbox;
let transport: MailTransport;
let deps: DigestDeps;

const accountOf = (account: string, zone = 'UTC'): DigestAccount => ({
  account,
  zone,
  startDate: parseBusinessDate('2026-01-31'),
  reportingCurrency: 'USD',
});
const row = (id: string, more: object) => ({
  ...{ id, kind: 'payment', currency: 'USD', occurredAt: `${DAY}T10:00:00Z` },
  ...more,
});
const AS_OF = '2026-02-20T00:00:00Z';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-digest-test-'));
  testDatabase = await freshDatabase();
  engine = await startEngine({ databaseUrl: testDatabase.url, folder: join(folder, 'files') });
  database = await createDatabase({
    url: testDatabase.workerUrl,
    poolSizeMax: 3,
    applicationName: 'recon digest test',
  });
  mailbox = await startMailbox({ dir: join(folder, 'mails') });
  transport = createSmtpTransport({ url: mailbox.url });
  deps = {
    ...{
      database,
      transport,
      store: createFolderStore(join(folder, 'reports')),
      clock: Date.now,
      from: 'recon@example.com',
    },
    accounts: ['test/clean', 'test/bad', 'test/never'].map((account) => accountOf(account)),
    routes: [
      { to: ['ops@example.com'], from: 'low', digest: true },
      { to: ['head@example.com'], from: 'critical', digest: 'only' },
      { to: ['lead@example.com'], from: 'low' },
    ],
  };
  await engine.accountOf('test/clean').runDay({
    ...{ date: DAY, asOf: AS_OF },
    processor: [row('ch_1', { gross: '5.00' })],
    internal: [row('ord_1', { amount: '5.00', processorReference: 'ch_1' })],
  });
  await engine.accountOf('test/bad').runDay({
    ...{ date: DAY, asOf: AS_OF },
    processor: [row('ch_2', { gross: '2500.00' })],
    internal: [row('ord_2', { amount: '10.00' })],
  });
});
afterAll(async () => {
  await transport?.close();
  await mailbox?.stop();
  await database?.end();
  await engine?.stop();
  await testDatabase?.drop();
  await rm(folder, { recursive: true, force: true });
});

async function mailsOf(work: () => Promise<unknown>) {
  const before = (await mailbox.mails()).length;
  await work();
  return (await mailbox.mails()).slice(before);
}

test('the digest says how bad, how much, who is waited for and what now, and names no row', async () => {
  const mails = await mailsOf(() => sendDigest(deps, { zone: 'UTC', nominalTime: TICK, part: 'digest' }));
  // Only those who take it.
  expect(mails.flatMap(({ to }) => [to].flat().map((one) => one?.text))).toEqual([
    'ops@example.com',
    'head@example.com',
  ]);
  const [mail] = mails;
  expect(mail?.subject).toBe(
    '[high] UTC 2026-01-31: 1 differs, 2,510.00 USD at risk; 1 still waiting; 1 of 3 accounts agrees',
  );
  expect(mail?.text?.split('\n')[0]).toBe(
    'High: UTC, 31 January 2026. 1 differs, 2,510.00 USD at risk; 1 still waiting; 1 of 3 accounts agrees. ' +
      'Start with test/bad. test/never is waited for: a supplement follows.',
  );
  expect(mail?.text).toMatch(/test\/bad +2 differences open, 2,510.00 USD at risk, 2 missing, worst high/);
  for (const id of ['ch_1', 'ch_2', 'ord_1', 'ord_2']) expect(`${mail?.text}${mail?.html}`).not.toContain(id);
});

test('asked again, as after a crash, it is told once', async () => {
  const again = () => sendDigest(deps, { zone: 'UTC', nominalTime: TICK, part: 'digest' });
  expect(await mailsOf(again)).toEqual([]);
});

test('while nobody can be reached it waits in the outbox and says so', async () => {
  const nobody = { ...deps, transport: createSmtpTransport({ url: 'smtp://127.0.0.1:1' }) };
  const supplement = { zone: 'UTC', nominalTime: TICK, part: 'supplement' } as const;
  await expect(sendDigest(nobody, supplement)).rejects.toThrow(DeliveryDeferred);
  const [mail] = await mailsOf(() => sendDigest(deps, supplement));
  expect(mail?.subject).toMatch(/^\[supplement\] UTC/);
  expect(mail?.text).toContain('Ask why test/never does not deliver; the day stays due.');
});

test('where everything of the zone is done and clean, it is the all clear', async () => {
  const clear = { ...deps, accounts: [accountOf('test/clean', 'Etc/UTC')] };
  const [mail] = await mailsOf(() => sendDigest(clear, { zone: 'Etc/UTC', nominalTime: TICK, part: 'digest' }));
  expect(mail?.subject).toBe('[all clear] Etc/UTC 2026-01-31: 1 of 1 account agrees');
  expect(mail?.text?.split('\n')[0]).toContain('Nothing to do.');
});

test('an earlier day that is due takes the all clear away', async () => {
  await database.query(sql.unsafe`
    insert into expected_runs (account_id, business_date, due_at)
    select account_id, '2026-01-30', now() from accounts where account = 'test/clean'`);
  const due = { ...deps, accounts: [accountOf('test/clean', 'Etc/UCT')] };
  const [mail] = await mailsOf(() => sendDigest(due, { zone: 'Etc/UCT', nominalTime: TICK, part: 'digest' }));
  expect(mail?.subject).toBe('[low] Etc/UCT 2026-01-31: 1 earlier day due; 1 of 1 account agrees');
});

const standing = (account: string, more: Partial<AccountStanding>): AccountStanding => ({
  ...{ account, currency: 'USD', status: 'completed', outcome: 'clean', missingCount: 0, openCount: 0n, worst: null },
  ...{ otherDaysDue: 0n, atRiskMinor: 0n, ...more },
});

test('the failed stand first, then the worst; currencies are never added', () => {
  const { notice, severity, waiting, kind } = composeDigest({
    ...{ zone: 'UTC', date: DAY, part: 'digest' },
    standings: [
      standing('a/clean', {}),
      standing('b/euro', {
        outcome: 'differences',
        openCount: 1n,
        worst: 'critical',
        currency: 'EUR',
        atRiskMinor: 100n,
      }),
      standing('c/dollar', { outcome: 'differences', openCount: 9n, worst: 'low', atRiskMinor: 250n }),
      standing('d/failed', { status: 'failed', outcome: null }),
      standing('e/late', { outcome: 'inconclusive' }),
      standing('f/never', { status: null, outcome: null }),
    ],
  });
  expect({ kind, severity, waiting }).toEqual({ kind: 'digest', severity: 'critical', waiting: ['e/late', 'f/never'] });
  expect(notice.lines.map(({ name }) => name)).toEqual([
    'd/failed',
    'b/euro',
    'c/dollar',
    'e/late',
    'f/never',
    'a/clean',
  ]);
  expect(notice.sentence).toBe(
    '1 failed; 2 differ, 1.00 EUR and 2.50 USD at risk; 2 still waiting; 1 of 6 accounts agrees.',
  );
  expect(notice.next).toBe(
    'Start with b/euro. Remove what stopped d/failed, then retry. e/late, f/never are waited for: a supplement follows.',
  );
});
