// Reads what each row came to, level by level, with its group or cluster: from the tables themselves, not from a view of them.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

export interface RowStanding {
  readonly verdict: string;
  /** The rule of its group, or the reason why it is open. */
  readonly rule: string;
  /** Ids of all other rows of its group or cluster, in order. */
  readonly partners: readonly string[];
}

const standingRow = z.object({
  side: z.string(),
  id: z.string(),
  rowId: z.bigint(),
  level: z.string(),
  verdict: z.string(),
  rule: z.string(),
  /** The same for all rows that stand together. */
  group: z.string(),
});

export async function readStandings(
  database: DatabasePool,
  account: string,
): Promise<Map<string, Map<string, RowStanding>>> {
  const rows = await database.any(sql.type(standingRow)`
    with a as (select account_id from accounts where account = ${account}), live as (
      select r.side, r.row_id, m.level, m.verdict, m.rule,
             case when m.group_id is not null then 'group ' || m.group_id
                  else 'pair ' || coalesce(m.p_row_id, m.i_row_id) end as "group"
      from matches m join a using (account_id)
      cross join lateral (values ('processor'::side, m.p_row_id), ('internal', m.i_row_id)) r (side, row_id)
      where m.released_seq is null and r.row_id is not null
    ), open as (
      select o.side, o.row_id, o.level, v.verdict, coalesce(v.reason, '') as rule,
             'open ' || coalesce(v.cluster_row_id, least(o.row_id, v.partner_row_id)) as "group"
      from open_items o join a using (account_id)
      cross join lateral (select * from row_verdicts v where v.row_id = o.row_id and v.level = o.level
                          order by v.decision_seq desc limit 1) v
    )
    select t.side, t.external_id as id, s.row_id as "rowId", s.level, s.verdict, s.rule, s."group"
    from (select * from live union all select * from open) s
    join transaction_ids t on t.row_id = s.row_id and t.side = s.side join a using (account_id)
    order by t.side, t.external_id collate "C"`);
  const standings = new Map<string, Map<string, RowStanding>>();
  for (const { side, id, rowId, level, verdict, rule, group } of rows) {
    const partners = rows.filter((other) => other.level === level && other.group === group && other.rowId !== rowId);
    const levels = standings.get(`${side} ${id}`) ?? new Map<string, RowStanding>();
    levels.set(level, { verdict, rule, partners: partners.map((other) => other.id) });
    standings.set(`${side} ${id}`, levels);
  }
  return standings;
}
