// How proposed rule sets are shown: what would change, for whoever decides. What people typed is foreign text. Pure.
import { foreignText } from '../../activities/report/run-words.ts';
import type { RuleProposal } from '../database/read-rule-proposals.ts';
import { decisionWords } from '../discrepancies/decision-words.ts';
import { proposalName } from '../discrepancies/proposal-name.ts';
import type { Palette } from '../terminal/palette.ts';
import { renderTable } from '../terminal/table.ts';
import { ruleChanges } from './rule-changes.ts';

const CHANGES_SHOWN_MAX = 100;
const VALUE_CHARS_MAX = 300;

export function renderRuleProposals(palette: Palette, proposals: readonly RuleProposal[]): string {
  if (proposals.length === 0) return 'No rule set was proposed.';
  return proposals.map((one) => renderOne(palette, one)).join('\n\n');
}

function renderOne(palette: Palette, one: RuleProposal): string {
  const { ruleSet, replaces, changes } = one.body;
  const found = ruleChanges(changes);
  const shown = found
    .slice(0, CHANGES_SHOWN_MAX)
    .map(({ path, from, to }) => [path, from, to].map((text) => foreignText(text, VALUE_CHARS_MAX)));
  const more = found.length - shown.length;
  return [
    `${palette.heading(proposalName(one.proposalId, one.sha256))}  ${one.account}  ${decisionWords(one)}`,
    `${palette.quiet('Rule set')}  ${ruleSet}`,
    `${palette.quiet('Instead of')}  ${replaces ?? 'none: it is the first'}`,
    `${palette.quiet('Proposed')}  by ${one.proposedBy}, ${dayOf(one.proposedAtMs)}: ${foreignText(one.because, 500)}`,
    shown.length === 0
      ? 'The same rules as before: nothing changes but that they are approved.'
      : renderTable(palette, [{ title: 'Rule' }, { title: 'So far' }, { title: 'Proposed' }], shown),
    ...(more > 0 ? [`… ${more} more: --json has them`] : []),
  ].join('\n');
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

export function ruleProposalOnTheWire({ body, proposedAtMs, decidedAtMs, ...one }: RuleProposal): object {
  return {
    ...one,
    name: proposalName(one.proposalId, one.sha256),
    ruleSet: body.ruleSet,
    replaces: body.replaces,
    changes: ruleChanges(body.changes),
    proposedAt: new Date(proposedAtMs).toISOString(),
    decidedAt: decidedAtMs === null ? null : new Date(decidedAtMs).toISOString(),
  };
}
