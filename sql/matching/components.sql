-- Finds what hangs together: undecided rows that share a key, of both sides, as the tier reads keys (1: same kind and currency;
-- 2: any kind, by processor id or equal signed amount; 3: any currency). Asked of the rows that moved money first, then of all,
-- void ones too; by processor ids alone where all keys leave a riddle. The smallest row id of a component is its label.
-- Must never decide anything. The step spread is repeated until it changes nothing.

-- step: drop_components
drop table if exists nodes, labels, members

-- step: nodes hashed
create temp table nodes on commit drop as
select r.row_id, dense_rank() over (order by k.type, k.value,
         case when :tier = 1 or (:tier = 3 and k.type = 'merchant_reference') then r.kind end,
         case when :tier < 3 then r.compared_currency end,
         case when :tier = 2 and k.type = 'merchant_reference' then r.compared_amount end) as node
from left_keys k join residue r on r.row_id = k.row_id
where not r.decided and (r.moves_balance or not :moved_only) and (k.type = 'processor_id' or not :by_id_only)

-- step: analyze_nodes
analyze nodes

-- step: labels
create temp table labels on commit drop as select distinct row_id, row_id as label from nodes

-- step: analyze_labels
analyze labels

-- step: spread hashed
-- Each row takes the smallest label that stands beside it, and the label of that label: chains shorten by doubling.
with of_node as (
  select n.node, min(l.label) as label from nodes n join labels l on l.row_id = n.row_id group by n.node
), of_row as (
  select n.row_id, min(o.label) as label from nodes n join of_node o on o.node = n.node group by n.row_id
)
update labels l set label = least(w.label, j.label)
from of_row w join labels j on j.row_id = w.label
where l.row_id = w.row_id and least(w.label, j.label) < l.label

-- step: members hashed
-- Of components with rows of both sides. What is void on both sides did not happen, and its amounts say nothing.
create temp table members on commit drop as
with counted as (
  select l.label, r.side, r.row_id, r.compared_currency, r.compared_amount,
         count(*) filter (where r.side = 'processor') over w as p_count, count(*) filter (where r.side = 'internal') over w as i_count,
         sum(case r.side when 'processor' then r.compared_amount else -r.compared_amount end) over w = 0
           and min(r.compared_currency) over w = max(r.compared_currency) over w as balanced,
         bool_or(r.moves_balance) over w as moved
  from labels l join residue r on r.row_id = l.row_id
  window w as (partition by l.label)
)
select * from counted where p_count > 0 and i_count > 0 and moved

-- step: analyze_members
analyze members
