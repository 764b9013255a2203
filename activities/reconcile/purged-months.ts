// Decides which months a run needed whose rows were purged since: without them it cannot be decided again. Reads only.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';

const monthsRow = z.object({ months: z.string().nullable() });
const months = sql.fragment`string_agg(to_char(p.month, 'YYYY-MM'), ', ' order by p.month) as months`;
const past = sql.fragment`lateral (select (p.month + interval '1 month')::date as past) m`;

/** The months whose rows the run introduced, or found open, and that are gone; null where all it looked at is there. */
export function purgedOf(database: CommonQueryMethods, runId: bigint): Promise<string | null> {
  return database.oneFirst(sql.type(monthsRow)`
    select ${months}
    from reconciliation_runs r, purged_months p, ${past}
    where r.run_id = ${runId} and (
      exists (select 1 from batch_totals t where t.account_id = r.account_id and t.introduced_seq = r.decision_seq
                and t.home_date >= p.month and t.home_date < m.past)
      or exists (select 1 from matches g where g.account_id = r.account_id
                   and (g.decided_seq >= r.decision_seq or g.released_seq >= r.decision_seq)
                   and (g.p_home_date >= p.month and g.p_home_date < m.past or g.i_home_date >= p.month and g.i_home_date < m.past)))`);
}

/**
 * The months that are gone with rows that stood in groups already and that the run compared its own with: of the days that
 * it looked back on, or named by the id of a row that was open when it ended. null where there are none.
 */
export function purgedNearby(
  database: CommonQueryMethods,
  runId: bigint,
  lookBackDays: number,
): Promise<string | null> {
  return database.oneFirst(sql.type(monthsRow)`
    with run as (select * from reconciliation_runs where run_id = ${runId}),
    open_then as (
      select distinct on (v.row_id, v.level) v.account_id, v.side, v.row_id, v.home_date, v.version
      from row_verdicts v, run
      where v.account_id = run.account_id and v.decision_seq <= run.decision_seq
        and not exists (select 1 from matches g where (g.p_row_id = v.row_id or g.i_row_id = v.row_id) and g.level = v.level
                        and g.released_seq is null and g.decided_seq < run.decision_seq)
      order by v.row_id, v.level, v.decision_seq desc
    ), named as (
      select k.home_date
      from open_then o
      left join processor_transactions t on o.side = 'processor' and t.home_date = o.home_date and t.row_id = o.row_id and t.version = o.version
      left join internal_transactions i on o.side = 'internal' and i.home_date = o.home_date and i.row_id = o.row_id and i.version = o.version
      cross join unnest(array[t.parent_id, i.parent_id, i.processor_reference]) n (id)
      join transaction_ids k on k.external_id = n.id and k.account_id = o.account_id
      union all
      select k.home_date
      from open_then o
      join row_references f on f.row_id = o.row_id and f.version = o.version and f.type in ('processor_id', 'parent')
      join transaction_ids k on k.external_id = f.value and k.account_id = o.account_id
    )
    select ${months}
    from run r, purged_months p, ${past}
    where exists (select 1 from named n where n.home_date >= p.month and n.home_date < m.past)
      or exists (select 1 from batch_totals t
                 where t.account_id = r.account_id and t.home_date >= greatest(p.month, r.run_date - ${lookBackDays}::int)
                   and t.home_date < m.past and t.introduced_seq < r.decision_seq)`);
}
