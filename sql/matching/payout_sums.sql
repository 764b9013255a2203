-- Decides what each payout paid out, per currency and view of the money: which rows of this run are entries of which payout, and
-- what that adds to its sum. A row's payout is its newest assignment, else what it says of itself. Without a visible row an entry
-- counts as its payout lists it: so a payout of the account's first days is whole though its entries are older.
-- Adds only: what moves to another payout, or is corrected, is taken off where it was in this run's own line.
-- Must never change what an earlier decision added, nor judge: whether a payout adds up is decided in payouts.sql.

-- step: count_assignments
update batches b set entries_seq = :seq
where b.account_id = :account_id and b.side = 'processor' and b.done and b.entries_seq is null
  and (exists (select 1 from run_batches p where p.batch_id = b.batch_id and p.run_id = :run_id)
    or not exists (select 1 from run_batches p join reconciliation_runs r using (run_id)
                   where p.batch_id = b.batch_id and r.status = 'running'))

-- step: introduced_payouts
-- What this run introduces, with what settlement asks of it: the same rows as in pool_processor.
create or replace temp view introduced_payouts as
select t.row_id, t.version, t.home_date, :seq::bigint as introduced_seq, t.level, t.external_id, t.payout_id, t.kind, t.currency,
       t.gross as amount, coalesce(t.net, t.gross - coalesce(t.fee, 0)) as net, t.reverses, t.moves_balance, t.withdrawn, t.test_mode,
       t.unknown_code, t.occurred_at, t.content_hash
from (
  select t.* from processor_transactions t
  where t.account_id = :account_id and t.home_date between ':min_date' and ':run_date' and t.version = 1
    and t.batch_id = any (':introduced_batches')
    and (:one_day or (t.batch_id, t.home_date) in (select batch_id, home_date from introduced where side = 'processor' and disposition = 'new'))
    and (:no_versions or not exists (select 1 from versions_processor v where v.row_id = t.row_id))
    and (not :overtaken or not exists (select 1 from overtaken o where o.row_id = t.row_id))
  union all
  select * from versions_processor
) t

-- step: payout_touched
-- Rows whose part in a payout may be another than before, by id: what a payout lists may have no row.
create temp table payout_touched (external_id text collate "C") on commit drop

-- step: touched_by_version
insert into payout_touched select external_id from versions_processor

-- step: touched_by_list if has_payout_entries
insert into payout_touched
select distinct e.external_id from payout_entries e join batches b on b.batch_id = e.batch_id
where e.account_id = :account_id and b.account_id = :account_id and b.entries_seq = :seq

-- step: touched_by_row hashed if has_payout_entries
insert into payout_touched
select distinct p.external_id from introduced_payouts p join payout_entries e on e.external_id = p.external_id
where e.account_id = :account_id

-- step: analyze_payout_touched
analyze payout_touched

-- step: payout_delta
create temp table payout_delta (payout_id text collate "C", currency text collate "C", level level, entries bigint, net numeric,
  digest numeric, last_occurred_at timestamptz) on commit drop

-- step: new_entries hashed
-- The usual entry is new and says itself which payout it belongs to.
insert into payout_delta
select payout_id, currency, level, count(*), sum(net), sum(hashtextextended(external_id, net)), max(occurred_at)
from introduced_payouts p
where payout_id is not null and moves_balance and not withdrawn and not test_mode and (kind <> 'payout' or reverses)
  and not exists (select 1 from payout_touched t where t.external_id = p.external_id)
group by payout_id, currency, level

-- step: touched_rows
-- What a row said before its newest version of the same read names no payout: it depends on how the read was cut.
create temp table touched_rows on commit drop as
select t.external_id, r.row_id, r.home_date, r.version, r.level, r.kind, r.reverses, r.currency, r.payout_id, r.occurred_at, r.gross,
       r.fee, r.net, not exists (
         select 1 from processor_transactions l
         where l.home_date = r.home_date and l.row_id = r.row_id and l.batch_id = r.batch_id and l.version > r.version) as ends_read,
       r.moves_balance and not r.withdrawn and not r.test_mode as counts, b.introduced_seq
from (select distinct external_id from payout_touched) t
join transaction_ids i on i.external_id = t.external_id and i.account_id = :account_id and i.side = 'processor'
join processor_transactions r on r.home_date = i.home_date and r.row_id = i.row_id
cross join lateral (
  select b.introduced_seq from batch_totals b
  where b.batch_id = r.batch_id and b.home_date = r.home_date and b.introduced_seq is not null
    and b.disposition = case when r.version = 1 then 'new' else 'version' end::disposition
  limit 1) b

-- step: touched_lists
create temp table touched_lists on commit drop as
select t.external_id, e.version, e.payout_id, e.currency, e.net, b.entries_seq
from (select distinct external_id from payout_touched) t
join payout_entries e on e.external_id = t.external_id and e.account_id = :account_id
join batches b on b.batch_id = e.batch_id
where b.entries_seq is not null

-- step: touched_parts
-- What each of them is a part of until now (-1) and from now on (1).
create temp table touched_parts on commit drop as
with moments (at, sign) as (values (:seq - 1, -1), (:seq, 1)),
row_then as (
  select distinct on (m.at, r.external_id) m.at, r.*
  from touched_rows r join moments m on r.introduced_seq <= m.at order by m.at, r.external_id, r.version desc
), row_payout as (
  select distinct on (m.at, r.external_id) m.at, r.external_id, r.payout_id
  from touched_rows r join moments m on r.introduced_seq <= m.at
  where r.payout_id is not null and r.ends_read order by m.at, r.external_id, r.version desc
), list_then as (
  select distinct on (m.at, l.external_id) m.at, l.*
  from touched_lists l join moments m on l.entries_seq <= m.at order by m.at, l.external_id, l.version desc
)
select m.sign, external_id, r.row_id, r.home_date, r.version, coalesce(l.payout_id, s.payout_id) as payout_id,
       coalesce(r.currency, l.currency) as currency, coalesce(r.level, 'activity') as level,
       coalesce(r.net, case when r.external_id is null then l.net end, r.gross - coalesce(r.fee, 0)) as net, r.occurred_at
from row_then r
full join list_then l using (at, external_id)
left join row_payout s using (at, external_id)
join moments m using (at)
where (r.external_id is null or (r.counts and (r.kind <> 'payout' or r.reverses)))
  and coalesce(l.payout_id, s.payout_id) is not null
  and (r.external_id is not null or l.net is not null)

-- step: changed_entries
insert into payout_delta
select payout_id, currency, level, sum(sign), sum(sign * net), sum(sign * hashtextextended(external_id, net)::numeric),
       max(occurred_at) filter (where sign = 1)
from touched_parts group by payout_id, currency, level

-- step: add_sums
with news as (
  select payout_id, currency, level, sum(entries) as entries, sum(net) as net, sum(digest) as digest, max(last_occurred_at) as last_occurred_at
  from payout_delta group by payout_id, currency, level
)
insert into payout_sums (account_id, payout_id, currency, level, decision_seq, entries, net, digest, last_occurred_at)
select :account_id, payout_id, currency, level, :seq, entries, net, digest, last_occurred_at from news
where (entries, net, digest) <> (0, 0, 0)
