-- Records what was decided: open items, verdicts that changed, discrepancies and their events.
-- A discrepancy is one per (anchor row, level); it survives re-runs and changes of verdict, and closes by itself only with
-- evidence. Must never close one that a person has taken out of the open states, nor write an event where nothing changed.

-- step: open_rows
-- Rows that stay open after this run: singles, and both members of a pair that waits for a status.
create temp table open_rows on commit drop as
select side, level, row_id, version, home_date, introduced_seq, kind, currency, amount, moves_balance, verdict, reason,
       null::bigint as partner_row_id, null::date as partner_home_date, null::jsonb as differences
from decided_singles where verdict not in ('matched', 'ignored')
union all
select 'processor', 'activity', p.row_id, p.version, p.home_date, p.introduced_seq, p.kind, p.currency, p.amount, p.moves_balance,
       c.verdict, 'partner found, status pending', c.i_row_id, i.home_date, c.differences
from compared c join left_processor p on p.row_id = c.p_row_id join left_internal i on i.row_id = c.i_row_id where c.verdict = 'pending_timing'
union all
select 'internal', 'activity', i.row_id, i.version, i.home_date, i.introduced_seq, i.kind, i.currency, i.amount, i.moves_balance,
       c.verdict, 'partner found, status pending', c.p_row_id, p.home_date, c.differences
from compared c join left_internal i on i.row_id = c.i_row_id join left_processor p on p.row_id = c.p_row_id where c.verdict = 'pending_timing'

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
  partner_row_id, partner_home_date, differences)
select :account_id, :seq, o.side, o.level, o.row_id, o.version, o.home_date, o.verdict, o.reason, o.partner_row_id, o.partner_home_date,
       o.differences
from open_rows o
left join lateral (
  select v.version, v.verdict, v.reason, v.partner_row_id from row_verdicts v
  where v.row_id = o.row_id and v.level = o.level and o.introduced_seq <> :seq
  order by v.decision_seq desc limit 1
) b on true
where (o.version, o.verdict::text, coalesce(o.reason, ''), coalesce(o.partner_row_id, 0))
  is distinct from (b.version, b.verdict::text, coalesce(b.reason, ''), coalesce(b.partner_row_id, 0))

-- step: concerns
-- What needs a person or time. A pair's anchor is the row that was open first; both new: the processor row.
create temp table concerns on commit drop as
with pair_rows as (
  select c.*, dp.opened_seq as p_open_since, di.opened_seq as i_open_since
  from compared c
  left join discrepancies dp on dp.account_id = :account_id and dp.level = 'activity' and dp.anchor_row_id = c.p_row_id and dp.state <> 'closed'
  left join discrepancies di on di.account_id = :account_id and di.level = 'activity' and di.anchor_row_id = c.i_row_id and di.state <> 'closed'
  where c.verdict not in ('matched', 'matched_late', 'matched_tolerance')
), anchored as (
  select *, case when i_open_since is not null and (p_open_since is null or i_open_since < p_open_since) then 'internal' else 'processor' end::side as anchor
  from pair_rows
)
select s.side, s.level, s.row_id, s.external_id, s.verdict, s.reason, s.kind, s.currency, abs(s.amount) as at_risk,
       s.introduced_seq, s.home_date, null::bigint as partner_row_id, null::text as partner_external_id, null::jsonb as differences
from decided_singles s where s.verdict not in ('matched', 'ignored')
union all
select a.anchor, 'activity',
       case a.anchor when 'processor' then p.row_id else i.row_id end,
       case a.anchor when 'processor' then p.external_id else i.external_id end,
       a.verdict, case when a.verdict = 'pending_timing' then 'partner found, status pending' else 'pair by ' || a.rule end,
       case a.anchor when 'processor' then p.kind else i.kind end,
       case when a.verdict = 'amount_mismatch' then i.currency else p.currency end,
       abs(case a.verdict when 'amount_mismatch' then a.delta when 'fee_mismatch' then a.fee_delta else p.amount end),
       case a.anchor when 'processor' then p.introduced_seq else i.introduced_seq end,
       case a.anchor when 'processor' then p.home_date else i.home_date end,
       case a.anchor when 'processor' then i.row_id else p.row_id end,
       case a.anchor when 'processor' then i.external_id else p.external_id end,
       a.differences
from anchored a
join left_processor p on p.row_id = a.p_row_id
join left_internal i on i.row_id = a.i_row_id

-- step: analyze_concerns
analyze concerns

-- step: judged_concerns
create temp table judged_concerns on commit drop as
select c.*, v.severity, d.discrepancy_id, d.verdict as verdict_before, d.state as state_before
from concerns c
join currency_exponents x on x.currency = c.currency
cross join lateral (
  select r.severity from rule_severities r
  where (r.at_risk is null or c.at_risk >= r.at_risk * power(10::numeric, x.exponent))
    and (r.verdicts is null or c.verdict = any (r.verdicts))
    and (r.kinds is null or c.kind = any (r.kinds))
    and (r.older_than is null or ':window_end'::timestamptz - c.home_date::timestamptz >= r.older_than)
  order by r.ord limit 1
) v
left join discrepancies d on d.account_id = :account_id and d.level = c.level and d.anchor_row_id = c.row_id

-- step: upsert_discrepancies
insert into discrepancies as d (account_id, account, level, anchor_side, anchor_row_id, anchor_external_id, business_date, verdict,
  reason, severity, kind, currency, amount, partner_external_id, differences, introduced_seq, opened_seq, changed_seq)
select :account_id, ':account', level, side, row_id, external_id, home_date, verdict, reason, severity, kind, currency, at_risk,
       partner_external_id, differences, introduced_seq, :seq, :seq
from judged_concerns
where state_before is null or state_before not in ('resolved', 'written_off')
order by level, side, external_id
on conflict (account_id, level, anchor_row_id) do update
set verdict = excluded.verdict, reason = excluded.reason, severity = excluded.severity, kind = excluded.kind,
    currency = excluded.currency, amount = excluded.amount, partner_external_id = excluded.partner_external_id,
    differences = excluded.differences, closed_seq = null, closed_by = null,
    state = case when d.state = 'closed' then 'open'::discrepancy_state else d.state end,
    changed_seq = excluded.changed_seq
where (d.verdict, d.reason, d.severity, d.kind, d.currency, d.amount, d.partner_external_id, d.differences)
    is distinct from (excluded.verdict, excluded.reason, excluded.severity, excluded.kind, excluded.currency, excluded.amount,
                      excluded.partner_external_id, excluded.differences)
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
-- Only evidence closes: the anchor is in a group that this run decided without a difference, or another row of its pair
-- became the anchor.
with evidence as (
  select l.discrepancy_id, case when m.i_row_id is null then 'superseded' else 'matched_late' end as closed_by, m.rule as detail, m.verdict
  from unconcerned l join matches m on m.p_row_id = l.anchor_row_id and m.level = l.level and m.released_seq is null and m.decided_seq = :seq
  where m.verdict in ('matched', 'matched_late', 'matched_tolerance', 'ignored')
  union all
  select l.discrepancy_id, case when m.p_row_id is null then 'superseded' else 'matched_late' end, m.rule, m.verdict
  from unconcerned l join matches m on m.i_row_id = l.anchor_row_id and m.level = l.level and m.released_seq is null and m.decided_seq = :seq
  where m.verdict in ('matched', 'matched_late', 'matched_tolerance', 'ignored')
  union all
  select l.discrepancy_id, 'superseded', 'merged into ' || c.external_id, null
  from unconcerned l join concerns c on c.partner_row_id = l.anchor_row_id and c.level = l.level
), closed as (
  update discrepancies d set state = 'closed', verdict = coalesce(e.verdict, d.verdict), closed_seq = :seq, changed_seq = :seq, closed_by = e.closed_by
  from evidence e where e.discrepancy_id = d.discrepancy_id
  returning d.discrepancy_id, d.verdict, d.closed_by, e.detail
)
insert into discrepancy_events (discrepancy_id, run_id, decision_seq, event, verdict, state, detail)
select discrepancy_id, :run_id, :seq, 'closed', verdict, 'closed', closed_by || ': ' || detail from closed order by discrepancy_id
