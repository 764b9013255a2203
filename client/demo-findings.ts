// What the database says of one account after its last run, in the names of the rows. Reads only, and judges nothing.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';

export interface DemoFindings {
  readonly open: readonly z.infer<typeof openRow>[];
  /** By row: how it settled, where it is more than one to one and on its own day. */
  readonly settled: ReadonlyMap<string, string>;
  /** Our records that are matched one to one, on their own day. */
  readonly ordinary: ReadonlySet<string>;
  readonly unreadable: ReadonlySet<string>;
  /** Rows whose discrepancy once waited for a source. */
  readonly pendingSource: ReadonlySet<string>;
  /** By row: what earlier runs said of a discrepancy that closed by itself. */
  readonly earlier: ReadonlyMap<string, ReadonlySet<string>>;
}

const openRow = z.object({
  level: z.string(),
  side: z.string(),
  externalId: z.string(),
  verdict: z.string(),
  amountMinor: z.bigint(),
  currency: z.string(),
});
const namedRow = z.object({ name: z.string() });
const settledRow = z.object({ name: z.string(), said: z.string() });

export function readOpen(database: DatabasePool, account: string): Promise<DemoFindings['open']> {
  return database.any(sql.type(openRow)`
    select level::text, anchor_side::text as side, anchor_external_id as "externalId", verdict::text,
           amount as "amountMinor", currency
    from discrepancies where account = ${account} and state in ('open', 'assigned', 'proposed')`);
}

export async function readFindings(database: DatabasePool, account: string): Promise<DemoFindings> {
  const open = await readOpen(database, account);
  // In two halves: a join of both sides at once could use neither key.
  const settled = await database.any(sql.type(settledRow)`
    with live as (
      select m.*, case when m.rule in ('sum', 'netting', 'keyless') then 'matched by ' || m.rule else m.verdict::text end as said
      from matches m join accounts a using (account_id)
      where a.account = ${account} and m.released_seq is null and m.level = 'activity'
        and (m.verdict in ('matched_tolerance', 'matched_late', 'ignored') or m.rule in ('sum', 'netting', 'keyless'))
        and coalesce(m.p_home_date, m.i_home_date) >= a.start_date
    )
    select 'processor ' || t.external_id as name, l.said
    from live l join processor_transactions t on t.home_date = l.p_home_date and t.row_id = l.p_row_id and t.version = l.p_version
    union all
    select 'internal ' || t.external_id, l.said
    from live l join internal_transactions t on t.home_date = l.i_home_date and t.row_id = l.i_row_id and t.version = l.i_version`);
  const ordinary = await database.any(sql.type(namedRow)`
    select t.external_id as name
    from matches m join accounts a using (account_id)
    join internal_transactions t on t.home_date = m.i_home_date and t.row_id = m.i_row_id and t.version = m.i_version
    where a.account = ${account} and m.released_seq is null and m.level = 'activity' and m.verdict = 'matched'
      and m.rule in ('processor_id', 'merchant_reference') and m.p_row_id is not null`);
  const unreadable = await database.any(sql.type(namedRow)`
    select distinct case when q.source like '%.csv' then q.source || ' ' || q.position else q.position end as name
    from quarantined_rows q join accounts a using (account_id) where a.account = ${account} and not q.superseded`);
  const events = await database.any(sql.type(settledRow.extend({ closed: z.boolean() }))`
    select distinct d.anchor_side || ' ' || d.anchor_external_id as name, e.verdict::text as said,
           d.closed_by is not null and d.closed_by <> 'person' as closed
    from discrepancy_events e join discrepancies d using (discrepancy_id) where d.account = ${account}`);
  return {
    open,
    settled: new Map(settled.map(({ name, said }) => [name, said])),
    ordinary: namesOf(ordinary),
    unreadable: namesOf(unreadable),
    pendingSource: namesOf(events.filter(({ said }) => said === 'pending_source')),
    earlier: new Map(
      [
        ...Map.groupBy(
          events.filter(({ closed }) => closed),
          ({ name }) => name,
        ),
      ].map(([name, of]) => [name, new Set(of.map(({ said }) => said))]),
    ),
  };
}

function namesOf(rows: readonly { readonly name: string }[]): ReadonlySet<string> {
  return new Set(rows.map(({ name }) => name));
}
