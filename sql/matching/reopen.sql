-- Decides which live groups the rows that found no equal partner touch: a reversal of a member, a record of a row that was netted,
-- a row that makes the sum of an amount_mismatch exact or that moved what the group has as void, stronger evidence (a processor
-- id displaces a merchant reference or a keyless match). Whole groups
-- are opened; pool_again takes their rows in.
-- Must never open a good match for a mismatch: an edge into a live group serves these cases only.

-- step: seen_left hashed
-- Rows of the residue that are compared in what the customer saw: records with their keys are in that currency, and none is in
-- the row's own. Records of another kind count only where there is none of the row's: a fee of the order says nothing of it.
create temp table seen_left on commit drop as
with records as (
  select k.type, k.value, i.kind, i.currency from left_keys k join left_internal i on i.row_id = k.row_id where k.side = 'internal'
  union
  select type, value, kind, currency from other_records
)
select p.row_id from left_keys k
join left_processor p on p.row_id = k.row_id
join records r on r.type = k.type and r.value = k.value
where k.side = 'processor' and p.presentment_currency is not null
group by p.row_id, p.kind, p.currency, p.presentment_currency
having case when bool_or(r.kind = p.kind)
            then bool_or(r.kind = p.kind and r.currency = p.presentment_currency) and not bool_or(r.kind = p.kind and r.currency = p.currency)
            else bool_or(r.currency = p.presentment_currency) and not bool_or(r.currency = p.currency) end

-- step: left_money hashed
create temp table left_money on commit drop as
select p.row_id, p.kind, case when s.row_id is not null then p.presentment_currency else p.currency end as currency,
       case when s.row_id is not null then p.presentment_amount else p.amount end as amount, p.moves_balance
from left_processor p left join seen_left s on s.row_id = p.row_id
where p.takes_part
union all
select row_id, kind, currency, amount, moves_balance from left_internal where takes_part

-- step: analyze_left_money
analyze left_money

-- step: left_edges hashed
-- Rows of the residue beside the live rows that they share a key with. What a person decided stays.
create temp table left_edges on commit drop as
select k.side, k.row_id, g.side as live_side, g.row_id as live_row_id, g.type, g.rule, g.verdict, g.group_id, g.differences,
       r.kind = g.kind as same_kind, case when r.currency = g.currency then r.amount end as amount, g.amount as live_amount, r.moves_balance,
       r.currency = g.presentment_currency and r.amount = g.presentment_amount as as_presented
from left_keys k
join live_rows g on g.type = k.type and g.value = k.value
join left_money r on r.row_id = k.row_id
where g.decided_seq < :seq and g.rule not in ('manual', 'write_off')

-- step: touched
-- Members whose groups are opened again: by stronger evidence, by a record of what was netted, by what moved in place of a void,
-- or by a row that makes the sum exact.
create temp table touched on commit drop as
select live_row_id as row_id from left_edges
where same_kind and side <> live_side and type = 'processor_id' and rule in ('merchant_reference', 'keyless') and amount = live_amount
union
select live_row_id from left_edges
where same_kind and side = 'internal' and live_side = 'processor' and rule = 'netting' and (amount = live_amount or as_presented)
union
select live_row_id from left_edges
where same_kind and side <> live_side and moves_balance and amount = live_amount and verdict = 'status_mismatch'
  and differences -> 'status' @> '"void"'
union
select live_row_id from left_edges
where same_kind and verdict = 'amount_mismatch' and not differences ?| array['kind', 'currency']
  and (differences -> 'amount' ->> 0)::numeric - (differences -> 'amount' ->> 1)::numeric
      + case side when 'processor' then amount else -amount end = 0

-- step: reversals_left
create temp table reversals_left on commit drop as
select row_id, parent_id, kind, amount, currency from left_processor
where reverses and takes_part and moves_balance and status <> 'void' and parent_id is not null and amount <> 0

-- step: analyze_reversals_left
analyze reversals_left

-- step: named_undone
-- The row that a reversal of the residue names, by each of its ids: one look-up each, never by reading all ids there are.
create temp table named_undone on commit drop as
select t.row_id, t.home_date, null::integer as version, r.kind, r.amount, r.currency from reversals_left r
cross join lateral (
  select t.row_id, t.home_date from transaction_ids t
  where t.external_id = r.parent_id and t.account_id = :account_id and t.side = 'processor' limit 1) t
union
select f.row_id, f.home_date, f.version, r.kind, r.amount, r.currency from reversals_left r
cross join lateral (
  select f.row_id, f.home_date, f.version from row_references f
  where f.value = r.parent_id and f.account_id = :account_id and f.type = 'processor_id' offset 0) f

-- step: same_parent hashed
-- Or one of the same parent. By all that must be equal at once: a parent may have thousands of rows, and of reversals.
insert into named_undone
select p.row_id, p.home_date, p.version, p.kind, -p.gross, p.currency from processor_transactions p
where p.account_id = :account_id and p.home_date >= ':look_back_date' and p.home_date <= ':last_date' and p.parent_id is not null
  and exists (select 1 from reversals_left r where r.parent_id = p.parent_id and r.kind = p.kind and r.amount = -p.gross and r.currency = p.currency)

-- step: analyze_named_undone
analyze named_undone

-- step: touch_undone
-- What it undoes, where that is in a live group.
insert into touched
select n.row_id
from named_undone n
join processor_transactions p on p.home_date = n.home_date and p.row_id = n.row_id and p.kind = n.kind and p.gross = -n.amount
  and p.currency = n.currency and p.moves_balance and (n.version is null or p.version = n.version)
cross join lateral (
  select m.* from matches m
  where m.p_row_id = p.row_id and m.p_version = p.version and m.level = 'activity' and m.released_seq is null limit 1) m
where m.decided_seq < :seq and m.rule not in ('netting', 'manual', 'write_off') and (m.i_row_id is not null or m.group_id is not null)

-- step: analyze_touched
analyze touched

-- step: opened_again
create temp table opened_again on commit drop as
with lines as (
  select m.* from (select distinct row_id from touched) t
  cross join lateral (select m.* from matches m where m.p_row_id = t.row_id and m.level = 'activity' and m.released_seq is null limit 1) m
  where m.decided_seq < :seq
  union
  select m.* from (select distinct row_id from touched) t
  cross join lateral (select m.* from matches m where m.i_row_id = t.row_id and m.level = 'activity' and m.released_seq is null limit 1) m
  where m.decided_seq < :seq
)
select * from lines
union
select m.* from matches m where m.released_seq is null and m.group_id in (select group_id from lines where group_id is not null)

-- step: analyze_opened_again
analyze opened_again

-- step: release_touched
-- Each line found by the index of live rows, as above: joined, the planner would try every line with every live one.
update matches m set released_seq = :seq
from (
  select l.at from opened_again r cross join lateral (
    select m.ctid as at from matches m where m.p_row_id = r.p_row_id and m.level = r.level and m.released_seq is null limit 1) l
) o
where m.ctid = o.at

-- step: release_touched_internal
update matches m set released_seq = :seq
from (
  select l.at from opened_again r cross join lateral (
    select m.ctid as at from matches m where m.i_row_id = r.i_row_id and m.level = r.level and m.released_seq is null limit 1) l
  where r.p_row_id is null
) o
where m.ctid = o.at

-- step: opened
select from opened_again
