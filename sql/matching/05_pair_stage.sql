-- One stage of pairing, run once per stage of 04_pairs with the stage's condition on edges (:stage). The first only pairs.
-- Must never touch a row that an earlier stage has paired, nor leave out one that is undecided: what hangs on an undecided
-- row (a crowd, a reversal) is undecided too, not missing.

-- step: stage_edges
create temp table stage_edges on commit drop as
select e.p_row_id, e.i_row_id, e.type, e.same_amount,
       count(*) over (partition by e.p_row_id) as partners_of_p, count(*) over (partition by e.i_row_id) as partners_of_i,
       cp.row_id is not null or ci.row_id is not null as undecided
from (select p_row_id, i_row_id, min(type) as type, bool_and(same_amount) as same_amount from edges where case :stage
        when 1 then type = 'processor_id' and same_kind and same_currency
        when 2 then same_kind and same_currency
        when 3 then same_currency and (type = 'processor_id' or same_amount)
        else type = 'processor_id' or same_kind
      end group by p_row_id, i_row_id) e
left join crowded cp on cp.row_id = e.p_row_id
left join crowded ci on ci.row_id = e.i_row_id
where not exists (select 1 from pairs d where d.p_row_id = e.p_row_id)
  and not exists (select 1 from pairs d where d.i_row_id = e.i_row_id)

-- step: stage_pairs
insert into pairs
select p_row_id, i_row_id, type::text from stage_edges
where partners_of_p = 1 and partners_of_i = 1 and not undecided and (:stage > 1 or same_amount)

-- step: stage_crowded
insert into crowded
select row_id, 'needs_groups' from stage_edges cross join lateral (values (p_row_id), (i_row_id)) r (row_id)
where (partners_of_p > 1 or partners_of_i > 1 or undecided) and :stage > 1
on conflict do nothing

-- step: drop_stage
drop table stage_edges
