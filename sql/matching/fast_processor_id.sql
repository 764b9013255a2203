-- Decides the great majority: an internal record that names a processor row by its id, one candidate each way, all compared
-- fields equal. Must never decide a row that a reversal points to, nor choose between two candidates.

-- step: reversals_processor hashed
-- A reversal that moved nothing (void, or for display) undid nothing.
create temp table reversals_processor on commit drop as
select row_id, parent_id, kind from pool_processor where reverses and takes_part and moves_balance

-- step: pool_references if has_references
-- The further ids of the pool's rows. What came with this run is found by its days, open rows of other days one by one: never by
-- reading all ids that ever were.
create temp table pool_references on commit drop as
with others as materialized (
  select row_id, version, kind from pool_processor where takes_part and home_date not between ':min_date' and ':run_date'
)
select f.value, p.row_id, p.kind
from row_references f join pool_processor p on p.row_id = f.row_id and p.version = f.version
where f.account_id = :account_id and f.type = 'processor_id' and p.takes_part
  and f.home_date between ':min_date' and ':run_date' and p.home_date between ':min_date' and ':run_date'
union all
select f.value, o.row_id, o.kind
from others o cross join lateral (
  select f.value from row_references f where f.row_id = o.row_id and f.version = o.version and f.type = 'processor_id' offset 0) f

-- step: no_pool_references unless has_references
create temp table pool_references (value text collate "C", row_id bigint, kind kind) on commit drop

-- step: analyze_pool_references
analyze pool_references

-- step: held_processor hashed
-- A reversal and what it points to (same parent, or parent = its id) are for netting; a pair found here would hide that.
-- Asked of each row once: a parent may have thousands of rows, and of reversals.
create temp table held_processor on commit drop as
select row_id from reversals_processor
union
select p.row_id from pool_processor p
where p.takes_part and (
  (p.kind, p.external_id) in (select kind, parent_id from reversals_processor where parent_id is not null)
  or p.parent_id is not null and (p.kind, p.parent_id) in (select kind, parent_id from reversals_processor where parent_id is not null))
union
select row_id from pool_references
where (kind, value) in (select kind, parent_id from reversals_processor where parent_id is not null)

-- step: held_internal hashed
create temp table held_internal on commit drop as
with reversals as materialized (
  select row_id, parent_id, kind from pool_internal where reverses and takes_part and moves_balance
)
select row_id from reversals
union
select i.row_id from pool_internal i
where i.takes_part and (
  (i.kind, i.external_id) in (select kind, parent_id from reversals where parent_id is not null)
  or i.parent_id is not null and (i.kind, i.parent_id) in (select kind, parent_id from reversals where parent_id is not null))

-- step: analyze_held_processor
analyze held_processor

-- step: analyze_held_internal
analyze held_internal

-- step: contested_ids hashed
-- Keys that more than one row of a side and kind carries: no fast path through them. By hash, which groups a million keys
-- in a fifth of the time; a collision only sends its rows the longer way, to the same verdict.
create temp table contested_ids on commit drop as
select hashtextextended(processor_reference, 0) as key, kind from pool_internal
where processor_reference is not null group by 1, 2 having count(*) > 1
union
select hashtextextended(value, 0), kind from pool_references group by 1, 2 having count(distinct row_id) > 1
union
select hashtextextended(f.value, 0), f.kind from pool_references f
join pool_processor p on p.external_id = f.value and p.kind = f.kind and p.row_id <> f.row_id

-- step: analyze_contested_ids
analyze contested_ids

-- step: match_by_id hashed
insert into matches (account_id, decided_seq, level, rule, verdict, late,
  p_home_date, p_row_id, p_version, p_amount, p_kind, p_currency, p_moves_balance,
  i_home_date, i_row_id, i_version, i_amount, i_kind, i_currency, i_moves_balance, members_digest)
select :account_id, :seq, 'activity', 'processor_id',
       case when p.introduced_seq = i.introduced_seq then 'matched' else 'matched_late' end::verdict,
       p.introduced_seq <> i.introduced_seq,
       p.home_date, p.row_id, p.version, p.amount, p.kind, p.currency, p.moves_balance,
       i.home_date, i.row_id, i.version, i.amount, i.kind, i.currency, i.moves_balance,
       hashint8extended(p.content_hash, i.content_hash)
from pool_processor p
join pool_internal i on i.processor_reference = p.external_id and i.kind = p.kind
where p.takes_part and i.takes_part and :by_processor_id
  and case when p.presentment_currency = i.currency then p.presentment_amount = i.amount
           else p.currency = i.currency and p.amount = i.amount end
  and (not :compare_status or p.status = i.status)
  and (not :compare_fee or i.fee is null or p.fee is null or p.currency <> i.currency or p.fee = i.fee)
  and (not :compare_fx or p.currency = i.currency or not exists (
    select 1 from rule_rates f
    where f.presented = i.currency and f.settled = p.currency and p.home_date >= f.valid_from and p.home_date < f.valid_until
      and abs(p.amount - p.presentment_amount * f.factor) > abs(p.presentment_amount * f.factor) * f.band + 1))
  and not exists (select 1 from contested_ids c where c.key = hashtextextended(p.external_id, 0) and c.kind = p.kind)
  and not exists (select 1 from held_processor h where h.row_id = p.row_id)
  and not exists (select 1 from held_internal h where h.row_id = i.row_id)

-- step: rest_processor hashed
-- What the pass above left, with its columns: every later pass is about these rows only.
create temp table rest_processor on commit drop as
select p.* from pool_processor p
where not exists (select 1 from matches m where m.p_row_id = p.row_id and m.level = 'activity' and m.decided_seq = :seq)

-- step: rest_internal hashed
create temp table rest_internal on commit drop as
select i.* from pool_internal i
where not exists (select 1 from matches m where m.i_row_id = i.row_id and m.level = 'activity' and m.decided_seq = :seq)

-- step: analyze_rest_processor
analyze rest_processor

-- step: analyze_rest_internal
analyze rest_internal
