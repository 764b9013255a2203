// What is true of an account's days, whatever is found: from the world that was made, and from what shows it. Never from the database.
import { windowOf } from '../domain/business-date.ts';
import { expectedDiscrepancies } from '../sandbox/world/expected-discrepancies.ts';
import { type ExpectedSettled, expectedSettled, ordinaryRecords } from '../sandbox/world/expected-settled.ts';
import type { DemoBranch } from './demo-house.ts';
import type { DemoTruth } from './demo-score.ts';

const WAITING_VERDICTS: ReadonlySet<string> = new Set(['pending_timing', 'missing_internal', 'missing_processor']);

export function truthOf(branch: DemoBranch): DemoTruth {
  const { world, firstDate: from, yesterday: to, source } = branch;
  const dates = { from, to, horizonMs: windowOf(to, world.zone).endMs };
  const settled = expectedSettled(world, dates);
  return {
    open: expectedDiscrepancies(world, dates),
    settled: [...settled, ...besides(branch, dates.horizonMs)],
    unreadable: settled.flatMap(({ verdict, rows }) =>
      verdict === 'data_error' ? rows.map(({ externalId: id }) => source.unreadable.get(id) ?? id) : [],
    ),
    ordinary: ordinaryRecords(world, { from, to }),
    pendingSource: waitingRows(branch),
  };
}

/** What the processor shows beside its ledger moves nothing, and is ignored. */
function besides({ world, source }: DemoBranch, untilMs: number): ExpectedSettled[] {
  return source.besides
    .filter(({ occurredAtMs }) => occurredAtMs >= world.startMs && occurredAtMs < untilMs)
    .map(({ externalId }) => {
      const rows = [{ side: 'processor', externalId } as const];
      return { verdict: 'ignored', by: null, rows, before: null };
    });
}

/** Of the first day's first try: while a side is not complete, whoever stands alone waits for it. */
function waitingRows({ world, firstDate, booksAreLate }: DemoBranch): DemoTruth['pendingSource'] {
  if (!booksAreLate) return [];
  const { endMs: horizonMs } = windowOf(firstDate, world.zone);
  const alone = expectedDiscrepancies(world, { from: firstDate, to: firstDate, horizonMs });
  return alone.filter(({ verdict }) => WAITING_VERDICTS.has(verdict));
}
