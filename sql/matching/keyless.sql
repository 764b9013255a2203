-- Decides rows that no key ties: equal amount, currency and kind, near in time, exactly one candidate each way. A record that
-- names an id is tied to that id; equal order numbers would have met above, so two that differ contradict.
-- Must never let nearness break a tie, nor decide while a better candidate may still come. Counted by windows, never pair by pair.

-- step: lonely hashed
create temp table lonely on commit drop as
select r.row_id, r.side, r.kind, r.compared_currency, r.compared_amount, r.occurred_at, r.merchant_reference is null as no_reference
from residue r
where not r.decided and r.moves_balance and r.home_date >= ':keyless_look_back_date'
  and not (r.side = 'internal' and r.names_id) and r.compared_amount <> 0
  -- Rows of nothing are all alike; an unknown code is alerted, and what a rule sets aside stays aside: chance is no evidence.
  and not r.is_unknown and not exists (
    select 1 from rule_ignores g
    where (g.kind is null or g.kind = r.kind) and (not g.test_mode or r.test_mode) and (not g.zero_amount or r.amount = 0))

-- step: analyze_lonely
analyze lonely

-- step: counted
create temp table counted on commit drop as
select l.*,
       case when side = 'processor' and no_reference then count(*) filter (where side = 'internal') over near
            when side = 'processor' then count(*) filter (where side = 'internal' and no_reference) over near
            when no_reference then count(*) filter (where side = 'processor') over near
            else count(*) filter (where side = 'processor' and no_reference) over near end as candidates,
       -- Of one candidate the sum is the candidate. A sum moves along with its window; a minimum would be sought anew in each.
       case when side = 'processor' and no_reference then sum(row_id) filter (where side = 'internal') over near
            when side = 'processor' then sum(row_id) filter (where side = 'internal' and no_reference) over near
            when no_reference then sum(row_id) filter (where side = 'processor') over near
            else sum(row_id) filter (where side = 'processor' and no_reference) over near end as candidate_sum
from lonely l
window near as (partition by kind, compared_currency, compared_amount order by occurred_at
                range between ':keyless_seconds seconds'::interval preceding and ':keyless_seconds seconds'::interval following)

-- step: tied
-- Rows that hang together by their candidates: near in time, step by step. sole: two rows that have only each other.
create temp table tied on commit drop as
with spaced as (
  select c.*, case when candidates = 1 then candidate_sum::bigint end as candidate,
         occurred_at - lag(occurred_at) over w > ':keyless_seconds seconds'::interval as apart
  from counted c where candidates > 0
  window w as (partition by kind, compared_currency, compared_amount order by occurred_at)
), numbered as (
  select s.*, count(*) filter (where apart) over (partition by kind, compared_currency, compared_amount order by occurred_at) as session,
         candidates = 1 and exists (
           select 1 from counted o where o.row_id = s.candidate and o.candidates = 1 and o.candidate_sum = s.row_id) as sole
  from spaced s
), clustered as (
  select n.*, case when sole then least(row_id, candidate)
                   else min(row_id) filter (where not sole) over (partition by kind, compared_currency, compared_amount, session) end as cluster_no
  from numbered n
)
select c.side, c.row_id, c.sole, c.cluster_no, max(c.occurred_at) over w + ':keyless_seconds seconds'::interval > ':horizon' as waits,
       sum(case c.side when 'processor' then c.compared_amount else -c.compared_amount end) over w = 0 as balanced
from clustered c
window w as (partition by c.kind, c.compared_currency, c.compared_amount, c.cluster_no)

-- step: pair_lonely hashed
insert into group_lines
select cluster_no, side, row_id, 'keyless', null from tied where sole and not waits

-- step: lonely_riddles hashed
insert into open_lines
select side, row_id, 'ambiguous', 'equal rows near in time, and no key', cluster_no, null, balanced from tied where not sole and not waits

-- step: mark_lonely hashed
update residue r set decided = true from tied t where t.row_id = r.row_id and not t.waits
