// Reads from the database what the second opinion says too: of each row its verdict, the rows it stands with, and of a cluster
// its surplus and whether it balances. From the tables themselves, activity level only.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { OracleStanding } from './oracle-for-tests.ts';

const standingRow = z.object({
  key: z.string(),
  verdict: z.string(),
  /** The same for all rows that stand together. */
  together: z.string().nullable(),
  surplus: z.number().nullable(),
  balanced: z.boolean().nullable(),
});

export async function readSqlStandings(database: DatabasePool, account: string): Promise<Map<string, string>> {
  const rows = await database.any(sql.type(standingRow)`
    with a as (select account_id from accounts where account = ${account}), live as (
      select r.row_id, m.verdict, null::int as surplus, null::boolean as balanced,
             case when m.group_id is not null then 'group ' || m.group_id
                  else 'pair ' || coalesce(m.p_row_id, m.i_row_id) end as together
      from matches m join a using (account_id)
      cross join lateral (values (m.p_row_id), (m.i_row_id)) r (row_id)
      where m.released_seq is null and m.level = 'activity' and r.row_id is not null
    ), open as (
      select o.row_id, v.verdict, d.surplus, d.balanced,
             'open ' || coalesce(v.cluster_row_id, least(o.row_id, v.partner_row_id)) as together
      from open_items o join a using (account_id)
      cross join lateral (select * from row_verdicts v where v.row_id = o.row_id and v.level = o.level
                          order by v.decision_seq desc limit 1) v
      left join discrepancies d on d.account_id = o.account_id and d.level = o.level
        and d.anchor_row_id = coalesce(v.cluster_row_id, o.row_id)
      where o.level = 'activity'
    )
    select t.side || ' ' || t.external_id as key, s.verdict, s.together, s.surplus, s.balanced
    from (select * from live union all select * from open) s
    join transaction_ids t on t.row_id = s.row_id join a using (account_id)`);
  const together = Map.groupBy(rows, (row) => row.together ?? row.key);
  return new Map(
    rows.map((row) => {
      const others = (together.get(row.together ?? row.key) ?? []).map((other) => other.key);
      return [row.key, said(row.verdict, others, row.surplus, row.balanced)];
    }),
  );
}

export function saidBy({ verdict, group, cluster, surplus, balanced }: OracleStanding): string {
  return said(verdict, [...group, ...cluster], surplus, balanced);
}

function said(verdict: string, together: readonly string[], surplus: number | null, balanced: boolean | null): string {
  const members = together.length > 1 ? ` of ${[...together].sort().join(', ')}` : '';
  const isSurplus = verdict.startsWith('duplicate') ? `, surplus ${surplus}` : '';
  const isBalanced = verdict === 'ambiguous' ? `, ${balanced === true ? 'balanced' : 'not balanced'}` : '';
  return `${verdict}${members}${isSurplus}${isBalanced}`;
}

/** One open discrepancy for each row, group or cluster that is not settled, on one of its rows; and no other. */
export async function strayDiscrepancies(database: DatabasePool, account: string): Promise<string[]> {
  const found = await database.any(sql.type(z.object({ key: z.string(), verdict: z.string() }))`
    select anchor_side || ' ' || anchor_external_id as key, verdict from discrepancies
    where account = ${account} and level = 'activity' and state = 'open'`);
  const standings = await readSqlStandings(database, account);
  const concerns = new Map<string, string[]>();
  for (const [key, standing] of standings) {
    const [verdict = ''] = standing.split(/[ ,]/);
    if (SETTLED.has(verdict)) continue;
    const members = / of (.+?)(?:, (?:surplus|balanced|not balanced).*)?$/.exec(standing)?.[1] ?? key;
    concerns.set(`${verdict}: ${members}`, members.split(', '));
  }
  const missing = [...concerns].filter(
    ([concern, members]) =>
      found.filter((one) => members.includes(one.key) && concern.startsWith(`${one.verdict}:`)).length !== 1,
  );
  const stray = found.filter((one) => !(standings.get(one.key) ?? '').startsWith(one.verdict));
  return [
    ...missing.map(([concern]) => `not one discrepancy for ${concern}`),
    ...stray.map((one) => `stray discrepancy of ${one.key} ${one.verdict}`),
  ];
}

const SETTLED: ReadonlySet<string> = new Set(['matched', 'matched_late', 'matched_tolerance', 'ignored']);

/** Conservation, added up again from what the runs wrote down: terms that do not add up, per run, side, level, kind, currency. */
export async function gateViolations(database: DatabasePool, account: string): Promise<readonly string[]> {
  return database.anyFirst(sql.type(z.object({ said: z.string() }))`
    select concat_ws(' ', 'run', t.run_id, t.side, t.level, t.kind, t.currency, 'does not add up') as said
    from reconciliation_run_totals t join reconciliation_runs r using (run_id)
    where r.account = ${account}
    group by t.run_id, t.side, t.level, t.kind, t.currency, t.moves_balance
    having sum(case when t.term in ('open_after', 'closed') then -t.count else t.count end) <> 0
        or sum(case when t.term in ('open_after', 'closed') then -t.debits else t.debits end) <> 0
        or sum(case when t.term in ('open_after', 'closed') then -t.credits else t.credits end) <> 0`);
}

/** Rows in two live groups of a level, or open and in a live group at once. */
export async function rowsTwice(database: DatabasePool, account: string): Promise<readonly string[]> {
  return database.anyFirst(sql.type(z.object({ said: z.string() }))`
    with a as (select account_id from accounts where account = ${account}), standing as (
      select r.row_id, m.level from matches m join a using (account_id)
      cross join lateral (values (m.p_row_id), (m.i_row_id)) r (row_id)
      where m.released_seq is null and r.row_id is not null
      union all
      select o.row_id, o.level from open_items o join a using (account_id)
    )
    select t.side || ' ' || t.external_id || ' stands twice at level ' || s.level as said
    from standing s join transaction_ids t on t.row_id = s.row_id
    group by t.side, t.external_id, s.level having count(*) > 1`);
}
