// The workflow of a day on real servers: what the operator finds in PostgreSQL, in the report folder, in the mailbox and in
// Temporal, when all goes well and when each of the parts does not.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { sql } from 'slonik';
import { z } from 'zod';
import { planDue } from '../activities/run/plan-days.ts';
import { parseBusinessDate, windowOf } from '../domain/business-date.ts';
import { decidedBy, failureOf, mailsAbout, reportsOf, runsOf, until } from '../faults/observe.ts';
import type { TestCompany } from '../faults/test-company.ts';
import { openTestHouse, type TestHouse } from '../faults/test-house.ts';
import { TEST_POLICY } from '../faults/test-servers.ts';
import { startMailbox } from '../local/mailbox.ts';
import { expectedDiscrepancies } from '../sandbox/world/expected-discrepancies.ts';
import { composeAccounts } from '../worker/compose-accounts.ts';
import { RECON_DISCREPANCIES, RECON_OUTCOME, RECON_TRIGGER } from './search-attributes.ts';

const DATE = parseBusinessDate('2026-03-02');
/** One slice for the day and the day before it, so that requests can be counted. */
const ONE_SHARD = '48h';
/** The ledger, and the payouts of each of the two days. */
const LISTS_AT_ONCE = 3;

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.stop());

const open = (account: string, options: Partial<Parameters<TestHouse['open']>[0]> = {}) =>
  house.open({ account, firstDate: DATE, days: 1, shard: ONE_SHARD, ...options });
const dayOf = ({ account }: TestCompany) => ({ account, date: DATE });

async function isDue(company: TestCompany): Promise<boolean> {
  const setups = [...composeAccounts(company.config).values()];
  const due = await planDue(house.database, setups, windowOf(DATE, company.world.zone).endMs + 3_600_000);
  return due.some((day) => day.account === company.account && day.date === DATE);
}

test('a day is reconciled, reported, mailed and found again by its search attributes', async () => {
  const company = await open('stripe/us');
  const { handle, workflowId } = await house.startDay(dayOf(company));
  const result = await handle.result();
  const planted = expectedDiscrepancies(company.world, { from: DATE, to: DATE, horizonMs: company.world.endMs });
  const open_ = planted.filter(({ verdict }) => verdict !== 'pending_timing');
  expect(result).toMatchObject({
    outcome: 'differences',
    discrepancies: open_.length,
    published: true,
    delivered: true,
  });
  const [run, ...others] = await runsOf(house.database, dayOf(company));
  expect(others).toEqual([]);
  expect(run).toMatchObject({
    run_number: 1,
    status: 'completed',
    trigger: 'manual',
    publish_status: 'done',
    error: null,
  });
  const reports = await reportsOf(company, DATE);
  expect(Object.values(reports)).toEqual([
    ['completeness.csv', 'report.csv', 'report.html', 'report.json', 'report.xlsx'],
  ]);
  const mails = await mailsAbout(house.mailbox, dayOf(company));
  expect(mails).toHaveLength(1);
  expect(mails[0]?.subject).toMatch(/^\[(low|medium|high|critical)\] stripe\/us 2026-03-02: \d+ differences/);
  expect(mails[0]?.text).toContain(`${company.reportFolder}/${DATE}/${Object.keys(reports)[0]}/report.html`);
  const { typedSearchAttributes } = await handle.describe();
  expect(typedSearchAttributes.get(RECON_TRIGGER)).toBe('manual');
  expect(typedSearchAttributes.get(RECON_DISCREPANCIES)).toBe(result.discrepancies);
  const query = `ReconProcessor = 'stripe' AND ReconAccount = 'stripe/us' AND ReconDate = '${DATE}' AND ReconOutcome = 'differences'`;
  const found = await until('the list to show the run', async () => {
    const listed: WorkflowExecutionInfo[] = [];
    for await (const execution of house.access.client.workflow.list({ query })) listed.push(execution);
    return listed.length > 0 ? listed : undefined;
  });
  expect(found.map((execution) => execution.workflowId)).toEqual([workflowId]);
  expect(found[0]?.typedSearchAttributes.get(RECON_OUTCOME)).toBe('differences');
});

test('a wrong key fails the run at once, and the mail says which key and which permission', async () => {
  const company = await open('stripe/wrong-key', { stripeKey: 'rk_live_somebody_elses_key_9ZzQ' });
  const { handle } = await house.startDay(dayOf(company));
  expect(await failureOf(handle.result())).toMatchObject({ type: 'AuthRejected', nonRetryable: true });
  // Once for each list that was being read side by side, and never again.
  const statuses = company.emulator.requests().map(({ status }) => status);
  expect([new Set(statuses), statuses.length <= LISTS_AT_ONCE]).toEqual([new Set([401]), true]);
  const [run] = await runsOf(house.database, dayOf(company));
  expect(run).toMatchObject({ status: 'failed', outcome: null, result_digest: null });
  expect(run?.error).toMatch(/key of stripe\/wrong-key ending in …9ZzQ.*read access to Balance transaction sources/);
  const [mail, ...others] = await mailsAbout(house.mailbox, dayOf(company));
  expect(others).toEqual([]);
  expect(mail?.subject).toBe(`[failed] stripe/wrong-key ${DATE}: the run stopped at fetch`);
  expect(mail?.text).toContain('…9ZzQ');
  expect(mail?.text).not.toContain('somebody');
  expect(await isDue(company)).toBe(true);
});

test('an API that fails and limits for a while only delays the run', async () => {
  const faults = [
    { on: [1, 2], answer: { kind: 'server_error', status: 503 } },
    { on: 3, answer: { kind: 'rate_limited', retryAfterS: 1 } },
    { on: 4, answer: { kind: 'dropped_midway' } },
  ] as const;
  const company = await open('stripe/shaky', { faults });
  const { handle } = await house.startDay(dayOf(company));
  expect(await handle.result()).toMatchObject({ outcome: 'differences', published: true });
  const met = company.emulator.requests().flatMap(({ fault }) => fault ?? []);
  expect(met).toEqual(['server_error', 'server_error', 'rate_limited', 'dropped_midway']);
  expect(await runsOf(house.database, dayOf(company))).toHaveLength(1);
});

test('an API that stays down fails the run and keeps what was fetched', async () => {
  const faults = [{ on: () => true, times: 1_000, answer: { kind: 'server_error' } }] as const;
  const company = await open('stripe/down', { faults });
  const { handle } = await house.startDay({ ...dayOf(company), policy: { ...TEST_POLICY, budgetMs: 6_000 } });
  // Whether the last attempt or the time after it ends the step is chance; what the operator reads is not.
  await failureOf(handle.result());
  const [run] = await runsOf(house.database, dayOf(company));
  expect(run?.status).toBe('failed');
  expect(run?.error).toContain('Stripe API: failed with status 500');
  const [mail, ...others] = await mailsAbout(house.mailbox, dayOf(company));
  expect(others).toEqual([]);
  expect(mail?.text).toContain('Stripe API: failed with status 500');
  expect(
    (await decidedBy(house.database, company.account)).filter((line) => line.startsWith('row internal')),
  ).not.toEqual([]);
});

test('a source that is late is waited for, and the run goes on when it has arrived', async () => {
  const { startMs, endMs } = windowOf(DATE, 'America/New_York');
  const company = await open('stripe/late', { loadedUntilMs: (startMs + endMs) / 2, sourceDeadline: '9999d' });
  const { handle, workflowId } = await house.startDay(dayOf(company));
  const waiting = await until('the run to wait for the shop', async () => {
    const { pendingActivities } = (await handle.describe()).raw;
    return pendingActivities?.find(({ lastFailure }) => lastFailure?.applicationFailureInfo?.type === 'SourceNotReady');
  });
  expect(waiting.lastFailure?.message).toContain(
    'internal database: reaches 2026-03-02T17:00:00.000Z, the day ends 2026-03-03T05:00',
  );
  await company.reachUntil(endMs);
  // The next look is a minute away; an operator who knows better need not wait for it, and nor does the test.
  await house.access.client.workflowService.resetActivity({
    namespace: house.access.namespace,
    execution: { workflowId },
    id: waiting.activityId ?? '',
  });
  expect(await handle.result()).toMatchObject({ runNumber: 1, outcome: 'differences' });
});

test('past the deadline the run is inconclusive, claims nothing missing and stays due until the source has come', async () => {
  const { startMs, endMs } = windowOf(DATE, 'America/New_York');
  const company = await open('stripe/overdue', { loadedUntilMs: (startMs + endMs) / 2, sourceDeadline: '1h' });
  const first = await (await house.startDay(dayOf(company))).handle.result();
  expect(first).toMatchObject({ runNumber: 1, outcome: 'inconclusive', published: true, delivered: true });
  expect((await mailsAbout(house.mailbox, dayOf(company)))[0]?.subject).toContain('not decided yet');
  expect((await decidedBy(house.database, company.account)).filter((line) => line.includes('missing_'))).toEqual([]);
  expect(await isDue(company)).toBe(true);
  await company.reachUntil(endMs);
  const second = await (await house.startDay(dayOf(company))).handle.result();
  expect(second).toMatchObject({ runNumber: 2, outcome: 'differences' });
  expect(await isDue(company)).toBe(false);
});

test('a re-run that learns nothing changes nothing: same digest, no second discrepancy, no event', async () => {
  const company = await open('stripe/again');
  const first = await (await house.startDay(dayOf(company))).handle.result();
  const decided = () => decidedBy(house.database, company.account);
  const ofPeople = (lines: string[]) => lines.filter((line) => /^(discrepancy|event|row|open) /.test(line));
  const before = await decided();
  const second = await (await house.startDay({ ...dayOf(company), reason: 'an auditor asked' })).handle.result();
  expect(second).toMatchObject({ runNumber: 2, decisionSeq: '2', resultDigest: first.resultDigest });
  expect(ofPeople(await decided())).toEqual(ofPeople(before));
  const [one, two] = await runsOf(house.database, dayOf(company));
  expect(two).toMatchObject({ run_number: 2, reason: 'an auditor asked', result_digest: one?.result_digest });
  expect(Object.keys(await reportsOf(company, DATE))).toHaveLength(2);
});

test('a report store that is down leaves a completed run whose report is published later', async () => {
  const company = await open('stripe/no-store');
  await mkdir(dirname(company.reportFolder), { recursive: true });
  await writeFile(company.reportFolder, 'a file where the folder should be');
  const { handle } = await house.startDay({ ...dayOf(company), policy: { ...TEST_POLICY, budgetMs: 6_000 } });
  const result = await handle.result();
  expect(result).toMatchObject({ outcome: 'differences', published: false, delivered: true });
  const unpublished = { status: 'completed', publish_status: 'pending', report_key: null, error: null };
  expect(await runsOf(house.database, dayOf(company))).toMatchObject([unpublished]);
  expect((await mailsAbout(house.mailbox, dayOf(company)))[0]?.text).toContain('Report: not published yet');
  await rm(company.reportFolder);
  await house.worker.outbox.publish(BigInt(result.runId));
  expect(await runsOf(house.database, dayOf(company))).toMatchObject([{ publish_status: 'done' }]);
  expect(Object.keys(await reportsOf(company, DATE))).toHaveLength(1);
});

test('a cancelled run says so, mails nobody and leaves the day due', async () => {
  const company = await open('stripe/cancelled', { faults: [{ on: 1, answer: { kind: 'hanging' } }] });
  const { handle } = await house.startDay(dayOf(company));
  await until('only the hanging request to be left', async () => {
    const isRead = await house.database.maybeOneFirst(sql.type(z.object({ done: z.boolean() }))`
      select b.done from batches b join accounts a using (account_id)
      where a.account = ${company.account} and b.side = 'internal' and b.done`);
    return (isRead !== null && company.emulator.requests().length > 0) || undefined;
  });
  await handle.cancel();
  expect(await failureOf(handle.result())).toBeInstanceOf(CancelledFailure);
  expect((await handle.describe()).status.name).toBe('CANCELLED');
  expect(await runsOf(house.database, dayOf(company))).toMatchObject([
    { status: 'cancelled', outcome: null, error: 'cancelled during fetch' },
  ]);
  expect(await mailsAbout(house.mailbox, dayOf(company))).toEqual([]);
  expect(await isDue(company)).toBe(true);
});

test('a mailbox that is down leaves a completed run, and the mail arrives later, once', async () => {
  const [company, broken] = [
    await open('stripe/no-mail'),
    await open('stripe/no-mail-no-key', { stripeKey: 'rk_wrong' }),
  ];
  const { dir, port } = house.mailbox;
  await house.mailbox.stop();
  const policy = { ...TEST_POLICY, budgetMs: 6_000 };
  const result = await (await house.startDay({ ...dayOf(company), policy })).handle.result();
  expect(result).toMatchObject({ outcome: 'differences', published: true, delivered: false });
  // What failed the run must not be hidden by the mail about it that could not leave.
  const failing = await house.startDay({ ...dayOf(broken), policy });
  expect(await failureOf(failing.handle.result())).toMatchObject({ type: 'AuthRejected' });
  const mailbox = await startMailbox({ dir, port });
  try {
    for (const day of [dayOf(company), dayOf(broken)]) {
      expect(await mailsAbout(mailbox, day)).toEqual([]);
      const [run] = await runsOf(house.database, day);
      for (const sent of [1, 0]) {
        expect(await house.worker.outbox.deliver(run?.run_id ?? 0n)).toEqual({ sent, failed: 0 });
        expect(await mailsAbout(mailbox, day)).toHaveLength(1);
      }
    }
  } finally {
    await mailbox.stop();
  }
});
