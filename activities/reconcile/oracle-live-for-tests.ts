// Which groups of earlier runs a run opens again because of the rows before it: a reversal, a record of what was netted, a row
// that makes the sum exact or that moved in place of a void one, and stronger evidence. Anything else leaves a group alone.
import type { Board } from './oracle-board-for-tests.ts';
import { cancels } from './oracle-netting-for-tests.ts';
import { isReversal, type OracleGroup, type OracleRow, sumOf } from './oracle-row-for-tests.ts';

export function isOpenedBy(board: Board, group: OracleGroup, row: OracleRow): boolean {
  return (
    undoesOneOf(group, row) ||
    isRecordOfNetted(board, group, row) ||
    isInPlaceOfVoid(board, group, row) ||
    makesTheSumExact(board, group, row) ||
    isStrongerEvidence(board, group, row)
  );
}

function isRecordOfNetted(board: Board, { members, rule }: OracleGroup, row: OracleRow): boolean {
  return rule === 'netting' && !row.isProcessor && members.some((member) => isPartner(board, member, row));
}

/** What was netted came to nothing, as a void row does. */
function isInPlaceOfVoid(board: Board, { members, rule, verdict }: OracleGroup, row: OracleRow): boolean {
  const hasVoid = rule === 'netting' || members.some((member) => member.facts.status === 'void');
  return (
    verdict === 'status_mismatch' &&
    hasVoid &&
    row.facts.movesBalance &&
    members.some((member) => isPartner(board, member, row))
  );
}

/** An equal row of the other side that shares a key. */
function isPartner(board: Board, one: OracleRow, two: OracleRow): boolean {
  return one.isProcessor !== two.isProcessor && board.shareKey(one, two) && board.isEqual(one, two);
}

function undoesOneOf({ members, rule }: OracleGroup, row: OracleRow): boolean {
  const isOfBoth = members.some((member) => member.isProcessor) && members.some((member) => !member.isProcessor);
  return (
    isOfBoth &&
    rule !== 'netting' &&
    row.isProcessor &&
    isReversal(row) &&
    members.some((member) => member.facts.movesBalance && cancels(row, member))
  );
}

function makesTheSumExact(board: Board, { members, verdict }: OracleGroup, row: OracleRow): boolean {
  const isAlike = members.every(
    (member) => member.facts.kind === row.facts.kind && board.money(member).currency === board.money(row).currency,
  );
  const signed = [...members, row].map((each) => (each.isProcessor ? 1n : -1n) * board.money(each).minor);
  return (
    verdict === 'amount_mismatch' &&
    isAlike &&
    sumOf(signed) === 0n &&
    members.some((member) => board.shareKey(member, row))
  );
}

function isStrongerEvidence(board: Board, { members, rule }: OracleGroup, row: OracleRow): boolean {
  return (
    (rule === 'merchant_reference' || rule === 'keyless') &&
    members.some(
      (member) =>
        member.isProcessor !== row.isProcessor &&
        board.shareKey(member, row, 'processor_id') &&
        board.isEqual(member, row),
    )
  );
}
