// Reads which rule sets were proposed for which accounts, and which of them are in force.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { accountProposal, accountProposals } from './read-account-proposals.ts';

const change = z.object({ part: z.string(), from: z.unknown(), to: z.unknown() });
const body = z.object({ ruleSet: z.string(), replaces: z.string().nullable(), changes: z.array(change) });

const ruleProposalRow = accountProposal.extend({ body: z.string().transform((text) => body.parse(JSON.parse(text))) });
export type RuleProposal = z.infer<typeof ruleProposalRow>;

const inForce = sql.fragment`
  select x.proposal_id from rule_set_activations x where x.account_id = p.account_id order by x.activation_id desc limit 1`;

/** The latest first, at most 50. @param account null: of every account. */
export function readRuleProposals(
  database: CommonQueryMethods,
  account: string | null,
): Promise<readonly RuleProposal[]> {
  return database.any(sql.type(ruleProposalRow)`${accountProposals('rule_set', inForce, account)}`);
}
