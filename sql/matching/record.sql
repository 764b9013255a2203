-- Records what was decided: open items, verdicts that changed, discrepancies and their events.
-- A discrepancy is one per (anchor row, level); it survives re-runs and changes of verdict, and closes by itself only with
-- evidence. Must never close one that a person has taken out of the open states, nor write an event where nothing changed.

-- step: clusters
-- Rows that stay open together, and the one that stands for them: of the processor where there is one, open first, first by id.
create temp table clusters on commit drop as
with together as (
  select o.cluster_no, o.row_id, 'activity'::level as level from open_lines o where o.cluster_no is not null
  union all
  select g.group_no, g.row_id, 'activity' from group_lines g join compared c on c.group_no = g.group_no
  where c.verdict = 'pending_timing' and c.p_count + c.i_count > 2
)
select t.cluster_no, t.row_id, t.level, r.side, r.external_id, count(*) over (partition by t.cluster_no) as members,
       sum(abs(r.amount)) over (partition by t.cluster_no, r.side, r.currency) as at_risk,
       first_value(t.row_id) over (partition by t.cluster_no order by r.side, d.opened_seq nulls last, r.external_id) as anchor_row_id
from together t
join residue r on r.row_id = t.row_id
left join discrepancies d on d.account_id = :account_id and d.level = t.level and d.anchor_row_id = t.row_id and d.state <> 'closed'

-- step: analyze_clusters
analyze clusters

-- step: open_rows
-- Rows that stay open after this run: singles, duplicates and riddles, and all members of what waits for a status.
create temp table open_rows on commit drop as
select side, level, row_id, version, home_date, introduced_seq, kind, currency, amount, moves_balance, verdict, reason,
       null::bigint as partner_row_id, null::date as partner_home_date, null::bigint as cluster_row_id, null::jsonb as differences
from decided_singles where verdict not in ('matched', 'ignored')
union all
select r.side, 'activity', r.row_id, r.version, r.home_date, r.introduced_seq, r.kind, r.currency, r.amount, r.moves_balance,
       o.verdict, o.reason, null, null, l.anchor_row_id, null
from open_lines o join residue r on r.row_id = o.row_id left join clusters l on l.row_id = o.row_id
union all
select r.side, 'activity', r.row_id, r.version, r.home_date, r.introduced_seq, r.kind, r.currency, r.amount, r.moves_balance,
       c.verdict, 'partner found, status pending', o.row_id, o.home_date, l.anchor_row_id, c.differences
from compared c
join group_lines g on g.group_no = c.group_no
join residue r on r.row_id = g.row_id
left join residue o on c.p_count = 1 and c.i_count = 1 and o.row_id = case r.side when 'processor' then c.i_row_id else c.p_row_id end
left join clusters l on l.row_id = r.row_id
where c.verdict = 'pending_timing'
union all
select 'processor', 'settlement', row_id, version, home_date, introduced_seq, kind, currency, amount, moves_balance,
       verdict, reason, partner_row_id, partner_home_date, cluster_row_id, differences
from settlement_open

-- step: analyze_open_rows
analyze open_rows

-- step: close_open_items
delete from open_items o
where o.account_id = :account_id and not exists (select 1 from open_rows r where r.row_id = o.row_id and r.level = o.level)

-- step: change_open_items
update open_items o
set version = r.version, introduced_seq = r.introduced_seq, kind = r.kind, currency = r.currency, amount = r.amount,
    moves_balance = r.moves_balance
from open_rows r
where o.account_id = :account_id and r.row_id = o.row_id and r.level = o.level and o.version <> r.version

-- step: add_open_items
-- A row that is open already keeps its line: when it was opened is part of its history.
insert into open_items (account_id, side, level, row_id, version, home_date, introduced_seq, opened_seq, kind, currency, amount, moves_balance)
select :account_id, side, level, row_id, version, home_date, introduced_seq, :seq, kind, currency, amount, moves_balance from open_rows
on conflict (account_id, level, row_id) do nothing

-- step: row_verdicts
insert into row_verdicts (account_id, decision_seq, side, level, row_id, version, home_date, verdict, reason,
  partner_row_id, partner_home_date, cluster_row_id, differences)
select :account_id, :seq, o.side, o.level, o.row_id, o.version, o.home_date, o.verdict, o.reason, o.partner_row_id, o.partner_home_date,
       o.cluster_row_id, o.differences
from open_rows o
left join lateral (
  select v.version, v.verdict, v.reason, v.partner_row_id, v.cluster_row_id from row_verdicts v
  where v.row_id = o.row_id and v.level = o.level and o.introduced_seq <> :seq
  order by v.decision_seq desc limit 1
) b on true
where (o.version, o.verdict::text, coalesce(o.reason, ''), coalesce(o.partner_row_id, 0), coalesce(o.cluster_row_id, 0))
  is distinct from (b.version, b.verdict::text, coalesce(b.reason, ''), coalesce(b.partner_row_id, 0), coalesce(b.cluster_row_id, 0))

-- step: grouped_rows hashed
-- Members of groups that differ or wait, and the one that stands for them: open first; all new: the processor's, first by id.
create temp table grouped_rows on commit drop as
select g.group_no, g.row_id,
       first_value(g.row_id) over (partition by g.group_no order by d.opened_seq nulls last, r.side, r.external_id) as anchor_row_id
from compared c
join group_lines g on g.group_no = c.group_no
join residue r on r.row_id = g.row_id
left join discrepancies d on d.account_id = :account_id and d.level = 'activity' and d.anchor_row_id = g.row_id and d.state <> 'closed'
where c.verdict not in ('matched', 'matched_late', 'matched_tolerance')

-- step: concerns
-- What needs a person or time, once: an open row, a cluster of open rows, a group with a difference.
create temp table concerns on commit drop as
select s.side, s.level, s.row_id, s.external_id, s.verdict, s.reason, s.kind, s.currency, abs(s.amount)::numeric as at_risk,
       s.introduced_seq, s.home_date, null::text as partner_external_id, null::jsonb as differences,
       null::bigint as members, null::integer as surplus, null::boolean as balanced
from decided_singles s where s.verdict not in ('matched', 'ignored')
union all
select r.side, 'activity', r.row_id, r.external_id, o.verdict, o.reason, r.kind, r.currency,
       case when o.cluster_no is null then abs(r.amount)
            when o.verdict = 'ambiguous' then l.at_risk
            else o.surplus::numeric * abs(r.amount) end,
       r.introduced_seq, r.home_date, null, null, l.members, o.surplus, o.balanced
from open_lines o
join residue r on r.row_id = o.row_id
left join clusters l on l.row_id = o.row_id
where l.row_id is null or l.anchor_row_id = o.row_id
union all
select a.side, 'activity', a.row_id, a.external_id, c.verdict,
       case when c.verdict = 'pending_timing' then 'partner found, status pending'
            when c.only_sum_fits then 'the sum fits, but groups are switched off'
            when c.verdict = 'amount_mismatch' and c.factor_hint is not null then c.factor_hint
            when c.p_count = 1 and c.i_count = 1 then 'pair by ' || c.rule
            else 'group of ' || c.p_count + c.i_count || ' by ' || c.rule end,
       a.kind, case when c.verdict = 'amount_mismatch' or c.rule = 'netting' then c.i_currency
                    when c.verdict = 'fx_variance' then c.converted_currency else a.currency end,
       -- What was netted adds up to nothing: at risk is what our record says.
       abs(case when c.rule = 'netting' then i.amount when c.verdict = 'amount_mismatch' and c.only_sum_fits
                then (c.differences -> 'amount' ->> 0)::numeric - (c.differences -> 'amount' ->> 1)::numeric
                when c.verdict = 'amount_mismatch' then c.delta when c.verdict = 'fee_mismatch' then c.fee_delta
                when c.verdict = 'fx_variance' then c.fx_delta
                when c.p_count = 1 then p.amount else c.p_amount end),
       a.introduced_seq, a.home_date,
       case when c.p_count = 1 and c.i_count = 1 then case a.side when 'processor' then i.external_id else p.external_id end end,
       c.differences, case when c.p_count + c.i_count > 2 then c.p_count + c.i_count end, null, null
from compared c
join grouped_rows g on g.group_no = c.group_no and g.row_id = g.anchor_row_id
join residue a on a.row_id = g.row_id
join residue p on p.row_id = c.p_row_id
join residue i on i.row_id = c.i_row_id
union all
select 'processor', 'settlement', row_id, external_id, verdict, reason, kind, currency, at_risk, introduced_seq, home_date,
       partner_external_id, differences, members, null, null
from settlement_open where is_anchor

-- step: concerned
-- Every row that a concern is about, beside its own anchor.
create temp table concerned on commit drop as
select row_id, anchor_row_id, 'activity'::level as level from grouped_rows
union
select row_id, anchor_row_id, level from clusters
union
select row_id, cluster_row_id, 'settlement' from settlement_open where cluster_row_id is not null

-- step: analyze_concerned
analyze concerned

-- step: analyze_concerns
analyze concerns

-- step: day_volumes
-- What each day moved, by currency, on the side with more: what a share of it is a share of. Empty where no rule asks.
create temp table day_volumes on commit drop as
select home_date, currency, max(volume) as volume
from (select t.home_date, t.currency, sum(t.debits + t.credits) as volume from batch_totals t
      where t.account_id = :account_id and t.level = 'activity' and t.disposition = 'new' and t.introduced_seq <= :seq
        and t.home_date in (select home_date from concerns) and exists (select 1 from rule_severities where share is not null)
      group by t.home_date, t.currency, t.side) s
group by home_date, currency

-- step: judged_concerns
create temp table judged_concerns on commit drop as
select c.*, v.severity, v.severity_reason, d.discrepancy_id, d.verdict as verdict_before, d.state as state_before
from concerns c
join currency_exponents x on x.currency = c.currency
join (select level, verdict, kind, currency, count(*) as alike from concerns group by level, verdict, kind, currency) n
  on n.level = c.level and n.verdict = c.verdict and n.kind = c.kind and n.currency = c.currency
left join day_volumes w on w.home_date = c.home_date and w.currency = c.currency
cross join lateral (
  select r.severity, r.reason as severity_reason from rule_severities r
  where (r.at_risk is null or c.at_risk >= r.at_risk * power(10::numeric, x.exponent))
    and (r.share is null or c.at_risk >= r.share * w.volume)
    and (r.repeated is null or n.alike >= r.repeated)
    and (r.verdicts is null or c.verdict = any (r.verdicts))
    and (r.kinds is null or c.kind = any (r.kinds))
    and (r.older_than is null or ':window_end'::timestamptz - c.home_date::timestamptz >= r.older_than)
  order by r.ord limit 1
) v
left join discrepancies d on d.account_id = :account_id and d.level = c.level and d.anchor_row_id = c.row_id

-- step: upsert_discrepancies
insert into discrepancies as d (account_id, account, level, anchor_side, anchor_row_id, anchor_external_id, business_date, verdict,
  reason, severity, severity_reason, kind, currency, amount, partner_external_id, differences, members, surplus, balanced, introduced_seq,
  opened_seq, changed_seq)
select :account_id, ':account', level, side, row_id, external_id, home_date, verdict, reason, severity, severity_reason, kind, currency, at_risk,
       partner_external_id, differences, members, surplus, balanced, introduced_seq, :seq, :seq
from judged_concerns
where state_before is null or state_before not in ('resolved', 'written_off')
order by level, side, external_id
on conflict (account_id, level, anchor_row_id) do update
set verdict = excluded.verdict, reason = excluded.reason, severity = excluded.severity, severity_reason = excluded.severity_reason, kind = excluded.kind,
    currency = excluded.currency, amount = excluded.amount, partner_external_id = excluded.partner_external_id,
    differences = excluded.differences, members = excluded.members, surplus = excluded.surplus, balanced = excluded.balanced, closed_seq = null, closed_by = null,
    state = case when d.state = 'closed' then 'open'::discrepancy_state else d.state end,
    changed_seq = excluded.changed_seq
where (d.verdict, d.reason, d.severity, d.severity_reason, d.kind, d.currency, d.amount, d.partner_external_id, d.differences, d.members, d.surplus, d.balanced)
    is distinct from (excluded.verdict, excluded.reason, excluded.severity, excluded.severity_reason, excluded.kind, excluded.currency, excluded.amount,
                      excluded.partner_external_id, excluded.differences, excluded.members, excluded.surplus, excluded.balanced)
  or d.state = 'closed'

-- step: discrepancy_events
insert into discrepancy_events (discrepancy_id, run_id, decision_seq, event, verdict, state, detail)
select d.discrepancy_id, :run_id, :seq,
       case when j.discrepancy_id is null then 'opened' when j.state_before = 'closed' then 'reopened' else 'verdict_changed' end,
       d.verdict, d.state, case when j.verdict_before is distinct from d.verdict then 'was ' || coalesce(j.verdict_before::text, 'new') end
from judged_concerns j
join discrepancies d on d.account_id = :account_id and d.level = j.level and d.anchor_row_id = j.row_id
where d.state not in ('resolved', 'written_off')
  and (j.discrepancy_id is null or j.state_before = 'closed' or j.verdict_before <> d.verdict)
order by d.discrepancy_id

-- step: unconcerned hashed
-- Live discrepancies whose anchor is no concern any more.
create temp table unconcerned on commit drop as
select d.discrepancy_id, d.anchor_row_id, d.level from discrepancies d
where d.account_id = :account_id and d.state in ('open', 'assigned', 'proposed')
  and not exists (select 1 from concerns c where c.row_id = d.anchor_row_id and c.level = d.level)

-- step: analyze_unconcerned
analyze unconcerned

-- step: close_discrepancies
-- Only evidence closes: the anchor is in a group that this run decided without a difference, or another row of its group or
-- cluster became the anchor.
with decided as (
  -- One look-up by the index of live rows for each: nothing tells the planner how much this run wrote, and it would try all pairs.
  select l.anchor_row_id as row_id, m.i_row_id is null and m.group_id is null and m.rule <> 'duplicate' as alone, l.level, m.rule, m.verdict
  from unconcerned l cross join lateral (
    select * from matches m where m.p_row_id = l.anchor_row_id and m.level = l.level and m.released_seq is null limit 1) m
  where m.decided_seq = :seq
  union all
  select l.anchor_row_id, m.p_row_id is null and m.group_id is null and m.rule <> 'duplicate', l.level, m.rule, m.verdict
  from unconcerned l cross join lateral (
    select * from matches m where m.i_row_id = l.anchor_row_id and m.level = l.level and m.released_seq is null limit 1) m
  where m.decided_seq = :seq
), evidence as (
  select l.discrepancy_id, case when m.rule = 'netting' then 'netted' when m.alone then 'superseded' else 'matched_late' end as closed_by,
         m.rule as detail, m.verdict
  from unconcerned l join decided m on m.row_id = l.anchor_row_id and m.level = l.level
  where m.verdict in ('matched', 'matched_late', 'matched_tolerance', 'ignored')
  union all
  select l.discrepancy_id, 'superseded', 'merged into ' || c.external_id, null
  from unconcerned l
  join concerned n on n.row_id = l.anchor_row_id and n.level = l.level
  join concerns c on c.row_id = n.anchor_row_id and c.level = n.level
), closed as (
  update discrepancies d set state = 'closed', verdict = coalesce(e.verdict, d.verdict), closed_seq = :seq, changed_seq = :seq, closed_by = e.closed_by
  from evidence e where e.discrepancy_id = d.discrepancy_id
  returning d.discrepancy_id, d.verdict, d.closed_by, e.detail
)
insert into discrepancy_events (discrepancy_id, run_id, decision_seq, event, verdict, state, detail)
select discrepancy_id, :run_id, :seq, 'closed', verdict, 'closed', closed_by || ': ' || detail from closed order by discrepancy_id
