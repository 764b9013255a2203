-- Names what is stored of a decision and was rebuilt otherwise: group lines, released lines, verdicts of rows, terms of the
-- proof, entries of payouts. Ids that are drawn anew stand for nothing: a group is known by the least of its rows.

-- step: changed_lines
with stored as (
  select to_jsonb(m) - 'group_id' - 'released_seq' - 'account_id' || jsonb_build_object('group',
           case when m.group_id is not null then min(coalesce(m.p_row_id, m.i_row_id)) over (partition by m.group_id) end) as line,
         m.level, m.p_row_id, m.i_row_id
  from public.matches m where m.account_id = :account_id and m.decided_seq = :seq
), rebuilt as (
  select to_jsonb(m) - 'group_id' - 'released_seq' - 'account_id' || jsonb_build_object('group',
           case when m.group_id is not null then min(coalesce(m.p_row_id, m.i_row_id)) over (partition by m.group_id) end) as line,
         m.level, m.p_row_id, m.i_row_id
  from matches m where m.account_id = :account_id and m.decided_seq = :seq
), changed as (
  select coalesce(s.level, r.level) as level, coalesce(s.p_row_id, r.p_row_id) as p_row_id, coalesce(s.i_row_id, r.i_row_id) as i_row_id,
         s.line as stored, r.line as rebuilt
  from stored s
  full join rebuilt r on r.level = s.level and coalesce(r.p_row_id, 0) = coalesce(s.p_row_id, 0) and coalesce(r.i_row_id, 0) = coalesce(s.i_row_id, 0)
  where s.line is distinct from r.line
)
select concat_ws(' ', 'group line of', concat_ws(' and ',
         (select 'processor ' || t.external_id from transaction_ids t where t.row_id = c.p_row_id),
         (select 'internal ' || t.external_id from transaction_ids t where t.row_id = c.i_row_id)),
       'at level', c.level || ':',
       case when c.stored is null then 'is missing; rebuilt it is ' || (c.rebuilt ->> 'verdict') || ' by ' || (c.rebuilt ->> 'rule')
            when c.rebuilt is null then 'is stored as ' || (c.stored ->> 'verdict') || ' by ' || (c.stored ->> 'rule') || ', and is not rebuilt'
            else (select string_agg(format('%s is %s, rebuilt %s', k.key, coalesce(c.stored ->> k.key, 'nothing'), coalesce(c.rebuilt ->> k.key, 'nothing')), '; ' order by k.key)
                  from jsonb_object_keys(c.stored) k (key) where c.stored -> k.key is distinct from c.rebuilt -> k.key) end) as said
from changed c
order by 1 limit :lines_max

-- step: changed_releases
with stored as (
  select level, coalesce(p_row_id, 0) as p_row_id, coalesce(i_row_id, 0) as i_row_id, decided_seq
  from public.matches where account_id = :account_id and released_seq = :seq
), rebuilt as (
  select level, coalesce(p_row_id, 0) as p_row_id, coalesce(i_row_id, 0) as i_row_id, decided_seq from matches where released_seq = :seq
), changed as (
  (select 'is stored as opened again, and is not rebuilt so' as what, x.* from (select * from stored except select * from rebuilt) x)
  union all
  (select 'is rebuilt as opened again, and is not stored so', x.* from (select * from rebuilt except select * from stored) x)
)
select concat_ws(' ', 'the group of decision', c.decided_seq, 'of',
         (select t.side || ' ' || t.external_id from transaction_ids t where t.row_id in (c.p_row_id, c.i_row_id) order by t.side limit 1), c.what) as said
from changed c order by 1 limit :lines_max

-- step: changed_verdicts
with stored as (
  select to_jsonb(v) - 'account_id' as line, v.row_id, v.level from public.row_verdicts v where v.account_id = :account_id and v.decision_seq = :seq
), rebuilt as (
  select to_jsonb(v) - 'account_id' as line, v.row_id, v.level from row_verdicts v where v.decision_seq = :seq
), changed as (
  select coalesce(s.row_id, r.row_id) as row_id, coalesce(s.level, r.level) as level, s.line as stored, r.line as rebuilt
  from stored s full join rebuilt r on r.row_id = s.row_id and r.level = s.level where s.line is distinct from r.line
)
select concat_ws(' ', 'verdict of', (select t.side || ' ' || t.external_id from transaction_ids t where t.row_id = c.row_id limit 1),
       'at level', c.level || ':',
       case when c.stored is null then 'is missing; rebuilt it is ' || (c.rebuilt ->> 'verdict')
            when c.rebuilt is null then 'is stored as ' || (c.stored ->> 'verdict') || ', and is not rebuilt'
            else (select string_agg(format('%s is %s, rebuilt %s', k.key, coalesce(c.stored ->> k.key, 'nothing'), coalesce(c.rebuilt ->> k.key, 'nothing')), '; ' order by k.key)
                  from jsonb_object_keys(c.stored) k (key) where c.stored -> k.key is distinct from c.rebuilt -> k.key) end) as said
from changed c
order by 1 limit :lines_max

-- step: changed_totals
with stored as (
  select term, side, level, kind, currency, moves_balance, count, debits, credits from public.reconciliation_run_totals where run_id = :run_id
), rebuilt as (
  select term, side, level, kind, currency, moves_balance, count, debits, credits from reconciliation_run_totals where run_id = :run_id
)
select format('total %s of %s %s %s %s: %s rows, debits %s, credits %s stored; %s rows, debits %s, credits %s rebuilt', term, side, level, kind, currency,
              coalesce(s.count, 0), coalesce(s.debits, 0), coalesce(s.credits, 0), coalesce(r.count, 0), coalesce(r.debits, 0), coalesce(r.credits, 0)) as said
from stored s full join rebuilt r using (term, side, level, kind, currency, moves_balance)
where (s.count, s.debits, s.credits) is distinct from (r.count, r.debits, r.credits)
order by 1 limit :lines_max

-- step: changed_sums
with stored as (
  select payout_id, currency, level, entries, net, digest from public.payout_sums where account_id = :account_id and decision_seq = :seq
), rebuilt as (
  select payout_id, currency, level, entries, net, digest from payout_sums where decision_seq = :seq
)
select format('entries of payout %s in %s: %s with net %s stored, %s with net %s rebuilt', payout_id, currency,
              coalesce(s.entries, 0), coalesce(s.net, 0), coalesce(r.entries, 0), coalesce(r.net, 0)) as said
from stored s full join rebuilt r using (payout_id, currency, level)
where (s.entries, s.net, s.digest) is distinct from (r.entries, r.net, r.digest)
order by 1 limit :lines_max

-- step: changed_population
select format('rows of the day: %s, %s matched, %s late, %s of earlier days stored; %s, %s, %s, %s rebuilt', s.rows, s.matched, s.matched_late,
              s.matched_of_earlier_days, r.rows, r.matched, r.matched_late, r.matched_of_earlier_days) as said
from public.reconciliation_run_population s join reconciliation_run_population r using (run_id)
where run_id = :run_id and (s.rows, s.matched, s.matched_late, s.matched_of_earlier_days)
  is distinct from (r.rows, r.matched, r.matched_late, r.matched_of_earlier_days)

-- step: unknown_amounts
-- Differences that a later run changed and that this one only carried: what they were worth then is kept nowhere else.
select count(*)::int as count from live_discrepancies d join changed_later l using (discrepancy_id)
where not exists (select 1 from concerns c where c.row_id = d.anchor_row_id and c.level = d.level)
