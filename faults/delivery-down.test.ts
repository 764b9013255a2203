// Row 18 of the fault table: the report store or the mail server is down, or goes away right after it took a mail. The run is
// complete whatever happens to that; housekeeping publishes and delivers later, and a second copy shows that it is one.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Mailbox } from '../local/mailbox.ts';
import { startMailbox } from '../local/mailbox.ts';
import type { housekeeping } from '../workflows/housekeeping.ts';
import { mailsAbout, reportsOf, runsOf } from './observe.ts';
import { openTestHouse, type TestHouse } from './test-house.ts';
import { TEST_POLICY } from './test-servers.ts';

const DATE = '2026-03-02';
const HOUR_MS = 3_600_000;
// Enough for some tries; then the run goes on without.
const POLICY = { ...TEST_POLICY, budgetMs: 2_000 };

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.stop());

const open = (account: string) => house.open({ account, firstDate: DATE, days: 1, transactionsPerDay: 40 });

/** As the hourly schedule starts it, some hours later. */
async function keepHouse(): Promise<unknown> {
  house.worker.setClock(() => Date.now() + 2 * HOUR_MS);
  try {
    return await house.access.client.workflow.execute<typeof housekeeping>('housekeeping', {
      args: [{ policy: POLICY }],
      taskQueue: house.access.taskQueue,
      workflowId: 'recon-housekeeping',
    });
  } finally {
    house.worker.setClock(Date.now);
  }
}

test('row 18: with the mail server down the run completes, and its mail arrives with the next housekeeping, once', async () => {
  const { account } = await open('stripe/no-mail');
  const { dir, port } = house.mailbox;
  await house.mailbox.stop();
  const result = await (await house.startDay({ account, date: DATE, policy: POLICY })).handle.result();
  expect(result).toMatchObject({ outcome: 'differences', published: true, delivered: false });
  const mailbox: Mailbox = await startMailbox({ dir, port });
  try {
    expect(await mailsAbout(mailbox, { account, date: DATE })).toEqual([]);
    expect(await keepHouse()).toMatchObject({ swept: { delivered: 1, deferred: 0 } });
    expect(await keepHouse()).toMatchObject({ swept: { delivered: 0 } });
    expect(await mailsAbout(mailbox, { account, date: DATE })).toHaveLength(1);
  } finally {
    await mailbox.stop();
  }
});

test('row 18: a connection that is cut after the data makes at most two mails with one Message-ID', async () => {
  const { dir, port } = house.mailbox;
  const mailbox = await startMailbox({ dir, port, failures: [{ at: 'answer' }] });
  try {
    const day = { account: (await open('stripe/cut')).account, date: DATE };
    const result = await (await house.startDay({ ...day, policy: POLICY })).handle.result();
    expect(result).toMatchObject({ outcome: 'differences', published: true, delivered: true });
    const mails = await mailsAbout(mailbox, day);
    expect(mails).toHaveLength(2);
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
    await keepHouse();
    expect(await mailsAbout(mailbox, day)).toHaveLength(2);
  } finally {
    await mailbox.stop();
  }
});

test('row 18: with the report store down the run completes; its report follows by itself', async () => {
  const { dir, port } = house.mailbox;
  const mailbox = await startMailbox({ dir, port });
  try {
    const company = await open('stripe/no-store');
    const day = { account: company.account, date: DATE };
    await mkdir(dirname(company.reportFolder), { recursive: true });
    await writeFile(company.reportFolder, 'a file where the folder should be');
    const result = await (await house.startDay({ ...day, policy: POLICY })).handle.result();
    expect(result).toMatchObject({ outcome: 'differences', published: false, delivered: true });
    // The store is still down: this hour ends failed, so that the list turns red.
    await expect(keepHouse()).rejects.toThrow();
    expect(await runsOf(house.database, day)).toMatchObject([{ status: 'completed', publish_status: 'pending' }]);
    await rm(company.reportFolder);
    expect(await keepHouse()).toMatchObject({ swept: { published: 1, unpublished: 0 } });
    expect(await runsOf(house.database, day)).toMatchObject([{ publish_status: 'done' }]);
    expect(Object.keys(await reportsOf(company, DATE))).toHaveLength(1);
    expect(await mailsAbout(mailbox, day)).toHaveLength(1);
  } finally {
    await mailbox.stop();
  }
});
