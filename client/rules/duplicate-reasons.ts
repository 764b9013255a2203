// Says how many equal rows there are, how many of them are explained, and whether anything tells which is too many. Pure.
import { plural } from '../../activities/report/run-words.ts';
import type { Side } from '../../domain/vocabulary.ts';
import type { ExplanationFacts, Standing } from '../database/read-explanation.ts';
import { comparedOf, idsWords, inSide, keyWords, otherSide } from './explanation-words.ts';

/** Of the rows that are too many, or may be. */
export function duplicateReasons(
  facts: ExplanationFacts,
  { othersRows, othersCount }: Standing,
  surplus: number,
): string[] {
  const { side } = facts.row;
  const { count, key } = equalRows(facts, side);
  const tie = key === undefined ? '' : ` with the ${keyWords(key)}`;
  const rows = `There are ${plural(count, 'equal row')} ${inSide(facts, side)}${tie}`;
  return [
    `${rows}, and only ${count - surplus} ${inSide(facts, otherSide(side))}: ${surplus} too many.`,
    othersCount === 0
      ? 'The others have their partner, so that this is the one too many.'
      : `Nothing tells which of them: ${idsWords([facts.row, ...othersRows])}.`,
  ];
}

/** Of the row that several claim. */
export function claimedReason(facts: ExplanationFacts): string {
  const other = otherSide(facts.row.side);
  const { count, key } = equalRows(facts, other);
  const tie = key === undefined ? 'claim it' : `share its ${keyWords(key)}`;
  return `${plural(count, 'equal row')} ${inSide(facts, other)} ${tie}, more than there are rows like it. It belongs to one of them, and nothing tells to which; the surplus is reported there.`;
}

/** How many rows of a side are equal to the row as far as duplicates go, and the key that ties them. */
function equalRows({ row, candidates, standings }: ExplanationFacts, side: Side) {
  const equal = candidates.filter(({ row: other, sharedKeys }) => {
    const [one, two] = [comparedOf(row, other), comparedOf(other, row)];
    const isEqual = other.kind === row.kind && one.currency === two.currency && one.minor === two.minor;
    return isEqual && other.side === side && sharedKeys.length > 0;
  });
  if (row.side !== side) return { count: equal.length, key: equal[0]?.sharedKeys[0] };
  // A large cluster is known whole; of the candidates only the first are.
  const cluster = Math.max(0, ...standings.filter(({ isOpen }) => isOpen).map(({ othersCount }) => othersCount));
  return { count: Math.max(equal.length, cluster) + 1, key: equal[0]?.sharedKeys[0] };
}
