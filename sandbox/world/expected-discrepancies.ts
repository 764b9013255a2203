// Decides what must stand open after a run, from the planted truth alone. It never looks at rows and shares no code with the matcher,
// or a mistake there would be repeated here.
import type { Kind, Level, Side, Verdict } from '../../domain/vocabulary.ts';
import type { Money, Situation, TruthPartner, TruthRow, World } from './world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long a partner may take (design section 6), for the kinds that are planted. */
const TIMING_MS: Partial<Record<Kind, number>> = { payment: 3 * HOUR_MS, refund: 10 * DAY_MS, dispute: 10 * DAY_MS };
const TIMING_DEFAULT_MS = DAY_MS;

export interface RowName {
  readonly side: Side;
  readonly externalId: string;
}

export interface ExpectedDiscrepancy extends RowName {
  readonly level: Level;
  readonly verdict: Verdict;
  readonly money: Money;
  /** All rows of which it is said: any of them may stand for the others. Without it: only the row itself. */
  readonly members?: readonly RowName[];
}

export interface ReconciledDates {
  /** First and last business date that were run, ascending and without a gap. */
  readonly from: string;
  readonly to: string;
  /** Horizon of the last run: the end of `to`, unless nothing later is staged and both sides are known to reach further. */
  readonly horizonMs: number;
}

/** What is open after the dates were run in order, with the verdict of the last run. Rows of other dates do not exist for it. */
export function expectedDiscrepancies(world: World, dates: ReconciledDates): ExpectedDiscrepancy[] {
  return [...ofPairs(world, dates), ...world.situations.flatMap((situation) => ofSituation(situation, dates))];
}

function ofPairs(world: World, dates: ReconciledDates): ExpectedDiscrepancy[] {
  const expected: ExpectedDiscrepancy[] = [];
  const seen = (date: string) => date >= dates.from && date <= dates.to;
  for (const row of world.truth) {
    if (row.verdict === 'ignored') continue;
    const partner = row.partner;
    if (partner === null) {
      if (seen(row.date)) expected.push(alone(row, row.kind, dates.horizonMs, row.verdict));
    } else if (seen(row.date) && seen(partner.date)) {
      // A pair that only midnight divides, or a day, is whole by now.
      if (!settlesLater(row)) expected.push(discrepancy(row, row.verdict, row.atRisk));
    } else if (seen(row.date) || seen(partner.date)) {
      const only = seen(row.date) ? row : partner;
      expected.push(alone(only, row.kind, dates.horizonMs, missingFrom(only)));
    }
  }
  return expected;
}

function ofSituation(situation: Situation, { from, to }: ReconciledDates): ExpectedDiscrepancy[] {
  const { date, knownOn, verdict, level, rows, atRisk, before } = situation;
  if (date < from || date > to) return [];
  const once = (said: Verdict, money: Money) => {
    const [first] = rows;
    return first === undefined ? [] : [{ ...pick(first), level, verdict: said, money, members: rows.map(pick) }];
  };
  if (knownOn <= to) return atRisk === null ? [] : once(verdict, atRisk);
  if (before === null) return [];
  if (!before.once) return rows.map((row) => ({ ...pick(row), level, verdict: before.verdict, money: row.money }));
  const [first] = rows;
  return first === undefined ? [] : once(before.verdict, first.money);
}

export function settlesLater({ verdict }: TruthRow): boolean {
  return verdict === 'pending_timing' || verdict === 'matched_late';
}

/** What a row is that stands alone before its partner comes. */
export function aloneVerdict(row: TruthRow, horizonMs: number): Verdict {
  return alone(row, row.kind, horizonMs, missingFrom(row)).verdict;
}

function missingFrom({ side }: RowName): Verdict {
  return side === 'processor' ? 'missing_internal' : 'missing_processor';
}

/** A row without a partner waits until its time is over; an unknown type is reported at once. */
function alone(row: TruthRow | TruthPartner, kind: Kind, horizonMs: number, final: Verdict): ExpectedDiscrepancy {
  const dueMs = row.occurredAtMs + (TIMING_MS[kind] ?? TIMING_DEFAULT_MS);
  return discrepancy(row, final !== 'unknown_type' && dueMs > horizonMs ? 'pending_timing' : final, row.money);
}

function discrepancy(row: RowName, verdict: Verdict, money: Money): ExpectedDiscrepancy {
  return { ...pick(row), level: 'activity', verdict, money };
}

function pick({ side, externalId }: RowName): RowName {
  return { side, externalId };
}
