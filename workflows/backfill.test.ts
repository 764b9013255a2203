// Backfills on real servers: which days, in which order, and what pausing, cancelling, failing, overlapping and a new
// execution do to them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CancelledFailure } from '@temporalio/common';
import { scoreDemo } from '../client/demo-score.ts';
import { startBackfill } from '../client/temporal/backfill-workflow.ts';
import { decidedBy, failureOf, runsOf, until } from '../faults/observe.ts';
import type { TestCompany } from '../faults/test-company.ts';
import { openTestHouse, type TestHouse } from '../faults/test-house.ts';
import { TEST_POLICY } from '../faults/test-servers.ts';
import { expectedDiscrepancies } from '../sandbox/world/expected-discrepancies.ts';
import { backfillProgress, pauseBackfill, resumeBackfill } from './backfill.ts';
import type { BackfillInput } from './contracts.ts';
import { accountDayWorkflowId } from './workflow-ids.ts';

const [MON, TUE, WED, THU, FRI] = ['2026-03-02', '2026-03-03', '2026-03-04', '2026-03-05', '2026-03-06'] as const;
const WEEK = [MON, TUE, WED, THU, FRI];

let house: TestHouse;
beforeAll(async () => {
  house = await openTestHouse();
});
afterAll(() => house.stop());

const open = (account: string, options: Partial<Parameters<TestHouse['open']>[0]> = {}) =>
  house.open({ account, firstDate: MON, days: WEEK.length, shard: '48h', ...options });
const fill = ({ account }: TestCompany, from: string, to: string, more: Partial<BackfillInput> = {}) =>
  startBackfill(house.access, { account, from, to, force: false, policy: TEST_POLICY, ...more });
type Backfill = Awaited<ReturnType<typeof fill>>;

const daysOf = ({ account }: TestCompany, ...dates: string[]) => dates.map((date) => ({ account, date }));

/** The runs of the week as `date#number status trigger`, in the order in which they were opened. */
async function history({ account }: TestCompany): Promise<string[]> {
  const runs = await Promise.all(
    WEEK.map(async (date) => (await runsOf(house.database, { account, date })).map((run) => ({ ...run, date }))),
  );
  return runs
    .flat()
    .sort((a, b) => Number(a.run_id - b.run_id))
    .map(({ date, run_number, status, trigger }) => `${date}#${run_number} ${status} ${trigger}`);
}

const underWay = (handle: Backfill, date: string) =>
  until(`${date} to be under way`, async () => (await handle.query(backfillProgress)).current === date || undefined);

test('a backfill does the days that are not done, oldest first, and finds what was planted', async () => {
  const company = await open('stripe/week');
  await (await house.startDay({ account: company.account, date: MON })).handle.result();
  const handle = await fill(company, MON, THU);
  const progress = {
    total: 3,
    skipped: 1,
    done: daysOf(company, TUE, WED, THU),
    failed: [],
    current: null,
    paused: false,
  };
  expect(await handle.result()).toEqual(progress);
  expect(await handle.query(backfillProgress)).toEqual(progress);
  expect(await history(company)).toEqual([
    `${MON}#1 completed manual`,
    `${TUE}#1 completed backfill`,
    `${WED}#1 completed backfill`,
    `${THU}#1 completed backfill`,
  ]);
  const horizonMs = company.world.endMs - 86_400_000;
  const planted = expectedDiscrepancies(company.world, { from: MON, to: THU, horizonMs });
  expect(await scoreDemo(house.database, company.account, planted)).toMatchObject({ missed: [], false: [] });
});

test('a paused backfill starts no day until it is resumed; the day under way finishes', async () => {
  const company = await open('stripe/paused', { latencyMs: 400 });
  const handle = await fill(company, MON, TUE);
  await underWay(handle, MON);
  await handle.signal(pauseBackfill);
  const paused = await until('the day under way to finish', async () => {
    const progress = await handle.query(backfillProgress);
    return progress.current === null ? progress : undefined;
  });
  expect(paused).toMatchObject({ total: 2, done: daysOf(company, MON), paused: true });
  expect(await history(company)).toEqual([`${MON}#1 completed backfill`]);
  await handle.signal(resumeBackfill);
  expect(await handle.result()).toMatchObject({ done: daysOf(company, MON, TUE), paused: false });
});

test('a cancelled backfill starts no further day and leaves the day under way to finish', async () => {
  const company = await open('stripe/stopped', { latencyMs: 400 });
  const handle = await fill(company, MON, WED);
  await underWay(handle, MON);
  const day = house.access.client.workflow.getHandle(accountDayWorkflowId(company.account, MON));
  await until('its first day to have started', () =>
    runsOf(house.database, { account: company.account, date: MON }).then((runs) => runs[0]),
  );
  await handle.cancel();
  expect(await failureOf(handle.result())).toBeInstanceOf(CancelledFailure);
  expect(await day.result()).toMatchObject({ outcome: 'differences' });
  expect(await history(company)).toEqual([`${MON}#1 completed backfill`]);
});

test('a long backfill goes on in a new execution and forgets nothing', async () => {
  const company = await open('stripe/long');
  const handle = await fill(company, MON, FRI, { daysPerExecutionMax: 2 });
  const first = house.access.client.workflow.getHandle(handle.workflowId, handle.firstExecutionRunId);
  expect(await handle.result()).toMatchObject({ total: 5, skipped: 0, done: daysOf(company, ...WEEK), failed: [] });
  expect((await first.describe()).status.name).toBe('CONTINUED_AS_NEW');
  expect(await history(company)).toEqual(WEEK.map((date) => `${date}#1 completed backfill`));
});

test('forced, it runs done days again, with the reason, and people find nothing new', async () => {
  const company = await open('stripe/forced');
  await (await fill(company, MON, TUE)).result();
  const forPeople = async () =>
    (await decidedBy(house.database, company.account)).filter((line) => /^(discrepancy|open) /.test(line));
  const before = await forPeople();
  const reason = 'the rule set was corrected';
  expect(await (await fill(company, MON, TUE, { force: true, reason })).result()).toMatchObject({
    total: 2,
    skipped: 0,
  });
  expect(await forPeople()).toEqual(before);
  const [runsOfMonday, runsOfTuesday] = await Promise.all(
    [MON, TUE].map((date) => runsOf(house.database, { account: company.account, date })),
  );
  expect(runsOfMonday).toMatchObject([{ run_number: 1 }, { run_number: 2, status: 'completed', reason }]);
  // Monday's first run saw what midnight divided as pending; Tuesday's has settled it since, so only Tuesday's must agree.
  const { result_digest } = runsOfTuesday?.[0] ?? {};
  expect(runsOfTuesday).toMatchObject([{ run_number: 1 }, { run_number: 2, reason, result_digest }]);
});

test('a failed day does not stop the later ones, and the backfill says which it was', async () => {
  const isDown = [{ on: () => true, times: 10_000, answer: { kind: 'server_error' } }] as const;
  const company = await open('stripe/gap', { faults: isDown });
  const handle = await fill(company, MON, TUE, { policy: { ...TEST_POLICY, budgetMs: 8_000 } });
  await until('the first day to fail', async () => {
    return (await runsOf(house.database, { account: company.account, date: MON }))[0]?.status === 'failed' || undefined;
  });
  company.emulator.setFaults([]);
  expect(await failureOf(handle.result())).toMatchObject({
    type: 'PartialRun',
    message: `1 of 2 days of stripe/gap failed: ${MON}`,
  });
  expect(await history(company)).toEqual([`${MON}#1 failed backfill`, `${TUE}#1 completed backfill`]);
});

test('row 17: overlapping backfills do each day once and find what one after the other would', async () => {
  const company = await open('stripe/overlap', { latencyMs: 100 });
  const [early, late] = await Promise.all([fill(company, MON, WED), fill(company, TUE, FRI)]);
  const ends = await Promise.all([early.result(), late.result()]);
  for (const { total, done, failed } of ends) {
    expect(failed).toEqual([]);
    expect(done).toHaveLength(total);
  }
  expect((await history(company)).sort()).toEqual(WEEK.map((date) => `${date}#1 completed backfill`));
  const planted = expectedDiscrepancies(company.world, { from: MON, to: FRI, horizonMs: company.world.endMs });
  const standing = (await decidedBy(house.database, company.account)).filter((line) =>
    /^discrepancy .* open /.test(line),
  );
  expect(standing).toHaveLength(planted.length);
});
