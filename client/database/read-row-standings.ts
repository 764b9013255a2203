// Reads what rows came to, level by level: their live group, or why they are open; and who stands with them.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { LEVELS, SIDES, VERDICTS } from '../../domain/vocabulary.ts';
import type { RowPin } from './read-explained-rows.ts';

const standingRow = z.object({
  rowId: z.bigint(),
  level: z.enum(LEVELS),
  isOpen: z.boolean(),
  verdict: z.enum(VERDICTS),
  /** Of a group: the rule that found it. Of an open row: the reason. */
  rule: z.string().nullable(),
  /** The decision that made the group, or that said this of the open row first. */
  decidedSeq: z.bigint(),
  differences: z.record(z.string(), z.tuple([z.string().nullable(), z.string().nullable()])).nullable(),
  partnerRowId: z.bigint().nullable(),
  partnerHomeDate: z.string().nullable(),
  groupId: z.bigint().nullable(),
  clusterRowId: z.bigint().nullable(),
});
type StandingRow = z.infer<typeof standingRow>;

export interface RowStanding extends StandingRow {
  /** All other rows of its group or cluster, the first of them. */
  readonly others: readonly RowPin[];
  readonly othersCount: number;
}

const OTHERS_MAX = 50;

/** Ordered by level. A row that no run has decided has none. */
export async function readRowStandings(
  database: DatabasePool,
  accountId: number,
  rowIds: readonly bigint[],
): Promise<readonly RowStanding[]> {
  const wanted = sql.array([...rowIds], 'int8');
  const live = (one: 'p' | 'i', other: 'p' | 'i') => sql.fragment`
    select m.${column(one, 'row_id')} as "rowId", m.level, false as "isOpen", m.verdict, m.rule, m.decided_seq as "decidedSeq",
           m.differences, m.${column(other, 'row_id')} as "partnerRowId", m.${column(other, 'home_date')} as "partnerHomeDate",
           m.group_id as "groupId", null::bigint as "clusterRowId"
    from matches m where m.${column(one, 'row_id')} = any(${wanted}) and m.released_seq is null`;
  const rows = await database.any(sql.type(standingRow)`
    ${live('p', 'i')} union all ${live('i', 'p')} union all
    select o.row_id, o.level, true, v.verdict, v.reason, v.decision_seq, v.differences, v.partner_row_id, v.partner_home_date,
           null, v.cluster_row_id
    from open_items o
    cross join lateral (select * from row_verdicts v where v.row_id = o.row_id and v.level = o.level
                        order by v.decision_seq desc limit 1) v
    where o.account_id = ${accountId} and o.level = any(${sql.array([...LEVELS], 'text')}::level[]) and o.row_id = any(${wanted})
    order by 1, 2`);
  const [groups, clusters] = await Promise.all([readGroups(database, rows), readClusters(database, accountId, rows)]);
  return rows.map((row) => {
    const all = row.groupId === null ? clusters.get(clusterKey(row)) : groups.get(row.groupId);
    const pair =
      row.partnerRowId === null || row.partnerHomeDate === null
        ? []
        : [partnerOf(row.partnerRowId, row.partnerHomeDate)];
    const others = (all ?? pair).filter(({ rowId }) => rowId !== row.rowId);
    return { ...row, others: others.slice(0, OTHERS_MAX), othersCount: others.length };
  });
}

const column = (side: 'p' | 'i', name: string) => sql.identifier([`${side}_${name}`]);
const partnerOf = (rowId: bigint, homeDate: string): RowPin => ({ rowId, homeDate });
const clusterKey = ({ clusterRowId, level }: { clusterRowId: bigint | null; level: string }) =>
  `${clusterRowId} ${level}`;

const groupRow = z.object({ group: z.bigint(), rowId: z.bigint(), homeDate: z.string() });

async function readGroups(database: DatabasePool, rows: readonly StandingRow[]): Promise<Map<bigint, RowPin[]>> {
  const ids = [...new Set(rows.flatMap(({ groupId }) => groupId ?? []))];
  const found = await database.any(sql.type(groupRow)`
    select m.group_id as "group", coalesce(m.p_row_id, m.i_row_id) as "rowId", coalesce(m.p_home_date, m.i_home_date) as "homeDate"
    from matches m where m.group_id = any(${sql.array(ids, 'int8')}) and m.released_seq is null
    order by m.group_id, m.p_row_id is null, 2`);
  const groups = new Map<bigint, RowPin[]>();
  for (const { group, ...pin } of found) groups.set(group, [...(groups.get(group) ?? []), pin]);
  return groups;
}

const clusterMemberRow = z.object({
  cluster: z.bigint(),
  level: z.enum(LEVELS),
  rowId: z.bigint(),
  homeDate: z.string(),
  side: z.enum(SIDES),
});

/** Members are the open rows whose latest verdict names the cluster: a row may have left it since. */
async function readClusters(
  database: DatabasePool,
  accountId: number,
  rows: readonly StandingRow[],
): Promise<Map<string, RowPin[]>> {
  const ids = [...new Set(rows.flatMap(({ clusterRowId }) => clusterRowId ?? []))];
  if (ids.length === 0) return new Map();
  const found = await database.any(sql.type(clusterMemberRow)`
    select distinct v.cluster_row_id as cluster, v.level, v.row_id as "rowId", v.home_date as "homeDate", v.side
    from row_verdicts v
    join open_items o on o.account_id = ${accountId} and o.level = v.level and o.row_id = v.row_id
    where v.cluster_row_id = any(${sql.array(ids, 'int8')})
      and not exists (select 1 from row_verdicts n where n.row_id = v.row_id and n.level = v.level and n.decision_seq > v.decision_seq)
    order by 1, 5, 3`);
  const clusters = new Map<string, RowPin[]>();
  for (const { cluster, level, rowId, homeDate } of found) {
    const key = clusterKey({ clusterRowId: cluster, level });
    clusters.set(key, [...(clusters.get(key) ?? []), { rowId, homeDate }]);
  }
  return clusters;
}
