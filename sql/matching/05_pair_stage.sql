-- One stage of pairing, run once per stage of 04_pairs with the stage's condition on edges (:stage).
-- Must never touch a row that an earlier stage has decided.

-- step: stage_edges
create temp table stage_edges on commit drop as
select distinct e.p_row_id, e.i_row_id, e.type,
       count(*) over (partition by e.p_row_id) as partners_of_p, count(*) over (partition by e.i_row_id) as partners_of_i
from (select distinct p_row_id, i_row_id, type from edges where case :stage
        when 1 then type = 'processor_id' and same_kind and same_currency
        when 2 then type = 'merchant_reference' and same_kind and same_currency
        when 3 then type = 'processor_id' and same_currency
        when 4 then type = 'merchant_reference' and same_amount and same_currency
        when 5 then type = 'processor_id'
        else type = 'merchant_reference' and same_kind
      end) e
where not exists (select 1 from pairs d where d.p_row_id = e.p_row_id)
  and not exists (select 1 from pairs d where d.i_row_id = e.i_row_id)
  and not exists (select 1 from crowded c where c.row_id = e.p_row_id)
  and not exists (select 1 from crowded c where c.row_id = e.i_row_id)

-- step: stage_pairs
insert into pairs
select p_row_id, i_row_id, type::text from stage_edges where partners_of_p = 1 and partners_of_i = 1

-- step: stage_crowded
insert into crowded
select p_row_id, 'needs_groups' from stage_edges where partners_of_p > 1 or partners_of_i > 1
union
select i_row_id, 'needs_groups' from stage_edges where partners_of_p > 1 or partners_of_i > 1

-- step: drop_stage
drop table stage_edges
