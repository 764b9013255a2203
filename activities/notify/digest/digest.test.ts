// What a zone's digest says, and to whom: from runs that really decided to a real mailbox.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { parseBusinessDate } from '../../../domain/business-date.ts';
import { type Mailbox, startMailbox } from '../../../local/mailbox.ts';
import { freshDatabase, type TestDatabase } from '../../../scripts/database-for-tests.ts';
import { createDatabase } from '../../../sql/database.ts';
import { type Engine, startEngine } from '../../engine-for-tests.ts';
import { DeliveryDeferred } from '../../errors.ts';
import type { Digest } from '../../report/digest/digest.ts';
import { decidedAccount, failedAccount } from '../../report/digest/digest-for-tests.ts';
import { sampleDiscrepancy, totalsOf } from '../../report/discrepancies-for-tests.ts';
import { createFolderStore } from '../../report/folder-store.ts';
import { cleanReport, sampleReport } from '../../report/reports-for-tests.ts';
import type { ReportedDiscrepancy, RunFacts } from '../../report/run-report.ts';
import type { MailTransport } from '../mail-transport.ts';
import { createSmtpTransport } from '../smtp-transport.ts';
import { composeDigest } from './compose-digest.ts';
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
  expect(mail?.text).toMatch(
    /test\/bad +2 differences, 1 of them high: 2,510.00 USD at risk; 2 transactions missing on one side/,
  );
  for (const id of ['ch_1', 'ch_2', 'ord_1', 'ord_2']) expect(`${mail?.text}${mail?.html}`).not.toContain(id);
});

test('the mail keeps where the audit chain of each account stands, and that of the system', async () => {
  // Neither a crash nor a restored database takes back what is in somebody's mailbox.
  await database.query(sql.unsafe`select audit_append('system', 'tried', '{"event":"tried"}')`);
  const known = await database.any(sql.type(z.object({ chain: z.string(), seq: z.bigint(), hash: z.string() }))`
    select chain, seq, hash from (values ('test/clean'), ('test/bad'), ('system')) as c (chain), audit_point(c.chain)`);
  const expected = known.map(({ chain, seq, hash }) => `Audit chain ${chain}: row ${seq}, ${hash.slice(0, 12)}…`);
  const supplement = { zone: 'UTC', nominalTime: '2026-02-01T05:00:00.000Z', part: 'supplement' } as const;
  const [mail] = await mailsOf(() => sendDigest(deps, supplement));
  expect(mail?.text?.split('\n').filter((line) => line.startsWith('Audit chain'))).toEqual(expected);
  for (const line of expected) expect(mail?.html).toContain(line);
  expect(expected[0]).toMatch(/^Audit chain test\/clean: row [1-9]\d*, [0-9a-f]{12}…$/);
});

test('where reports have links, the digest is linked: a page in the store', async () => {
  const baseUrl = 'https://recon.example.com/';
  const linked = { ...deps, baseUrl, accounts: [accountOf('test/bad', 'Etc/GMT+0')] };
  const input = { zone: 'Etc/GMT+0', nominalTime: TICK, part: 'digest' } as const;
  const [mail] = await mailsOf(() => sendDigest(linked, input));
  const [, key = ''] = /^Open: https:\/\/recon\.example\.com\/(\S+)$/m.exec(mail?.text ?? '') ?? [];
  expect(key).toMatch(/^digests\/Etc\/GMT_plus_0\/2026-01-31\/digest-[0-9a-f]{12}\.html$/);
  expect(mail?.html).toContain(`href="https://recon.example.com/${key}"`);
  const page = await readFile(join(folder, 'reports', key), 'utf8');
  expect(page).toContain('1 differs, 2,510.00\u00a0USD at risk; 0 of 1 account agree.');
  expect(await mailsOf(() => sendDigest(linked, input))).toEqual([]);
});

test('a store that is down takes the link away, not the digest', async () => {
  await writeFile(join(folder, 'no-folder'), '');
  const store = createFolderStore(join(folder, 'no-folder'));
  const linked = {
    ...deps,
    store,
    baseUrl: 'https://recon.example.com',
    accounts: [accountOf('test/bad', 'Etc/GMT-1')],
  };
  const [mail] = await mailsOf(() => sendDigest(linked, { zone: 'Etc/GMT-1', nominalTime: TICK, part: 'digest' }));
  expect(mail?.text).not.toContain('Open:');
  expect(mail?.text).toContain('npm run recon -- reports digest Etc/GMT-1/2026-01-31');
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

const decided = (account: string, run: Partial<RunFacts>, discrepancies: Partial<ReportedDiscrepancy>[] = []) => {
  const report = discrepancies.length === 0 ? cleanReport() : sampleReport();
  return decidedAccount(account, {
    ...{ ...report, quarantinedCount: 0n, checks: [] },
    run: { ...report.run, missingTransactionCount: 0, ...run },
    discrepancyTotals: totalsOf(discrepancies.map(sampleDiscrepancy)),
  });
};

test('the failed stand first, then the worst; currencies are never added', () => {
  const low = Array.from({ length: 9 }, () => ({ severity: 'low' as const }));
  const digest: Digest = {
    ...{ zone: 'UTC', date: DAY },
    accounts: [
      decided('a/clean', {}),
      decided('b/euro', { reportingCurrency: 'EUR', atRiskMinor: 100n }, [{ severity: 'critical', currency: 'EUR' }]),
      decided('c/dollar', { atRiskMinor: 250n }, low),
      failedAccount({ account: 'd/failed' }),
      decided('e/late', { outcome: 'inconclusive' }),
      failedAccount({ account: 'f/never', status: 'not_run' }),
    ],
  };
  const { notice, severity, waiting, kind } = composeDigest(digest, 'digest');
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
