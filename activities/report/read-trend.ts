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
  matchedAtOnce: z.bigint(),
  atRisk: z.union([z.string(), z.bigint()]),
});

export async function readTrend(
  connection: CommonQueryMethods,
  { run, scope: { accountId, runDate, decisionSeq } }: CompletedRun,
): Promise<TrendDay[]> {
  const days = await connection.any(sql.type(trendRow)`
    with runs as (
      select run_id, run_date, decision_seq, outcome, total_discrepancy_amount,
             row_number() over (partition by run_date order by decision_seq desc) = 1 as is_last
      from reconciliation_runs
      where account_id = ${accountId} and status = 'completed' and decision_seq <= ${decisionSeq}
        and reporting_currency = ${run.reportingCurrency}
        and run_date between ${runDate}::date - ${TREND_DAYS - 1}::int and ${runDate}::date
    )
    select r.run_date as date, r.outcome, coalesce(r.total_discrepancy_amount, 0) as "atRisk", n.rows,
           -- A re-run can match what another day's run had brought.
           least(n.rows, (select coalesce(sum(v.count), 0) from reconciliation_run_verdicts v
            where v.run_id = r.run_id and v.side = 'processor' and v.level = 'activity'
              and v.verdict in ('matched', 'matched_tolerance'))) as "matchedAtOnce"
    from runs r
    cross join lateral (
      select coalesce(sum(t.count), 0) as rows from runs d join reconciliation_run_totals t on t.run_id = d.run_id
      where d.run_date = r.run_date and t.term = 'introduced' and t.side = 'processor' and t.level = 'activity') n
    where r.is_last order by r.run_date`);
  return days.map(({ atRisk, ...day }) => ({ ...day, atRiskMinor: minorFromNumeric(atRisk, run.reportingCurrency) }));
}
