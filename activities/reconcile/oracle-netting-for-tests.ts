// A row of the processor and its reversal cancel, unless our side books the reversal too (design section 7, step 2a).
import type { Board } from './oracle-board-for-tests.ts';
import { amountOf, isI, isP, isReversal, mayUndo, type OracleRow } from './oracle-row-for-tests.ts';

interface Undone {
  readonly original: OracleRow;
  readonly reversal: OracleRow;
}

export function net(board: Board): void {
  const undone = undoneRows(board);
  const netted = new Set(undone.flatMap(({ original, reversal }) => [original, reversal]));
  const leftOf = new Map(undone.map((pair) => [pair, recordsLeft(board, pair, netted)]));
  for (const pair of undone) {
    const members = [pair.original, pair.reversal];
    const [record, ...others] = leftOf.get(pair) ?? [];
    const isSole =
      others.length === 0 && [...leftOf.values()].filter((rows) => rows.includes(record as OracleRow)).length === 1;
    if (record === undefined || !isSole) board.close(members, 'netting', null);
    else board.close([...members, record], 'netting', record.facts.status === 'void' ? null : 'status_mismatch');
  }
}

/** One candidate each way: a row that could cancel against two is left alone. Two reversals may each undo the other. */
function undoneRows(board: Board): Undone[] {
  const rows = board.left('processor').filter((row) => row.facts.movesBalance);
  const pairs = rows
    .filter(isReversal)
    .flatMap((reversal) => rows.filter((row) => cancels(reversal, row)).map((original) => ({ original, reversal })));
  const isSole = (row: OracleRow) =>
    new Set(pairs.filter((pair) => isOf(pair, row)).flatMap(({ original, reversal }) => [original, reversal])).size ===
    2;
  const sole = pairs.filter((pair) => isSole(pair.original) && isSole(pair.reversal));
  const others = board.left('processor').filter((row) => !sole.some((pair) => isOf(pair, row)));
  const unbooked = sole.filter((pair) => !isBookedToo(board, pair, others));
  return unbooked.filter(
    (pair) => !unbooked.some((other) => other.original === pair.reversal && other.original.key < pair.original.key),
  );
}

function isOf({ original, reversal }: Undone, row: OracleRow): boolean {
  return original === row || reversal === row;
}

export function cancels(reversal: OracleRow, original: OracleRow): boolean {
  // In the currency that moved: what the customer saw may have been another rate.
  const [back, forth] = [reversal.facts, original.facts];
  const minor = amountOf(back);
  const isOpposite = back.currency === forth.currency && minor !== 0n && minor === -amountOf(forth);
  return mayUndo(reversal, original) && isOpposite;
}

/**
 * A record of the reversal's kind that shares its key and has its amount or reverses, or that reverses the original's record;
 * but a reversing record that another movement stands for says nothing of this one.
 */
function isBookedToo(board: Board, { original, reversal }: Undone, others: readonly OracleRow[]): boolean {
  const records = board.left('internal').filter((record) => record.facts.kind === reversal.facts.kind);
  const ofOriginal = records.filter((record) => board.shareKey(record, original) && !record.facts.reverses);
  return records.some((record) => {
    if (board.shareKey(record, reversal) && board.isEqual(record, reversal)) return true;
    if (!isReversal(record) || others.some((row) => board.isEqual(row, record) && board.shareKey(row, record)))
      return false;
    const undoes = ofOriginal.some((booked) => mayUndo(record, booked));
    return undoes || board.shareKey(record, reversal) || board.shareKey(record, original);
  });
}

/** Records that stood for the original, and for which no other movement is there. */
function recordsLeft(board: Board, { original }: Undone, netted: ReadonlySet<OracleRow>): OracleRow[] {
  const others = board
    .left()
    .filter(isP)
    .filter((row) => !netted.has(row));
  const stood = board
    .left()
    .filter(isI)
    .filter((record) => board.isEqual(record, original) && board.shareKey(record, original));
  // A void one beside one that says paid says nothing.
  const moved = stood.filter((record) => record.facts.movesBalance);
  return (moved.length > 0 ? moved : stood).filter(
    (record) => !others.some((row) => board.isEqual(row, record) && board.shareKey(row, record)),
  );
}
