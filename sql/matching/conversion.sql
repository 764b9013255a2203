-- Decides which legs of a currency conversion belong together: rows of kind conversion that share a reference or a parent, of two
-- currencies, one sold and one bought. They explain each other, and the rate that they imply is kept.
-- Must never take a leg twice; a leg that stands alone is left to the rules.

-- step: conversion_legs hashed
create temp table conversion_legs on commit drop as
select p.row_id, p.version, p.home_date, p.introduced_seq, p.external_id, p.merchant_reference, p.parent_id, p.currency, p.amount,
       p.moves_balance, p.content_hash, false as is_live
from left_processor p
where p.kind = 'conversion' and p.level = 'activity' and p.moves_balance and not p.withdrawn and not p.test_mode
  and not exists (select 1 from residue r where r.row_id = p.row_id and r.decided)

-- step: legs_before hashed
-- A leg that came first was closed by rule: it is taken along if the other one has come.
insert into conversion_legs
select t.row_id, t.version, t.home_date, b.introduced_seq, t.external_id, t.merchant_reference, t.parent_id, t.currency, t.gross,
       t.moves_balance, t.content_hash, true
from processor_transactions t
join matches m on m.p_row_id = t.row_id and m.p_version = t.version and m.level = 'activity' and m.released_seq is null
  and m.rule = 'no_partner_expected' and m.decided_seq < :seq
cross join lateral (
  select b.introduced_seq from batch_totals b
  where b.batch_id = t.batch_id and b.home_date = t.home_date and b.introduced_seq is not null and b.disposition <> 'repeat' limit 1) b
where exists (select 1 from conversion_legs) and t.account_id = :account_id and t.kind = 'conversion'
  and t.home_date between ':look_back_date' and ':last_date' and t.moves_balance and not t.test_mode

-- step: leg_keys
create temp table leg_keys on commit drop as
select row_id, 1 as strength, external_id as value from conversion_legs
union
select l.row_id, 1, f.value from conversion_legs l join row_references f on f.row_id = l.row_id and f.version = l.version and f.type = 'processor_id'
union
select row_id, 2, parent_id from conversion_legs where parent_id is not null
union
select row_id, 3, merchant_reference from conversion_legs where merchant_reference is not null

-- step: exchanges
-- Keys under which exactly one currency was sold and another bought, with what came to this run among the legs.
create temp table exchanges on commit drop as
with totals as (
  select k.strength, k.value, l.currency, sum(l.amount) as total, count(*) as legs, bool_or(not l.is_live) as is_new
  from leg_keys k join conversion_legs l using (row_id) group by k.strength, k.value, l.currency
)
select strength, value, sum(legs) as legs
from totals group by strength, value
having count(*) = 2 and min(sign(total)) = -1 and max(sign(total)) = 1 and bool_or(is_new) and sum(legs) <= :fan_out_max

-- step: chosen_legs
-- By the strongest key; an exchange one of whose legs belongs to a stronger one is none.
create temp table chosen_legs on commit drop as
with chosen as (
  select distinct on (k.row_id) k.row_id, k.strength, k.value
  from leg_keys k join exchanges e using (strength, value) order by k.row_id, k.strength, e.legs, k.value
), whole as (
  select c.strength, c.value, nextval('match_group_ids') as group_id
  from chosen c join exchanges e using (strength, value) group by c.strength, c.value, e.legs having count(*) = e.legs
)
select l.*, w.group_id from chosen c join whole w using (strength, value) join conversion_legs l using (row_id)

-- step: release_legs
update matches m set released_seq = :seq from chosen_legs c
where c.is_live and m.p_row_id = c.row_id and m.level = 'activity' and m.released_seq is null

-- step: match_conversions
insert into matches (account_id, decided_seq, level, rule, verdict, late, group_id,
  p_home_date, p_row_id, p_version, p_amount, p_kind, p_currency, p_moves_balance, members_digest, differences)
select :account_id, :seq, 'activity', 'conversion',
       case when g.late then 'matched_late' else 'matched' end::verdict, g.late, c.group_id,
       c.home_date, c.row_id, c.version, c.amount, 'conversion', c.currency, c.moves_balance,
       hashint8extended(c.content_hash, hash_numeric_extended(g.digest, 0)),
       jsonb_build_object('rate', jsonb_build_array(g.sold || '/' || g.bought,
         trim_scale(round(g.bought_total / power(10::numeric, xb.exponent) / (-g.sold_total / power(10::numeric, xs.exponent)), 10))::text))
from chosen_legs c
join (
  select group_id, min(introduced_seq) <> max(introduced_seq) as late, sum(content_hash::numeric) as digest,
         (array_agg(currency order by total))[1] as sold, min(total) as sold_total,
         (array_agg(currency order by total desc))[1] as bought, max(total) as bought_total
  from (select *, sum(amount) over (partition by group_id, currency) as total from chosen_legs) t
  group by group_id
) g using (group_id)
join currency_exponents xs on xs.currency = g.sold
join currency_exponents xb on xb.currency = g.bought

-- step: drop_legs
delete from left_processor p using chosen_legs c where c.row_id = p.row_id

-- step: decided_legs
update residue r set decided = true from chosen_legs c where c.row_id = r.row_id
