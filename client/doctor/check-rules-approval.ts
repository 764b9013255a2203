// Would tonight's runs be refused for their rules? Asked only where approval is required.
import type { DatabasePool } from 'slonik';
import type { Accounts } from '../../activities/accounts.ts';
import { RuleSetNotApproved } from '../../activities/errors.ts';
import { requireApprovedRules } from '../../activities/reconcile/require-approved-rules.ts';
import { ruleSetHash } from '../../domain/rule-set.ts';
import { TYPED_AS } from '../help-examples.ts';
import { type Check, check, fail, ok } from './check.ts';

export function checkRulesApproval(open: () => Promise<DatabasePool>, accounts: Accounts): Promise<readonly Check[]> {
  const asked = [...accounts.values()].filter(({ rulesApproval }) => rulesApproval === 'required');
  return Promise.all(
    asked.map(({ account, rules }) =>
      check(`${account} rules`, async () => {
        const hash = ruleSetHash(rules);
        try {
          await requireApprovedRules(await open(), account, hash);
          return ok(`the rule set ${hash} is approved`);
        } catch (error) {
          if (!(error instanceof RuleSetNotApproved)) throw error;
          const next = `${TYPED_AS} rules propose FILE --account ${account} --because "…", then another person approves`;
          return fail(`the configured rule set ${hash} is not the approved one: its runs are refused`, next);
        }
      }),
    ),
  );
}
