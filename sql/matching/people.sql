-- Decides nothing: applies what people decided of rows in just these versions, before any rule sees them. A group is matched,
-- whatever differs; what is written off keeps its verdict; neither has a place in the pool any more. A row that is no duplicate
-- goes on to the passes. Discrepancies follow: settled by a person, or open again with the decision that does not hold any more.
-- Must never apply a part of a decision, nor one to another version of a row.

-- step: people_members
create temp table people_members on commit drop as
select r.decision_id, r.decision, r.decided_by, r.side, r.row_id, r.level, r.version, r.home_date, r.verdict, r.differences,
       c.kind, c.currency, c.amount, c.status, c.moves_balance, c.content_hash, c.introduced_seq, c.presentment_currency, c.presentment_amount
from people_rows r
join (
  select 'processor'::side as side, row_id, version, kind, currency, gross as amount, status, moves_balance, content_hash,
         introduced_seq, presentment_currency, presentment_amount from carried_processor
  union all
  select 'internal', row_id, version, kind, currency, amount, status, moves_balance, content_hash, introduced_seq, null, null from carried_internal
) c on c.side = r.side and c.row_id = r.row_id and c.version = r.version
where r.begins

-- step: torn_decisions
-- Impossible, and looked for: a row that was checked when it was decided and is not in the pool now.
select decision_id from people_rows where begins
except all
select decision_id from people_members

-- step: people_groups
-- A group says in what it differs, compared as rules would compare it: in what the customer saw, where a record is in that currency.
create temp table people_groups on commit drop as
with booked_in as (
  select distinct decision_id, currency from people_members where side = 'internal'
), lines as (
  select m.*, case when b.currency is not null then m.presentment_currency else m.currency end as compared_currency,
         case when b.currency is not null then m.presentment_amount else m.amount end as compared_amount
  from people_members m left join booked_in b on b.decision_id = m.decision_id and b.currency = m.presentment_currency
), facts as (
  select decision_id, decision, min(introduced_seq) <> max(introduced_seq) as late, sum(content_hash::numeric) as digest,
         count(*) filter (where side = 'processor') as p_count, count(*) filter (where side = 'internal') as i_count,
         min(compared_currency) <> max(compared_currency) as currency_differs, min(kind) <> max(kind) as kind_differs,
         min(status) <> max(status) as status_differs,
         min(compared_currency) filter (where side = 'processor') as p_currency, max(compared_currency) filter (where side = 'internal') as i_currency,
         min(kind) filter (where side = 'processor') as p_kind, max(kind) filter (where side = 'internal') as i_kind,
         sum(compared_amount) filter (where side = 'processor') as p_amount, sum(compared_amount) filter (where side = 'internal') as i_amount,
         min(status) filter (where side = 'processor') as p_status, max(status) filter (where side = 'internal') as i_status
  from lines group by decision_id, decision
)
select decision_id, late, digest, decision = 'group' and p_count = 1 and i_count = 1 as is_pair,
       case when p_count + i_count > 1 and not (decision = 'group' and p_count = 1 and i_count = 1) then nextval('match_group_ids') end as group_id,
       case when p_count > 0 and i_count > 0 then nullif(jsonb_strip_nulls(jsonb_build_object(
         'currency', case when currency_differs then jsonb_build_array(p_currency, i_currency) end,
         'kind', case when kind_differs then jsonb_build_array(p_kind, i_kind) end,
         'amount', case when not currency_differs and p_amount <> i_amount then jsonb_build_array(p_amount::text, i_amount::text) end,
         'status', case when :compare_status and status_differs then jsonb_build_array(p_status, i_status) end)), '{}'::jsonb) end as differences
from facts

-- step: match_people
-- A pair is one line; anything else one line a member. Written off are single rows and whole groups, each with its verdict.
insert into matches (account_id, decided_seq, level, rule, verdict, late, group_id,
  p_home_date, p_row_id, p_version, p_amount, p_kind, p_currency, p_moves_balance,
  i_home_date, i_row_id, i_version, i_amount, i_kind, i_currency, i_moves_balance, members_digest, differences)
select :account_id, :seq, l.level, case l.decision when 'group' then 'manual' else 'write_off' end,
       case l.decision when 'group' then 'matched' else l.verdict end, g.late, g.group_id,
       p.home_date, p.row_id, p.version, p.amount, p.kind, p.currency, p.moves_balance,
       i.home_date, i.row_id, i.version, i.amount, i.kind, i.currency, i.moves_balance,
       case when g.is_pair then hashint8extended(p.content_hash, i.content_hash)
            else hashint8extended(l.content_hash, hash_numeric_extended(g.digest, 0)) end,
       case l.decision when 'group' then g.differences else l.differences end
from people_members l
join people_groups g on g.decision_id = l.decision_id
left join people_members p on p.decision_id = l.decision_id and p.side = 'processor' and (g.is_pair or p.row_id = l.row_id)
left join people_members i on i.decision_id = l.decision_id and i.side = 'internal' and (g.is_pair or i.row_id = l.row_id)
where not g.is_pair or l.side = 'processor'

-- step: leave_processor
delete from carried_processor c using people_members m where m.row_id = c.row_id

-- step: leave_internal
delete from carried_internal c using people_members m where m.row_id = c.row_id

-- step: not_duplicates
create temp table not_duplicates on commit drop as
select r.row_id from manual_decisions d join manual_decision_rows r using (decision_id)
where d.account_id = :account_id and d.kind = 'not_duplicate' and d.stale_seq is null and (d.revoked_seq is null or d.revoked_seq > :seq)

-- step: reopen_discrepancies
with ended as (
  select d.decision_id, d.level, case when d.stale_seq is null then 'revoked' else 'stale' end as why
  from manual_decisions d
  where d.account_id = :account_id and d.kind <> 'not_duplicate' and (d.stale_seq = :seq or d.revoked_seq = :seq)
), opened as (
  update discrepancies d set state = 'open', closed_seq = null, closed_by = null, changed_seq = :seq
  from ended e join manual_decision_rows r using (decision_id)
  where d.account_id = :account_id and d.level = e.level and d.anchor_row_id = r.row_id and d.state in ('resolved', 'written_off')
  returning d.discrepancy_id, d.verdict, e.decision_id, e.why
)
insert into discrepancy_events (discrepancy_id, run_id, decision_seq, event, verdict, state, detail)
select o.discrepancy_id, :run_id, :seq, 'reopened', o.verdict, 'open',
       'decision ' || o.decision_id || case o.why when 'revoked' then ' was revoked' else ' is stale: new version of ' || (
         select string_agg(v.side || ' ' || v.external_id, ', ' order by v.side, v.external_id)
         from manual_decision_rows r
         join (select 'processor'::side as side, row_id, external_id from versions_processor
               union all select 'internal', row_id, external_id from versions_internal) v on v.row_id = r.row_id
         where r.decision_id = o.decision_id) end
from opened o order by o.discrepancy_id

-- step: settle_discrepancies
-- What was at stake stays to be read: the verdict is the one that the person saw.
with settled as (
  update discrepancies d
  set state = case m.decision when 'group' then 'resolved' else 'written_off' end::discrepancy_state, closed_seq = :seq, changed_seq = :seq,
      closed_by = 'person'
  from people_members m
  where d.account_id = :account_id and d.level = m.level and d.anchor_row_id = m.row_id and d.state in ('open', 'assigned', 'proposed')
  returning d.discrepancy_id, d.verdict, d.state, m.decision_id, m.decision, m.decided_by
)
insert into discrepancy_events (discrepancy_id, run_id, decision_seq, event, verdict, state, detail, actor)
select discrepancy_id, :run_id, :seq, 'closed', verdict, state,
       'person: ' || case decision when 'group' then 'manual' else 'write_off' end || ', decision ' || decision_id, decided_by
from settled order by discrepancy_id
