-- Finds the keys of the rows that found no equal partner on the fast paths. Must never use a key that fans out as evidence.

-- step: left_keys
create temp table left_keys on commit drop as
select row_id, 'processor'::side as side, 'processor_id'::reference_type as type, external_id as value
from left_processor where takes_part and :by_processor_id
union
select p.row_id, 'processor', 'processor_id', f.value from left_processor p join pool_references f on f.row_id = p.row_id
where p.takes_part and :by_processor_id
union
select row_id, 'processor', 'merchant_reference', merchant_reference
from left_processor where takes_part and merchant_reference is not null and :by_merchant_reference
union
select row_id, 'internal', 'processor_id', processor_reference
from left_internal where takes_part and processor_reference is not null and :by_processor_id
union
select row_id, 'internal', 'merchant_reference', merchant_reference
from left_internal where takes_part and merchant_reference is not null and :by_merchant_reference

-- step: fan_outs
-- A key that fans out to more than :fan_out_max rows is no evidence, and is reported.
create temp table fan_outs on commit drop as
select distinct type, value from (
  select type, value from left_keys group by side, type, value having count(*) > :fan_out_max) f

-- step: drop_fan_outs
delete from left_keys k using fan_outs f where f.type = k.type and f.value = k.value

-- step: analyze_left_keys
analyze left_keys
