// Rows 13 and 14 of the fault table: one side is late. What it has not said yet is not missing: the day is decided as far as
// it can be, stays due, and is whole once the rest has come.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { scoreDemo } from '../client/demo-score.ts';
import { addDays, parseBusinessDate, windowOf } from '../domain/business-date.ts';
import { type ExpectedDiscrepancy, expectedDiscrepancies } from '../sandbox/world/expected-discrepancies.ts';
import type { World } from '../sandbox/world/world.ts';
import type { dailyReconciliation } from '../workflows/daily-reconciliation.ts';
import { SEED } from './fault-case.ts';
import { decidedBy, runsOf } from './observe.ts';
import { openPayPalCompany } from './paypal-company.ts';
import { openTestHouse, type TestHouse } from './test-house.ts';
import { TEST_POLICY } from './test-servers.ts';

const DATE = parseBusinessDate('2026-03-02');
// The company of the house itself lives in another.
const ZONE = 'America/Chicago';
const DAY = windowOf(DATE, ZONE);
const HOUR_MS = 3_600_000;

let house: TestHouse;
beforeAll(async () => {
  process.stderr.write(`faults with RECON_FAULT_SEED=${SEED}\n`);
  house = await openTestHouse();
});
afterAll(() => house.stop());

/** The tick of a zone, as its schedule has it the morning after a day. */
const tick = (name: string, zone = ZONE, { endMs } = DAY) =>
  house.access.client.workflow.execute<typeof dailyReconciliation>('dailyReconciliation', {
    args: [{ zone, policy: TEST_POLICY, nominalTime: new Date(endMs + 4 * HOUR_MS).toISOString() }],
    taskQueue: house.access.taskQueue,
    workflowId: `recon-daily-${name}`,
  });

const discrepancy = z.object({
  id: z.bigint(),
  anchor: z.string(),
  verdict: z.string(),
  state: z.string(),
});

const discrepanciesOf = (account: string) =>
  house.database.any(sql.type(discrepancy)`
    select discrepancy_id as id, anchor_side || ' ' || anchor_external_id as anchor, verdict, state
    from discrepancies where account = ${account} order by discrepancy_id`);

/** Everything that any run ever said was missing. */
const calledMissing = async (account: string) =>
  (await decidedBy(house.database, account)).filter((line) => line.includes('missing_'));

// From early afternoon to late in the evening.
const cutAtMs = DAY.startMs + (13 + (SEED % 10)) * HOUR_MS;
test(`row 14: while the books reach only to ${new Date(cutAtMs).toISOString()}, nothing is missing from them`, async () => {
  const company = await house.open({
    account: 'stripe/us',
    zone: ZONE,
    firstDate: DATE,
    days: 1,
    transactionsPerDay: 400,
    seed: String(SEED),
    shard: '48h',
    loadedUntilMs: cutAtMs,
    sourceDeadline: '1h',
  });
  const { account, world } = company;
  const unbooked = world.entries.filter(({ createdS }) => createdS * 1_000 >= cutAtMs).length;

  expect(await tick('before')).toEqual({ done: 1 });
  expect(await runsOf(house.database, { account, date: DATE })).toMatchObject([
    { run_number: 1, status: 'completed', outcome: 'inconclusive' },
  ]);
  const early = (await discrepanciesOf(account)).filter(({ verdict }) => verdict === 'pending_source');
  expect(early.length).toBeGreaterThan(unbooked / 2);
  expect(await calledMissing(account)).toEqual([]);

  await company.reachUntil(world.endMs);
  // Nobody asks for the day again: it is still due.
  expect(await tick('after')).toEqual({ done: 1 });
  expect(await runsOf(house.database, { account, date: DATE })).toMatchObject([
    { run_number: 1 },
    { run_number: 2, status: 'completed', outcome: 'differences', trigger: 'schedule' },
  ]);
  const planted = expectedDiscrepancies(world, { from: DATE, to: DATE, horizonMs: world.endMs });
  expect(await scoreDemo(house.database, account, planted)).toMatchObject({ missed: [], false: [] });

  expect(await tick('again')).toEqual({ done: 0 });
});

/** A difference between two rows stays with the one that was open first. */
function anchoredFirst({ truth }: World, planted: readonly ExpectedDiscrepancy[], openFirst: ReadonlySet<string>) {
  return planted.map((row) => {
    const partner = truth.find(({ side, externalId }) => side === row.side && externalId === row.externalId)?.partner;
    return partner && openFirst.has(`${partner.side} ${partner.externalId}`) ? { ...row, ...partner } : row;
  });
}

// Somewhere in the afternoon, where PayPal's data may well stand still.
const refreshedUntilMs = DAY.startMs + (12 + (SEED % 8)) * HOUR_MS;
test(`row 13: PayPal's data that stood still at ${new Date(refreshedUntilMs).toISOString()} is late the next day, and nothing more`, async () => {
  const zone = 'America/Denver';
  const next = addDays(DATE, 1);
  const [day, nextDay] = [windowOf(DATE, zone), windowOf(next, zone)];
  let nowMs = day.endMs + 12 * HOUR_MS;
  house.worker.setClock(() => nowMs);
  const company = await openPayPalCompany(house, {
    databaseUrl: house.databaseUrl,
    account: 'paypal/us',
    zone,
    firstDate: DATE,
    days: 2,
    transactionsPerDay: 200,
    seed: String(SEED),
    sourceDeadline: '10h',
    clock: () => nowMs,
    refreshedUntilMs,
  });
  const { account, world, emulator } = company;
  try {
    house.worker.serve(company);
    expect(await tick('clipped', zone, day)).toEqual({ done: 1 });
    expect(await runsOf(house.database, { account, date: DATE })).toMatchObject([
      { run_number: 1, status: 'completed', outcome: 'inconclusive' },
    ]);
    const waiting = (await discrepanciesOf(account)).filter(({ verdict }) => verdict === 'pending_source');
    expect(waiting.length).toBeGreaterThan(0);
    expect(await calledMissing(account)).toEqual([]);

    nowMs = nextDay.endMs + 12 * HOUR_MS;
    emulator.holdRefreshAt(null);
    expect(await tick('refreshed', zone, nextDay)).toEqual({ done: 2 });
    for (const [date, run_number] of [[DATE, 2] as const, [next, 1] as const]) {
      const runs = await runsOf(house.database, { account, date });
      expect(runs.at(-1)).toMatchObject({ run_number, status: 'completed', outcome: 'differences' });
    }
    const after = await discrepanciesOf(account);
    expect(new Set(after.map(({ anchor }) => anchor)).size).toBe(after.length);
    const now = new Map(after.map((row) => [row.id, row]));
    const ended = waiting.map(({ id, anchor }) => {
      expect(now.get(id)?.anchor).toBe(anchor);
      return now.get(id);
    });
    expect(ended.filter((row) => row?.state === 'closed').map((row) => row?.verdict)).toContain('matched_late');
    const planted = expectedDiscrepancies(world, { from: DATE, to: next, horizonMs: world.endMs });
    const anchored = anchoredFirst(world, planted, new Set(waiting.map(({ anchor }) => anchor)));
    expect(await scoreDemo(house.database, account, anchored)).toMatchObject({ missed: [], false: [] });
  } finally {
    house.worker.setClock(Date.now);
    await company.stop();
  }
});
