// `recon status`: is everything on its way? Last run, what is open, which days are due, do schedules tick and workers poll.
import { type Command, Option } from 'commander';
import type { DatabasePool } from 'slonik';
import type { AccountConfig } from '../worker/config.ts';
import { action, type Handler, type Invocation } from './action.ts';
import { chooseAccounts } from './choose-accounts.ts';
import type { ClientIo } from './client-io.ts';
import type { OpenCount } from './database/read-standing.ts';
import { type DatedAccount, type DueDays, daysInSight, dueDays } from './due-days.ts';
import { EXIT } from './exit-codes.ts';
import { explainError } from './explain-error.ts';
import { examples } from './help-examples.ts';
import { accountsOption } from './option-parsers.ts';
import { type AccountStanding, renderStatus, statusOnTheWire, type TemporalStanding } from './status-view.ts';

interface StatusOptions {
  readonly account?: readonly string[];
}

export function registerStatus(program: Command, io: ClientIo): void {
  program
    .command('status')
    .description('the last run of each account, what is open, which days are due, schedules and workers')
    .addOption(new Option('--account <account>', 'only this account; may be repeated').argParser(accountsOption))
    .addHelpText('after', examples(['status', 'all accounts'], ['status --json', 'for a script']))
    .action(action<StatusOptions>(io, async () => status));
}

const status: Handler<StatusOptions> = async (invocation) => {
  const { context, io, options, output } = invocation;
  const accounts = chooseAccounts(await context.config(), options);
  const nowMs = io.nowMs();
  const [standings, temporal] = await Promise.all([
    context.database().then((database) => standingsOf(database, accounts, nowMs)),
    temporalOf(invocation, accounts, nowMs),
  ]);
  output.result(statusOnTheWire(standings, temporal), () => renderStatus(output.palette, standings, temporal, nowMs));
  return temporal.problem === null ? EXIT.clean : EXIT.failed;
};

/** The database's half of the answer. */
export async function standingsOf(
  database: DatabasePool,
  accounts: readonly DatedAccount[],
  nowMs: number,
): Promise<readonly AccountStanding[]> {
  const { readLatestRuns } = await import('./database/read-runs.ts');
  const { readConclusiveDays, readOpenCounts } = await import('./database/read-standing.ts');
  const names = accounts.map((account) => account.account);
  const from = accounts.flatMap((account) => daysInSight(account, nowMs).slice(0, 1)).sort()[0];
  const [latest, conclusive, open] = await Promise.all([
    readLatestRuns(database, names),
    from === undefined ? new Map<string, ReadonlySet<string>>() : readConclusiveDays(database, names, from),
    readOpenCounts(database, names),
  ]);
  return accounts.map((account) => {
    const days: DueDays = dueDays(account, conclusive.get(account.account) ?? new Set(), nowMs);
    const counts: readonly OpenCount[] = open.filter((count) => count.account === account.account);
    return { account: account.account, zone: account.zone, latest: latest.get(account.account) ?? null, days, counts };
  });
}

/** The database's half is worth showing without Temporal's. */
async function temporalOf(
  { context }: Invocation<StatusOptions>,
  accounts: readonly AccountConfig[],
  nowMs: number,
): Promise<TemporalStanding> {
  try {
    const access = await context.temporal();
    const { planSchedules } = await import('./temporal/schedule-plan.ts');
    const { viewSchedule } = await import('./temporal/schedule-view.ts');
    const { isServed, pollersOf } = await import('./temporal/pollers.ts');
    const { composeAccounts, fetchTaskQueues } = await import('../worker/compose-accounts.ts');
    const config = await context.config();
    const queues = [access.taskQueue, ...fetchTaskQueues(composeAccounts(config), access.taskQueue)];
    const [schedules, pollers] = await Promise.all([
      Promise.all(planSchedules({ accounts }).map((plan) => viewSchedule(access.client, plan, access.taskQueue))),
      Promise.all(queues.map((queue) => pollersOf(access, queue, nowMs))),
    ]);
    const workers = pollers.map((poller) => ({ ...poller, isServed: isServed(poller, access.taskQueue) }));
    return { problem: null, schedules, workers };
  } catch (error) {
    const { isExpected, message } = explainError(error);
    if (!isExpected) throw error;
    return { problem: message, schedules: [], workers: [] };
  }
}
