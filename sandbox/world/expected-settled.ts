// Decides what must have settled by itself after a run, and how, from the planted truth alone: what is matched in another way than one
// to one and on its own day, what is ignored, and what could not be read. As independent of the matcher as what stays open.
import { type BusinessDate, windowOf } from '../../domain/business-date.ts';
import type { Verdict } from '../../domain/vocabulary.ts';
import { aloneVerdict, type ReconciledDates, type RowName, settlesLater } from './expected-discrepancies.ts';
import type { Situation, World } from './world.ts';

export interface ExpectedSettled {
  readonly verdict: Verdict;
  readonly by: Situation['by'];
  /** Of each of them the verdict is so. */
  readonly rows: readonly RowName[];
  /** What an earlier run said of one of them, with a discrepancy that closed by itself. */
  readonly before: Verdict | null;
}

export function expectedSettled(world: World, { from, to }: ReconciledDates): ExpectedSettled[] {
  const seen = (date: string) => date >= from && date <= to;
  const pairs = world.truth.flatMap((row): ExpectedSettled[] => {
    const { partner, verdict } = row;
    if (verdict === 'ignored') return seen(row.date) ? [{ verdict, by: null, rows: [row], before: null }] : [];
    if (partner === null || !settlesLater(row) || !seen(row.date) || !seen(partner.date)) return [];
    const before = aloneVerdict(row, windowOf(row.date, world.zone).endMs);
    return [{ verdict: 'matched_late', by: null, rows: [row, partner], before }];
  });
  const situations = world.situations.flatMap(
    ({ date, knownOn, verdict, by, rows, atRisk, before }): ExpectedSettled[] =>
      seen(date) && knownOn <= to && atRisk === null ? [{ verdict, by, rows, before: before?.verdict ?? null }] : [],
  );
  return [...pairs, ...situations];
}

/** Records of ordinary trade: each has its one row at the processor, which says the same on the same date. */
export function ordinaryRecords(world: World, { from, to }: { from: BusinessDate; to: BusinessDate }): string[] {
  const startMs = windowOf(from, world.zone).startMs;
  const { endMs } = windowOf(to, world.zone);
  const told = new Set(
    [
      ...world.truth.flatMap((row) => (row.partner === null ? [row] : [row, row.partner])),
      ...world.situations.flatMap(({ rows, beside }) => [...rows, ...beside]),
    ].map(({ externalId }) => externalId),
  );
  return world.records.flatMap(({ id, occurredAtMs }) =>
    occurredAtMs >= startMs && occurredAtMs < endMs && !told.has(id) ? [id] : [],
  );
}
