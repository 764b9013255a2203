// Says why a row that came into question is not the partner: the first reason that holds, strongest first. Pure.
import { foreignText, kindWords, plural } from '../../activities/report/run-words.ts';
import { verdictWords } from '../../activities/report/verdict-words.ts';
import { formatDuration } from '../../domain/duration.ts';
import { formatForPeople } from '../../domain/money.ts';
import type { Candidate, ExplanationFacts } from '../database/read-explanation.ts';
import { comparedOf, idsWords, idWords, keyWords, moneyOf } from './explanation-words.ts';
import type { StoredRules } from './stored-rules.ts';

export interface Rejection {
  /** For scripts; stays when words are improved. */
  readonly code: string;
  readonly words: string;
}

// Design section 7: such a key is no evidence.
const FAN_OUT_MAX = 50;

/** null where it is no candidate but stands with the row: its partner, or a member of its group or cluster. */
export function candidateRejection(facts: ExplanationFacts, candidate: Candidate): Rejection | null {
  const together = facts.standings.some(({ othersRows }) =>
    othersRows.some(({ rowId }) => rowId === candidate.row.rowId),
  );
  if (together) return null;
  const rules = facts.latestRun?.rules ?? null;
  return (
    notTakingPart(candidate, rules) ??
    uselessKey(facts, candidate, rules) ??
    duplicated(facts, candidate) ??
    (candidate.row.side === facts.row.side ? sameSide(facts, candidate) : null) ??
    explainedElsewhere(candidate) ??
    (candidate.sharedKeys.length === 0 ? keyless(facts, candidate, rules) : null) ??
    differing(facts, candidate) ?? {
      code: 'open_too',
      words: `open itself (${verdictWords(candidate.standing?.verdict ?? 'ambiguous').title}): nothing keeps them apart, so that the next run looks at both`,
    }
  );
}

function notTakingPart({ row, standing }: Candidate, rules: StoredRules | null): Rejection | null {
  if (row.introducedSeq === null)
    return { code: 'not_introduced', words: `no run has taken it up yet: its day is ${row.homeDate}` };
  if (row.withdrawn) return { code: 'withdrawn', words: 'its source does not list it any more' };
  if (row.level !== 'activity')
    return { code: 'other_level', words: 'says the same money again in a payout: compared there' };
  if (rules?.partner[row.kind] === 'never') {
    return {
      code: 'never_compared',
      words: `a ${kindWords(row.kind).toLowerCase()} is never compared (partner: never)`,
    };
  }
  if (!row.movesBalance && row.status !== 'void') return { code: 'moves_nothing', words: 'moves no money' };
  if (standing?.rule?.startsWith('ignore: ')) {
    return { code: 'ignored', words: `ignored: ${foreignText(standing.rule.slice('ignore: '.length))}` };
  }
  return null;
}

/** All that ties it to the row is no evidence. */
function uselessKey(
  { keys }: ExplanationFacts,
  { sharedKeys }: Candidate,
  rules: StoredRules | null,
): Rejection | null {
  if (sharedKeys.length === 0) return null;
  const useless = sharedKeys.map((key) => {
    const use = keys.find(({ type, value }) => type === key.type && value === key.value);
    const most = Math.max(use?.processorRows ?? 0, use?.internalRows ?? 0);
    if (most > FAN_OUT_MAX) {
      const count = use?.isMore === true ? `${most} rows or more` : plural(most, 'row');
      return {
        code: 'key_fans_out',
        words: `${keyWords(key)} stands on ${count} of a side: no evidence above ${FAN_OUT_MAX}`,
      };
    }
    if (rules !== null && !rules.references.includes(key.type)) {
      return { code: 'key_not_used', words: `shares only the ${keyWords(key)}, which the rules do not use` };
    }
    return null;
  });
  return useless.every((one) => one !== null) ? (useless[0] ?? null) : null;
}

/** Between equal rows of which there are too many on one side. */
function duplicated({ row, standings }: ExplanationFacts, { row: other, standing }: Candidate): Rejection | null {
  if (other.side === row.side) return null;
  const isDuplicate = (verdict: string | undefined) => verdict?.startsWith('duplicate_') ?? false;
  if (isDuplicate(standing?.verdict)) {
    return { code: 'too_many', words: 'one of several equal rows, more than needed: nothing tells which is too many' };
  }
  if (standing?.rule === 'duplicate' && standings.some(({ verdict }) => isDuplicate(verdict))) {
    return { code: 'belongs_to_one', words: 'belongs to one of the equal rows: nothing tells to which' };
  }
  return null;
}

function sameSide({ row }: ExplanationFacts, { row: other, partners, standing }: Candidate): Rejection {
  const equal = row.kind === other.kind && row.currency === other.currency && row.amountMinor === other.amountMinor;
  const has =
    standing?.isOpen === false && partners.length > 0 ? `explained by ${idsWords(partners)}` : 'without a partner, too';
  if (equal) return { code: 'same_side', words: `the same side, and equal: it needs a partner of its own (${has})` };
  if (row.reverses !== other.reverses && row.amountMinor !== -other.amountMinor) {
    return { code: 'reverses_other_amount', words: 'the same side: one reverses, but not the same amount' };
  }
  return { code: 'same_side', words: `the same side: another movement (${has})` };
}

function explainedElsewhere({ row, standing, partners }: Candidate): Rejection | null {
  if (standing === null || standing.isOpen) return null;
  if (standing.rule === 'netting') return { code: 'netted', words: `cancels with ${idsWords(partners)}` };
  if (partners.length > 0) {
    const by = standing.rule === 'sum' ? 'sum' : (standing.rule ?? '').replaceAll('_', ' ');
    return { code: 'explained', words: `already explained by ${idsWords(partners)} (${foreignText(by)})` };
  }
  if (standing.rule === 'duplicate') {
    return { code: 'belongs_elsewhere', words: 'belongs to one of several equal rows under another key' };
  }
  return {
    code: 'explained',
    words: `${verdictWords(standing.verdict).title.toLowerCase()} by itself, as a ${kindWords(row.kind).toLowerCase()}`,
  };
}

function keyless({ row }: ExplanationFacts, { row: other }: Candidate, rules: StoredRules | null): Rejection | null {
  const [ours, theirs] = row.side === 'processor' ? [other, row] : [row, other];
  const known = [theirs.id, ...theirs.alsoKnownAs];
  if (ours.processorReference !== null && !known.includes(ours.processorReference)) {
    return {
      code: 'keys_conflict',
      words: `your record names another processor id: ${foreignText(ours.processorReference, 60)}`,
    };
  }
  if (ours.merchantReference !== null && theirs.merchantReference !== null) {
    return {
      code: 'keys_conflict',
      words: `another merchant reference: ${foreignText(other.merchantReference ?? '', 60)}`,
    };
  }
  const apartMs = Math.abs(row.occurredAtMs - other.occurredAtMs);
  if (rules !== null && apartMs > rules.keyless.window) {
    return {
      code: 'outside_window',
      words: `${apartWords(apartMs)} away, and shares no reference: the rules look ${formatDuration(rules.keyless.window)} around`,
    };
  }
  return null;
}

function differing({ row }: ExplanationFacts, { row: other, sharedKeys, standing }: Candidate): Rejection | null {
  const open = standing === null ? '' : ` (it is open: ${verdictWords(standing.verdict).title.toLowerCase()})`;
  const [one, two] = [comparedOf(row, other), comparedOf(other, row)];
  if (row.kind !== other.kind && one.minor !== two.minor && !sharedKeys.some(({ type }) => type === 'processor_id')) {
    return {
      code: 'other_kind',
      words: `another kind (${kindWords(other.kind).toLowerCase()}) and another amount (${moneyOf(other)}): a ${sharedKeys[0]?.type.replaceAll('_', ' ') ?? 'reference'} alone does not tie those${open}`,
    };
  }
  if (one.currency !== two.currency)
    return { code: 'other_currency', words: `another currency: ${moneyOf(other)}${open}` };
  if (one.minor !== two.minor) {
    const apart = formatForPeople({ minor: one.minor - two.minor, currency: one.currency });
    return { code: 'other_amount', words: `another amount: ${formatForPeople(two)}, ${apart} apart${open}` };
  }
  if (
    row.introducedSeq !== null &&
    other.introducedSeq !== null &&
    other.introducedSeq > row.introducedSeq &&
    standing === null
  ) {
    return { code: 'came_later', words: `${idWords(other)} came with a later run` };
  }
  return null;
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

function apartWords(ms: number): string {
  const [unit, size] = UNITS.find(([, each]) => ms >= each) ?? ['second', 1_000];
  return plural(Math.floor(ms / size), unit);
}
