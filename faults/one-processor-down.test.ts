// A processor that takes every call and answers none holds up nobody but itself: the others' reports are on time.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CancelledFailure } from '@temporalio/common';
import { SEED } from './fault-case.ts';
import { failureOf, mailsAbout, reportsOf, until } from './observe.ts';
import { openPayPalCompany } from './paypal-company.ts';
import { openTestHouse, type TestHouse } from './test-house.ts';

const DATE = '2026-03-02';
/** What a worker has for one processor (worker/run-worker.ts). */
const SLOTS = 6;

let house: TestHouse;
beforeAll(async () => {
  process.stderr.write(`faults with RECON_FAULT_SEED=${SEED}\n`);
  house = await openTestHouse();
});
afterAll(() => house.stop());

test('while one processor hangs in every slot it has, the day of another is reconciled, reported and mailed', async () => {
  const company = { firstDate: DATE, days: 1, seed: String(SEED) };
  const hanging = await house.open({
    ...company,
    account: 'stripe/us',
    shard: '1h',
    faults: [{ on: () => true, times: Number.POSITIVE_INFINITY, answer: { kind: 'hanging' } }],
  });
  const { databaseUrl, worker, mailbox } = house;
  const fine = await openPayPalCompany(house, { ...company, databaseUrl, account: 'paypal/us' });
  try {
    worker.serve(fine);
    const stuck = await house.startDay({ account: hanging.account, date: DATE });
    await until('every slot to hang', async () => hanging.emulator.requests().length >= SLOTS || undefined);

    const day = { account: fine.account, date: DATE };
    const { handle } = await house.startDay(day);
    expect(await handle.result()).toMatchObject({ outcome: 'differences', published: true, delivered: true });
    expect(Object.keys(await reportsOf(fine, DATE))).toHaveLength(1);
    expect(await mailsAbout(mailbox, day)).toHaveLength(1);

    expect(hanging.emulator.requests()).toHaveLength(SLOTS);
    await stuck.handle.cancel();
    expect(await failureOf(stuck.handle.result())).toBeInstanceOf(CancelledFailure);
  } finally {
    await fine.stop();
  }
});
