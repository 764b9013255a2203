-- Decides equal rows of one side beyond what the other side explains under a key. Where the partners are known by another key,
-- what is left is the surplus, row by row; else all of the equal rows are, with their surplus count, and the partners are matched.
-- Run per stage (1: processor ids; 2: merchant references), for rows of one kind and currency.
-- Must never name one of several equal rows without a key that tells, nor count a void row, which took no money.

-- step: classes hashed
create temp table classes on commit drop as
select k.value, r.kind, r.compared_currency, r.compared_amount, r.side, r.row_id,
       count(*) filter (where r.side = 'processor') over w as p_count, count(*) filter (where r.side = 'internal') over w as i_count
from left_keys k join residue r on r.row_id = k.row_id
where not r.decided and r.moves_balance and k.type = case :stage when 1 then 'processor_id' else 'merchant_reference' end::reference_type
  and not exists (select 1 from not_duplicates d where d.row_id = r.row_id)
window w as (partition by k.value, r.kind, r.compared_currency, r.compared_amount)

-- step: explained hashed
-- Keys of rows that have an equal partner: in a live group, or found by this run.
create temp table explained on commit drop as
with found as (
  select g.group_no, r.kind, r.compared_currency, r.compared_amount
  from group_lines g join residue r on r.row_id = g.row_id
  group by 1, 2, 3, 4 having count(distinct r.side) = 2
)
select k.value, r.kind, r.compared_currency, r.compared_amount
from found f
join group_lines g on g.group_no = f.group_no
join residue r on r.row_id = g.row_id and r.kind = f.kind and r.compared_currency = f.compared_currency and r.compared_amount = f.compared_amount
join left_keys k on k.row_id = r.row_id
where k.type = case :stage when 1 then 'processor_id' else 'merchant_reference' end::reference_type
union
-- The key may stand on either row of the pair.
select l.value, l.kind, l.currency, l.amount
from live_rows l
where l.type = case :stage when 1 then 'processor_id' else 'merchant_reference' end::reference_type
  and (l.partner_kind, l.partner_currency, l.partner_amount) = (l.kind, l.currency, l.amount)
union
select l.value, l.kind, l.currency, l.amount
from live_rows l join matches g on g.group_id = l.group_id
where l.type = case :stage when 1 then 'processor_id' else 'merchant_reference' end::reference_type
  and case l.side when 'processor' then g.i_kind = l.kind and g.i_currency = l.currency and g.i_amount = l.amount
                  else g.p_kind = l.kind and g.p_currency = l.currency and g.p_amount = l.amount end

-- step: open_surplus hashed
insert into open_lines
with surplus as (
  select c.*, abs(p_count - i_count) as surplus, least(p_count, i_count) as partners from classes c
  where p_count <> i_count and c.side = case when p_count > i_count then 'processor' else 'internal' end::side
)
select side, row_id, case side when 'processor' then 'duplicate_processor' else 'duplicate_internal' end::verdict,
       case when partners = 0 then 'one more than its partner explains'
            else surplus || ' of ' || greatest(p_count, i_count) || ' equal rows ' || case surplus when 1 then 'is' else 'are' end || ' too many' end,
       case when partners > 0 then min(row_id) over (partition by value, kind, compared_currency, compared_amount, side) end,
       case when partners = 0 then 1 else surplus end, null::boolean
from (
  -- A row that is too many under two keys is so once: with partners first, then by the smaller key.
  select distinct on (s.row_id) s.* from surplus s
  where s.partners > 0
    or exists (select 1 from explained e where e.value = s.value and e.kind = s.kind
               and e.compared_currency = s.compared_currency and e.compared_amount = s.compared_amount)
  order by s.row_id, s.partners = 0, s.value
) o

-- step: match_partners hashed
insert into group_lines
select distinct on (c.row_id) c.row_id, c.side, c.row_id, 'duplicate', 'matched'::verdict
from classes c
where p_count > 0 and i_count > 0 and p_count <> i_count and c.side = case when p_count < i_count then 'processor' else 'internal' end::side
  and not exists (select 1 from open_lines o where o.row_id = c.row_id)

-- step: mark_surplus hashed
update residue r set decided = true
where not r.decided and (r.row_id in (select row_id from open_lines) or r.row_id in (select row_id from group_lines))

-- step: drop_classes
drop table classes, explained
