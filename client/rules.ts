// `recon rules …`: what a rule set says, before anything depends on it; why a row came to its verdict; and who lets runs apply what.
import type { Command } from 'commander';
import { action, type Handler } from './action.ts';
import type { ClientIo } from './client-io.ts';
import { type PersonOptions, withReadersDatabase } from './database/person-database.ts';
import { ABOUT_RULES, registerDecide } from './discrepancies/decide.ts';
import { EXIT } from './exit-codes.ts';
import { examples } from './help-examples.ts';
import { registerProposeRules } from './rules/propose.ts';

const ABOUT_CHECK = `
A rule set says in YAML what counts as equal, how long a partner may take, what is ignored and how bad a difference is.
What it leaves out has the default that the table shows. The hash is of what the rules mean, not of how they are written:
it stands with every run that they decided.

Exit codes: 0 the rules can be used (there may be warnings) · 2 they cannot: everything that is wrong is listed at once
`;

const ABOUT_EXPLAIN = `
ROW is account/side/id, such as stripe/us/processor/ch_123 or stripe/us/internal/order-17, or the number of a discrepancy.
The answer is read from the database alone: what was decided by which run and rules, by which rule and key, what differs,
and which other rows came into question and why each of them is not the partner.
`;

export function registerRules(program: Command, io: ClientIo): void {
  const rules = program
    .command('rules')
    .description(
      'what counts as equal, and why a row has its verdict: check, explain, propose, proposals, approve, reject',
    )
    .option('--database <url>', 'your own login (default: RECON_DATABASE_URL)');
  rules
    .command('check')
    .description('show a rule set as understood; say everything that contradicts itself')
    .argument('<file>', 'rule set in YAML')
    .addHelpText('after', ABOUT_CHECK)
    .addHelpText(
      'after',
      examples(
        ['rules check rules.yaml', 'before a run depends on it'],
        ['rules check rules.yaml --json', 'for a script'],
      ),
    )
    .action(action<object>(io, async () => check));
  rules
    .command('explain')
    .description('why a row has its verdict')
    .argument('<row>', 'account/side/id, or the number of a discrepancy')
    .addHelpText('after', ABOUT_EXPLAIN)
    .addHelpText(
      'after',
      examples(
        ['rules explain stripe/us/processor/ch_123', "a row of the processor, by the processor's id"],
        ['rules explain stripe/us/internal/order-17', 'one of your own records'],
        ['rules explain 17', 'the row of a discrepancy, by its number'],
      ),
    )
    .action(action<PersonOptions>(io, async () => explain));
  registerProposeRules(rules, io);
  registerDecide(rules, io, ABOUT_RULES);
}

const check: Handler<object> = async ({ operands, output }) => {
  const [file = ''] = operands;
  const { checkRules } = await import('./rules/check-rules.ts');
  const { renderRulesCheck, rulesCheckOnTheWire } = await import('./rules/render-rules.ts');
  const found = await checkRules(file);
  output.result(rulesCheckOnTheWire(found), () => renderRulesCheck(output.palette, found));
  return found.rules === null ? EXIT.usage : EXIT.clean;
};

const explain: Handler<PersonOptions> = async (invocation) => {
  const { operands, output } = invocation;
  const { parseRowAddress } = await import('./rules/row-address.ts');
  const address = parseRowAddress(operands[0] ?? '');
  const { explainRow } = await import('./rules/explain-row.ts');
  const { renderExplanation } = await import('./rules/render-explanation.ts');
  const { explanationOnTheWire } = await import('./rules/explanation-on-the-wire.ts');
  const explanation = await withReadersDatabase(invocation, (database) => explainRow(database, address));
  output.result(explanationOnTheWire(explanation), () => renderExplanation(output.palette, explanation));
  return EXIT.clean;
};
