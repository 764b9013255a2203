// A few days of the demo's company at one processor, by the real workflow on real local servers, with a clock that stands still: the same
// days give the same report to the byte, so that what is shown as a sample can be held against the code.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { DEMO_ACCOUNTS } from '../../client/demo-accounts.ts';
import { type DemoBranch, type DemoHouse, openDemoHouse } from '../../client/demo-house.ts';
import { addDays, type BusinessDate, windowOf } from '../../domain/business-date.ts';
import { PRODUCTION_POLICY } from '../../workflows/contracts.ts';
import type { reconcileAccountDay } from '../../workflows/reconcile-account-day.ts';
import { accountDayWorkflowId } from '../../workflows/workflow-ids.ts';

/** The last day that is over in New York is then 31 January. */
const NOW = '2026-02-01T12:00:00Z';
/** What no clock but the database's says: when a source was read. */
const READ_AT = '2026-02-01T09:00:07Z';
const ACCOUNT = 'stripe/us';
const DAYS = 3;
const TRANSACTIONS_PER_DAY = 400;
const LISTED_LATE_MS = 3_600_000;

export interface SampleDay {
  readonly database: DatabasePool;
  readonly runId: bigint;
  readonly account: string;
  readonly zone: string;
  readonly date: BusinessDate;
}

/** What is done with the last of the days; the servers go when it is done. */
export async function withSampleDay(work: (day: SampleDay) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'recon-samples-'));
  try {
    const house = await openSampleHouse(folder);
    try {
      for (const branch of house.branches) await work(await runDays(house, branch));
    } finally {
      await house.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function openSampleHouse(folder: string): Promise<DemoHouse> {
  return openDemoHouse({
    folder,
    days: DAYS,
    transactionsPerDay: TRANSACTIONS_PER_DAY,
    situations: true,
    accounts: DEMO_ACCOUNTS.filter(({ account }) => account === ACCOUNT),
    keepDatabase: false,
    nowMs: () => Date.parse(NOW),
    onProgress: () => undefined,
    onPhase: () => undefined,
  });
}

async function runDays(
  { recon }: DemoHouse,
  { account, world, source, firstDate, yesterday }: DemoBranch,
): Promise<SampleDay> {
  const { zone } = world;
  for (let day = 0; day < DAYS; day += 1) {
    const date = addDays(firstDate, day);
    // Each day sees what could be seen then; the last one, what has changed since.
    source.holdAt?.(date === yesterday ? null : windowOf(date, zone).endMs + LISTED_LATE_MS);
    await recon.temporal.workflow.execute<typeof reconcileAccountDay>('reconcileAccountDay', {
      args: [{ account, date, trigger: 'schedule', policy: PRODUCTION_POLICY }],
      taskQueue: 'recon',
      workflowId: accountDayWorkflowId(account, date),
    });
  }
  await holdClock(recon.stack.postgres.url);
  const { runId } = await recon.database.one(sql.type(z.object({ runId: z.bigint() }))`
    select run_id as "runId" from reconciliation_runs where account = ${account} and run_date = ${yesterday}`);
  return { database: recon.database, runId, account, zone, date: yesterday };
}

async function holdClock(ownerUrl: string): Promise<void> {
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query('update batches set created_at = $1', [READ_AT]);
  } finally {
    await owner.end();
  }
}
