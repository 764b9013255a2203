-- Decides a component with one row on one side whose sides do not agree: one group, by the strongest key that ties both sides.
-- Which field differs is said by compare. Must never take a row from a component that has several rows on both sides.

-- step: mismatch_groups hashed
insert into group_lines
with by_id as (
  select m.label
  from members m join left_keys k on k.row_id = m.row_id
  where k.type = 'processor_id' and (m.p_count = 1 or m.i_count = 1)
  group by m.label, k.value having count(distinct m.side) = 2
)
select m.label, m.side, m.row_id,
       case when m.label in (select label from by_id) then 'processor_id' else 'merchant_reference' end, null
from members m
where (m.p_count = 1 or m.i_count = 1) and not (m.balanced and m.p_count + m.i_count > 2)

-- step: mark_grouped hashed
update residue r set decided = true from group_lines g where g.row_id = r.row_id and not r.decided

-- step: riddles
-- What neither a sum nor one row against others explains.
select from members where p_count > 1 and i_count > 1
