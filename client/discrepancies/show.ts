// `recon discrepancies show`: one in full.
import type { Command } from 'commander';
import { action, type Handler } from '../action.ts';
import type { ClientIo } from '../client-io.ts';
import { type PersonOptions, withReadersDatabase } from '../database/person-database.ts';
import { EXIT } from '../exit-codes.ts';
import { examples } from '../help-examples.ts';
import { UsageError } from '../usage-error.ts';
import { discrepancyNumber } from './discrepancy-numbers.ts';

export function registerShow(discrepancies: Command, io: ClientIo): void {
  discrepancies
    .command('show')
    .description('one in full: both rows, what differs, what was proposed and noted, what happened to it')
    .argument('<number>', 'as discrepancies list shows it')
    .addHelpText('after', examples(['discrepancies show 17', 'the one of that number']))
    .action(action<PersonOptions>(io, async () => show));
}

const show: Handler<PersonOptions> = async (invocation) => {
  const { operands, output } = invocation;
  const [number = ''] = operands;
  const id = discrepancyNumber(number);
  const { readDiscrepancy } = await import('../database/read-discrepancies.ts');
  const { discrepancyDetailOnTheWire, renderDiscrepancy } = await import('../discrepancy-view.ts');
  const found = await withReadersDatabase(invocation, (database) => readDiscrepancy(database, id));
  if (found === null)
    throw new UsageError(`there is no discrepancy ${number}: discrepancies list shows those there are`);
  output.result(discrepancyDetailOnTheWire(found), () => renderDiscrepancy(output.palette, found));
  return EXIT.clean;
};
