// `recon discrepancies list|show`: what does not agree, the worst first.
import { type Command, Option } from 'commander';
import type { BusinessDate } from '../domain/business-date.ts';
import {
  DISCREPANCY_STATES,
  type DiscrepancyState,
  SEVERITIES,
  type Severity,
  VERDICTS,
  type Verdict,
} from '../domain/vocabulary.ts';
import { action, type Handler } from './action.ts';
import { chooseAccounts } from './choose-accounts.ts';
import type { ClientIo } from './client-io.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { accountsOption, countOption, dateOption, wordsOption } from './option-parsers.ts';
import { UsageError } from './usage-error.ts';

interface ListOptions {
  readonly account?: readonly string[];
  readonly verdict?: readonly Verdict[];
  readonly severity?: readonly Severity[];
  readonly state?: ReadonlyArray<DiscrepancyState | 'all'>;
  readonly date?: BusinessDate;
  readonly limit: number;
}

const LIST_DEFAULT = 50;
const LIST_MAX = 10_000;

export function registerDiscrepancies(program: Command, io: ClientIo): void {
  const discrepancies = program.command('discrepancies').description('what does not agree: list, show');
  discrepancies
    .command('list')
    .description('the worst first; only what is still open, unless --state says otherwise')
    .addOption(new Option('--account <account>', 'only this account; may be repeated').argParser(accountsOption))
    .addOption(
      new Option('--verdict <verdicts>', 'only these, such as missing_internal,amount_mismatch').argParser(
        wordsOption(VERDICTS),
      ),
    )
    .addOption(
      new Option('--severity <severities>', 'only these, such as high,critical').argParser(wordsOption(SEVERITIES)),
    )
    .addOption(
      new Option('--state <states>', 'only these, such as closed, or all').argParser(
        wordsOption([...DISCREPANCY_STATES, 'all']),
      ),
    )
    .option('--date <date>', 'only this business date', dateOption)
    .addOption(new Option('--limit <count>', 'how many').argParser(countOption(LIST_MAX)).default(LIST_DEFAULT))
    .addHelpText(
      'after',
      examples(
        ['discrepancies list', `the worst ${LIST_DEFAULT} that are open`],
        ['discrepancies list --account stripe/us --date 2026-01-31', 'one day of one account'],
        ['discrepancies list --verdict missing_internal --severity high,critical --json', 'for a script'],
      ),
    )
    .action(action<ListOptions>(io, async () => list));
  discrepancies
    .command('show')
    .description('one in full: both rows, what differs, what happened to it')
    .argument('<number>', 'as discrepancies list shows it')
    .addHelpText('after', examples(['discrepancies show 17', 'the one of that number']))
    .action(action<object>(io, async () => show));
}

const list: Handler<ListOptions> = async ({ context, options, output }) => {
  const { account, verdict, severity, state, date, limit } = options;
  const config = await context.config();
  if (account !== undefined) chooseAccounts(config, { account });
  const { LIVE_STATES, readDiscrepancies } = await import('./database/read-discrepancies.ts');
  const { discrepancyOnTheWire, renderDiscrepancies } = await import('./discrepancy-view.ts');
  const found = await readDiscrepancies(
    await context.database(),
    {
      ...(account === undefined ? {} : { accounts: account }),
      ...(verdict === undefined ? {} : { verdicts: verdict }),
      ...(severity === undefined ? {} : { severities: severity }),
      ...(date === undefined ? {} : { date }),
      states: state === undefined ? LIVE_STATES : statesOf(state),
    },
    limit + 1,
  );
  const shown = found.slice(0, limit);
  const more = found.length > limit;
  output.result({ discrepancies: shown.map(discrepancyOnTheWire), more }, () =>
    shown.length === 0 ? 'Nothing of the kind.' : renderDiscrepancies(output.palette, shown),
  );
  if (more && !output.json) output.note(`The first ${limit}; --limit shows more.`);
  return EXIT.clean;
};

function statesOf(words: ReadonlyArray<DiscrepancyState | 'all'>): readonly DiscrepancyState[] {
  return DISCREPANCY_STATES.filter((state) => words.includes('all') || words.includes(state));
}

const show: Handler<object> = async ({ context, operands, output }) => {
  const [number = ''] = operands;
  if (!/^[1-9]\d{0,17}$/.test(number)) {
    throw new UsageError(`"${number}" is not the number of a discrepancy: discrepancies list shows them`);
  }
  const { readDiscrepancy } = await import('./database/read-discrepancies.ts');
  const { discrepancyDetailOnTheWire, renderDiscrepancy } = await import('./discrepancy-view.ts');
  const found = await readDiscrepancy(await context.database(), BigInt(number));
  if (found === null)
    throw new UsageError(`there is no discrepancy ${number}: discrepancies list shows those there are`);
  output.result(discrepancyDetailOnTheWire(found), () => renderDiscrepancy(output.palette, found));
  return EXIT.clean;
};
