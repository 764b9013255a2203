// Reads what was proposed about accounts as a whole, rule sets and closed periods: what is common to both kinds.
import { sql } from 'slonik';
import { z } from 'zod';
import { anyProposal, proposalColumns } from './read-proposals.ts';

export const accountProposal = anyProposal.extend({
  account: z.string(),
  /** What holds for the account now was decided by it. */
  inForce: z.boolean(),
});

const SHOWN_MAX = 50;

/** The latest first, at most 50. @param inForce the proposal that holds now for p.account_id. @param account null: of every account. */
export function accountProposals(
  kind: 'rule_set' | 'period',
  inForce: ReturnType<typeof sql.fragment>,
  account: string | null,
) {
  return sql.fragment`
    select ${proposalColumns}, a.account, p.proposal_id is not distinct from (${inForce}) as "inForce"
    from proposals p join accounts a using (account_id)
    where p.kind = ${kind} and (${account}::text is null or a.account = ${account})
    order by p.proposal_id desc limit ${SHOWN_MAX}`;
}
