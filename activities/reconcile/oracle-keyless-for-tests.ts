// Rows that no key ties: the same amount, currency and kind, near in time, with nobody else to choose from (design section 7,
// step 3). Nearness never breaks a tie.
import type { Board } from './oracle-board-for-tests.ts';
import { isIgnored } from './oracle-compare-for-tests.ts';
import { type OracleRow, processorIdsOf, sumOf } from './oracle-row-for-tests.ts';
import { componentsOf } from './oracle-tiers-for-tests.ts';

export function decideKeyless(board: Board, horizonMs: number): void {
  // What a rule sets aside (test mode, zero) explains nobody without a key, and a code that no table knows is no kind.
  const rows = board
    .left()
    .filter((row) => row.facts.movesBalance && row.facts.unknownCode === null && !isIgnored(board.rules, row));
  const { window } = board.rules.keyless;
  const [ps, is] = [rows.filter((row) => row.isProcessor), rows.filter((row) => !row.isProcessor)];
  const edges = new Map<OracleRow, string[]>();
  for (const p of ps)
    for (const i of is) {
      const isNear = Math.abs(p.facts.occurredAtMs - i.facts.occurredAtMs) <= window;
      if (!isNear || !board.isEqual(p, i) || isInConflict(p, i)) continue;
      for (const row of [p, i]) edges.set(row, [...(edges.get(row) ?? []), `${p.key} ${i.key}`]);
    }
  const candidates = rows.filter((row) => edges.has(row));
  for (const component of componentsOf(candidates, (row) => edges.get(row) ?? [])) {
    // A better candidate may still come.
    if (component.some((row) => row.facts.occurredAtMs + window > horizonMs)) board.wait(component);
    else if (component.length === 2) board.close(component, 'keyless');
    else
      board.leaveOpen({
        members: component,
        verdict: 'ambiguous',
        surplus: null,
        balanced: isBalanced(board, component),
      });
  }
}

function isInConflict(p: OracleRow, i: OracleRow): boolean {
  const [named] = processorIdsOf(i);
  if (named !== undefined && !processorIdsOf(p).includes(named)) return true;
  const [one, two] = [p.facts.merchantReference, i.facts.merchantReference];
  return one !== null && two !== null && one !== two;
}

function isBalanced(board: Board, rows: readonly OracleRow[]): boolean {
  return sumOf(rows.map((row) => (row.isProcessor ? 1n : -1n) * board.money(row).minor)) === 0n;
}
