// Who stands with whom, by design section 7 as far as version 1 goes: a pair only where both sides leave one candidate,
// strongest evidence first; whatever needs sums, duplicates or reversals stays undecided.
import { comparedInCurrency } from './oracle-compare-for-tests.ts';
import { type I, type OracleRow, type P, processorIdsOf, sharesOrder } from './oracle-row-for-tests.ts';

type Key = 'processor_id' | 'merchant_reference';

export interface OraclePair {
  readonly p: P;
  readonly i: I;
  readonly by: Key;
}

export class OraclePairing {
  readonly pairs: OraclePair[] = [];
  readonly #ps: readonly P[];
  readonly #is: readonly I[];
  readonly #paired = new Set<OracleRow>();
  readonly #undecided: Set<OracleRow>;

  constructor(ps: readonly P[], is: readonly I[]) {
    this.#ps = ps;
    this.#is = is;
    this.#undecided = new Set([...reversalsAndWhatTheyUndo(ps), ...reversalsAndWhatTheyUndo(is)]);
    this.#pairEqualRows((p) => [p.facts.externalId]);
    this.#pairEqualRows((p) => processorIdsOf(p.facts).slice(1));
    this.#pairSoleCandidates((p, i) => namesIt(i, p) && isSameKind(p, i) && isSameCurrency(p, i), { onlyEqual: true });
    this.#pairSoleCandidates((p, i) => keyOf(p, i) !== null && isSameKind(p, i) && isSameCurrency(p, i));
    this.#pairSoleCandidates(
      (p, i) => isSameCurrency(p, i) && (namesIt(i, p) || (keyOf(p, i) !== null && isSameAmount(p, i))),
    );
    this.#pairSoleCandidates((p, i) => namesIt(i, p) || (keyOf(p, i) !== null && isSameKind(p, i)));
  }

  isPaired(row: OracleRow): boolean {
    return this.#paired.has(row);
  }

  isUndecided(row: OracleRow): boolean {
    return this.#undecided.has(row);
  }

  /** The fast path: an id that one row of each side carries, everything equal. */
  #pairEqualRows(idsOf: (p: P) => readonly string[]): void {
    const found: OraclePair[] = [];
    for (const p of this.#left(this.#ps)) {
      const candidates = this.#left(this.#is).filter(
        (i) => isSameKind(p, i) && idsOf(p).some((id) => id === i.facts.processorReference),
      );
      const [i] = candidates;
      if (i === undefined || candidates.length > 1 || !this.#isOnlyOneNamed(p, i) || !isEqual(p, i)) continue;
      if (!this.#undecided.has(p) && !this.#undecided.has(i)) found.push({ p, i, by: 'processor_id' });
    }
    for (const pair of found) this.#pair(pair);
  }

  /** No other row of the kind is known by the id that the record names, and no other record names it. */
  #isOnlyOneNamed(p: P, i: I): boolean {
    const id = i.facts.processorReference;
    return (
      this.#ps.every(
        (other) => other === p || !isSameKind(other, p) || !processorIdsOf(other.facts).includes(id ?? ''),
      ) && this.#is.every((other) => other === i || !isSameKind(other, i) || other.facts.processorReference !== id)
    );
  }

  /** Two rows that have only each other are a pair; more rows that hang together are undecided, with all that hangs on them. */
  #pairSoleCandidates(isEdge: (p: P, i: I) => boolean, options: { onlyEqual?: boolean } = {}): void {
    const [ps, is] = [this.#left(this.#ps), this.#left(this.#is)];
    const edges = ps.flatMap((p) => is.filter((i) => isEdge(p, i)).map((i) => ({ p, i })));
    const before = new Set(this.#undecided);
    for (const { p, i } of edges) {
      const isSole = edges.filter((edge) => edge.p === p || edge.i === i).length === 1;
      const by = keyOf(p, i) ?? 'processor_id';
      if (isSole && !before.has(p) && !before.has(i)) {
        if (options.onlyEqual !== true || isSameAmount(p, i)) this.#pair({ p, i, by });
      } else if (options.onlyEqual !== true) {
        this.#undecided.add(p).add(i);
      }
    }
  }

  #left<R extends OracleRow>(rows: readonly R[]): R[] {
    return rows.filter((row) => !this.#paired.has(row));
  }

  #pair(pair: OraclePair): void {
    this.pairs.push(pair);
    this.#paired.add(pair.p).add(pair.i);
  }
}

/** A reversal that moved money, and the rows of its kind that it may undo: its parent, or rows of the same parent. */
function reversalsAndWhatTheyUndo(rows: readonly (P | I)[]): OracleRow[] {
  const reversals = rows.filter((row) => row.facts.reverses && row.facts.movesBalance);
  const isUndoneBy = (row: P | I, { facts }: P | I) =>
    facts.parentId !== null &&
    facts.kind === row.facts.kind &&
    (facts.parentId === row.facts.parentId || ownIdsOf(row).includes(facts.parentId));
  return rows.filter((row) => reversals.includes(row) || reversals.some((reversal) => isUndoneBy(row, reversal)));
}

function ownIdsOf(row: P | I): string[] {
  return 'references' in row.facts ? processorIdsOf(row.facts) : [row.facts.externalId];
}

function namesIt(i: I, p: P): boolean {
  return i.facts.processorReference !== null && processorIdsOf(p.facts).includes(i.facts.processorReference);
}

function keyOf(p: P, i: I): Key | null {
  if (namesIt(i, p)) return 'processor_id';
  return sharesOrder(p, i) ? 'merchant_reference' : null;
}

function isSameKind(a: OracleRow, b: OracleRow): boolean {
  return a.facts.kind === b.facts.kind;
}

function isSameCurrency(p: P, i: I): boolean {
  return [p.facts.currency, p.facts.presentmentCurrency].includes(i.facts.currency);
}

function isSameAmount(p: P, i: I): boolean {
  return comparedInCurrency(p.facts, i.facts.currency).minor === i.facts.amountMinor;
}

function isEqual(p: P, i: I): boolean {
  const [seen, booked] = [p.facts, i.facts];
  const feesAgree =
    seen.feeMinor === null ||
    booked.feeMinor === null ||
    seen.currency !== booked.currency ||
    seen.feeMinor === booked.feeMinor;
  return (
    comparedInCurrency(seen, booked.currency).currency === booked.currency &&
    isSameAmount(p, i) &&
    seen.status === booked.status &&
    feesAgree
  );
}
