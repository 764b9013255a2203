// What one run of the second opinion has before it: rows to decide, groups that live on, and what it has found so far.
import type { RuleSet } from '../../domain/rule-set.ts';
import {
  amountOf,
  isI,
  type Key,
  type KeyType,
  keysOf,
  type Money,
  nameOf,
  type OracleGroup,
  type OracleRow,
  processorIdsOf,
} from './oracle-row-for-tests.ts';

/** A key on more rows of a side than this is no evidence (design section 7). */
const FAN_OUT_MAX = 50;

export interface Found {
  readonly members: readonly OracleRow[];
  readonly rule: string;
  /** Where it does not follow from comparing the members. */
  readonly verdict: string | null;
}

/** Rows that stay open together. */
interface Cluster {
  readonly members: readonly OracleRow[];
  readonly verdict: string;
  readonly surplus: number | null;
  readonly balanced: boolean | null;
}

export class Board {
  readonly undecided: Set<OracleRow>;
  readonly found: Found[] = [];
  readonly clusters: Cluster[] = [];
  readonly waiting = new Set<OracleRow>();
  readonly rules: RuleSet;
  readonly #live: readonly OracleGroup[];
  readonly #records: readonly OracleRow[];
  #fanOuts: ReadonlySet<string> = new Set();

  /** `everyone`: all rows that take part, in the pool or in a live group. */
  constructor(
    rules: RuleSet,
    rows: readonly OracleRow[],
    live: readonly OracleGroup[],
    everyone: readonly OracleRow[],
  ) {
    this.rules = rules;
    this.undecided = new Set(rows);
    this.#live = live;
    this.#records = everyone.filter(isI);
  }

  left(side?: 'processor' | 'internal'): OracleRow[] {
    return [...this.undecided].filter((row) => side === undefined || row.isProcessor === (side === 'processor'));
  }

  close(members: readonly OracleRow[], rule: string, verdict: string | null = null): void {
    this.found.push({ members, rule, verdict });
    for (const row of members) this.undecided.delete(row);
  }

  leaveOpen(cluster: Cluster): void {
    this.clusters.push(cluster);
    for (const row of cluster.members) this.undecided.delete(row);
  }

  /** Not decided yet: a candidate is there, but a better one may still come. */
  wait(rows: readonly OracleRow[]): void {
    for (const row of rows) this.waiting.add(row);
  }

  /** From here on, keys that fan out among what is left are no evidence. */
  dropFanOuts(): void {
    const counts = new Map<string, number>();
    for (const row of this.undecided)
      for (const key of keysOf(row)) {
        const counted = `${row.isProcessor} ${nameOf(key)}`;
        counts.set(counted, (counts.get(counted) ?? 0) + 1);
      }
    const many = [...counts].filter(([, count]) => count > FAN_OUT_MAX);
    this.#fanOuts = new Set(many.map(([counted]) => counted.slice(counted.indexOf(' ') + 1)));
  }

  keys(row: OracleRow, type?: KeyType): Key[] {
    return keysOf(row).filter(
      (key) =>
        this.rules.references.includes(key.type) &&
        (type === undefined || key.type === type) &&
        !this.#fanOuts.has(nameOf(key)),
    );
  }

  shareKey(one: OracleRow, two: OracleRow, type?: KeyType): boolean {
    const names = this.keys(two, type).map(nameOf);
    return this.keys(one, type).some((key) => names.includes(nameOf(key)));
  }

  /**
   * What the customer saw, where a record that shares a key is in that currency and none is in the row's own; else what moved.
   * Records of another kind count only where there is none of the row's: a fee of the same order says nothing of the payment.
   */
  money(row: OracleRow): Money {
    const { facts } = row;
    const own = { currency: facts.currency, minor: amountOf(facts) };
    if (!('presentmentCurrency' in facts) || facts.presentmentCurrency === null || facts.presentmentMinor === null)
      return own;
    const seen = { currency: facts.presentmentCurrency, minor: facts.presentmentMinor };
    const sharing = this.#records.filter((record) => this.shareKey(row, record));
    const ofItsKind = sharing.filter((record) => record.facts.kind === facts.kind);
    const currencies = (ofItsKind.length > 0 ? ofItsKind : sharing).map((record) => record.facts.currency);
    return currencies.includes(seen.currency) && !currencies.includes(own.currency) ? seen : own;
  }

  isEqual(one: OracleRow, two: OracleRow): boolean {
    const [a, b] = [this.money(one), this.money(two)];
    return one.facts.kind === two.facts.kind && a.currency === b.currency && a.minor === b.minor;
  }

  /** Pairs and groups of both sides that stand: from earlier runs, and of this one. */
  explained(): (readonly OracleRow[])[] {
    return [...this.#live, ...this.found]
      .map(({ members }) => members)
      .filter((members) => members.some((row) => row.isProcessor) && members.some((row) => !row.isProcessor));
  }

  isFound(row: OracleRow): boolean {
    return this.found.some(({ members }) => members.includes(row));
  }

  hasOwnId(row: OracleRow, { type, value }: Key): boolean {
    return row.isProcessor && type === 'processor_id' && processorIdsOf(row)[0] === value;
  }
}
