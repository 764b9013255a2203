// `recon runs list|show`: what was reconciled, and what came out.
import { type Command, Option } from 'commander';
import type { BusinessDate } from '../domain/business-date.ts';
import { OUTCOMES, type Outcome, RUN_STATUSES, type RunStatus } from '../domain/vocabulary.ts';
import { action, type Handler } from './action.ts';
import { chooseAccounts } from './choose-accounts.ts';
import type { ClientIo } from './client-io.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { accountsOption, countOption, dateOption } from './option-parsers.ts';
import { parseRunReference } from './run-reference.ts';
import { renderRuns, runOnTheWire } from './run-view.ts';
import { UsageError } from './usage-error.ts';

interface ListOptions {
  readonly account?: readonly string[];
  readonly date?: BusinessDate;
  readonly from?: BusinessDate;
  readonly to?: BusinessDate;
  readonly status?: RunStatus;
  readonly outcome?: Outcome;
  readonly limit: number;
}

const LIST_DEFAULT = 20;
const LIST_MAX = 1_000;

export function registerRuns(program: Command, io: ClientIo): void {
  const runs = program.command('runs').description('the runs there were: list, show');
  runs
    .command('list')
    .description('the latest runs, newest first')
    .addOption(new Option('--account <account>', 'only this account; may be repeated').argParser(accountsOption))
    .option('--date <date>', 'only this business date', dateOption)
    .option('--from <date>', 'from this business date', dateOption)
    .option('--to <date>', 'up to this business date', dateOption)
    .addOption(new Option('--status <status>', 'only these').choices(RUN_STATUSES))
    .addOption(new Option('--outcome <outcome>', 'only these').choices(OUTCOMES))
    .addOption(new Option('--limit <count>', 'how many').argParser(countOption(LIST_MAX)).default(LIST_DEFAULT))
    .addHelpText(
      'after',
      examples(
        ['runs list', `the latest ${LIST_DEFAULT} of all accounts`],
        ['runs list --account stripe/us --from 2026-01-01 --to 2026-01-31', 'a month of one account'],
        ['runs list --status failed --json', 'for a script'],
      ),
    )
    .action(action<ListOptions>(io, async () => list));
  runs
    .command('show')
    .description('one run in full: totals, verdicts, what it was based on, where its report is')
    .argument('<run>', 'such as stripe/us/2026-01-31#2; without #2 the latest of that day')
    .addHelpText('after', examples(['runs show stripe/us/2026-01-31', 'the latest run of that day']))
    .action(action<object>(io, async () => show));
}

const list: Handler<ListOptions> = async ({ context, options, output }) => {
  const { account, date, limit, ...filter } = options;
  if (date !== undefined && (filter.from !== undefined || filter.to !== undefined)) {
    throw new UsageError('give --date, or --from and --to, not both');
  }
  const range = date === undefined ? filter : { ...filter, from: date, to: date };
  if (range.from !== undefined && range.to !== undefined && range.from > range.to) {
    throw new UsageError(`--from ${range.from} is after --to ${range.to}: swap them`);
  }
  const config = await context.config();
  if (account !== undefined) chooseAccounts(config, { account });
  const { readRuns } = await import('./database/read-runs.ts');
  const runs = await readRuns(
    await context.database(),
    { ...range, ...(account === undefined ? {} : { accounts: account }) },
    limit,
  );
  output.result({ runs: runs.map(runOnTheWire) }, () =>
    runs.length === 0 ? 'No such run.' : renderRuns(output.palette, runs),
  );
  if (runs.length === limit && !output.json) output.note(`The latest ${limit}; --limit shows more.`);
  return EXIT.clean;
};

const show: Handler<object> = async ({ context, operands, output }) => {
  const reference = parseRunReference(operands[0] ?? '');
  const config = await context.config();
  const database = await context.database();
  const { findRun } = await import('./find-run.ts');
  const { readRunDetail } = await import('./database/read-run-detail.ts');
  const { renderRun, runDetailOnTheWire } = await import('./run-detail-view.ts');
  const { reportLocations } = await import('./report-location.ts');
  const { workflowLink } = await import('./temporal/workflow-link.ts');
  const { run, others } = await findRun(database, reference);
  const detail = await readRunDetail(database, run.runId);
  const reports = run.reportKey === null ? null : await reportLocations(config, run.reportKey);
  const link = workflowLink(await context.place(), run.workflowId, run.temporalRunId);
  output.result(
    { ...runOnTheWire(run), ...runDetailOnTheWire(detail), reports, link, others: others.map(runOnTheWire) },
    () => renderRun(output.palette, run, detail, { reports, link, others }),
  );
  return EXIT.clean;
};
