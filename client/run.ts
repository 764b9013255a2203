// `recon run`: reconciles one day of the chosen accounts now, through the same workflow as the schedule.
import { type Command, Option } from 'commander';
import type { BusinessDate } from '../domain/business-date.ts';
import { action, type Handler } from './action.ts';
import { chooseAccounts } from './choose-accounts.ts';
import type { ClientIo } from './client-io.ts';
import { assertEnded, assertStarted, latestEndedDate } from './day-of-account.ts';
import { examples } from './help-examples.ts';
import { accountsOption, dateOption, namesOption, reasonOption } from './option-parsers.ts';

interface RunOptions {
  readonly processors?: readonly string[];
  readonly account?: readonly string[];
  readonly date?: BusinessDate;
  readonly reason?: string;
  readonly wait: boolean;
}

export function registerRun(program: Command, io: ClientIo): void {
  program
    .command('run')
    .description('reconcile one day now, wait for it, and show what came out')
    .option('--processors <names>', 'every account of these processors, such as stripe,paypal', namesOption)
    .addOption(
      new Option('--account <account>', 'this account; may be repeated (default: all)').argParser(accountsOption),
    )
    .option('--date <date>', 'business date in the account’s zone (default: yesterday there)', dateOption)
    .option('--reason <text>', 'why a day is run again; kept with the run', reasonOption)
    .option('--no-wait', 'start it and return')
    .addHelpText(
      'after',
      examples(
        ['run --processors stripe,paypal', 'yesterday of every Stripe and PayPal account'],
        [
          'run --account stripe/us --date 2026-01-31',
          'one day of one account; a day that was run before gets the next run number',
        ],
        [
          'run --account stripe/us --json',
          'one object on stdout; the exit code says how it went (0 clean, 1 differences, 3 failed, 4 inconclusive)',
        ],
      ),
    )
    .action(action<RunOptions>(io, async () => run));
}

const run: Handler<RunOptions> = async (invocation) => {
  const { context, io, options } = invocation;
  const accounts = chooseAccounts(await context.config(), options);
  const days = accounts.map((account) => {
    const date = options.date ?? latestEndedDate(account, io.nowMs());
    assertEnded(account, date, io.nowMs());
    assertStarted(account, date);
    return { account: account.account, date };
  });
  const { runDays } = await import('./run-days.ts');
  return runDays(invocation, days, { trigger: 'manual', reason: options.reason, wait: options.wait });
};
