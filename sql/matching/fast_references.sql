-- Decides the next easiest: first a record that names one of the row's further processor ids (a Stripe charge instead of
-- the balance transaction), then equal merchant references. One candidate each way, all compared fields equal.
-- Must never pair by merchant reference a row that a processor id ties to another row of the pool.

-- step: id_pairs hashed
create temp table fast_pairs on commit drop as
with uncontested as materialized (
  select f.value, f.row_id, f.kind from pool_references f
  where :by_processor_id and not exists (select 1 from contested_ids c where c.key = hashtextextended(f.value, 0) and c.kind = f.kind)
), candidates as (
  select distinct f.row_id as p_row_id, i.row_id as i_row_id
  from uncontested f join rest_internal i on i.processor_reference = f.value and i.kind = f.kind
  where i.takes_part and i.processor_reference is not null
), counted as (
  select *, count(*) over (partition by p_row_id) as of_p, count(*) over (partition by i_row_id) as of_i from candidates
)
select p_row_id, i_row_id, 'processor_id'::text as rule from counted where of_p = 1 and of_i = 1

-- step: analyze_fast_pairs
analyze fast_pairs

-- step: tied_processor hashed
-- Rows with a candidate by processor id, whatever its kind or amount. Asked of each row once: an id may stand on thousands.
create temp table tied_processor on commit drop as
select p.row_id from rest_processor p where p.external_id in (select processor_reference from rest_internal where processor_reference is not null)
union
select f.row_id from pool_references f where f.value in (select processor_reference from rest_internal where processor_reference is not null)

-- step: tied_internal hashed
create temp table tied_internal on commit drop as
select i.row_id from rest_internal i
where i.processor_reference in (select external_id from rest_processor) or i.processor_reference in (select value from pool_references)

-- step: contested_references hashed
create temp table contested_references on commit drop as
select merchant_reference as value, kind from rest_processor where merchant_reference is not null group by 1, 2 having count(*) > 1
union
select merchant_reference, kind from rest_internal where merchant_reference is not null group by 1, 2 having count(*) > 1

-- step: analyze_contested_references
analyze contested_references

-- step: reference_pairs hashed
-- Contested keys are dropped before the join: ten thousand rows of one key on both sides would meet a hundred million times.
-- A join by two columns keeps rows without a reference in its hash table (PostgreSQL 18), all in one bucket: so they are named.
insert into fast_pairs
with uncontested as materialized (
  select p.row_id, p.merchant_reference, p.kind from rest_processor p
  where p.takes_part and p.merchant_reference is not null and :by_merchant_reference
    and not exists (select 1 from contested_references c where c.value = p.merchant_reference and c.kind = p.kind)
    and not exists (select 1 from tied_processor t where t.row_id = p.row_id)
)
select p.row_id, i.row_id, 'merchant_reference'
from uncontested p join rest_internal i on i.merchant_reference = p.merchant_reference and i.kind = p.kind
where i.takes_part and i.merchant_reference is not null
  and not exists (select 1 from tied_internal t where t.row_id = i.row_id)

-- step: match_by_reference hashed
insert into matches (account_id, decided_seq, level, rule, verdict, late,
  p_home_date, p_row_id, p_version, p_amount, p_kind, p_currency, p_moves_balance,
  i_home_date, i_row_id, i_version, i_amount, i_kind, i_currency, i_moves_balance, members_digest)
select :account_id, :seq, 'activity', f.rule,
       case when p.introduced_seq = i.introduced_seq then 'matched' else 'matched_late' end::verdict,
       p.introduced_seq <> i.introduced_seq,
       p.home_date, p.row_id, p.version, p.amount, p.kind, p.currency, p.moves_balance,
       i.home_date, i.row_id, i.version, i.amount, i.kind, i.currency, i.moves_balance,
       hashint8extended(p.content_hash, i.content_hash)
from fast_pairs f
join rest_processor p on p.row_id = f.p_row_id
join rest_internal i on i.row_id = f.i_row_id
where case when p.presentment_currency = i.currency then p.presentment_amount = i.amount
           else p.currency = i.currency and p.amount = i.amount end
  and (not :compare_status or p.status = i.status)
  and (not :compare_fee or i.fee is null or p.fee is null or p.currency <> i.currency or p.fee = i.fee)
  and (not :compare_fx or p.currency = i.currency or not exists (
    select 1 from rule_rates f
    where f.presented = i.currency and f.settled = p.currency and p.home_date >= f.valid_from and p.home_date < f.valid_until
      and abs(p.amount - p.presentment_amount * f.factor) > abs(p.presentment_amount * f.factor) * f.band + 1))
  and not exists (select 1 from held_processor h where h.row_id = p.row_id)
  and not exists (select 1 from held_internal h where h.row_id = i.row_id)

-- step: left_processor hashed
create temp table left_processor on commit drop as
select p.* from rest_processor p
where not exists (select 1 from matches m where m.p_row_id = p.row_id and m.level = 'activity' and m.decided_seq = :seq)

-- step: left_internal hashed
create temp table left_internal on commit drop as
select i.* from rest_internal i
where not exists (select 1 from matches m where m.i_row_id = i.row_id and m.level = 'activity' and m.decided_seq = :seq)

-- step: analyze_left_processor
analyze left_processor

-- step: analyze_left_internal
analyze left_internal
