-- Decides what the database looked like when a run decided: temp tables that stand in front of the real ones, by the same names,
-- with what decisions before :seq had left. The passes of sql/matching then run over them unchanged, and nothing is kept.
-- Rows and lists of payouts are insert-only and are read where they are: what counts of them is said by the tables below.
-- Must never write a real table.

-- step: batch_totals
create temp table batch_totals (like public.batch_totals including all) on commit drop

-- step: fill_batch_totals
-- What this run introduced is to be introduced again; what later runs introduced is not there yet.
insert into batch_totals select * from public.batch_totals where account_id = :account_id and introduced_seq <= :seq

-- step: not_introduced
update batch_totals set introduced_seq = null where introduced_seq = :seq

-- step: batches
create temp table batches (like public.batches including all) on commit drop

-- step: fill_batches
insert into batches overriding system value
select b.* from public.batches b
where b.account_id = :account_id
  and (b.entries_seq <= :seq or exists (select 1 from batch_totals t where t.batch_id = b.batch_id))

-- step: not_counted
update batches set entries_seq = null where entries_seq >= :seq

-- step: matches
create temp table matches (like public.matches including all) on commit drop

-- step: fill_matches
insert into matches select * from public.matches
where account_id = :account_id and decided_seq < :seq and (released_seq is null or released_seq >= :seq)

-- step: not_released
update matches set released_seq = null where released_seq is not null

-- step: manual_decisions
create temp table manual_decisions (like public.manual_decisions including all) on commit drop

-- step: fill_manual_decisions
-- What was revoked later says so by its own number.
insert into manual_decisions overriding system value
select * from public.manual_decisions where account_id = :account_id and from_seq <= :seq

-- step: not_stale
update manual_decisions set stale_seq = null where stale_seq >= :seq

-- step: row_verdicts
create temp table row_verdicts (like public.row_verdicts including all) on commit drop

-- step: fill_row_verdicts
insert into row_verdicts select * from public.row_verdicts where account_id = :account_id and decision_seq < :seq

-- step: analyze_matches
analyze matches

-- step: analyze_row_verdicts
analyze row_verdicts

-- step: open_items
create temp table open_items (like public.open_items including all) on commit drop

-- step: fill_open_items
-- Open is what had a verdict of its own and no live group.
insert into open_items (account_id, side, level, row_id, version, home_date, introduced_seq, opened_seq, kind, currency, amount, moves_balance)
select :account_id, v.side, v.level, v.row_id, v.version, v.home_date, b.introduced_seq, v.decision_seq, t.kind, t.currency, t.amount,
       t.moves_balance
from (select distinct on (row_id, level) * from row_verdicts order by row_id, level, decision_seq desc) v
join lateral (
  select p.batch_id, p.kind, p.currency, p.gross as amount, p.moves_balance from processor_transactions p
  where v.side = 'processor' and p.home_date = v.home_date and p.row_id = v.row_id and p.version = v.version
  union all
  select i.batch_id, i.kind, i.currency, i.amount, i.moves_balance from internal_transactions i
  where v.side = 'internal' and i.home_date = v.home_date and i.row_id = v.row_id and i.version = v.version
) t on true
cross join lateral (
  select b.introduced_seq from batch_totals b
  where b.batch_id = t.batch_id and b.home_date = v.home_date and b.introduced_seq is not null
    and b.disposition = case when v.version = 1 then 'new' else 'version' end::disposition
  limit 1) b
where not exists (select 1 from matches m where m.p_row_id = v.row_id and m.level = v.level and m.released_seq is null)
  and not exists (select 1 from matches m where m.i_row_id = v.row_id and m.level = v.level and m.released_seq is null)

-- step: discrepancies
create temp table discrepancies (like public.discrepancies including all) on commit drop

-- step: fill_discrepancies
insert into discrepancies overriding system value
select d.* from public.discrepancies d where d.account_id = :account_id and d.opened_seq < :seq

-- step: changed_later
-- What a later run or a person changed since has kept its verdict and state in its events, its amount only here.
create temp table changed_later on commit drop as
select discrepancy_id from discrepancies where changed_seq > :seq

-- step: discrepancies_then
update discrepancies d
set verdict = e.verdict, state = e.state, closed_seq = null, closed_by = null, changed_seq = :seq - 1
from (
  select distinct on (v.discrepancy_id) v.discrepancy_id, v.verdict, v.state
  from public.discrepancy_events v
  join public.discrepancies c on c.discrepancy_id = v.discrepancy_id and c.account_id = :account_id
  where v.decision_seq < :seq
    or (v.decision_seq is null and v.created_at < (select r.finished_at from public.reconciliation_runs r where r.run_id = :run_id))
  order by v.discrepancy_id, v.event_id desc
) e
where e.discrepancy_id = d.discrepancy_id and d.changed_seq >= :seq

-- step: new_discrepancies
alter table discrepancies alter column discrepancy_id restart with 4000000000000000000

-- step: discrepancy_events
create temp table discrepancy_events (like public.discrepancy_events including all) on commit drop

-- step: reconciliation_runs
create temp table reconciliation_runs (like public.reconciliation_runs including all) on commit drop

-- step: fill_runs
insert into reconciliation_runs overriding system value
select r.* from public.reconciliation_runs r where r.account_id = :account_id and (r.decision_seq < :seq or r.run_id = :run_id)

-- step: not_decided
update reconciliation_runs
set status = 'running', outcome = null, decision_seq = null, missing_transaction_count = null, total_discrepancy_amount = null,
    ambiguous_amount = null, carried_count = null, carried_amount = null, result_digest = null, canonical_result = null
where run_id = :run_id

-- step: run_totals
create temp table reconciliation_run_totals (like public.reconciliation_run_totals including all) on commit drop

-- step: run_verdicts
create temp table reconciliation_run_verdicts (like public.reconciliation_run_verdicts including all) on commit drop

-- step: run_population
create temp table reconciliation_run_population (like public.reconciliation_run_population including all) on commit drop

-- step: quality_checks
create temp table data_quality_checks (like public.data_quality_checks including all) on commit drop

-- step: quarantined_rows
create temp table quarantined_rows (like public.quarantined_rows including all) on commit drop

-- step: fill_quarantined_rows
insert into quarantined_rows overriding system value
select q.* from public.quarantined_rows q
where q.account_id = :account_id
  and exists (select 1 from public.run_batches p join public.reconciliation_runs r using (run_id)
              where p.batch_id = q.batch_id and r.decision_seq <= :seq)

-- step: payout_sums
create temp table payout_sums (like public.payout_sums including all) on commit drop

-- step: fill_payout_sums
insert into payout_sums select * from public.payout_sums where account_id = :account_id and decision_seq < :seq

-- step: payout_groups
create temp table payout_groups (like public.payout_groups including all) on commit drop

-- step: fill_payout_groups
insert into payout_groups select * from public.payout_groups where account_id = :account_id and decided_seq < :seq

-- step: analyze_open_items
analyze open_items

-- step: analyze_batch_totals
analyze batch_totals
