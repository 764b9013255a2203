// `recon discrepancies match`: proposes that rows belong together, whatever the rules make of them.
import type { Command } from 'commander';
import type { DatabasePool } from 'slonik';
import { action, type Handler } from '../action.ts';
import type { ClientIo } from '../client-io.ts';
import type { RowsToMatch } from '../database/act-on-discrepancies.ts';
import { withPersonDatabase } from '../database/person-database.ts';
import { examples } from '../help-examples.ts';
import { parseRowAddress, type RowAddress } from '../rules/row-address.ts';
import { UsageError } from '../usage-error.ts';
import { type BecauseOptions, becauseOf, becauseOptions } from './because-options.ts';
import { doAll } from './do-all.ts';
import { reportOutcome } from './report-outcome.ts';

export function registerMatch(discrepancies: Command, io: ClientIo): void {
  const match = discrepancies
    .command('match')
    .description('propose that rows belong together; another person decides, and no run takes them apart')
    .argument('<rows...>', 'numbers of discrepancies (all their rows), or account/side/id');
  for (const option of becauseOptions('same_movement')) match.addOption(option);
  match
    .addHelpText(
      'after',
      examples(
        [
          'discrepancies match 17 18 --because "order number was mistyped"',
          'the rows of both discrepancies, as one group',
        ],
        [
          'discrepancies match stripe/us/processor/ch_1 stripe/us/internal/order-7 --because "same customer, same day"',
          'two of several that nobody can tell apart',
        ],
      ),
    )
    .action(action<BecauseOptions>(io, async () => proposeTheMatch));
}

const proposeTheMatch: Handler<BecauseOptions> = async (invocation) => {
  const { operands, options, output } = invocation;
  const addresses = [...new Set(operands)].map(parseRowAddress);
  const { proposeMatch } = await import('../database/act-on-discrepancies.ts');
  const outcome = await withPersonDatabase(invocation, async (database) => {
    const rows = await rowsToMatch(database, addresses);
    const step = {
      subject: operands.join(' '),
      act: async (connection: Parameters<typeof proposeMatch>[0]) => {
        const name = await proposeMatch(connection, rows, becauseOf(options));
        return `proposal ${name}, for another person to approve`;
      },
    };
    return doAll(database, [step]);
  });
  return reportOutcome(output, outcome);
};

/** @throws UsageError where they are not all of one account. */
async function rowsToMatch(database: DatabasePool, addresses: readonly RowAddress[]): Promise<RowsToMatch> {
  const discrepancies = addresses.flatMap((one) => ('discrepancyId' in one ? [one.discrepancyId] : []));
  const rows = addresses.flatMap((one) => ('discrepancyId' in one ? [] : [one]));
  const { readAccountsOf } = await import('../database/read-accounts-of.ts');
  const accounts = new Set([...(await readAccountsOf(database, discrepancies)), ...rows.map(({ account }) => account)]);
  const [account, ...others] = accounts;
  if (account === undefined) throw new UsageError('there are no such discrepancies: discrepancies list shows them');
  if (others.length > 0)
    throw new UsageError(`rows of one account belong together, these are of ${[...accounts].join(', ')}`);
  return { account, discrepancies, rows: rows.map(({ side, id }) => ({ side, id })) };
}
