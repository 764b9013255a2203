-- Decides equal amounts that are unique under a key: 1:1. Run per tier (1: same kind and currency; 2: any kind; 3: any currency),
-- stage (1: the movement's own id; 2: any processor id; 3: the merchant reference), and first among like rows: what moved money
-- with what moved money, void with void. So an attempt that failed takes nothing from the one that went through.
-- Must never choose: a row with two such partners is left to the passes below.

-- step: pair hashed
insert into group_lines
with classes as (
  select min(r.row_id) filter (where r.side = 'processor') as p_row_id, min(r.row_id) filter (where r.side = 'internal') as i_row_id
  from left_keys k join residue r on r.row_id = k.row_id
  where not r.decided and k.type = case when :stage < 3 then 'processor_id' else 'merchant_reference' end::reference_type
  group by k.value, r.compared_amount,
           case when :tier = 1 or (:tier = 3 and :stage = 3) then r.kind end, case when :tier < 3 then r.compared_currency end,
           case when :like_with_like then r.moves_balance end
  having count(*) filter (where r.side = 'processor') = 1 and count(*) filter (where r.side = 'internal') = 1
    and (:stage <> 1 or bool_or(r.side = 'processor' and r.external_id = k.value))
), counted as (
  select *, count(*) over (partition by p_row_id) as of_p, count(*) over (partition by i_row_id) as of_i
  from (select distinct p_row_id, i_row_id from classes) c
)
select least(p_row_id, i_row_id), m.side, m.row_id, case when :stage < 3 then 'processor_id' else 'merchant_reference' end, null
from counted cross join lateral (values ('processor'::side, p_row_id), ('internal', i_row_id)) m (side, row_id)
where of_p = 1 and of_i = 1

-- step: mark_paired hashed
update residue r set decided = true from group_lines g where g.row_id = r.row_id and not r.decided
