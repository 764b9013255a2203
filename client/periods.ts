// `recon periods …`: which days are done with. A locked day is not run again until two people open it.
import { type Command, Option } from 'commander';
import { action, type Handler, type Invocation } from './action.ts';
import type { ClientIo } from './client-io.ts';
import { type PersonOptions, withReadersDatabase } from './database/person-database.ts';
import { acting } from './discrepancies/act.ts';
import { becauseOption } from './discrepancies/because-options.ts';
import { ABOUT_PERIODS, registerDecide } from './discrepancies/decide.ts';
import type { Step } from './discrepancies/do-all.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { accountOption, accountsOption, dateOption } from './option-parsers.ts';
import { UsageError } from './usage-error.ts';

interface ProposeOptions extends PersonOptions {
  readonly account: readonly string[];
  readonly through?: string;
  readonly none?: boolean;
  readonly because: string;
}

interface ListOptions extends PersonOptions {
  readonly account?: string;
}

const ABOUT = `
Locked are the days of an account through one of them: each has to have been concluded by a run. A run of a locked day is refused,
whoever asks for it and with whatever reason. Rows that come late for such a day are taken up by the next open one, and its differences
are still decided by people. To open days again, propose an earlier day, or --none.
`;

export function registerPeriods(program: Command, io: ClientIo): void {
  const periods = program
    .command('periods')
    .description('which days are done with: propose, list, approve, reject')
    .option('--database <url>', 'your own login (default: RECON_DATABASE_URL)')
    .addHelpText('after', ABOUT);
  periods
    .command('propose')
    .description(
      'propose that the days of an account are locked through a day, or opened again; another person decides',
    )
    .addOption(
      new Option('--account <account>', 'may be given several times: a proposal for each, or none')
        .argParser(accountsOption)
        .makeOptionMandatory(),
    )
    .addOption(new Option('--through <date>', 'the last day that is locked').argParser(dateOption))
    .addOption(new Option('--none', 'no day is locked any more').conflicts('through'))
    .addOption(becauseOption('why, for the one who decides and for the auditor'))
    .addHelpText(
      'after',
      examples(
        [
          'periods propose --account stripe/us --through 2026-01-31 --because "January is closed"',
          'the whole of January',
        ],
        [
          'periods propose --account stripe/us --through 2026-01-15 --because "fees corrected"',
          'opens the 16th and after',
        ],
      ),
    )
    .action(action<ProposeOptions>(io, async () => acting(proposals)));
  periods
    .command('list')
    .description('through which day accounts are locked, and what was proposed')
    .addOption(new Option('--account <account>', 'only of this one').argParser(accountOption))
    .addHelpText('after', examples(['periods list --account stripe/us', 'before you approve']))
    .action(action<ListOptions>(io, async () => list));
  registerDecide(periods, io, ABOUT_PERIODS);
}

async function proposals({ options }: Invocation<ProposeOptions>): Promise<readonly Step[]> {
  const { through, none, because } = options;
  if (through === undefined && none !== true) throw new UsageError('say through which day: --through DATE, or --none');
  const { proposePeriod } = await import('./database/act-on-discrepancies.ts');
  // Ascending, so that two people never wait for each other crosswise.
  return [...options.account].sort().map((account) => ({
    subject: account,
    act: async (connection) => {
      const name = await proposePeriod(connection, account, through ?? null, because);
      return `proposal ${name}, for another person to approve`;
    },
  }));
}

const list: Handler<ListOptions> = async (invocation) => {
  const { options, output } = invocation;
  const { readPeriods } = await import('./database/read-periods.ts');
  const { periodOnTheWire, renderPeriods } = await import('./periods/render-periods.ts');
  const found = await withReadersDatabase(invocation, (database) => readPeriods(database, options.account ?? null));
  output.result({ proposals: found.map(periodOnTheWire) }, () => renderPeriods(output.palette, found));
  return EXIT.clean;
};
