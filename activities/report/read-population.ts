// Counts the day's own rows of the processor and how many of them the run left matched. Must never count a row that an
// earlier day left open: that row's day has counted it already.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { RunScope } from './discrepancies-as-of.ts';
import type { Population } from './run-report.ts';

const populationRow = z.object({
  rows: z.bigint(),
  matched: z.bigint(),
  matchedLate: z.bigint(),
  matchedOfEarlierDays: z.bigint(),
});

export async function readPopulation(
  connection: CommonQueryMethods,
  { accountId, runDate, decisionSeq }: RunScope,
): Promise<Population> {
  // Matches are scanned by the range of decisions in which the day's rows can have been matched: usually one run's.
  return connection.one(sql.type(populationRow)`
    with own as (
      select coalesce(sum(count), 0) as rows from batch_totals
      where account_id = ${accountId} and side = 'processor' and level = 'activity' and disposition = 'new'
        and (introduced_seq = ${decisionSeq} or introduced_seq < ${decisionSeq} and home_date = ${runDate})
    ), first as (
      select min(decision_seq) as seq from reconciliation_runs
      where account_id = ${accountId} and run_date >= ${runDate} and decision_seq <= ${decisionSeq}
    ), matched as (
      select m.late, m.decided_seq, m.p_home_date = ${runDate} or exists (
               select 1 from processor_transactions p
               join batch_totals b on b.batch_id = p.batch_id and b.home_date = p.home_date and b.side = 'processor'
                 and b.disposition = 'new'
               where m.p_home_date < ${runDate} and p.home_date = m.p_home_date and p.row_id = m.p_row_id
                 and p.version = 1 and b.introduced_seq = ${decisionSeq}) as own
      from matches m
      where m.account_id = ${accountId} and m.decided_seq between (select seq from first) and ${decisionSeq}
        and m.level = 'activity' and m.p_row_id is not null and m.p_home_date <= ${runDate}
        and (m.released_seq is null or m.released_seq > ${decisionSeq})
        and m.verdict in ('matched', 'matched_tolerance', 'matched_late')
    )
    select (select rows from own) as rows,
           count(*) filter (where own) as matched,
           count(*) filter (where own and late) as "matchedLate",
           count(*) filter (where not own and decided_seq = ${decisionSeq}) as "matchedOfEarlierDays"
    from matched`);
}
