-- Decides every row that found no partner: the first that holds of ambiguous (a live group already uses its key),
-- ignored > unknown_type > no partner expected > pending_source > pending_timing > missing.
-- Must leave no row without a verdict.

-- step: singles hashed
create temp table singles on commit drop as
select 'processor'::side as side, p.level, p.row_id, p.version, p.home_date, p.introduced_seq, p.kind, p.currency, p.amount,
       p.status, p.moves_balance, p.test_mode, p.unknown_code, p.occurred_at, p.content_hash, p.external_id, p.takes_part,
       p.merchant_reference, null::text collate "C" as processor_reference, c.reason as crowded
from left_processor p left join crowded c on c.row_id = p.row_id
where not exists (select 1 from pairs d where d.p_row_id = p.row_id)
union all
select 'internal', 'activity', i.row_id, i.version, i.home_date, i.introduced_seq, i.kind, i.currency, i.amount,
       i.status, i.moves_balance, false, i.unknown_code, i.occurred_at, i.content_hash, i.external_id, i.takes_part,
       i.merchant_reference, i.processor_reference, c.reason
from left_internal i left join crowded c on c.row_id = i.row_id
where not exists (select 1 from pairs d where d.i_row_id = i.row_id)

-- step: analyze_singles
analyze singles

-- step: internal_candidates hashed
-- Records of the look-back that carry a key of a processor single, live group or not.
create temp table internal_candidates on commit drop as
select i.row_id, i.kind, i.currency, i.amount, i.processor_reference, i.merchant_reference
from internal_transactions i
where i.account_id = :account_id and i.home_date >= ':look_back_date' and i.home_date <= ':last_date'
  and (i.merchant_reference in (select merchant_reference from singles where side = 'processor' and takes_part)
    or i.processor_reference in (select k.value from keys_processor k join singles s using (row_id) where k.type = 'processor_id'))

-- step: processor_candidates
-- By id through the identity index, whatever their age.
create temp table processor_candidates on commit drop as
with wanted as materialized (
  select distinct processor_reference as value from singles where side = 'internal' and takes_part and processor_reference is not null
)
select p.row_id, p.kind, p.currency, p.gross as amount, w.value, 'processor_id'::reference_type as type
from wanted w
join transaction_ids t on t.external_id = w.value and t.account_id = :account_id and t.side = 'processor'
join processor_transactions p on p.home_date = t.home_date and p.row_id = t.row_id
union all
select p.row_id, p.kind, p.currency, p.gross, w.value, 'processor_id'
from wanted w
join row_references f on f.value = w.value and f.account_id = :account_id and f.type = 'processor_id'
join processor_transactions p on p.home_date = f.home_date and p.row_id = f.row_id and p.version = f.version

-- step: processor_candidates_by_reference hashed
insert into processor_candidates
select p.row_id, p.kind, p.currency, p.gross, p.merchant_reference, 'merchant_reference'
from processor_transactions p
where p.account_id = :account_id and p.home_date >= ':look_back_date' and p.home_date <= ':last_date'
  and p.merchant_reference in (select merchant_reference from singles where side = 'internal' and takes_part)

-- step: analyze_internal_candidates
analyze internal_candidates

-- step: analyze_processor_candidates
analyze processor_candidates

-- step: live_edges
-- Singles whose key leads into a live group that they may belong to: an equal surplus, a sum that may become exact, or
-- stronger evidence than the group's. Deciding that needs groups; calling them missing would be wrong.
create temp table live_edges on commit drop as
with internal_edges as (
  select k.row_id, k.type, i.row_id as i_row_id, i.kind, i.currency, i.amount
  from keys_processor k join internal_candidates i on k.type = 'processor_id' and i.processor_reference = k.value
  union all
  select k.row_id, k.type, i.row_id, i.kind, i.currency, i.amount
  from keys_processor k join internal_candidates i on k.type = 'merchant_reference' and i.merchant_reference = k.value
)
select s.row_id
from singles s
join internal_edges e on e.row_id = s.row_id and e.kind = s.kind
join matches m on m.i_row_id = e.i_row_id and m.released_seq is null and m.level = 'activity'
where s.side = 'processor'
  and ((e.currency = s.currency and e.amount = s.amount) or m.differences is not null
    or (e.type = 'processor_id' and m.rule = 'merchant_reference'))
union
select s.row_id
from singles s
join keys_internal k on k.row_id = s.row_id
join processor_candidates p on p.kind = s.kind and p.value = k.value and p.type = k.type
join matches m on m.p_row_id = p.row_id and m.released_seq is null and m.level = 'activity'
where s.side = 'internal'
  and ((p.currency = s.currency and p.amount = s.amount) or m.differences is not null
    or (k.type = 'processor_id' and m.rule = 'merchant_reference'))

-- step: decided_singles
create temp table decided_singles on commit drop as
select s.*,
       case
         when s.crowded is not null or e.row_id is not null or s.level <> 'activity' then 'ambiguous'
         when n.reason is not null or not s.moves_balance then 'ignored'
         when s.unknown_code is not null then 'unknown_type'
         when r.partner <> 'required' then 'matched'
         when not :covered then 'pending_source'
         when s.occurred_at + r.timing > ':horizon' then 'pending_timing'
         when s.side = 'processor' then 'missing_internal'
         else 'missing_processor'
       end::verdict as verdict,
       case
         when s.crowded is not null or e.row_id is not null or s.level <> 'activity' then 'needs_groups'
         when n.reason is not null then n.reason
         when not s.moves_balance then 'no balance movement'
         when s.unknown_code is not null then 'code ' || left(s.unknown_code, 60)
       end as reason
from singles s
join rule_kinds r on r.kind = s.kind
left join live_edges e on e.row_id = s.row_id
left join lateral (
  select g.reason from rule_ignores g
  where (g.kind is null or g.kind = s.kind) and (not g.test_mode or s.test_mode) and (not g.zero_amount or s.amount = 0)
  order by g.ord limit 1
) n on true

-- step: close_singles
-- Ignored rows and rows that need no partner explain themselves: a live group of one.
insert into matches (account_id, decided_seq, level, rule, verdict, late,
  p_home_date, p_row_id, p_version, p_amount, p_kind, p_currency, p_moves_balance,
  i_home_date, i_row_id, i_version, i_amount, i_kind, i_currency, i_moves_balance, members_digest)
select :account_id, :seq, s.level, case s.verdict when 'ignored' then 'ignore: ' || s.reason else 'no_partner_expected' end,
       s.verdict, false,
       case when s.side = 'processor' then s.home_date end, case when s.side = 'processor' then s.row_id end,
       case when s.side = 'processor' then s.version end, case when s.side = 'processor' then s.amount end,
       case when s.side = 'processor' then s.kind end, case when s.side = 'processor' then s.currency end,
       case when s.side = 'processor' then s.moves_balance end,
       case when s.side = 'internal' then s.home_date end, case when s.side = 'internal' then s.row_id end,
       case when s.side = 'internal' then s.version end, case when s.side = 'internal' then s.amount end,
       case when s.side = 'internal' then s.kind end, case when s.side = 'internal' then s.currency end,
       case when s.side = 'internal' then s.moves_balance end,
       hashint8extended(s.content_hash, case s.side when 'processor' then 1 else 2 end)
from decided_singles s
where s.verdict in ('ignored', 'matched')
