// The control totals of a run: each term of the proof of conservation by side, level, kind and currency, whether the proof
// holds, and the sums by verdict. Amounts are decimal strings in major units. Reads only.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { formatMinor } from '../../domain/money.ts';
import { KINDS, LEVELS, SIDES, VERDICTS } from '../../domain/vocabulary.ts';
import { gateProof } from '../report/gate-proof.ts';
import { TERMS } from '../report/run-report.ts';
import type { SealedRun } from './read-sealed-run.ts';

const totalRow = z.object({
  term: z.enum(TERMS),
  side: z.enum(SIDES),
  level: z.enum(LEVELS),
  kind: z.enum(KINDS),
  currency: z.string(),
  movesBalance: z.boolean(),
  count: z.bigint(),
  debitsMinor: z.bigint(),
  creditsMinor: z.bigint(),
});
const verdictRow = z.object({
  side: z.enum(SIDES),
  level: z.enum(LEVELS),
  verdict: z.enum(VERDICTS),
  currency: z.string(),
  count: z.bigint(),
  amountMinor: z.bigint(),
});

export async function readControlTotals(connection: CommonQueryMethods, run: SealedRun) {
  const totals = await connection.any(sql.type(totalRow)`
    select term, side, level, kind, currency, moves_balance as "movesBalance", count, debits as "debitsMinor", credits as "creditsMinor"
    from reconciliation_run_totals where run_id = ${run.runId}
    order by side, level, currency collate "C", kind, moves_balance desc, term collate "C"`);
  const verdicts = await connection.any(sql.type(verdictRow)`
    select side, level, verdict, currency, count, amount as "amountMinor"
    from reconciliation_run_verdicts where run_id = ${run.runId} order by side, level, verdict, currency collate "C"`);
  return {
    reportingCurrency: run.reportingCurrency,
    missingTransactionCount: run.missingTransactionCount,
    totalDiscrepancyAmount: run.totalDiscrepancyAmount,
    ambiguousAmount: run.ambiguousAmount,
    carriedCount: run.carriedCount,
    carriedAmount: run.carriedAmount,
    conservationHolds: totals.length === 0 ? null : gateProof(totals).every(({ holds }) => holds),
    totals: totals.map(({ debitsMinor, creditsMinor, ...total }) => ({
      ...total,
      debits: formatMinor(debitsMinor, total.currency),
      credits: formatMinor(creditsMinor, total.currency),
    })),
    verdicts: verdicts.map(({ amountMinor, ...verdict }) => ({
      ...verdict,
      amount: formatMinor(amountMinor, verdict.currency),
    })),
  };
}
