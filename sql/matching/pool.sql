-- Decides who takes part: all open items of the account, the rows this run introduces (row versions in finished batches that no
-- other run is reading, with a home date up to the run's, that no run introduced yet), and what it opens again.
-- Must never take a row of a later day early, nor leave one of an earlier day behind.
-- :one_day and :no_versions say that a lookup would find every row: the usual run introduces one day and no new version.

-- step: open_before
insert into reconciliation_run_totals (run_id, term, side, level, kind, currency, moves_balance, count, debits, credits)
select :run_id, 'open_before', side, level, kind, currency, moves_balance, count(*),
       coalesce(sum(-amount) filter (where amount < 0), 0), coalesce(sum(amount) filter (where amount >= 0), 0)
from open_items where account_id = :account_id
group by side, level, kind, currency, moves_balance

-- step: introduced
create temp table introduced (batch_id bigint, side side, home_date date, disposition disposition) on commit drop

-- step: introduce
with marked as (
  update batch_totals t set introduced_seq = :seq
  where t.batch_id = any (':introduced_batches') and t.account_id = :account_id and t.home_date <= ':run_date'
    and t.introduced_seq is null and t.disposition <> 'repeat'
  returning t.batch_id, t.side, t.home_date, t.disposition
)
insert into introduced select distinct batch_id, side, home_date, disposition from marked

-- step: analyze_introduced
analyze introduced

-- step: versions_processor
-- Newer content of rows. Two reads at once may end in another order than they began: what was overtaken by a version that
-- a run has introduced already is history, and never counts again.
create temp table versions_processor on commit drop as
select distinct on (t.row_id) t.*
from processor_transactions t
where t.account_id = :account_id and t.home_date <= ':run_date' and t.version > 1
  and (t.batch_id, t.home_date) in (select batch_id, home_date from introduced where side = 'processor' and disposition = 'version')
  and not exists (
    select 1 from processor_transactions q join batch_totals b on b.batch_id = q.batch_id and b.home_date = q.home_date and b.disposition = 'version'
    where q.home_date = t.home_date and q.row_id = t.row_id and q.version > t.version and b.introduced_seq < :seq)
order by t.row_id, t.version desc

-- step: versions_internal
create temp table versions_internal on commit drop as
select distinct on (t.row_id) t.*
from internal_transactions t
where t.account_id = :account_id and t.home_date <= ':run_date' and t.version > 1
  and (t.batch_id, t.home_date) in (select batch_id, home_date from introduced where side = 'internal' and disposition = 'version')
  and not exists (
    select 1 from internal_transactions q join batch_totals b on b.batch_id = q.batch_id and b.home_date = q.home_date and b.disposition = 'version'
    where q.home_date = t.home_date and q.row_id = t.row_id and q.version > t.version and b.introduced_seq < :seq)
order by t.row_id, t.version desc

-- step: overtaken if overtaken
-- First versions that come to their run after a newer one did, and without a newest one.
create temp table overtaken on commit drop as
select 'processor'::side as side, t.row_id, t.level, t.kind, t.currency, t.moves_balance, t.gross as amount
from processor_transactions t
where t.account_id = :account_id and t.home_date between ':min_date' and ':run_date' and t.version = 1
  and (t.batch_id, t.home_date) in (select batch_id, home_date from introduced where side = 'processor' and disposition = 'new')
  and not exists (select 1 from versions_processor v where v.row_id = t.row_id)
  and exists (
    select 1 from processor_transactions q join batch_totals b on b.batch_id = q.batch_id and b.home_date = q.home_date and b.disposition = 'version'
    where q.home_date = t.home_date and q.row_id = t.row_id and q.version > 1 and b.introduced_seq < :seq)
union all
select 'internal', t.row_id, 'activity', t.kind, t.currency, t.moves_balance, t.amount
from internal_transactions t
where t.account_id = :account_id and t.home_date between ':min_date' and ':run_date' and t.version = 1
  and (t.batch_id, t.home_date) in (select batch_id, home_date from introduced where side = 'internal' and disposition = 'new')
  and not exists (select 1 from versions_internal v where v.row_id = t.row_id)
  and exists (
    select 1 from internal_transactions q join batch_totals b on b.batch_id = q.batch_id and b.home_date = q.home_date and b.disposition = 'version'
    where q.home_date = t.home_date and q.row_id = t.row_id and q.version > 1 and b.introduced_seq < :seq)

-- step: none_overtaken unless overtaken
create temp table overtaken (side side, row_id bigint, level level, kind kind, currency text, moves_balance boolean, amount bigint) on commit drop

-- step: stale_decisions
-- What a person decided of rows that say something else now.
update manual_decisions d set stale_seq = :seq
where d.account_id = :account_id and d.stale_seq is null and (d.revoked_seq is null or d.revoked_seq > :seq)
  and exists (select 1 from manual_decision_rows r where r.decision_id = d.decision_id
              and (r.row_id in (select row_id from versions_processor) or r.row_id in (select row_id from versions_internal)))

-- step: people_rows
-- Rows of decisions that begin to hold with this run, or do not hold any more.
create temp table people_rows on commit drop as
select d.decision_id, d.kind as decision, d.decided_by, d.level, f.holds as begins, r.side, r.row_id, r.version, r.home_date, r.verdict, r.differences
from manual_decisions d
cross join lateral (select d.stale_seq is null and (d.revoked_seq is null or d.revoked_seq > :seq) as holds) f
join manual_decision_rows r using (decision_id)
where d.account_id = :account_id and d.kind <> 'not_duplicate'
  and case when f.holds then d.from_seq = :seq else d.from_seq < :seq and (d.stale_seq = :seq or d.revoked_seq = :seq) end

-- step: analyze_people_rows
analyze people_rows

-- step: reopened
-- Released groups: in a re-run those of runs of dates up to this one whose members all have home dates up to it and
-- include one of it, never what a person decided; any group that a new version contradicts, or a person who takes its rows or
-- gives them back; and what stands in for duplicates, as which of equal rows is the surplus is asked again while it is open.
create temp table reopened on commit drop as
select m.* from matches m
where m.account_id = :account_id and m.released_seq is null and m.decided_seq < :seq
  and :is_rerun and m.rule not in ('manual', 'write_off')
  and greatest(m.p_home_date, m.i_home_date) = ':run_date'
  and not exists (select 1 from matches g where g.group_id = m.group_id and g.released_seq is null
                  and greatest(g.p_home_date, g.i_home_date) > ':run_date')
  and m.decided_seq in (select r.decision_seq from reconciliation_runs r
                        where r.account_id = :account_id and r.run_date <= ':run_date' and r.decision_seq is not null)
union
select m.* from matches m join versions_processor v on v.row_id = m.p_row_id
where m.released_seq is null
union
select m.* from matches m join versions_internal v on v.row_id = m.i_row_id
where m.released_seq is null
union
select m.* from matches m join people_rows r on r.row_id = m.p_row_id and r.level = m.level
where m.released_seq is null
union
select m.* from matches m join people_rows r on r.row_id = m.i_row_id and r.level = m.level
where m.released_seq is null
union
select m.* from matches m
where m.account_id = :account_id and m.released_seq is null and m.rule = 'duplicate'

-- step: analyze_versions_processor
analyze versions_processor

-- step: analyze_versions_internal
analyze versions_internal

-- step: ignored_keys
-- Keys of the rows that only an ignore rule closed and that would take part otherwise.
create temp table ignored_keys on commit drop as
with ignored as (
  select p_home_date, p_row_id, p_version, i_home_date, i_row_id, i_version from matches
  where account_id = :account_id and released_seq is null and verdict = 'ignored' and decided_seq < :seq and level = 'activity'
    and coalesce(p_home_date, i_home_date) >= ':look_back_date'
), processor as (
  select t.row_id, t.version, t.external_id, t.merchant_reference
  from ignored g join processor_transactions t on t.home_date = g.p_home_date and t.row_id = g.p_row_id and t.version = g.p_version
  where (t.moves_balance or t.status = 'void') and not t.withdrawn
)
select 'processor'::side as side, t.row_id, k.type, k.value
from processor t
cross join lateral (values ('processor_id'::reference_type, t.external_id), ('merchant_reference', t.merchant_reference)) k (type, value)
where k.value is not null
union all
select 'processor', f.row_id, f.type, f.value
from processor t join row_references f on f.row_id = t.row_id and f.version = t.version and f.type = 'processor_id'
union all
select 'internal', t.row_id, k.type, k.value
from ignored g join internal_transactions t on t.home_date = g.i_home_date and t.row_id = g.i_row_id and t.version = g.i_version
cross join lateral (values ('processor_id'::reference_type, t.processor_reference), ('merchant_reference', t.merchant_reference)) k (type, value)
where k.value is not null and (t.moves_balance or t.status = 'void') and not t.withdrawn

-- step: analyze_ignored_keys
analyze ignored_keys

-- step: reopen_ignored hashed
-- Such a row takes part again when a row of the other side arrives with one of its keys (a void, then "paid"). What the row
-- said before its newest version, in the same read, names nobody: it depends on how the read was cut.
insert into reopened
with named as (
  select g.row_id from ignored_keys g
  join internal_transactions n on n.processor_reference = g.value
  where g.side = 'processor' and g.type = 'processor_id' and n.account_id = :account_id
    and n.home_date between ':min_date' and ':run_date' and (n.batch_id, n.home_date) in (select batch_id, home_date from introduced)
    and not exists (select 1 from versions_internal v where v.row_id = n.row_id and v.version <> n.version)
  union
  select g.row_id from ignored_keys g
  join internal_transactions n on n.merchant_reference = g.value
  where g.side = 'processor' and g.type = 'merchant_reference' and n.account_id = :account_id
    and n.home_date between ':min_date' and ':run_date' and (n.batch_id, n.home_date) in (select batch_id, home_date from introduced)
    and not exists (select 1 from versions_internal v where v.row_id = n.row_id and v.version <> n.version)
  union
  select g.row_id from ignored_keys g
  join processor_transactions n on n.external_id = g.value
  where g.side = 'internal' and g.type = 'processor_id' and n.account_id = :account_id
    and n.home_date between ':min_date' and ':run_date' and (n.batch_id, n.home_date) in (select batch_id, home_date from introduced)
    and not exists (select 1 from versions_processor v where v.row_id = n.row_id and v.version <> n.version)
  union
  select g.row_id from ignored_keys g
  join row_references f on f.value = g.value and f.type = 'processor_id' and f.account_id = :account_id
  join processor_transactions n on n.home_date = f.home_date and n.row_id = f.row_id and n.version = f.version
  where g.side = 'internal' and g.type = 'processor_id'
    and n.home_date between ':min_date' and ':run_date' and (n.batch_id, n.home_date) in (select batch_id, home_date from introduced)
    and not exists (select 1 from versions_processor v where v.row_id = n.row_id and v.version <> n.version)
  union
  select g.row_id from ignored_keys g
  join processor_transactions n on n.merchant_reference = g.value
  where g.side = 'internal' and g.type = 'merchant_reference' and n.account_id = :account_id
    and n.home_date between ':min_date' and ':run_date' and (n.batch_id, n.home_date) in (select batch_id, home_date from introduced)
    and not exists (select 1 from versions_processor v where v.row_id = n.row_id and v.version <> n.version)
)
select m.* from matches m
where m.account_id = :account_id and m.released_seq is null and m.verdict = 'ignored' and m.level = 'activity'
  and coalesce(m.p_row_id, m.i_row_id) in (select row_id from named)
  and not exists (select 1 from reopened r where coalesce(r.p_row_id, r.i_row_id) = coalesce(m.p_row_id, m.i_row_id) and r.level = m.level)

-- step: reopen_whole_groups
-- Who opens one member of a group opens all of it.
insert into reopened
select m.* from matches m
where m.released_seq is null and m.group_id in (select group_id from reopened where group_id is not null)
  and not exists (select 1 from reopened r where r.group_id = m.group_id and r.level = m.level
                  and coalesce(r.p_row_id, r.i_row_id) = coalesce(m.p_row_id, m.i_row_id))

-- step: analyze_reopened
analyze reopened

-- step: release
update matches m set released_seq = :seq
from reopened r
where m.released_seq is null and m.p_row_id = r.p_row_id and m.level = r.level

-- step: release_internal
-- Groups without a processor row. Apart, because one condition for both could only be tried pair by pair.
update matches m set released_seq = :seq
from reopened r
where r.p_row_id is null and m.released_seq is null and m.i_row_id = r.i_row_id and m.level = r.level

-- step: carried_processor
-- Rows that are in the pool without being introduced for the first time now: open, opened again, or in a new version.
create temp table carried_processor on commit drop as
with before as (
  select o.row_id, o.home_date, o.version, o.introduced_seq, o.level from open_items o
  where o.account_id = :account_id and o.side = 'processor'
  union all
  select r.p_row_id, r.p_home_date, r.p_version, b.introduced_seq, r.level
  from reopened r
  join processor_transactions t on t.home_date = r.p_home_date and t.row_id = r.p_row_id and t.version = r.p_version
  cross join lateral (select introduced_seq from batch_totals b
    where b.batch_id = t.batch_id and b.home_date = t.home_date and b.disposition <> 'repeat' and b.introduced_seq is not null limit 1) b
)
select t.*, b.introduced_seq from before b
join processor_transactions t on t.home_date = b.home_date and t.row_id = b.row_id and t.version = b.version
where t.level = b.level and not exists (select 1 from versions_processor v where v.row_id = b.row_id)
union all
select v.*, :seq::bigint from versions_processor v

-- step: carried_internal
create temp table carried_internal on commit drop as
with before as (
  select o.row_id, o.home_date, o.version, o.introduced_seq from open_items o
  where o.account_id = :account_id and o.side = 'internal'
  union all
  select r.i_row_id, r.i_home_date, r.i_version, b.introduced_seq
  from reopened r
  join internal_transactions t on t.home_date = r.i_home_date and t.row_id = r.i_row_id and t.version = r.i_version
  cross join lateral (select introduced_seq from batch_totals b
    where b.batch_id = t.batch_id and b.home_date = t.home_date and b.disposition <> 'repeat' and b.introduced_seq is not null limit 1) b
)
select t.*, b.introduced_seq from before b
join internal_transactions t on t.home_date = b.home_date and t.row_id = b.row_id and t.version = b.version
where not exists (select 1 from versions_internal v where v.row_id = b.row_id)
union all
select v.*, :seq::bigint from versions_internal v

-- step: analyze_carried_processor
analyze carried_processor

-- step: analyze_carried_internal
analyze carried_internal

-- step: pool_processor
create or replace temp view pool_processor as
with rows as (
  select t.*, :seq::bigint as introduced_seq from processor_transactions t
  where t.account_id = :account_id and t.home_date between ':min_date' and ':run_date' and t.version = 1
    and t.batch_id = any (':introduced_batches')
    and (:one_day or (t.batch_id, t.home_date) in (select batch_id, home_date from introduced where side = 'processor' and disposition = 'new'))
    and (:no_versions or not exists (select 1 from versions_processor v where v.row_id = t.row_id))
    and (not :overtaken or not exists (select 1 from overtaken o where o.row_id = t.row_id))
  union all
  select * from carried_processor
)
select t.row_id, t.version, t.home_date, t.introduced_seq, t.level, t.external_id, t.merchant_reference, t.parent_id, t.kind,
       t.currency, t.gross as amount, t.fee, t.status, t.reverses, t.moves_balance, t.test_mode, t.unknown_code,
       t.presentment_amount, t.presentment_currency, t.occurred_at, t.content_hash, t.withdrawn,
       t.level = 'activity' and (t.moves_balance or t.status = 'void') and not t.withdrawn
         and t.kind <> all (':never_kinds'::kind[]) as takes_part
from rows t

-- step: pool_internal
create or replace temp view pool_internal as
with rows as (
  select t.*, :seq::bigint as introduced_seq from internal_transactions t
  where t.account_id = :account_id and t.home_date between ':min_date' and ':run_date' and t.version = 1
    and t.batch_id = any (':introduced_batches')
    and (:one_day or (t.batch_id, t.home_date) in (select batch_id, home_date from introduced where side = 'internal' and disposition = 'new'))
    and (:no_versions or not exists (select 1 from versions_internal v where v.row_id = t.row_id))
    and (not :overtaken or not exists (select 1 from overtaken o where o.row_id = t.row_id))
  union all
  select * from carried_internal
)
select t.row_id, t.version, t.home_date, t.introduced_seq, t.external_id, t.processor_reference, t.merchant_reference,
       t.parent_id, t.kind, t.currency, t.amount, t.fee, t.status, t.reverses, t.moves_balance, t.unknown_code,
       t.occurred_at, t.content_hash, t.withdrawn,
       (t.moves_balance or t.status = 'void') and not t.withdrawn and t.kind <> all (':never_kinds'::kind[]) as takes_part
from rows t
