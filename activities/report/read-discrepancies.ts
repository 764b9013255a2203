// Reads the discrepancies of a report, the worst first, page by page through one cursor: memory does not grow with
// their number. Must run inside the transaction whose snapshot the rest of the report is read from.
import { type DatabaseTransactionConnection, type QuerySqlToken, sql } from 'slonik';
import { type RunScope, standsAsOf } from './discrepancies-as-of.ts';
import { discrepancyRow, toDiscrepancy } from './discrepancy-row.ts';
import { type ReportedDiscrepancy, SECTIONS } from './run-report.ts';

// Of the other rows of a group or cluster; `members` counts all.
const MEMBERS_SHOWN_MAX = 20;

export async function* readDiscrepancies(
  transaction: DatabaseTransactionConnection,
  scope: RunScope,
): AsyncGenerator<ReportedDiscrepancy, void, undefined> {
  await transaction.query(declareCursor(scope));
  for (;;) {
    // 1,000 rows a page; `fetch` takes no bind parameter.
    const page = await transaction.any(sql.type(discrepancyRow)`fetch forward 1000 from report_discrepancies`);
    if (page.length === 0) break;
    for (const row of page) yield toDiscrepancy(row);
  }
  await transaction.query(sql.unsafe`close report_discrepancies`);
}

function declareCursor(scope: RunScope): QuerySqlToken {
  return sql.unsafe`
    declare report_discrepancies no scroll cursor for
    with ${standsAsOf(scope)}, keyed as (${withBothRows(scope)})
    select k.section, k.discrepancy_id as "discrepancyId", k.level, k.anchor_side as "anchorSide",
           k.anchor_external_id as "anchorExternalId", coalesce(k.partner_external_id, w.opposite) as "partnerExternalId",
           k.business_date as "businessDate", k.verdict_then as verdict,
           case when k.changed_later then v.reason else coalesce(k.reason, v.reason) end as reason, w.beside as "besideExternalIds",
           case when k.is_over and k.section <> 'closed' then 'open' else k.state end as state,
           k.severity, k.kind, k.currency, k.amount as "amountMinor", k.rule, k.changed_later as "changedLater",
           case when not k.changed_later then k.members end as members, case when not k.changed_later then k.surplus end as surplus,
           case when not k.changed_later then k.balanced end as balanced,
           case when k.section = 'closed' then k.closed_by end as "closedBy",
           case when k.changed_later then v.differences else coalesce(k.differences, k.match_differences) end as differences,
           p.external_id as "pExternalId", p.gross as "pAmountMinor", p.fee as "pFeeMinor", p.currency as "pCurrency",
           p.kind as "pKind", p.status as "pStatus", p.merchant_reference as "pMerchantReference", p.occurred_at as "pOccurredAtMs",
           p.presentment_amount as "presentmentMinor", p.presentment_currency as "presentmentCurrency",
           i.external_id as "iExternalId", i.amount as "iAmountMinor", i.fee as "iFeeMinor", i.currency as "iCurrency",
           i.kind as "iKind", i.status as "iStatus", i.merchant_reference as "iMerchantReference", i.occurred_at as "iOccurredAtMs"
    from keyed k
    left join lateral (
      select v.reason, v.differences from row_verdicts v
      where v.row_id = k.anchor_row_id and v.level = k.level and v.decision_seq <= ${scope.decisionSeq}
      order by v.decision_seq desc limit 1
    ) v on true
    left join lateral (${otherMembers(scope)}) w on true
    left join lateral (${versionAsOf('processor', scope)}) p on true
    left join lateral (${versionAsOf('internal', scope)}) i on true
    order by array_position(${sql.array([...SECTIONS], 'text')}, k.section), k.severity desc, k.amount desc, k.business_date,
             k.anchor_external_id collate "C", k.level`;
}

/** The anchor and its partner: by their group where they have one, else by the partner's id. */
function withBothRows({ accountId, decisionSeq }: RunScope) {
  const liveMatch = (column: 'p_row_id' | 'i_row_id') => sql.fragment`
    select m.* from matches m
    where m.${sql.identifier([column])} = s.anchor_row_id and m.level = s.level and m.released_seq is null
      and m.decided_seq <= ${decisionSeq}`;
  const rowOf = (side: 'processor' | 'internal', column: string, own: string, partner: string) => sql.fragment`
    coalesce(mp.${sql.identifier([column])}, mi.${sql.identifier([column])},
             case when s.anchor_side = ${side} then s.${sql.identifier([own])} else t.${sql.identifier([partner])} end)`;
  // Two joins to matches, one a side: a condition over both columns would find no index.
  return sql.fragment`
    select s.*, coalesce(mp.rule, mi.rule) as rule, coalesce(mp.differences, mi.differences) as match_differences, coalesce(mp.group_id, mi.group_id) as group_id,
           ${rowOf('processor', 'p_row_id', 'anchor_row_id', 'row_id')} as p_row_id,
           ${rowOf('processor', 'p_home_date', 'business_date', 'home_date')} as p_home_date,
           ${rowOf('internal', 'i_row_id', 'anchor_row_id', 'row_id')} as i_row_id,
           ${rowOf('internal', 'i_home_date', 'business_date', 'home_date')} as i_home_date
    from stands s
    left join lateral (${liveMatch('p_row_id')}) mp on s.anchor_side = 'processor'
    left join lateral (${liveMatch('i_row_id')}) mi on s.anchor_side = 'internal'
    left join transaction_ids t on t.external_id = s.partner_external_id and t.account_id = ${accountId}
      and t.side <> s.anchor_side`;
}

/** Of a group or a cluster: the ids of the other rows, those of the other side and those beside the anchor. */
function otherMembers({ decisionSeq }: RunScope) {
  return sql.fragment`
    select string_agg(t.external_id, ', ' order by t.external_id collate "C") filter (where t.side <> k.anchor_side) as opposite,
           string_agg(t.external_id, ', ' order by t.external_id collate "C") filter (where t.side = k.anchor_side) as beside
    from (
      select coalesce(m.p_row_id, m.i_row_id) as row_id, coalesce(m.p_home_date, m.i_home_date) as home_date from matches m
      where m.group_id = k.group_id
      union
      select c.row_id, c.home_date from row_verdicts c
      where c.cluster_row_id = k.anchor_row_id and c.level = k.level and c.decision_seq <= ${decisionSeq}
        and not exists (select 1 from row_verdicts n where n.row_id = c.row_id and n.level = c.level
                        and n.decision_seq > c.decision_seq and n.decision_seq <= ${decisionSeq})
        and not exists (select 1 from matches m where m.p_row_id = c.row_id and m.level = c.level and m.released_seq is null
                        and m.decided_seq between c.decision_seq and ${decisionSeq})
        and not exists (select 1 from matches m where m.i_row_id = c.row_id and m.level = c.level and m.released_seq is null
                        and m.decided_seq between c.decision_seq and ${decisionSeq})
      limit ${MEMBERS_SHOWN_MAX}
    ) r
    cross join lateral (
      (select 'processor'::side as side, p.external_id from processor_transactions p
       where p.row_id = r.row_id and p.home_date = r.home_date limit 1)
      union all
      (select 'internal', i.external_id from internal_transactions i
       where i.row_id = r.row_id and i.home_date = r.home_date limit 1)
    ) t
    where r.row_id <> k.anchor_row_id`;
}

/** The newest version that a run had introduced when this run decided: what was staged since is not this report's. */
function versionAsOf(side: 'processor' | 'internal', { decisionSeq }: RunScope) {
  const table = sql.identifier([`${side}_transactions`]);
  const [rowId, homeDate] = side === 'processor' ? ['p_row_id', 'p_home_date'] : ['i_row_id', 'i_home_date'];
  return sql.fragment`
    select r.* from ${table} r
    where r.home_date = k.${sql.identifier([homeDate])} and r.row_id = k.${sql.identifier([rowId])}
      and exists (select 1 from batch_totals b where b.batch_id = r.batch_id and b.home_date = r.home_date
                  and b.side = ${side} and b.introduced_seq <= ${decisionSeq})
    order by r.version desc limit 1`;
}
