// Reads how the last days of the account went, each as its last run up to this one left it: a later run never changes
// what an earlier report shows. From what runs stored, so that thirty days cost no more than thirty lookups.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { OUTCOMES } from '../../domain/vocabulary.ts';
import { minorFromNumeric } from './minor-from-numeric.ts';
import type { CompletedRun } from './read-run.ts';
import type { TrendDay } from './run-report.ts';

export const TREND_DAYS = 30;

const trendRow = z.object({
  date: z.string(),
  outcome: z.enum(OUTCOMES),
  rows: z.bigint(),
  matched: z.bigint(),
  atRisk: z.union([z.string(), z.bigint()]),
});

export async function readTrend(
  connection: CommonQueryMethods,
  { run, scope: { accountId, runDate, decisionSeq } }: CompletedRun,
): Promise<TrendDay[]> {
  const days = await connection.any(sql.type(trendRow)`
    select distinct on (r.run_date) r.run_date as date, r.outcome, coalesce(r.total_discrepancy_amount, 0) as "atRisk", p.rows, p.matched
    from reconciliation_runs r join reconciliation_run_population p using (run_id)
    where r.account_id = ${accountId} and r.status = 'completed' and r.decision_seq <= ${decisionSeq}
      and r.reporting_currency = ${run.reportingCurrency}
      and r.run_date between ${runDate}::date - ${TREND_DAYS - 1}::int and ${runDate}::date
    order by r.run_date, r.decision_seq desc`);
  return days.map(({ atRisk, ...day }) => ({ ...day, atRiskMinor: minorFromNumeric(atRisk, run.reportingCurrency) }));
}
