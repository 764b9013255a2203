-- Decides rows that share a reference with exactly one open row of the other side: pairs, whatever differs between them.
-- An equal amount by processor id first; then rows of one kind and currency are one component, whatever key ties them; then
-- the same ignoring kind (by processor id, or equal signed amount), then ignoring currency. A component of more than two
-- rows needs groups: it is named ambiguous, never guessed.

-- step: keys_processor
create temp table keys_processor on commit drop as
select row_id, external_id as value, 'processor_id'::reference_type as type from left_processor where takes_part and :by_processor_id
union
select p.row_id, f.value, 'processor_id' from left_processor p join pool_references f on f.row_id = p.row_id
where p.takes_part and :by_processor_id
union
select row_id, merchant_reference, 'merchant_reference'
from left_processor where takes_part and merchant_reference is not null and :by_merchant_reference

-- step: keys_internal
create temp table keys_internal on commit drop as
select row_id, processor_reference as value, 'processor_id'::reference_type as type
from left_internal where takes_part and processor_reference is not null and :by_processor_id
union
select row_id, merchant_reference, 'merchant_reference'
from left_internal where takes_part and merchant_reference is not null and :by_merchant_reference

-- step: fan_outs
-- A key that fans out to more than :fan_out_max rows is no evidence, and is reported.
create temp table fan_outs on commit drop as
select type, value from keys_processor group by 1, 2 having count(*) > :fan_out_max
union
select type, value from keys_internal group by 1, 2 having count(*) > :fan_out_max

-- step: analyze_keys_processor
analyze keys_processor

-- step: analyze_keys_internal
analyze keys_internal

-- step: report_fan_outs
insert into data_quality_checks (run_id, name, passed, detail)
select :run_id, 'key_fan_out', false,
       count(*) || ' reference(s) stand on more than ' || :fan_out_max || ' rows of a side and were not used as evidence'
from fan_outs having count(*) > 0

-- step: edges hashed
create temp table edges on commit drop as
select kp.row_id as p_row_id, ki.row_id as i_row_id, kp.type, p.kind = i.kind as same_kind,
       coalesce(p.presentment_currency = i.currency, false) or p.currency = i.currency as same_currency,
       case when p.presentment_currency = i.currency then p.presentment_amount = i.amount else p.amount = i.amount end as same_amount
from keys_processor kp
join keys_internal ki on ki.value = kp.value and ki.type = kp.type
join left_processor p on p.row_id = kp.row_id
join left_internal i on i.row_id = ki.row_id
where not exists (select 1 from fan_outs o where o.type = kp.type and o.value = kp.value)

-- step: analyze_edges
analyze edges

-- step: pairs
create temp table pairs (p_row_id bigint, i_row_id bigint, rule text) on commit drop

-- step: crowded
-- Rows of a component that only groups can decide.
create temp table crowded (row_id bigint primary key, reason text not null) on commit drop

-- step: hold_reversals
insert into crowded
select row_id, 'needs_groups' from held_processor where row_id in (select row_id from left_processor)
union
select row_id, 'needs_groups' from held_internal where row_id in (select row_id from left_internal)
