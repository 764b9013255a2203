-- Decides rows of the processor that cancel: a reversal that moved money and the one row it undoes, of its kind and of the
-- opposite amount in the currency that moved. A record that stood for the undone row belongs to them: void it is right, else its status is wrong.
-- Must never net what our side books too, nor choose between two rows that a reversal could undo.

-- step: parent_fan_outs
-- A parent of more rows than this says as little as any other key.
create temp table parent_fan_outs on commit drop as
select parent_id from residue where side = 'processor' and parent_id is not null group by parent_id having count(*) > :fan_out_max

-- step: undoing hashed
create temp table undoing on commit drop as
with moved as (
  select r.row_id, r.external_id, r.kind, r.currency, r.amount, r.reverses, r.status,
         case when not exists (select 1 from parent_fan_outs f where f.parent_id = r.parent_id) then r.parent_id end as parent_id
  from residue r where r.side = 'processor' and r.moves_balance
), reversals as (
  select * from moved where reverses and status <> 'void' and parent_id is not null and amount <> 0
), edges as (
  select r.row_id as reversal, o.row_id as original from reversals r
  join moved o on o.external_id = r.parent_id and o.kind = r.kind and o.currency = r.currency and o.amount = -r.amount
  union
  select r.row_id, o.row_id from reversals r
  join left_keys k on k.value = r.parent_id and k.type = 'processor_id' and k.side = 'processor'
  join moved o on o.row_id = k.row_id and o.kind = r.kind and o.currency = r.currency and o.amount = -r.amount
  union
  select r.row_id, o.row_id from reversals r
  join moved o on o.parent_id = r.parent_id and o.kind = r.kind and o.currency = r.currency and o.amount = -r.amount
), both_ways as (
  select reversal as row_id, original as other from edges union select original, reversal from edges
), contested as (
  select row_id from both_ways group by row_id having count(*) > 1
)
select e.reversal, e.original from edges e
where e.reversal <> e.original and e.reversal not in (select row_id from contested) and e.original not in (select row_id from contested)

-- step: analyze_undoing
analyze undoing

-- step: shared hashed
-- Records that share a key with one of the two rows.
create temp table shared on commit drop as
select distinct u.reversal, u.original, kp.row_id as p_row_id, i.row_id, i.kind = p.kind as same_kind,
       i.kind = p.kind and i.compared_currency = p.compared_currency and i.compared_amount = p.compared_amount as equal,
       i.reverses and i.moves_balance and i.status <> 'void' as reverses, i.external_id, i.parent_id, i.status, i.moves_balance
from undoing u
cross join lateral (values (u.reversal), (u.original)) m (row_id)
join left_keys kp on kp.row_id = m.row_id
join left_keys ki on ki.type = kp.type and ki.value = kp.value and ki.side = 'internal'
join residue p on p.row_id = kp.row_id
join residue i on i.row_id = ki.row_id

-- step: analyze_shared
analyze shared

-- step: spoken_for hashed
-- Reversing records that another movement stands for: they say nothing of these reversals.
create temp table spoken_for on commit drop as
with cancelling as (
  select reversal as row_id from undoing union select original from undoing
)
select distinct i.row_id
from residue i
join left_keys ki on ki.row_id = i.row_id
join left_keys kp on kp.type = ki.type and kp.value = ki.value and kp.side = 'processor'
join residue p on p.row_id = kp.row_id and p.kind = i.kind and p.compared_currency = i.compared_currency and p.compared_amount = i.compared_amount
where i.side = 'internal' and i.reverses and i.moves_balance and i.status <> 'void'
  and exists (select 1 from undoing) and not exists (select 1 from cancelling c where c.row_id = p.row_id)

-- step: booked_too hashed
-- Our side books the reversal: a record of its amount, a reversing record of one of both, or one that reverses the undone row's record.
-- Joined by hash, once for each way to say whom a record reverses: one condition over both could only be tried pair by pair.
-- Of many reversing records of one parent the outermost two say whether there is another than the record itself.
delete from undoing u using (
  with reversing as materialized (
    select parent_id, kind, min(row_id) as first_row_id, max(row_id) as last_row_id
    from residue where side = 'internal' and reverses and moves_balance and status <> 'void' and parent_id is not null
      and row_id not in (select row_id from spoken_for)
    group by parent_id, kind
  )
  select s.reversal, s.original from shared s where s.same_kind and ((s.p_row_id = s.reversal and s.equal) or (s.reverses and s.row_id not in (select row_id from spoken_for)))
  union
  select s.reversal, s.original from shared s
  join residue p on p.row_id = s.original
  join reversing r on r.parent_id = s.external_id and r.kind = p.kind
  where s.p_row_id = s.original and s.same_kind and (r.first_row_id <> s.row_id or r.last_row_id <> s.row_id)
  union
  select s.reversal, s.original from shared s
  join residue p on p.row_id = s.original
  join reversing r on r.parent_id = s.parent_id and r.kind = p.kind
  where s.p_row_id = s.original and s.same_kind and s.parent_id is not null and (r.first_row_id <> s.row_id or r.last_row_id <> s.row_id)
) b
where b.reversal = u.reversal and b.original = u.original

-- step: one_way
-- Of two reversals that undo each other, the greater id undoes the smaller.
delete from undoing u using undoing b, residue n, residue o
where b.original = u.reversal and b.reversal = u.original and n.row_id = b.original and o.row_id = u.original and n.external_id < o.external_id

-- step: records_left hashed
-- The records that stood for the undone row, and for which no other movement is there. A void one beside one that says paid says
-- nothing.
create temp table records_left on commit drop as
with stood as (
  select * from (
    select s.reversal, s.original, s.row_id, s.status, s.moves_balance, bool_or(s.moves_balance) over (partition by s.reversal) as any_moved
    from shared s join undoing u on u.reversal = s.reversal and u.original = s.original
    where s.p_row_id = s.original and s.equal) e
  where moves_balance or not any_moved
), netted as (
  select reversal as row_id from undoing union select original from undoing
), claimed as (
  select distinct i.row_id
  from (select distinct row_id from stood) w
  join residue i on i.row_id = w.row_id
  join left_keys ki on ki.row_id = i.row_id
  join left_keys kp on kp.type = ki.type and kp.value = ki.value and kp.side = 'processor'
  join residue p on p.row_id = kp.row_id and p.kind = i.kind and p.compared_currency = i.compared_currency and p.compared_amount = i.compared_amount
  left join netted n on n.row_id = p.row_id
  where n.row_id is null
)
select s.* from stood s left join claimed c on c.row_id = s.row_id where c.row_id is null

-- step: net
insert into group_lines
with sole as (
  select l.* from (
    select *, count(*) over (partition by reversal) as records, count(*) over (partition by row_id) as pairs from records_left) l
  where records = 1 and pairs = 1
)
select least(u.reversal, u.original), m.side, m.row_id, 'netting',
       case when s.row_id is not null and s.status <> 'void' then 'status_mismatch'::verdict end
from undoing u
left join sole s on s.reversal = u.reversal
cross join lateral (values ('processor'::side, u.reversal), ('processor', u.original), ('internal', s.row_id)) m (side, row_id)
where m.row_id is not null

-- step: mark_netted hashed
update residue r set decided = true from group_lines g where g.row_id = r.row_id and not r.decided
