// `recon discrepancies approve | reject`: the second person's word. What is decided is named by its hash, so that it is what was read.
import type { Command } from 'commander';
import { action } from '../action.ts';
import type { ClientIo } from '../client-io.ts';
import type { PersonOptions } from '../database/person-database.ts';
import { examples } from '../help-examples.ts';
import { acting } from './act.ts';
import { becauseOption } from './because-options.ts';
import { parseProposalNames } from './proposal-name.ts';

interface DecideOptions extends PersonOptions {
  readonly because: string;
}

const VERBS = [
  {
    verb: 'approve',
    approve: true,
    about: 'approve what another person proposed; the next run of the account carries it out',
    example: 'discrepancies approve 5@3f2a9c1d04be --because "fee seen in the contract"',
    said: 'approved; the next run of its account carries it out',
  },
  {
    verb: 'reject',
    approve: false,
    about: 'refuse what another person proposed; the difference stays open',
    example: 'discrepancies reject 5@3f2a9c1d04be --because "ask the processor first"',
    said: 'rejected; the difference stays as it was',
  },
] as const;

export function registerDecide(discrepancies: Command, io: ClientIo): void {
  for (const { verb, approve, about, example, said } of VERBS) {
    discrepancies
      .command(verb)
      .description(about)
      .argument('<proposals...>', 'as discrepancies show has them: number@hash')
      .addOption(becauseOption('why; it is kept for the auditor'))
      .addHelpText('after', examples([example, 'never your own; refused if what it is about has changed since']))
      .action(
        action<DecideOptions>(io, async () =>
          acting(async ({ operands, options: { because } }) => {
            const { decideProposal } = await import('../database/act-on-discrepancies.ts');
            const { readSha256 } = await import('../database/read-proposals.ts');
            return parseProposalNames(operands).map(({ proposalId, sha256Start }) => ({
              subject: `${proposalId}`,
              act: async (connection) => {
                // Where no hash begins so, the database is left to say what is wrong.
                const sha256 = (await readSha256(connection, proposalId, sha256Start)) ?? sha256Start;
                await decideProposal(connection, { id: proposalId, sha256 }, approve, because);
                return said;
              },
            }));
          }),
        ),
      );
  }
}
