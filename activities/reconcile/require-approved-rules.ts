// Keeps a run from applying rules that nobody approved: what is configured must be what two people put in force last, so that an
// earlier, wider rule set does not come back by itself.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { RuleSetNotApproved } from '../errors.ts';

/** In the deciding transaction, whose snapshot knows every activation before it. @throws RuleSetNotApproved */
export async function requireApprovedRules(
  connection: CommonQueryMethods,
  account: string,
  ruleSetHash: string,
): Promise<void> {
  const approved = await connection.maybeOneFirst(sql.type(z.object({ hash: z.string() }))`
    select x.rule_set_hash as hash from rule_set_activations x join accounts a using (account_id)
    where a.account = ${account} order by x.activation_id desc limit 1`);
  if (approved !== ruleSetHash) throw new RuleSetNotApproved(account, ruleSetHash, approved);
}
