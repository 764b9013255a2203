// `recon rules propose | proposals`: which rules an account's runs should apply. Nothing changes until another person approves.
import { type Command, Option } from 'commander';
import { canonicalJson } from '../../domain/rule-set.ts';
import { action, type Handler, type Invocation } from '../action.ts';
import type { ClientIo } from '../client-io.ts';
import { type PersonOptions, withReadersDatabase } from '../database/person-database.ts';
import { acting } from '../discrepancies/act.ts';
import { becauseOption } from '../discrepancies/because-options.ts';
import type { Step } from '../discrepancies/do-all.ts';
import { EXIT } from '../exit-codes.ts';
import { examples } from '../help-examples.ts';
import { accountOption, accountsOption } from '../option-parsers.ts';
import { UsageError } from '../usage-error.ts';

interface ProposeOptions extends PersonOptions {
  readonly account: readonly string[];
  readonly because: string;
}

interface ProposalsOptions extends PersonOptions {
  readonly account?: string;
}

const ABOUT = `
Where recon.yaml says rules: { approval: required }, a run is refused unless the rule set that is configured for its account is the
one that was approved last. Approve, and put the file in place, at the same time: between the two, runs are refused.
`;

export function registerProposeRules(rules: Command, io: ClientIo): void {
  rules
    .command('propose')
    .description('propose that the runs of an account apply a rule set; another person decides')
    .argument('<file>', 'rule set in YAML')
    .addOption(
      new Option('--account <account>', 'may be given several times: a proposal for each, or none')
        .argParser(accountsOption)
        .makeOptionMandatory(),
    )
    .addOption(becauseOption('why, for the one who decides and for the auditor'))
    .addHelpText('after', ABOUT)
    .addHelpText(
      'after',
      examples([
        'rules propose rules.yaml --account stripe/us --because "euro fees are rounded since March"',
        'rules proposals shows it with all that would change',
      ]),
    )
    .action(action<ProposeOptions>(io, async () => acting(proposals)));
  rules
    .command('proposals')
    .description('which rule sets were proposed, what they change, and which are in force')
    .addOption(new Option('--account <account>', 'only of this one').argParser(accountOption))
    .addHelpText('after', examples(['rules proposals --account stripe/us', 'before you approve']))
    .action(action<ProposalsOptions>(io, async () => list));
}

async function proposals({ operands: [file = ''], options }: Invocation<ProposeOptions>): Promise<readonly Step[]> {
  const { checkRules } = await import('./check-rules.ts');
  const { proposeRuleSet } = await import('../database/act-on-discrepancies.ts');
  const { rules } = await checkRules(file);
  if (rules === null) throw new UsageError(`${file} cannot be used: recon rules check ${file} says why`);
  // Ascending, so that two people never wait for each other crosswise.
  return [...options.account].sort().map((account) => ({
    subject: account,
    act: async (connection) => {
      const name = await proposeRuleSet(connection, account, canonicalJson(rules), options.because);
      return `proposal ${name}, for another person to approve`;
    },
  }));
}

const list: Handler<ProposalsOptions> = async (invocation) => {
  const { options, output } = invocation;
  const { readRuleProposals } = await import('../database/read-rule-proposals.ts');
  const { renderRuleProposals, ruleProposalOnTheWire } = await import('./render-rule-proposals.ts');
  const found = await withReadersDatabase(invocation, (database) =>
    readRuleProposals(database, options.account ?? null),
  );
  output.result({ proposals: found.map(ruleProposalOnTheWire) }, () => renderRuleProposals(output.palette, found));
  return EXIT.clean;
};
