// Reads which rule sets were proposed for which accounts, and which of them are in force.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';

const change = z.object({ part: z.string(), from: z.unknown(), to: z.unknown() });
const body = z.object({ ruleSet: z.string(), replaces: z.string().nullable(), changes: z.array(change) });

const ruleProposalRow = z.object({
  proposalId: z.bigint(),
  account: z.string(),
  sha256: z.string(),
  status: z.enum(['pending', 'approved', 'rejected', 'out_of_date']),
  /** Runs of the account apply it. */
  inForce: z.boolean(),
  because: z.string(),
  proposedBy: z.string(),
  proposedAtMs: z.number(),
  decidedBy: z.string().nullable(),
  decidedAtMs: z.number().nullable(),
  decidedBecause: z.string().nullable(),
  body: z.string().transform((text) => body.parse(JSON.parse(text))),
});
export type RuleProposal = z.infer<typeof ruleProposalRow>;

const SHOWN_MAX = 50;

/** The latest first, at most 50. @param account null: of every account. */
export function readRuleProposals(
  database: CommonQueryMethods,
  account: string | null,
): Promise<readonly RuleProposal[]> {
  return database.any(sql.type(ruleProposalRow)`
    select p.proposal_id as "proposalId", a.account, p.sha256, p.status, p.because, p.proposed_by as "proposedBy",
           p.proposed_at as "proposedAtMs", p.decided_by as "decidedBy", p.decided_at as "decidedAtMs",
           p.decided_because as "decidedBecause", p.body,
           p.proposal_id is not distinct from (select x.proposal_id from rule_set_activations x where x.account_id = p.account_id
                             order by x.activation_id desc limit 1) as "inForce"
    from proposals p join accounts a using (account_id)
    where p.kind = 'rule_set' and (${account}::text is null or a.account = ${account})
    order by p.proposal_id desc limit ${SHOWN_MAX}`);
}
