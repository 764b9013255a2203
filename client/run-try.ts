// What recon try does: starts the local stack, runs each date through the real workflow, and says what came out.
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { WorkflowFailedError } from '@temporalio/client';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { AccountSetup } from '../activities/accounts.ts';
import { openStore } from '../activities/report/open-store.ts';
import { publishReport } from '../activities/report/publish-report.ts';
import { parseBusinessDate } from '../domain/business-date.ts';
import type { ReconcileInput, RunResult } from '../workflows/contracts.ts';
import type { reconcileAccountDay } from '../workflows/reconcile-account-day.ts';
import { accountDayWorkflowId } from '../workflows/workflow-ids.ts';
import { CannotDo } from './cannot-do.ts';
import type { ClientIo } from './client-io.ts';
import { type ExitCode, exitCodeOf } from './exit-codes.ts';
import { type LocalRecon, startLocalRecon } from './local-recon.ts';
import { planTry, type TryOptions, type TryPlan } from './try-files.ts';
import { readTryRun, type TryRun, writeTryJson } from './try-result.ts';
import { writeTryTable } from './try-table.ts';

// Files do not answer slowly; what fails once fails again at once.
const TRY_POLICY = { retryInitialMs: 200, retryMaxMs: 2_000, heartbeatMs: 60_000 };

export async function tryFiles(options: TryOptions, io: ClientIo): Promise<ExitCode> {
  const plan = await planTry(options);
  const progress = (message: string) => io.stderr.write(`${message}\n`);
  const out = resolve(options.out);
  await mkdir(out, { recursive: true });
  const recon = await startLocalRecon({
    ...(options.store === undefined ? {} : { storeDir: resolve(options.store) }),
    ui: false,
    mailbox: false,
    onProgress: progress,
    deps: async ({ database }) => ({
      accounts: new Map([[plan.setup.account, await sinceFirstSeen(database, plan.setup)]]),
      nowMs: () => plan.asOfMs,
      outbox: {
        enqueueRun: async () => undefined,
        failRun: async () => undefined,
        publish: (runId) => publishReport({ database, store: openStore(out) }, { runId }),
        deliver: async () => ({ sent: 0, failed: 0 }),
      },
    }),
  });
  try {
    const runs = await runDates(recon, plan, progress);
    const source = { ...recon, account: plan.setup.account };
    if (options.json) await writeTryJson(io.stdout, source, runs);
    else await writeTryTable(io.stdout, source, { runs, out });
    return exitCodeOf(runs.map((run) => run.outcome));
  } finally {
    await recon.stop();
  }
}

/**
 * In a store the account starts with the first date that any call named: a call that brings only the next days would else
 * set aside what is open from the earlier ones.
 */
async function sinceFirstSeen(database: DatabasePool, setup: AccountSetup): Promise<AccountSetup> {
  const known = await database.maybeOneFirst(sql.type(z.object({ start_date: z.string() }))`
    select start_date from accounts where account = ${setup.account}`);
  return known === null || known > setup.startDate ? setup : { ...setup, startDate: parseBusinessDate(known) };
}

async function runDates(recon: LocalRecon, plan: TryPlan, progress: (message: string) => void): Promise<TryRun[]> {
  const runs: TryRun[] = [];
  for (const [at, date] of plan.dates.entries()) {
    progress(`${plan.setup.account} ${date} (${at + 1} of ${plan.dates.length})`);
    const input = { account: plan.setup.account, date, trigger: 'try' as const, policy: TRY_POLICY };
    const result = await runOne(recon, input);
    runs.push(await readTryRun(recon.database, result.runId));
  }
  return runs;
}

async function runOne(recon: LocalRecon, input: ReconcileInput): Promise<RunResult> {
  try {
    return await recon.temporal.workflow.execute<typeof reconcileAccountDay>('reconcileAccountDay', {
      args: [input],
      taskQueue: 'recon',
      workflowId: accountDayWorkflowId(input.account, input.date),
    });
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    let root: Error = error;
    while (root.cause instanceof Error) root = root.cause;
    throw new CannotDo(`${input.account} ${input.date} failed: ${root.message}`, { cause: error });
  }
}
