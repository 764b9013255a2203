// Decides what must stand open after a run, from the planted truth alone. It never looks at rows and shares no code with the matcher,
// or a mistake there would be repeated here.
import type { Kind, Side, Verdict } from '../../domain/vocabulary.ts';
import type { TruthPartner, TruthRow, World } from './world.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How long a partner may take (design section 6), for the kinds that are planted. */
const TIMING_MS: Partial<Record<Kind, number>> = { payment: 3 * HOUR_MS, refund: 10 * DAY_MS, dispute: 10 * DAY_MS };
const TIMING_DEFAULT_MS = DAY_MS;

export interface ExpectedDiscrepancy {
  readonly side: Side;
  readonly externalId: string;
  readonly verdict: Verdict;
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
  const expected: ExpectedDiscrepancy[] = [];
  const seen = (date: string) => date >= dates.from && date <= dates.to;
  for (const row of world.truth) {
    if (row.verdict === 'ignored') continue;
    const partner = row.partner;
    if (partner === null) {
      if (seen(row.date)) expected.push(alone(row, row.kind, dates.horizonMs, row.verdict));
    } else if (seen(row.date) && seen(partner.date)) {
      // A pair that only midnight divides is whole by now.
      if (row.verdict !== 'pending_timing') expected.push(pick(row, row.verdict));
    } else if (seen(row.date) || seen(partner.date)) {
      const only = seen(row.date) ? row : partner;
      expected.push(
        alone(only, row.kind, dates.horizonMs, only.side === 'processor' ? 'missing_internal' : 'missing_processor'),
      );
    }
  }
  return expected;
}

/** A row without a partner waits until its time is over; an unknown type is reported at once. */
function alone(row: TruthRow | TruthPartner, kind: Kind, horizonMs: number, final: Verdict): ExpectedDiscrepancy {
  const dueMs = row.occurredAtMs + (TIMING_MS[kind] ?? TIMING_DEFAULT_MS);
  return pick(row, final !== 'unknown_type' && dueMs > horizonMs ? 'pending_timing' : final);
}

function pick(row: TruthRow | TruthPartner, verdict: Verdict): ExpectedDiscrepancy {
  return { side: row.side, externalId: row.externalId, verdict };
}
