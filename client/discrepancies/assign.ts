// `recon discrepancies assign`: who looks at it.
import { type Command, Option } from 'commander';
import { action } from '../action.ts';
import type { ClientIo } from '../client-io.ts';
import type { PersonOptions } from '../database/person-database.ts';
import { examples } from '../help-examples.ts';
import { UsageError } from '../usage-error.ts';
import { acting } from './act.ts';
import { discrepancyNumbers } from './discrepancy-numbers.ts';

interface AssignOptions extends PersonOptions {
  readonly to?: string;
  readonly nobody?: boolean;
}

export function registerAssign(discrepancies: Command, io: ClientIo): void {
  discrepancies
    .command('assign')
    .description('say who looks at it')
    .argument('<numbers...>', 'as discrepancies list shows them')
    .addOption(new Option('--to <login>', 'the login of the person, as recon access report shows it'))
    .addOption(new Option('--nobody', 'take it back').conflicts('to'))
    .addHelpText(
      'after',
      examples(
        ['discrepancies assign 17 18 --to ben', 'both, or none if one is refused'],
        ['discrepancies assign 17 --nobody', 'open to everybody again'],
      ),
    )
    .action(
      action<AssignOptions>(io, async () =>
        acting(async ({ operands, options: { to, nobody } }) => {
          if (to === undefined && nobody !== true) throw new UsageError('say to whom: --to LOGIN, or --nobody');
          const { assignDiscrepancy } = await import('../database/act-on-discrepancies.ts');
          return discrepancyNumbers(operands).map((id) => ({
            subject: String(id),
            act: async (connection) => {
              await assignDiscrepancy(connection, id, to ?? null);
              return to === undefined ? 'assigned to nobody' : `assigned to ${to}`;
            },
          }));
        }),
      ),
    );
}
