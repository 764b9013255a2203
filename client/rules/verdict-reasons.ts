// Says why a row has its verdict at a level: what found its partner or kept it from having one, in sentences. Says only what the
// database holds; what was not kept is not made up. Pure.
import { foreignText } from '../../activities/report/run-words.ts';
import { formatForPeople } from '../../domain/money.ts';
import type { ExplanationFacts, Standing } from '../database/read-explanation.ts';
import { groupReasons } from './group-reasons.ts';
import { openReasons } from './open-reasons.ts';

/** The step of the matching that decided. */
export type Pass =
  | 'references'
  | 'netting'
  | 'sums'
  | 'duplicates'
  | 'ambiguity'
  | 'keyless'
  | 'settlement'
  | 'conversion'
  | 'ignore rules'
  | 'single rows'
  | 'a person';

export interface VerdictReasons {
  readonly pass: Pass;
  readonly sentences: readonly string[];
}

export function verdictReasons(facts: ExplanationFacts, standing: Standing): VerdictReasons {
  if (standing.level === 'settlement') return { pass: 'settlement', sentences: settlementReasons(facts, standing) };
  const found = standing.isOpen ? openReasons(facts, standing) : groupReasons(facts, standing);
  const late =
    standing.verdict === 'matched_late' && standing.othersCount > 0
      ? ['They did not all come with the same run: that is why it is matched late.']
      : [];
  return { pass: found.pass, sentences: [...found.sentences, ...late] };
}

function settlementReasons(facts: ExplanationFacts, standing: Standing): string[] {
  const { row } = facts;
  const payout = foreignText(row.payoutId ?? row.id, 60);
  const discrepancy = facts.discrepancies.find(({ level, state }) => level === 'settlement' && state !== 'closed');
  const rule = standing.rule ?? '';
  if (rule === 'payout')
    return [`The entries of payout ${payout} and the payout itself add up to nothing, as they must.`];
  if (rule === 'not_itemised') return [`Payout ${payout} comes without a list of entries, as the account says.`];
  if (rule === 'payout_entry') return [`It is an entry of payout ${payout}, which is reported itself.`];
  if (rule === 'no_payout_yet') return ['It names no payout yet.'];
  switch (standing.verdict) {
    case 'ambiguous':
      return [`Nobody says which rows payout ${payout} paid out: it came without a list of entries.`];
    case 'pending_timing':
      return [
        `It belongs to payout ${payout}, which has not come yet; a payout may take ten days after its last entry.`,
      ];
    case 'pending_source':
      return [`${sentenceOf(rule)}.`, 'What was read does not reach the end of the day: too early to miss anything.'];
    case 'unexplained_remainder': {
      const left = discrepancy === undefined ? '' : `: ${moneyWordsOf(discrepancy)} are left`;
      const sums = remainderReasons(standing, row.currency);
      return [`Payout ${payout} and its entries must add up to nothing${left}.`, `${sentenceOf(rule)}.`, ...sums];
    }
    default:
      return rule === '' ? [] : [`${sentenceOf(rule)}.`];
  }
}

/** Which way it is off, and what that often is. */
function remainderReasons({ differences }: Standing, currency: string): string[] {
  const [paid, expected] = differences?.amount ?? [];
  if (paid == null || expected == null) return [];
  const entries = formatForPeople({ minor: -BigInt(expected), currency });
  const payout = formatForPeople({ minor: -BigInt(paid), currency });
  const kept = BigInt(paid) > BigInt(expected);
  const cause = kept
    ? 'Less was paid out than the entries brought: often a fee, a reserve or a loan repayment that is not among them.'
    : 'More was paid out than the entries brought: often an entry that is not listed, or belongs to another payout.';
  return [`The entries bring ${entries}, ${payout} was paid out. ${cause}`];
}

const moneyWordsOf = ({ amountMinor, currency }: { readonly amountMinor: bigint; readonly currency: string }) =>
  formatForPeople({ minor: amountMinor, currency });

/** Reasons of this level are stored as words. */
function sentenceOf(reason: string): string {
  const text = foreignText(reason.replace(/^ignore: /, 'ignored: ').replaceAll('_', ' '));
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
