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

interface DecideWords {
  readonly approve: string;
  readonly reject: string;
  /** Where the names of proposals are to be seen. */
  readonly shownBy: string;
  /** The group of commands, for the example. */
  readonly group: string;
}

export const ABOUT_DIFFERENCES: DecideWords = {
  approve: 'approve what another person proposed; the next run of the account carries it out',
  reject: 'refuse what another person proposed; the difference stays open',
  shownBy: 'discrepancies show',
  group: 'discrepancies',
};

export const ABOUT_RULES: DecideWords = {
  approve: 'approve a rule set that another person proposed; runs of the account apply it from then on',
  reject: 'refuse a rule set that another person proposed; the rules stay as they are',
  shownBy: 'rules proposals',
  group: 'rules',
};

export const ABOUT_PERIODS: DecideWords = {
  approve: 'approve what another person proposed about locked days; it holds from then on',
  reject: 'refuse what another person proposed about locked days; they stay as they are',
  shownBy: 'periods list',
  group: 'periods',
};

const VERBS = [
  { verb: 'approve', approve: true, why: 'looked at all of it' },
  { verb: 'reject', approve: false, why: 'ask the processor first' },
] as const;

export function registerDecide(group: Command, io: ClientIo, words: DecideWords): void {
  for (const { verb, approve, why } of VERBS) {
    group
      .command(verb)
      .description(words[verb])
      .argument('<proposals...>', `as ${words.shownBy} has them: number@hash`)
      .addOption(becauseOption('why; it is kept for the auditor'))
      .addHelpText(
        'after',
        examples([
          `${words.group} ${verb} 5@3f2a9c1d04be --because "${why}"`,
          'never your own; refused if what it is about has changed since',
        ]),
      )
      .action(
        action<DecideOptions>(io, async () =>
          acting(async ({ operands, options: { because } }) => {
            const { decideProposal } = await import('../database/act-on-discrepancies.ts');
            const { readNamed } = await import('../database/read-proposals.ts');
            return parseProposalNames(operands).map(({ proposalId, sha256Start }) => ({
              subject: `${proposalId}`,
              act: async (connection) => {
                // Where no hash begins so, the database is left to say what is wrong.
                const { sha256, kind } = (await readNamed(connection, proposalId, sha256Start)) ?? {
                  sha256: sha256Start,
                };
                await decideProposal(connection, { id: proposalId, sha256 }, approve, because);
                return saidOf(approve, kind);
              },
            }));
          }),
        ),
      );
  }
}

function saidOf(approve: boolean, kind: string | undefined): string {
  if (kind === 'rule_set')
    return approve ? 'approved; its rules are in force' : 'rejected; the rules stay as they were';
  if (kind === 'period') return approve ? 'approved; it is in force' : 'rejected; the days stay as they were';
  return approve ? 'approved; the next run of its account carries it out' : 'rejected; the difference stays as it was';
}
