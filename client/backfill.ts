// `recon backfill`: reconciles a range of past days, oldest first; and pauses, resumes, cancels or watches those that run.
import { type Command, Option } from 'commander';
import { addDays, type BusinessDate } from '../domain/business-date.ts';
import type { AccountConfig } from '../worker/config.ts';
import { action, type Handler, type Invocation } from './action.ts';
import { CannotDo } from './cannot-do.ts';
import { chooseAccounts } from './choose-accounts.ts';
import type { ClientIo } from './client-io.ts';
import { assertEnded } from './day-of-account.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { accountsOption, dateOption, namesOption, reasonOption } from './option-parsers.ts';
import type { RunningBackfill } from './temporal/backfill-workflow.ts';
import { renderTable } from './terminal/table.ts';
import { UsageError } from './usage-error.ts';

interface ChoiceOptions {
  readonly account?: readonly string[];
}

interface BackfillOptions extends ChoiceOptions {
  readonly processors?: readonly string[];
  readonly from?: BusinessDate;
  readonly to?: BusinessDate;
  readonly force?: boolean;
  readonly reason?: string;
  readonly wait: boolean;
}

// activities/run/plan-days.ts refuses more.
const DAYS_MAX = 3_700;

export function registerBackfill(program: Command, io: ClientIo): void {
  const account = () =>
    new Option('--account <account>', 'this account; may be repeated (default: all)').argParser(accountsOption);
  const backfill = program
    .command('backfill')
    .description('reconcile a range of past days, oldest first; also: pause, resume, cancel, progress')
    .option('--from <date>', 'first business date', dateOption)
    .option('--to <date>', 'last business date', dateOption)
    .addOption(account())
    .option('--processors <names>', 'every account of these processors, such as stripe,paypal', namesOption)
    .option('--force', 'run days again that are done already; needs --reason')
    .option('--reason <text>', 'why; kept with each run', reasonOption)
    .option('--no-wait', 'start it and return')
    .addHelpText(
      'after',
      examples(
        [
          'backfill --from 2026-01-01 --to 2026-01-31',
          'January of every account; days that are done already are left alone',
        ],
        [
          'backfill --from 2026-01-01 --to 2026-01-31 --account stripe/us --force --reason "fees corrected"',
          'run them all again',
        ],
        ['backfill progress', 'how far those that run are'],
        ['backfill pause --account stripe/us', 'after the day under way; backfill resume goes on'],
      ),
    )
    .action(action<BackfillOptions>(io, async () => run));
  const verbs = [
    ['pause', 'pause after the day under way', steer('pause', (running) => running.handle.signal('pause'))],
    ['resume', 'go on where it was paused', steer('resume', (running) => running.handle.signal('resume'))],
    ['cancel', 'end it; the day under way still finishes', steer('cancel', (running) => running.handle.cancel())],
    ['progress', 'how far those that run are', progress],
  ] as const;
  for (const [verb, description, handler] of verbs) {
    backfill
      .command(verb)
      .description(description)
      .addHelpText('after', examples([`backfill ${verb} --account stripe/us`, 'without --account: all that run']))
      // --account is the parent's, which takes it before the verb is looked at.
      .action(action<ChoiceOptions>(io, async () => handler));
  }
}

const run: Handler<BackfillOptions> = async (invocation) => {
  const { context, io, options, output } = invocation;
  const { from, to, force = false, reason, wait } = options;
  if (from === undefined || to === undefined) throw new UsageError('name the range with --from DATE and --to DATE');
  if (from > to) throw new UsageError(`--from ${from} is after --to ${to}: swap them`);
  if (force && reason === undefined)
    throw new UsageError('--force runs days again that are done: say why with --reason TEXT');
  const chosen = chooseAccounts(await context.config(), options);
  for (const account of chosen) assertEnded(account, to, io.nowMs());
  if (to > addDays(from, DAYS_MAX - 1)) throw new UsageError(`a backfill covers at most ${DAYS_MAX} days`);
  const { accounts, notes } = withoutLaterStarts(chosen, from, to);
  for (const note of notes) output.note(note);
  const { ACCOUNTS_AT_ONCE_MAX, runBackfills, startBackfills } = await import('./run-backfills.ts');
  if (wait) return runBackfills(invocation, accounts, { from, to }, { force, reason });
  if (accounts.length > ACCOUNTS_AT_ONCE_MAX) {
    throw new UsageError(`--no-wait starts at most ${ACCOUNTS_AT_ONCE_MAX} accounts at once: name them with --account`);
  }
  return startBackfills(invocation, accounts, { from, to }, { force, reason });
};

/** Nothing before an account's start date is reconciled. */
function withoutLaterStarts(chosen: readonly AccountConfig[], from: BusinessDate, to: BusinessDate) {
  const started = chosen.filter((account) => account.startDate <= to);
  const [first] = chosen;
  if (started.length === 0 && first !== undefined) {
    throw new UsageError(
      `${first.account} starts on ${first.startDate} (startDate in the configuration), after --to ${to}`,
    );
  }
  return {
    accounts: started.map((account) => account.account),
    notes: chosen
      .filter((account) => account.startDate > from)
      .map((account) => `${account.account} starts on ${account.startDate}: earlier days are left out`),
  };
}

async function runningOf({ context, options }: Invocation<ChoiceOptions>): Promise<readonly RunningBackfill[]> {
  const { runningBackfills } = await import('./temporal/backfill-workflow.ts');
  if (options.account !== undefined) chooseAccounts(await context.config(), { account: options.account });
  const running = await runningBackfills(await context.temporal());
  return running.filter(({ account }) => options.account?.includes(account) ?? true);
}

function steer(verb: string, tell: (running: RunningBackfill) => Promise<unknown>): Handler<ChoiceOptions> {
  return async (invocation) => {
    const running = await runningOf(invocation);
    if (running.length === 0) {
      const whose = invocation.options.account === undefined ? '' : ` of ${invocation.options.account.join(', ')}`;
      throw new CannotDo(`no backfill${whose} is running: there is nothing to ${verb}`);
    }
    for (const one of running) await tell(one);
    const told = running.map(({ account, from, to, workflowId }) => ({ account, from, to, workflowId }));
    invocation.output.result({ [verb]: told }, () =>
      told.map(({ workflowId }) => `${workflowId}: told to ${verb}`).join('\n'),
    );
    return EXIT.clean;
  };
}

const progress: Handler<ChoiceOptions> = async (invocation) => {
  const { context, output } = invocation;
  const { askProgress } = await import('./temporal/backfill-workflow.ts');
  const { progressWords } = await import('./run-backfills.ts');
  const access = await context.temporal();
  const running = await runningOf(invocation);
  const seen = await Promise.all(
    running.map(async (one) => ({ one, progress: await askProgress(access, one.handle) })),
  );
  output.result(
    {
      backfills: seen.map(({ one: { handle: _handle, ...range }, progress: said }) => ({
        ...range,
        ...(said === undefined ? { answered: false } : { answered: true, ...said }),
      })),
    },
    () => {
      if (seen.length === 0) return 'No backfill is running.';
      const rows = seen.map(({ one, progress: said }) => [
        one.account,
        `${one.from}..${one.to}`,
        said === undefined ? '–' : `${said.done.length + said.failed.length}/${said.total}`,
        said === undefined ? 'no worker answers' : progressWords(said),
      ]);
      return renderTable(
        output.palette,
        ['Account', 'Range', 'Days', 'At'].map((title) => ({ title })),
        rows,
      );
    },
  );
  return EXIT.clean;
};
