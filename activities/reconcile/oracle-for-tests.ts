// A second opinion on matching: one account in memory, arrays and loops, written from design sections 5 to 7 and the issue's
// "matching v1", so that the SQL has something to differ from. Slow on purpose; must never borrow from sql/matching.
import type { RuleSet } from '../../domain/rule-set.ts';
import { type Comparison, compared, comparedInCurrency } from './oracle-compare-for-tests.ts';
import { OraclePairing } from './oracle-pairing-for-tests.ts';
import {
  amountOf,
  type Facts,
  type I,
  isI,
  isP,
  type OracleRow,
  type P,
  processorIdsOf,
  shareKey,
  sharesOrder,
} from './oracle-row-for-tests.ts';

export interface OracleGroup {
  readonly p: P | null;
  readonly i: I | null;
  readonly verdict: string;
  /** The key that found it; null for a row that explains itself. */
  readonly by: 'processor_id' | 'merchant_reference' | null;
  readonly amountsDiffer: boolean;
  readonly decidedBy: number;
  isLive: boolean;
}

export interface OracleStanding {
  readonly verdict: string;
  readonly partner: string | null;
}

export interface OracleRun {
  readonly date: string;
  /** Both sides reach the end of the day. */
  readonly covered: boolean;
  readonly horizonMs: number;
}

export class Oracle {
  readonly rows = new Map<string, OracleRow>();
  groups: OracleGroup[] = [];
  open = new Map<OracleRow, OracleStanding>();
  readonly #rules: RuleSet;
  readonly #runDates: string[] = [];

  constructor(rules: RuleSet) {
    this.#rules = rules;
  }

  /** A file: the last line of an id counts; content that was seen before makes no version. */
  deliver(side: 'processor' | 'internal', lines: readonly Facts[]): void {
    const last = new Map(lines.map((facts) => [facts.externalId, facts]));
    for (const first of lines) {
      const facts = last.get(first.externalId);
      if (facts === undefined) continue;
      last.delete(first.externalId);
      const key = `${side} ${facts.externalId}`;
      const known = this.rows.get(key);
      if (known?.versions.some((version) => version.facts.contentHash === facts.contentHash)) continue;
      if (known !== undefined) known.versions.push({ facts, introducedBy: null });
      else this.rows.set(key, newRow(key, side, first.homeDate, facts));
    }
  }

  /** The first day after this one whose rows are here and wait for their run. */
  firstWaitingDayAfter(date: string): string | undefined {
    const waiting = [...this.rows.values()].filter((row) =>
      row.versions.some((version) => version.introducedBy === null),
    );
    return waiting
      .map((row) => row.homeDate)
      .filter((home) => home > date)
      .sort()[0];
  }

  run(run: OracleRun): void {
    const isRerun = this.#runDates.includes(run.date);
    this.#runDates.push(run.date);
    const seq = this.#runDates.length;
    const { introduced, corrected } = this.#introduce(run.date, seq);
    const released = this.groups.filter(
      (group) =>
        group.isLive &&
        ((isRerun && this.#isOfDay(group, run.date)) ||
          membersOf(group).some((row) => corrected.has(row)) ||
          (group.verdict === 'ignored' && this.#isNamed(group, introduced))),
    );
    for (const group of released) group.isLive = false;
    const pool = new Set([...this.open.keys(), ...introduced, ...released.flatMap(membersOf)]);
    this.open = new Map();
    this.#decide(pool, run, seq);
  }

  standings(): Map<string, OracleStanding> {
    const standings = new Map([...this.open].map(([row, standing]) => [row.key, standing]));
    for (const { isLive, p, i, verdict } of this.groups) {
      if (!isLive) continue;
      if (p !== null) standings.set(p.key, { verdict, partner: i?.facts.externalId ?? null });
      if (i !== null) standings.set(i.key, { verdict, partner: p?.facts.externalId ?? null });
    }
    return standings;
  }

  #introduce(date: string, seq: number): { introduced: Set<OracleRow>; corrected: Set<OracleRow> } {
    const introduced = new Set<OracleRow>();
    const corrected = new Set<OracleRow>();
    for (const row of this.rows.values()) {
      if (row.homeDate > date) continue;
      for (const version of row.versions.filter((candidate) => candidate.introducedBy === null)) {
        if (row.versions.some((earlier) => earlier.introducedBy !== null && earlier.introducedBy < seq))
          corrected.add(row);
        version.introducedBy = seq;
        row.facts = version.facts;
        row.introducedBy = seq;
        introduced.add(row);
      }
    }
    return { introduced, corrected };
  }

  /** What a re-run of the day opens: decided by runs of dates up to it, no member of a later day, one of this day. */
  #isOfDay(group: OracleGroup, date: string): boolean {
    const homes = membersOf(group).map((row) => row.homeDate);
    return (
      (this.#runDates[group.decidedBy - 1] ?? '') <= date && homes.every((home) => home <= date) && homes.includes(date)
    );
  }

  /** A row that only a rule set aside takes part again when a row of the other side names it. */
  #isNamed(group: OracleGroup, introduced: ReadonlySet<OracleRow>): boolean {
    return membersOf(group).some(
      (row) =>
        this.#takesPart(row) &&
        [...introduced].some((other) => other.isProcessor !== row.isProcessor && shareKey(row, other)),
    );
  }

  #takesPart({ facts }: OracleRow): boolean {
    const level = 'level' in facts ? facts.level : 'activity';
    return (
      level === 'activity' &&
      (facts.movesBalance || facts.status === 'void') &&
      this.#rules.partner[facts.kind] !== 'never'
    );
  }

  #decide(pool: ReadonlySet<OracleRow>, run: OracleRun, seq: number): void {
    const parts = [...pool].filter((row) => this.#takesPart(row));
    const pairing = new OraclePairing(parts.filter(isP), parts.filter(isI));
    const waiting: OracleGroup[] = [];
    for (const { p, i, by } of pairing.pairs) {
      const comparison = compared(p, i, this.#rules, run.horizonMs);
      const group = groupOf(p, i, by, comparison, seq);
      if (comparison.verdict === 'pending_timing') waiting.push(group);
      else this.groups.push(group);
    }
    for (const { p, i, verdict } of waiting) {
      if (p !== null) this.open.set(p, { verdict, partner: i?.facts.externalId ?? null });
      if (i !== null) this.open.set(i, { verdict, partner: p?.facts.externalId ?? null });
    }
    const grouped = [...this.groups.filter((group) => group.isLive), ...waiting];
    const singles = [...pool].filter((row) => !pairing.isPaired(row));
    for (const row of singles) {
      const belongs = this.#takesPart(row) && grouped.some((group) => mayBelong(row, group));
      const verdict = pairing.isUndecided(row) || belongs ? 'ambiguous' : this.#verdictAlone(row, run);
      if (verdict !== 'matched' && verdict !== 'ignored') this.open.set(row, { verdict, partner: null });
      else this.groups.push(alone(row, verdict, seq));
    }
  }

  #verdictAlone({ facts, isProcessor }: OracleRow, run: OracleRun): string {
    const level = 'level' in facts ? facts.level : 'activity';
    const testMode = 'testMode' in facts && facts.testMode;
    if (level !== 'activity') return 'ignored';
    const isIgnored = this.#rules.ignore.some(
      ({ when }) =>
        (when.testMode === undefined || testMode) &&
        (when.amount === undefined || amountOf(facts) === 0n) &&
        (when.kind === undefined || when.kind === facts.kind),
    );
    if (isIgnored || !facts.movesBalance) return 'ignored';
    if (facts.unknownCode !== null) return 'unknown_type';
    if ((this.#rules.partner[facts.kind] ?? 'required') !== 'required') return 'matched';
    if (!run.covered) return 'pending_source';
    const timingMs = this.#rules.timing[facts.kind] ?? this.#rules.timing.default;
    if (facts.occurredAtMs + timingMs > run.horizonMs) return 'pending_timing';
    return isProcessor ? 'missing_internal' : 'missing_processor';
  }
}

function newRow(key: string, side: string, homeDate: string, facts: Facts): OracleRow {
  return {
    key,
    isProcessor: side === 'processor',
    homeDate,
    versions: [{ facts, introducedBy: null }],
    facts,
    introducedBy: 0,
  };
}

function groupOf(p: P, i: I, by: OracleGroup['by'], comparison: Comparison, seq: number): OracleGroup {
  return {
    p,
    i,
    by,
    verdict: comparison.verdict,
    amountsDiffer: comparison.amountsDiffer,
    decidedBy: seq,
    isLive: true,
  };
}

function alone(row: OracleRow, verdict: string, seq: number): OracleGroup {
  return {
    p: isP(row) ? row : null,
    i: isI(row) ? row : null,
    by: null,
    verdict,
    amountsDiffer: false,
    decidedBy: seq,
    isLive: true,
  };
}

/** Design section 7: an edge into a live group serves an equal surplus, a row that may make the sum exact, better evidence. */
function mayBelong(row: OracleRow, { p, i, by, amountsDiffer }: OracleGroup): boolean {
  if (p === null || i === null || row === p || row === i) return false;
  const [same, other] = row.isProcessor ? [p, i] : [i, p];
  const ownSide = row.isProcessor ? sharesOrder(row, same) : shareKey(row, same);
  if (ownSide && same.facts.kind === row.facts.kind && isEqualMoney(row.facts, same.facts)) return true;
  if (other.facts.kind !== row.facts.kind || !shareKey(row, other)) return false;
  const isStronger =
    by === 'merchant_reference' && processorIdsOf(row.facts).some((id) => processorIdsOf(other.facts).includes(id));
  return amountsDiffer || isStronger || isEqualAcross(row, other);
}

function isEqualAcross(one: OracleRow, two: OracleRow): boolean {
  const [p, i] = [one, two].sort((a, b) => Number(b.isProcessor) - Number(a.isProcessor));
  if (p === undefined || i === undefined || !isP(p) || !isI(i)) return false;
  const money = comparedInCurrency(p.facts, i.facts.currency);
  return money.currency === i.facts.currency && money.minor === i.facts.amountMinor;
}

function isEqualMoney(a: Facts, b: Facts): boolean {
  return a.currency === b.currency && amountOf(a) === amountOf(b);
}

function membersOf({ p, i }: OracleGroup): OracleRow[] {
  return [p, i].filter((row) => row !== null);
}
