// Planted against found: what the world knows to be true, and what the database says. Row by row where something is wrong, late,
// grouped or set aside; and that all ordinary trade is matched. It only compares: how the database is read is demo-findings.ts.
import type { DatabasePool } from 'slonik';
import type { ExpectedDiscrepancy, RowName } from '../sandbox/world/expected-discrepancies.ts';
import type { ExpectedSettled } from '../sandbox/world/expected-settled.ts';
import { type DemoFindings, readOpen } from './demo-findings.ts';

export interface DemoTruth {
  readonly open: readonly ExpectedDiscrepancy[];
  readonly settled: readonly ExpectedSettled[];
  /** Where the product says that a row stands which nobody can read: its place, as the product names it. */
  readonly unreadable: readonly string[];
  /** Our records of ordinary trade. */
  readonly ordinary: readonly string[];
  /** Rows that the first try of a day must not call missing, because our books were late. */
  readonly pendingSource: readonly RowName[];
}

export interface ScoreLine {
  readonly planted: number;
  readonly found: number;
  readonly missed: readonly string[];
  readonly false: readonly string[];
}

/** By what was planted. */
export type DemoScore = ReadonlyMap<string, ScoreLine>;

export const ORDINARY = 'matched';

export function totalOf(score: DemoScore): ScoreLine {
  return [...score.values()].reduce(added, NOTHING);
}

/** What all accounts together come to. */
export function addScores(scores: readonly DemoScore[]): DemoScore {
  const sum = new Map<string, ScoreLine>();
  for (const [name, line] of scores.flatMap((score) => [...score]))
    sum.set(name, added(sum.get(name) ?? NOTHING, line));
  return sum;
}

const NOTHING: ScoreLine = { planted: 0, found: 0, missed: [], false: [] };

function added(a: ScoreLine, b: ScoreLine): ScoreLine {
  return {
    planted: a.planted + b.planted,
    found: a.found + b.found,
    missed: [...a.missed, ...b.missed],
    false: [...a.false, ...b.false],
  };
}

/** Only what stands open, whatever it is worth: for days that ended in another way than the demo's. */
export async function scoreDemo(
  database: DatabasePool,
  account: string,
  planted: readonly ExpectedDiscrepancy[],
): Promise<ScoreLine> {
  return totalOf(scoreOpen(planted, await readOpen(database, account), false));
}

export function scoreAccount(truth: DemoTruth, findings: DemoFindings): DemoScore {
  return addScores([
    scoreOpen(truth.open, findings.open, true),
    scoreSettled(truth.settled, findings),
    scoreNames(ORDINARY, truth.ordinary, findings.ordinary),
    scoreNames('data_error', truth.unreadable, findings.unreadable),
    scoreNames('pending_source', truth.pendingSource.map(nameOf), findings.pendingSource),
  ]);
}

/** A discrepancy is found where one of its rows stands for it, with the verdict and the money that were planted. */
function scoreOpen(planted: readonly ExpectedDiscrepancy[], open: DemoFindings['open'], withMoney: boolean): DemoScore {
  const lines: DemoScore[] = [];
  const left = new Map(open.map((found) => [`${found.level} ${nameOf(found)}`, found]));
  for (const expected of planted) {
    const { level, verdict, money, members } = expected;
    const anchors = (members ?? [expected]).map((row) => `${level} ${nameOf(row)}`);
    const anchor = anchors.find((name) => left.get(name)?.verdict === verdict);
    const found = left.get(anchor ?? anchors.find((name) => left.has(name)) ?? '');
    // What an exchange rate should have been is the rule set's to say.
    const isWorth =
      !withMoney ||
      verdict === 'fx_variance' ||
      (found?.amountMinor === money.minor && found.currency === money.currency);
    const isRight = found?.verdict === verdict && isWorth;
    if (anchor !== undefined) left.delete(anchor);
    const wanted = `${anchors[0]} ${money.minor} ${money.currency}`;
    const said = found === undefined ? 'nothing' : `${found.verdict} ${found.amountMinor} ${found.currency}`;
    lines.push(line(verdict, isRight, `${wanted}, found: ${said}`));
  }
  for (const [name, { verdict, amountMinor, currency }] of left) {
    lines.push(new Map([[verdict, { ...NOTHING, false: [`${verdict} ${name} ${amountMinor} ${currency}`] }]]));
  }
  return addScores(lines);
}

/** Something settled as planted where every row of it says so, and an earlier run said what it had to. */
function scoreSettled(planted: readonly ExpectedSettled[], { settled, earlier }: DemoFindings): DemoScore {
  const lines: DemoScore[] = [];
  const left = new Map(settled);
  for (const { verdict, by, rows, before } of planted) {
    if (verdict === 'data_error') continue;
    const wanted = by === null ? verdict : `${ORDINARY} by ${by}`;
    const names = rows.map(nameOf);
    const said = names.map((name) => settled.get(name) ?? 'nothing');
    const isRight = said.every((found) => found === wanted);
    const wasSaid = before === null || names.some((name) => earlier.get(name)?.has(before) === true);
    for (const name of names) if (settled.get(name) === wanted) left.delete(name);
    const wrong = isRight ? `no earlier run said ${before}` : `found: ${said.join(', ')}`;
    lines.push(line(wanted, isRight && wasSaid, `${names.join(', ')}, ${wrong}`));
  }
  for (const [name, found] of left) lines.push(new Map([[found, { ...NOTHING, false: [`${found} ${name}`] }]]));
  return addScores(lines);
}

function scoreNames(what: string, planted: readonly string[], found: ReadonlySet<string>): DemoScore {
  const wanted = new Set(planted);
  if (wanted.size === 0 && found.size === 0) return new Map();
  const missed = [...wanted].filter((name) => !found.has(name)).map((name) => `${what} ${name}`);
  const wrong = [...found].filter((name) => !wanted.has(name)).map((name) => `${what} ${name}`);
  return new Map([[what, { planted: wanted.size, found: wanted.size - missed.length, missed, false: wrong }]]);
}

function line(what: string, isRight: boolean, story: string): DemoScore {
  return new Map([
    [what, { planted: 1, found: isRight ? 1 : 0, missed: isRight ? [] : [`${what} ${story}`], false: [] }],
  ]);
}

function nameOf({ side, externalId }: { readonly side: string; readonly externalId: string }): string {
  return `${side} ${externalId}`;
}
