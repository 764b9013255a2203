// What npm run demo does: yesterday and a backfill of the seven days before it, for every account, end to end on this machine, then
// what was planted against what was found. The workflow, the SQL, the report and the mail are the product's; only the processors'
// data and the shop are made up.
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { sql } from 'slonik';
import { z } from 'zod';
import { addDays, windowOf } from '../domain/business-date.ts';
import type { backfill } from '../workflows/backfill.ts';
import { type Policy, PRODUCTION_POLICY } from '../workflows/contracts.ts';
import type { reconcileAccountDay } from '../workflows/reconcile-account-day.ts';
import { accountDayWorkflowId, backfillWorkflowId } from '../workflows/workflow-ids.ts';
import type { ClientIo } from './client-io.ts';
import { readFindings } from './demo-findings.ts';
import { type DemoBranch, type DemoHouse, openDemoHouse } from './demo-house.ts';
import { addScores, type DemoScore, type ScoreLine, scoreAccount, totalOf } from './demo-score.ts';
import { writeDemoText } from './demo-text.ts';
import { truthOf } from './demo-truth.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface DemoOptions {
  readonly quick: boolean;
  readonly json: boolean;
  readonly folder: string;
}

export interface DemoResult {
  readonly score: DemoScore;
  readonly accounts: ReadonlyMap<string, DemoScore>;
  readonly runs: readonly z.infer<typeof runRow>[];
  readonly phases: Readonly<Record<string, number>>;
  readonly reports: readonly string[];
  readonly mails: readonly string[];
  readonly temporalUi: string;
  readonly configFile: string;
}

// Yesterday and a backfill of seven days.
const DAYS = 8;
const TRANSACTIONS_PER_DAY = 4_000;
const TRANSACTIONS_PER_DAY_QUICK = 600;

// PayPal clears within an hour: the hold must not cut through what is merely slow.
const HELD_AFTER_MS = 3_600_000;

const runRow = z.object({
  processor_name: z.string(),
  missing_transaction_count: z.number(),
  total_discrepancy_amount: z.string(),
  outcome: z.string(),
});

/** Exit code 0: everything planted was found, and nothing else. */
export async function runDemo(options: DemoOptions, io: ClientIo): Promise<ExitCode> {
  const watch = stopwatch();
  const house = await openHouse(options, io, watch, false);
  try {
    const result = await reconcile(house, watch, (message) => io.stderr.write(`${message}\n`));
    if (options.json) io.stdout.write(`${JSON.stringify(forMachines(result))}\n`);
    else writeDemoText(io.stdout, house, result);
    const { missed, false: wrong } = totalOf(result.score);
    return missed.length === 0 && wrong.length === 0 ? EXIT.clean : EXIT.differences;
  } finally {
    await house.stop();
  }
}

/** The same, and then the servers stay up until Ctrl-C. */
export async function runDev(options: DemoOptions, io: ClientIo, until: AbortSignal): Promise<ExitCode> {
  const watch = stopwatch();
  const house = await openHouse(options, io, watch, true);
  try {
    const result = await reconcile(house, watch, (message) => io.stderr.write(`${message}\n`));
    writeDemoText(io.stdout, house, result, true);
    await new Promise<void>((done) => {
      if (until.aborted) done();
      else until.addEventListener('abort', () => done(), { once: true });
    });
    return EXIT.clean;
  } finally {
    await house.stop();
  }
}

function openHouse(options: DemoOptions, io: ClientIo, watch: Stopwatch, keepDatabase: boolean): Promise<DemoHouse> {
  return openDemoHouse({
    folder: resolve(options.folder),
    days: DAYS,
    transactionsPerDay: options.quick ? TRANSACTIONS_PER_DAY_QUICK : TRANSACTIONS_PER_DAY,
    situations: true,
    keepDatabase,
    nowMs: Date.now,
    onProgress: (message) => io.stderr.write(`${message}\n`),
    onPhase: watch.lap,
  });
}

async function reconcile(house: DemoHouse, watch: Stopwatch, progress: (message: string) => void): Promise<DemoResult> {
  const { recon } = house;
  const policy = { ...PRODUCTION_POLICY, retryInitialMs: 500, retryMaxMs: 5_000 };
  watch.lap('worker');
  await Promise.all(house.branches.map((branch) => backfillBranch(house, branch, policy, progress)));
  watch.lap('backfill');
  await Promise.all(house.branches.map((branch) => runYesterday(house, branch, policy, progress)));
  watch.lap('yesterday');
  const accounts = new Map<string, DemoScore>();
  for (const branch of house.branches) {
    const findings = await readFindings(recon.database, branch.account);
    accounts.set(branch.account, scoreAccount(truthOf(branch), findings));
  }
  const runs = await recon.database.any(sql.type(runRow)`
    select processor_name, missing_transaction_count, total_discrepancy_amount::text, outcome
    from reconciliation_runs order by created_at desc limit 5`);
  watch.lap('score');
  await house.startSchedules();
  return {
    score: addScores([...accounts.values()]),
    accounts,
    runs,
    phases: watch.laps(),
    reports: await filesBelow(house.reportFolder),
    mails: (await filesBelow(house.mailFolder)).filter((file) => file.endsWith('.html') || file.endsWith('.eml')),
    temporalUi: recon.stack.temporal.uiUrl ?? '',
    configFile: house.configFile,
  };
}

async function backfillBranch(
  house: DemoHouse,
  branch: DemoBranch,
  policy: Policy,
  progress: (message: string) => void,
): Promise<void> {
  const { recon } = house;
  const { account, world, source, firstDate, yesterday } = branch;
  const to = addDays(yesterday, -1);
  if (branch.booksAreLate) {
    progress(`${account}: ${firstDate}, before our books of it are complete`);
    await runDay(house, account, firstDate, policy);
    await house.completeBooks(branch);
  }
  // The backfill sees what could be seen then, and yesterday's run sees what has changed since.
  source.holdAt?.(windowOf(to, world.zone).endMs + HELD_AFTER_MS);
  progress(`${account}: backfill ${firstDate} to ${to}`);
  await recon.temporal.workflow.execute<typeof backfill>('backfill', {
    args: [{ account, from: firstDate, to, force: false, policy }],
    taskQueue: 'recon',
    workflowId: backfillWorkflowId(account, firstDate, to),
  });
  source.holdAt?.(null);
}

async function runYesterday(
  house: DemoHouse,
  { account, yesterday }: DemoBranch,
  policy: Policy,
  progress: (message: string) => void,
): Promise<void> {
  progress(`${account}: ${yesterday}`);
  await runDay(house, account, yesterday, policy);
}

async function runDay({ recon }: DemoHouse, account: string, date: string, policy: Policy): Promise<void> {
  await recon.temporal.workflow.execute<typeof reconcileAccountDay>('reconcileAccountDay', {
    args: [{ account, date, trigger: 'manual', policy }],
    taskQueue: 'recon',
    workflowId: accountDayWorkflowId(account, date),
  });
}

function forMachines(result: DemoResult) {
  const { score, accounts, runs, phases, reports, mails, temporalUi } = result;
  const counts = ({ planted, found, missed, false: wrong }: ScoreLine) => ({
    planted,
    found,
    missed: missed.length,
    false: wrong.length,
  });
  const total = totalOf(score);
  return {
    ...counts(total),
    verdicts: Object.fromEntries([...score].map(([verdict, line]) => [verdict, counts(line)])),
    accounts: Object.fromEntries([...accounts].map(([account, of]) => [account, counts(totalOf(of))])),
    missedRows: total.missed,
    falseRows: total.false,
    runs,
    phases,
    reports,
    mails,
    temporalUi,
  };
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

interface Stopwatch {
  lap(name: string): void;
  laps(): Record<string, number>;
}

function stopwatch(): Stopwatch {
  const laps: Record<string, number> = {};
  let since = performance.now();
  return {
    lap: (name) => {
      const now = performance.now();
      laps[name] = Math.round(now - since) / 1000;
      since = now;
    },
    laps: () => laps,
  };
}
