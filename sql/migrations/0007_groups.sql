-- Groups of more than two rows, and clusters of open rows that nobody can tell apart.
-- A group is one line a member, one-sided, tied by group_id: so the unique live indexes, the gate's terms and release stay
-- per row. The partner of a row is the other side of its line, or all other lines of its group.

create sequence match_group_ids cache 100;
grant usage on sequence match_group_ids to recon_worker;

-- Null for a 1:1 pair and for a row that explains itself.
alter table matches add column group_id bigint;
create index matches_by_group on matches (group_id) where group_id is not null;
-- What was matched in place of duplicates that nobody can tell apart: asked again in every run.
create index matches_for_duplicates on matches (account_id) where released_seq is null and rule = 'duplicate';

-- Further ids come in the order of their days: a few pages say which blocks hold the ids of a day.
create index row_references_by_date on row_references using brin (home_date);

-- The anchor of the cluster that an open row belongs to: rows of an ambiguous component, or duplicates that no key names.
-- Null for an open row that stands alone.
alter table row_verdicts add column cluster_row_id bigint;
create index row_verdicts_by_cluster on row_verdicts (cluster_row_id, level) where cluster_row_id is not null;

-- Of the cluster that a discrepancy stands for, null elsewhere: how many rows it has, how many of them are too many
-- (duplicates, named or not), and whether the sums of both sides agree (ambiguous).
alter table discrepancies add column members integer;
alter table discrepancies add column surplus integer;
alter table discrepancies add column balanced boolean;

-- What is so now: one line a row, of its first level that is not matched, else of its activity level (a row that stands on one
-- level only: of that). partner_row_id is null for a member of a group, whose partners are the other rows with its group_id,
-- and of a cluster (cluster_row_id).
create or replace view row_verdicts_now as
with introduced as (
  select 'processor'::side as side, t.account_id, t.home_date, t.row_id, t.version, t.level, t.external_id, t.kind, t.currency,
         t.gross as amount, t.moves_balance, t.occurred_at, t.merchant_reference, t.batch_id
  from processor_transactions t
  union all
  select 'internal', t.account_id, t.home_date, t.row_id, t.version, 'activity', t.external_id, t.kind, t.currency,
         t.amount, t.moves_balance, t.occurred_at, t.merchant_reference, t.batch_id
  from internal_transactions t
), pinned as (
  select i.*, b.introduced_seq,
         row_number() over (partition by i.row_id order by i.version desc) as newest
  from introduced i
  join lateral (
    select t.introduced_seq from batch_totals t
    where t.batch_id = i.batch_id and t.home_date = i.home_date and t.side = i.side and t.disposition <> 'repeat'
      and t.introduced_seq is not null limit 1
  ) b on true
)
select a.account, p.account_id, p.side, coalesce(s.level, p.level) as level, p.external_id, p.row_id, p.version, p.home_date, p.kind,
       p.currency, p.amount, p.moves_balance, p.occurred_at, p.introduced_seq,
       s.verdict, s.rule, s.decided_seq, s.partner_row_id, s.partner_home_date, s.differences, s.group_id, s.cluster_row_id
from pinned p
join accounts a using (account_id)
left join lateral (
  select l.* from (
    select m.level, m.verdict, m.rule, m.decided_seq, m.i_row_id as partner_row_id, m.i_home_date as partner_home_date,
           m.differences, m.group_id, null::bigint as cluster_row_id
    from matches m where m.p_row_id = p.row_id and m.released_seq is null
    union all
    select m.level, m.verdict, m.rule, m.decided_seq, m.p_row_id, m.p_home_date, m.differences, m.group_id, null
    from matches m where m.i_row_id = p.row_id and m.released_seq is null
    union all
    select o.level, v.verdict, v.reason, null, v.partner_row_id, v.partner_home_date, v.differences, null, v.cluster_row_id
    from open_items o
    cross join lateral (
      select v.* from row_verdicts v where v.row_id = o.row_id and v.level = o.level order by v.decision_seq desc limit 1) v
    where o.account_id = p.account_id and o.level in ('activity', 'netting', 'settlement', 'bank') and o.row_id = p.row_id
  ) l
  order by l.verdict in ('matched', 'matched_late', 'matched_tolerance', 'ignored'), l.level
  limit 1
) s on true
where p.newest = 1;
