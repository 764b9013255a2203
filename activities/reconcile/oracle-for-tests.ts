// A second opinion on matching: one account in memory, arrays and loops, written from design sections 5 to 7, so that the SQL
// has something to differ from. Slow on purpose; must never borrow from sql/matching. The settlement level is not part of it.
import type { RuleSet } from '../../domain/rule-set.ts';
import { Board, type Found } from './oracle-board-for-tests.ts';
import { compared, isIgnored, lateOr } from './oracle-compare-for-tests.ts';
import { fastPath } from './oracle-fast-path-for-tests.ts';
import { decideKeyless } from './oracle-keyless-for-tests.ts';
import { isOpenedBy } from './oracle-live-for-tests.ts';
import { net } from './oracle-netting-for-tests.ts';
import type { Facts, OracleGroup, OracleRow } from './oracle-row-for-tests.ts';
import { decideTier } from './oracle-tiers-for-tests.ts';

export interface OracleStanding {
  readonly verdict: string;
  /** All rows of its group or of the pair that waits, itself too; none where it stands alone. */
  readonly group: readonly string[];
  /** Of a row that stays open with others: all of them. */
  readonly cluster: readonly string[];
  readonly surplus: number | null;
  readonly balanced: boolean | null;
}

export interface OracleRun {
  readonly date: string;
  /** Both sides reach the end of the day. */
  readonly covered: boolean;
  readonly horizonMs: number;
}

const ALONE = { group: [], cluster: [], surplus: null, balanced: null } as const;

export class Oracle {
  readonly rows = new Map<string, OracleRow>();
  groups: OracleGroup[] = [];
  readonly #open = new Map<OracleRow, OracleStanding>();
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
    this.#release(
      (group) =>
        (isRerun && this.#isOfDay(group, run.date)) ||
        // Which of equal rows is the surplus is asked again as long as it is open.
        group.rule === 'duplicate' ||
        group.members.some((row) => corrected.has(row)) ||
        (group.verdict === 'ignored' && this.#isNamed(group, introduced)),
    );
    const before = this.#board();
    fastPath(before);
    // What is found on the fast path stands; only what is left may open the groups of earlier runs.
    for (const found of before.found) this.#closeFound(found, run, seq);
    const waiting = before.left();
    const opened = this.#release(
      (group) => group.decidedBy < seq && waiting.some((row) => isOpenedBy(before, group, row)),
    );
    this.#decide(run, seq, opened > 0);
  }

  standings(): Map<string, OracleStanding> {
    const standings = new Map([...this.#open].map(([row, standing]) => [row.key, standing]));
    for (const { members, verdict } of this.#live())
      for (const row of members) standings.set(row.key, { ...ALONE, verdict, group: keysIn(members) });
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

  #live(): OracleGroup[] {
    return this.groups.filter((group) => group.isLive);
  }

  #release(isReleased: (group: OracleGroup) => boolean): number {
    const released = this.#live().filter(isReleased);
    for (const group of released) group.isLive = false;
    return released.length;
  }

  /** What is open now: introduced, and in no live group. */
  #pool(): OracleRow[] {
    const closed = new Set(this.#live().flatMap((group) => group.members));
    return this.#introduced().filter((row) => !closed.has(row));
  }

  #introduced(): OracleRow[] {
    return [...this.rows.values()].filter((row) => row.introducedBy > 0);
  }

  #board(): Board {
    const parts = this.#introduced().filter((row) => this.#takesPart(row));
    const pool = new Set(this.#pool());
    const rows = parts.filter((row) => pool.has(row));
    return new Board(this.#rules, rows, this.#live(), parts);
  }

  /** What a re-run of the day opens: decided by runs of dates up to it, no member of a later day, one of this day. */
  #isOfDay({ members, decidedBy }: OracleGroup, date: string): boolean {
    const homes = members.map((row) => row.homeDate);
    return (this.#runDates[decidedBy - 1] ?? '') <= date && homes.every((home) => home <= date) && homes.includes(date);
  }

  /** A row that only a rule set aside takes part again when a row of the other side names it. */
  #isNamed({ members }: OracleGroup, introduced: ReadonlySet<OracleRow>): boolean {
    const board = this.#board();
    return members.some(
      (row) =>
        this.#takesPart(row) &&
        [...introduced].some((other) => other.isProcessor !== row.isProcessor && board.shareKey(row, other)),
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

  #decide(run: OracleRun, seq: number, isOpenedAgain: boolean): void {
    const pool = this.#pool();
    const board = this.#board();
    if (isOpenedAgain) fastPath(board);
    board.dropFanOuts();
    net(board);
    for (const tier of [1, 2, 3] as const) decideTier(board, tier);
    decideKeyless(board, run.horizonMs);
    this.#open.clear();
    for (const found of board.found) this.#closeFound(found, run, seq);
    for (const { members, verdict, surplus, balanced } of board.clusters)
      for (const row of members) {
        const cluster = members.length > 1 ? keysIn(members) : [];
        this.#open.set(row, { group: [], cluster, verdict, surplus, balanced });
      }
    const alone = pool.filter((row) => !this.#open.has(row) && !board.isFound(row));
    for (const row of alone) {
      const verdict = this.#verdictAlone(row, run, board.waiting.has(row));
      if (verdict === 'matched' || verdict === 'ignored') this.#close([row], verdict, verdict, seq);
      else this.#open.set(row, { ...ALONE, verdict });
    }
  }

  #closeFound({ members, rule, verdict: given }: Found, run: OracleRun, seq: number): void {
    const comparing = { rules: this.#rules, horizonMs: run.horizonMs };
    const isOneSided = rule === 'netting' || rule === 'duplicate';
    const verdict = given ?? (isOneSided ? lateOr('matched', members) : compared(members, comparing));
    if (verdict !== 'pending_timing') this.#close(members, rule, verdict, seq);
    else for (const row of members) this.#open.set(row, { ...ALONE, verdict, group: keysIn(members) });
  }

  #close(members: readonly OracleRow[], rule: string, verdict: string, seq: number): void {
    this.groups.push({ members, rule, verdict, decidedBy: seq, isLive: true });
  }

  #verdictAlone(row: OracleRow, run: OracleRun, isWaiting: boolean): string {
    const { facts, isProcessor } = row;
    const level = 'level' in facts ? facts.level : 'activity';
    if (level !== 'activity') return 'ignored';
    if (isIgnored(this.#rules, row) || !facts.movesBalance) return 'ignored';
    if (facts.unknownCode !== null) return 'unknown_type';
    if ((this.#rules.partner[facts.kind] ?? 'required') !== 'required') return 'matched';
    if (!run.covered) return 'pending_source';
    const timingMs = this.#rules.timing[facts.kind] ?? this.#rules.timing.default;
    if (isWaiting || facts.occurredAtMs + timingMs > run.horizonMs) return 'pending_timing';
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

function keysIn(members: readonly OracleRow[]): string[] {
  return members.map((row) => row.key).sort();
}
