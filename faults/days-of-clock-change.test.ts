// Row 23 of the fault table: the days on which clocks are changed, in two zones that change them on different dates. A
// business day is as long as it is, and a row lies in exactly one of them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { z } from 'zod';
import { scoreDemo } from '../client/demo-score.ts';
import { startBackfill } from '../client/temporal/backfill-workflow.ts';
import { addDays, businessDateAt, parseBusinessDate } from '../domain/business-date.ts';
import { expectedDiscrepancies } from '../sandbox/world/expected-discrepancies.ts';
import { SEED } from './fault-case.ts';
import type { TestCompany } from './test-company.ts';
import { openTestHouse, type TestHouse } from './test-house.ts';
import { TEST_POLICY } from './test-servers.ts';

let house: TestHouse;
beforeAll(async () => {
  process.stderr.write(`faults with RECON_FAULT_SEED=${SEED}\n`);
  house = await openTestHouse();
});
afterAll(() => house.stop());

const runRow = z.object({ date: z.string(), hours: z.number(), introduced: z.number() });

/** The runs of an account: how long each day was, and how many rows of both sides each of them took in. */
const daysOf = ({ account }: TestCompany) =>
  house.database.any(sql.type(runRow)`
    select r.run_date as date, extract(epoch from r.window_end - r.window_start)::integer / 3600 as hours,
           (select sum(t.count)::integer from reconciliation_run_totals t
            where t.run_id = r.run_id and t.term = 'introduced') as introduced
    from reconciliation_runs r where r.account = ${account} order by r.run_id`);

const staged = z.object({ id: z.string(), homeDate: z.string() });

/** Every version of every row, with the day it belongs to. */
const stagedRows = ({ account }: TestCompany) =>
  house.database.any(sql.type(staged)`
    select external_id as id, home_date as "homeDate" from processor_transactions join accounts using (account_id) where account = ${account}
    union all
    select external_id, home_date from internal_transactions join accounts using (account_id) where account = ${account}`);

test.each([
  ['America/New_York', '2026-03-08', 23],
  ['America/New_York', '2025-11-02', 25],
  ['Europe/Berlin', '2026-03-29', 23],
  ['Europe/Berlin', '2025-10-26', 25],
])('row 23: in %s the %s has %i hours, and each row is in one day', async (zone, change, hours) => {
  const date = parseBusinessDate(change);
  const [before, after] = [addDays(date, -1), addDays(date, 1)];
  const company = await house.open({
    account: `stripe/${zone.toLowerCase().replace(/\W/g, '_')}_${hours}`,
    zone,
    firstDate: before,
    days: 3,
    seed: String(SEED),
    shard: '6h',
  });
  const { account, world } = company;
  const policy = TEST_POLICY;
  await (await startBackfill(house.access, { account, from: before, to: after, force: false, policy })).result();

  const rows = [
    ...world.entries.map(({ id, createdS }) => ({ id, homeDate: businessDateAt(createdS * 1_000, zone) })),
    ...world.records.map(({ id, occurredAtMs }) => ({ id, homeDate: businessDateAt(occurredAtMs, zone) })),
  ].filter(({ homeDate }) => homeDate >= before && homeDate <= after);
  const sorted = (list: readonly { id: string; homeDate: string }[]) =>
    list.map(({ id, homeDate }) => `${homeDate} ${id}`).sort();
  expect(sorted(await stagedRows(company))).toEqual(sorted(rows));

  const ofDay = (day: string) => rows.filter(({ homeDate }) => homeDate === day).length;
  expect(await daysOf(company)).toEqual([
    { date: before, hours: 24, introduced: ofDay(before) },
    { date, hours, introduced: ofDay(date) },
    { date: after, hours: 24, introduced: ofDay(after) },
  ]);
  const planted = expectedDiscrepancies(world, { from: before, to: after, horizonMs: world.endMs });
  expect(await scoreDemo(house.database, account, planted)).toMatchObject({ missed: [], false: [] });
});
