// Which groups of earlier runs a run opens again because of the rows before it: a reversal, a row that makes the sum exact, and
// stronger evidence. Anything else leaves a live group alone.
import type { Board } from './oracle-board-for-tests.ts';
import { cancels } from './oracle-netting-for-tests.ts';
import { isReversal, type OracleGroup, type OracleRow, sumOf } from './oracle-row-for-tests.ts';

export function isOpenedBy(board: Board, group: OracleGroup, row: OracleRow): boolean {
  return undoesOneOf(group, row) || makesTheSumExact(board, group, row) || isStrongerEvidence(board, group, row);
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
