// Rows that share a key, by design section 7 step 2: equal amounts first, then duplicates, then whatever hangs together. Three
// tiers: the same kind and currency; any kind; any currency. What moved money goes first: a void attempt takes nothing from it.
import type { Board } from './oracle-board-for-tests.ts';
import { KEY_TYPES, type Key, type KeyType, nameOf, type OracleRow, sumOf } from './oracle-row-for-tests.ts';

export type Tier = 1 | 2 | 3;

export function decideTier(board: Board, tier: Tier): void {
  const isOwn = (row: OracleRow, key: Key) => board.hasOwnId(row, key);
  for (const [type, counts] of [
    ['processor_id', isOwn],
    ...KEY_TYPES.map((each) => [each, () => true] as const),
  ] as const)
    for (const isLike of [true, false]) pairEqualAmounts(board, tier, { type, counts, isLike });
  if (tier === 1) for (const type of KEY_TYPES) findDuplicates(board, type);
  for (const counts of [(row: OracleRow) => row.facts.movesBalance, () => true]) {
    if (explainComponents(board, tier, counts, KEY_TYPES).length === 0) continue;
    // Rows that many keys tie may still name each other one by one.
    explainComponents(board, tier, counts, ['processor_id']);
    for (const riddle of explainComponents(board, tier, counts, KEY_TYPES))
      board.leaveOpen({ members: riddle, verdict: 'ambiguous', surplus: null, balanced: isBalanced(board, riddle) });
  }
}

/** Explains the components with one row on one side; returns the others that have rows of both sides. */
function explainComponents(
  board: Board,
  tier: Tier,
  counts: (row: OracleRow) => boolean,
  types: readonly KeyType[],
): OracleRow[][] {
  const rows = board.left().filter(counts);
  return componentsOf(rows, (row) => edgesOf(board, tier, row, types)).filter(
    (component) => !explainComponent(board, component),
  );
}

/** A key as this tier reads it: rows with one of these in common hang together. */
function edgeOf(board: Board, tier: Tier, row: OracleRow, key: Key): string {
  const { currency, minor } = board.money(row);
  const { kind } = row.facts;
  if (tier === 1) return `${nameOf(key)} ${kind} ${currency}`;
  // Without the kind, an order number alone says too little: the signed amount must be the same.
  if (tier === 2) return `${nameOf(key)} ${currency}${key.type === 'processor_id' ? '' : ` ${minor}`}`;
  return `${nameOf(key)}${key.type === 'processor_id' ? '' : ` ${kind}`}`;
}

function edgesOf(board: Board, tier: Tier, row: OracleRow, types: readonly KeyType[]): string[] {
  return types.flatMap((type) => board.keys(row, type)).map((key) => edgeOf(board, tier, row, key));
}

/** 1:1 where, under a key, one row of each side has the amount and neither has another such partner. */
function pairEqualAmounts(
  board: Board,
  tier: Tier,
  { type, counts, isLike }: { type: KeyType; counts: (row: OracleRow, key: Key) => boolean; isLike: boolean },
): void {
  const under = new Map<string, OracleRow[]>();
  const named = new Set<string>();
  for (const row of board.left())
    for (const key of board.keys(row, type)) {
      const edge = `${edgeOf(board, tier, row, key)} ${board.money(row).minor} ${isLike ? row.facts.movesBalance : 'any'}`;
      under.set(edge, [...(under.get(edge) ?? []), row]);
      if (row.isProcessor && counts(row, key)) named.add(edge);
    }
  const pairs = new Map<string, [OracleRow, OracleRow]>();
  for (const [edge, [one, two, ...others]] of under) {
    if (one === undefined || two === undefined || others.length > 0 || one.isProcessor === two.isProcessor) continue;
    const [p, i] = one.isProcessor ? [one, two] : [two, one];
    if (named.has(edge)) pairs.set(`${p.key} ${i.key}`, [p, i]);
  }
  const isSole = (row: OracleRow) => [...pairs.values()].filter((pair) => pair.includes(row)).length === 1;
  for (const pair of [...pairs.values()].filter((rows) => rows.every(isSole))) board.close(pair, type);
}

/** Equal rows of one side beyond what the other side explains: which of them where a pair says so, else all of them. */
function findDuplicates(board: Board, type: KeyType): void {
  const explained = board.explained();
  const under = Map.groupBy(
    board
      .left()
      .filter((row) => row.facts.movesBalance)
      .flatMap((row) => board.keys(row, type).map((key) => ({ row, key, edge: classOf(board, row, key) }))),
    ({ edge }) => edge,
  );
  const matched = new Set<OracleRow>();
  const clusters: { rows: OracleRow[]; surplus: number }[] = [];
  for (const entries of under.values()) {
    const [first] = entries;
    if (first === undefined) continue;
    const rows = entries.map(({ row }) => row);
    const [ps, is] = [rows.filter((row) => row.isProcessor), rows.filter((row) => !row.isProcessor)];
    const [many, few] = ps.length > is.length ? [ps, is] : [is, ps];
    if (many.length === few.length) continue;
    if (few.length > 0) {
      clusters.push({ rows: many, surplus: many.length - few.length });
      for (const row of few) matched.add(row);
    } else if (explained.some((members) => explainsClass(board, members, first))) {
      clusters.push(...many.map((row) => ({ rows: [row], surplus: 1 })));
    }
  }
  for (const { rows, surplus } of clusters) {
    const verdict = rows[0]?.isProcessor ? 'duplicate_processor' : 'duplicate_internal';
    const members = rows.filter((row) => board.undecided.has(row));
    if (members.length > 0) board.leaveOpen({ members, verdict, surplus, balanced: null });
  }
  for (const row of matched) if (board.undecided.has(row)) board.close([row], 'duplicate');
}

function classOf(board: Board, row: OracleRow, key: Key): string {
  return `${edgeOf(board, 1, row, key)} ${board.money(row).minor}`;
}

/** The group holds one such row of each side, and one of them carries the key. */
function explainsClass(
  board: Board,
  members: readonly OracleRow[],
  { row, key }: { row: OracleRow; key: Key },
): boolean {
  const equal = members.filter((member) => board.isEqual(member, row));
  return (
    equal.some((member) => member.isProcessor) &&
    equal.some((member) => !member.isProcessor) &&
    equal.some((member) => board.keys(member, key.type).some(({ value }) => value === key.value))
  );
}

/**
 * One row against one or many is a group, whatever differs; several against several are never guessed: false. What has rows of
 * one side only, or only rows that did not happen, is nobody's to explain here.
 */
function explainComponent(board: Board, rows: readonly OracleRow[]): boolean {
  const [ps, is] = [rows.filter((row) => row.isProcessor), rows.filter((row) => !row.isProcessor)];
  if (ps.length === 0 || is.length === 0 || !rows.some((row) => row.facts.movesBalance)) return true;
  if (ps.length > 1 && is.length > 1) return false;
  const balanced = isBalanced(board, rows);
  const byId = ps.some((p) => is.some((i) => board.shareKey(p, i, 'processor_id')));
  const rule = byId ? 'processor_id' : 'merchant_reference';
  if (rows.length === 2 || !balanced) board.close(rows, rule);
  else if (board.rules.groups) board.close(rows, 'sum');
  else board.close(rows, rule, 'amount_mismatch');
  return true;
}

function isBalanced(board: Board, rows: readonly OracleRow[]): boolean {
  const money = rows.map((row) => ({ ...board.money(row), sign: row.isProcessor ? 1n : -1n }));
  return (
    new Set(money.map(({ currency }) => currency)).size === 1 &&
    sumOf(money.map(({ minor, sign }) => sign * minor)) === 0n
  );
}

export function componentsOf(
  rows: readonly OracleRow[],
  edgesOfRow: (row: OracleRow) => readonly string[],
): OracleRow[][] {
  let components: { rows: OracleRow[]; edges: Set<string> }[] = [];
  for (const row of rows) {
    const edges = new Set(edgesOfRow(row));
    const touched = components.filter((component) => [...edges].some((edge) => component.edges.has(edge)));
    components = components.filter((component) => !touched.includes(component));
    components.push({
      rows: [...touched.flatMap((component) => component.rows), row],
      edges: new Set([...edges, ...touched.flatMap((component) => [...component.edges])]),
    });
  }
  return components.map((component) => component.rows);
}
