// The fast path of design section 7: a key that one row of each side and kind carries, everything compared equal. First the own
// id of a movement, then its further ids, then the merchant reference of rows that no id ties to another.
import type { Board } from './oracle-board-for-tests.ts';
import { isOffRate } from './oracle-rates-for-tests.ts';
import {
  type I,
  isI,
  isP,
  isReversal,
  mayUndo,
  type OracleRow,
  type P,
  processorIdsOf,
} from './oracle-row-for-tests.ts';

export function fastPath(board: Board): void {
  const all = board.left();
  const reversals = all.filter(isReversal);
  const isHeld = (row: OracleRow) => reversals.includes(row) || reversals.some((reversal) => mayUndo(reversal, row));
  const { references } = board.rules;
  const isAtRate = (p: P, i: I) => p.facts.currency === i.facts.currency || !isOffRate([p], board.rules);
  const close = (candidates: readonly Pair[], rule: string) => {
    for (const pair of candidates.filter(([p, i]) => isWholeEqual(p, i) && isAtRate(p, i) && !isHeld(p) && !isHeld(i)))
      board.close(pair, rule);
  };
  if (references.includes('processor_id'))
    for (const idsOf of [(p: P) => processorIdsOf(p).slice(0, 1), (p: P) => processorIdsOf(p).slice(1)])
      close(namedPairs(board, all, idsOf), 'processor_id');
  if (references.includes('merchant_reference')) close(pairsOfOrders(board), 'merchant_reference');
}

type Pair = readonly [P, I];

function namedPairs(board: Board, all: readonly OracleRow[], idsOf: (p: P) => readonly string[]): Pair[] {
  const records = board.left().filter(isI);
  return board
    .left()
    .filter(isP)
    .flatMap((p): Pair[] => {
      const [i, ...others] = records.filter(
        (row) => row.facts.kind === p.facts.kind && idsOf(p).includes(row.facts.processorReference ?? ''),
      );
      return i === undefined || others.length > 0 || isContested(all, p, i) ? [] : [[p, i]];
    });
}

/** Equal orders that no other row of the kind has; a row that an id ties to any row of the other side is not for its order. */
function pairsOfOrders(board: Board): Pair[] {
  const rows = board.left();
  const isTied = (row: OracleRow) =>
    rows.some(
      (other) =>
        other.isProcessor !== row.isProcessor && processorIdsOf(other).some((id) => processorIdsOf(row).includes(id)),
    );
  const ofOrder = Map.groupBy(
    rows.filter((row) => row.facts.merchantReference !== null),
    (row) => `${row.facts.kind} ${row.facts.merchantReference}`,
  );
  return [...ofOrder.values()].flatMap((sharing): Pair[] => {
    const [p, i] = [sharing.find(isP), sharing.find(isI)];
    const isSole = sharing.length === 2 && p !== undefined && i !== undefined;
    return isSole && !isTied(p) && !isTied(i) ? [[p, i]] : [];
  });
}

/** Another row of the kind is known by the id that the record names, or another record names it. */
function isContested(all: readonly OracleRow[], p: P, i: I): boolean {
  const id = i.facts.processorReference ?? '';
  return all.some(
    (other) => other !== p && other !== i && other.facts.kind === p.facts.kind && processorIdsOf(other).includes(id),
  );
}

function isWholeEqual({ facts: seen }: P, { facts: booked }: I): boolean {
  const isPresented = seen.presentmentCurrency === booked.currency;
  const isSameMoney = isPresented
    ? seen.presentmentMinor === booked.amountMinor
    : seen.currency === booked.currency && seen.grossMinor === booked.amountMinor;
  const feesDiffer =
    seen.currency === booked.currency &&
    seen.feeMinor !== null &&
    booked.feeMinor !== null &&
    seen.feeMinor !== booked.feeMinor;
  return isSameMoney && seen.status === booked.status && !feesDiffer;
}
