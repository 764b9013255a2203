// Decides which discrepancies a run's report is about, as they stood when it had decided, even if later runs went on
// since. Must never count an opened, closed or changed state of a later run.
import { type QuerySqlToken, sql } from 'slonik';
import { z } from 'zod';
import { PENDING_VERDICTS, SEVERITIES, VERDICTS } from '../../domain/vocabulary.ts';
import { SECTIONS } from './run-report.ts';

export interface RunScope {
  readonly runId: bigint;
  readonly accountId: number;
  readonly account: string;
  readonly runDate: string;
  readonly decisionSeq: bigint;
}

/**
 * A common table expression `stands`: one row per discrepancy of the report, with its section, verdict and state as of
 * the run. What no later run changed stands in the table itself; for the others the last event up to the run tells.
 */
export function standsAsOf({ accountId, runDate, decisionSeq }: RunScope) {
  const pending = sql.array([...PENDING_VERDICTS], 'text');
  return sql.fragment`
    candidates as (
      select d.*, d.changed_seq > ${decisionSeq} as changed_later,
             d.state in ('closed', 'resolved', 'written_off') as is_over
      from discrepancies d
      where d.account_id = ${accountId}
        and (d.changed_seq >= ${decisionSeq} or d.state not in ('closed', 'resolved', 'written_off'))
    ), as_of as (
      select c.*, coalesce(e.verdict, c.verdict) as verdict_then,
             case
               when not c.changed_later and c.closed_seq = ${decisionSeq} then 'closed'
               when not c.changed_later and not c.is_over then 'open'
               when c.changed_later and e.event = 'closed' and e.decision_seq = ${decisionSeq} then 'closed'
               when c.changed_later and e.event <> 'closed' then 'open'
             end as stood
      from candidates c
      left join lateral (
        select e.event, e.verdict, e.decision_seq from discrepancy_events e
        where e.discrepancy_id = c.discrepancy_id and e.decision_seq <= ${decisionSeq}
        order by e.decision_seq desc, e.event_id desc limit 1
      ) e on c.changed_later
    ), sectioned as (
      select a.*,
             case
               when stood = 'closed' then 'closed'
               when stood is null then null
               when business_date > ${runDate} then null
               when verdict_then = any(${pending}::verdict[]) then 'waiting'
               when business_date = ${runDate} or introduced_seq = ${decisionSeq} then 'own'
               else 'carried'
             end as section
      from as_of a
    ), stands as (
      select * from sectioned where section is not null
    )`;
}

const discrepancyTotalRow = z.object({
  section: z.enum(SECTIONS),
  severity: z.enum(SEVERITIES),
  verdict: z.enum(VERDICTS),
  currency: z.string(),
  count: z.bigint(),
  amountMinor: z.bigint(),
  changedLater: z.bigint(),
});

/** Count and money of the report's discrepancies: what the written files must add up to. */
export function discrepancyTotalsQuery(scope: RunScope): QuerySqlToken<typeof discrepancyTotalRow> {
  return sql.type(discrepancyTotalRow)`
    with ${standsAsOf(scope)}
    select section, severity, verdict_then as verdict, currency, count(*) as count, sum(amount) as "amountMinor",
           count(*) filter (where changed_later) as "changedLater"
    from stands
    group by section, severity, verdict_then, currency
    order by array_position(${sql.array([...SECTIONS], 'text')}, section), severity desc, verdict_then, currency`;
}
