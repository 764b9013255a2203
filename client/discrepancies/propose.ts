// `recon discrepancies propose | reopen`: what should be done about differences. Nothing is done until another person approves.
import { Argument, type Command } from 'commander';
import { action } from '../action.ts';
import type { ClientIo } from '../client-io.ts';
import type { Proposed } from '../database/act-on-discrepancies.ts';
import { examples } from '../help-examples.ts';
import { UsageError } from '../usage-error.ts';
import { acting } from './act.ts';
import { type BecauseOptions, becauseOf, becauseOptions } from './because-options.ts';
import { discrepancyNumbers } from './discrepancy-numbers.ts';
import type { Step } from './do-all.ts';

const KINDS = ['resolve', 'write_off', 'not_duplicate'] as const satisfies readonly Proposed[];

const ABOUT_KINDS = `
resolve         the rows do belong together; the difference between them is accepted
write_off       the difference is given up, with its money
not_duplicate   the row is a movement of its own, and is compared again as such
Rows that belong together and were not put together: discrepancies match. A payout's remainder cannot be decided by hand.
`;

export function registerPropose(discrepancies: Command, io: ClientIo): void {
  const propose = discrepancies
    .command('propose')
    .description('propose what to do about it; another person decides')
    .addArgument(new Argument('<kind>', 'what to do').choices(KINDS))
    .argument('<numbers...>', 'as discrepancies list shows them');
  for (const option of becauseOptions()) propose.addOption(option);
  propose
    .addHelpText('after', ABOUT_KINDS)
    .addHelpText(
      'after',
      examples([
        'discrepancies propose write_off 17 18 --reason processor_fee --because "monthly fee, not booked by row"',
        'a proposal for each, or none',
      ]),
    )
    .action(
      action<BecauseOptions>(io, async () =>
        acting(async ({ operands: [word = '', ...numbers], options }) => {
          const kind = KINDS.find((known) => known === word);
          if (kind === undefined) throw new UsageError(`"${word}" is none of ${KINDS.join(', ')}`);
          return proposals(kind, numbers, options);
        }),
      ),
    );
  const reopen = discrepancies
    .command('reopen')
    .description('propose to take back what people decided; another person decides')
    .argument('<numbers...>', 'resolved or written off');
  for (const option of becauseOptions('decided_wrongly')) reopen.addOption(option);
  reopen
    .addHelpText(
      'after',
      examples([
        'discrepancies reopen 17 --because "the money came after all"',
        'once approved, the next run decides its rows afresh',
      ]),
    )
    .action(
      action<BecauseOptions>(io, async () =>
        acting(async ({ operands, options }) => proposals('reopen', operands, options)),
      ),
    );
}

async function proposals(
  kind: Proposed,
  numbers: readonly string[],
  options: BecauseOptions,
): Promise<readonly Step[]> {
  const { proposeDecision } = await import('../database/act-on-discrepancies.ts');
  return discrepancyNumbers(numbers).map((id) => ({
    subject: String(id),
    act: async (connection) => {
      const name = await proposeDecision(connection, kind, id, becauseOf(options));
      return `proposal ${name}, for another person to approve`;
    },
  }));
}
