// `recon discrepancies list`: what is open, the worst first.
import { type Command, Option } from 'commander';
import type { BusinessDate } from '../../domain/business-date.ts';
import {
  DISCREPANCY_STATES,
  type DiscrepancyState,
  SEVERITIES,
  type Severity,
  VERDICTS,
  type Verdict,
} from '../../domain/vocabulary.ts';
import { action, type Handler } from '../action.ts';
import { chooseAccounts } from '../choose-accounts.ts';
import type { ClientIo } from '../client-io.ts';
import { type PersonOptions, personUrl, withReadersDatabase } from '../database/person-database.ts';
import type { DiscrepancyFilter, Sort } from '../database/read-discrepancies.ts';
import { EXIT } from '../exit-codes.ts';
import { examples } from '../help-examples.ts';
import { accountsOption, countOption, dateOption, wordsOption } from '../option-parsers.ts';
import { UsageError } from '../usage-error.ts';

interface ListOptions extends PersonOptions {
  readonly account?: readonly string[];
  readonly verdict?: readonly Verdict[];
  readonly severity?: readonly Severity[];
  readonly state?: ReadonlyArray<DiscrepancyState | 'all'>;
  readonly assignee?: string;
  readonly nobody?: boolean;
  readonly waiting?: boolean;
  readonly overdue?: boolean;
  readonly date?: BusinessDate;
  readonly from?: BusinessDate;
  readonly to?: BusinessDate;
  readonly sort: Sort;
  readonly limit: number;
}

const LIST_DEFAULT = 50;
const LIST_MAX = 10_000;
// Said again in read-discrepancies.ts, which --help does not load.
const SORT_WORDS: readonly Sort[] = ['severity', 'amount', 'due', 'age', 'account'];

export function registerList(discrepancies: Command, io: ClientIo): void {
  const list = discrepancies
    .command('list')
    .description(
      'the worst first; only what is open and needs somebody, unless --state, --verdict or --waiting says otherwise',
    );
  for (const option of filterOptions()) list.addOption(option);
  list
    .addOption(new Option('--sort <by>', 'what comes first').choices(SORT_WORDS).default('severity'))
    .addOption(new Option('--limit <count>', 'how many').argParser(countOption(LIST_MAX)).default(LIST_DEFAULT))
    .addHelpText(
      'after',
      examples(
        ['discrepancies list', `the worst ${LIST_DEFAULT} that are open`],
        ['discrepancies list --overdue --sort due', 'what should have been done by now'],
        ['discrepancies list --state proposed', 'what waits for a second person, with the proposals to decide'],
        ['discrepancies list --account stripe/us --from 2026-01-01 --to 2026-01-31', 'a month of one account'],
        ['discrepancies list --verdict missing_internal --severity high,critical --json', 'for a script'],
      ),
    )
    .action(action<ListOptions>(io, async () => listThem));
}

function filterOptions(): readonly Option[] {
  return [
    new Option('--account <account>', 'only this account; may be repeated').argParser(accountsOption),
    new Option('--verdict <verdicts>', 'only these, such as missing_internal,amount_mismatch').argParser(
      wordsOption(VERDICTS),
    ),
    new Option('--severity <severities>', 'only these, such as high,critical').argParser(wordsOption(SEVERITIES)),
    new Option('--state <states>', 'only these, such as closed, or all').argParser(
      wordsOption([...DISCREPANCY_STATES, 'all']),
    ),
    new Option('--assignee <login>', 'only what this person has'),
    new Option('--nobody', 'only what nobody has').conflicts('assignee'),
    new Option('--overdue', 'only what should have been done by now'),
    new Option('--waiting', 'also what merely waits for the other side'),
    new Option('--date <date>', 'only this business date').argParser(dateOption),
    new Option('--from <date>', 'business dates from this one on').argParser(dateOption).conflicts('date'),
    new Option('--to <date>', 'business dates up to this one').argParser(dateOption).conflicts('date'),
  ];
}

const listThem: Handler<ListOptions> = async (invocation) => {
  const { context, options, output } = invocation;
  const { account, from, to, sort, limit } = options;
  if (from !== undefined && to !== undefined && from > to) throw new UsageError(`--from ${from} is after --to ${to}`);
  if (personUrl(invocation) === undefined) {
    const config = await context.config();
    if (account !== undefined) chooseAccounts(config, { account });
  }
  const { LIVE_STATES, readDiscrepancies } = await import('../database/read-discrepancies.ts');
  const { discrepancyOnTheWire, renderDiscrepancies } = await import('../discrepancy-view.ts');
  const found = await withReadersDatabase(invocation, (database) =>
    readDiscrepancies(database, filterOf(options, LIVE_STATES), limit + 1, sort),
  );
  const shown = found.slice(0, limit);
  const more = found.length > limit;
  output.result({ discrepancies: shown.map(discrepancyOnTheWire), more }, () =>
    shown.length === 0 ? 'Nothing of the kind.' : renderDiscrepancies(output.palette, shown),
  );
  if (more && !output.json) output.note(`The first ${limit}; --limit shows more.`);
  return EXIT.clean;
};

function filterOf(options: ListOptions, live: readonly DiscrepancyState[]): DiscrepancyFilter {
  const { account, verdict, severity, state, assignee, nobody, overdue, waiting, date, from, to } = options;
  return {
    ...(account === undefined ? {} : { accounts: account }),
    ...(verdict === undefined ? {} : { verdicts: verdict }),
    ...(severity === undefined ? {} : { severities: severity }),
    ...(assignee === undefined ? {} : { assignee }),
    ...(nobody === true ? { assignee: null } : {}),
    ...(overdue === true ? { overdue } : {}),
    // Asked for by name, it is not left out.
    ...(waiting === true || verdict !== undefined || state !== undefined ? {} : { waiting: false }),
    ...(date === undefined ? {} : { date }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    states: state === undefined ? live : statesOf(state),
  };
}

function statesOf(words: ReadonlyArray<DiscrepancyState | 'all'>): readonly DiscrepancyState[] {
  return DISCREPANCY_STATES.filter((state) => words.includes('all') || words.includes(state));
}
