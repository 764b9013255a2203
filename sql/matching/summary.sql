-- What the run says in numbers: rows by verdict, money at risk, and the digests of the canonical result.
-- Counts are of the run's own population: discrepancies of its date, and older rows that it introduced.

-- step: run_verdicts
insert into reconciliation_run_verdicts (run_id, side, level, verdict, currency, count, amount)
select :run_id, side, level, verdict, currency, sum(count), sum(amount)
from (
  select 'processor'::side as side, level, verdict, p_currency as currency, p_count as count, p_debits + p_credits as amount from closed_rows where p_count > 0
  union all
  select 'internal', level, verdict, i_currency, i_count, i_debits + i_credits from closed_rows where i_count > 0
  union all
  select side, level, verdict, currency, count(*), sum(abs(amount)) from open_rows group by side, level, verdict, currency
) v group by side, level, verdict, currency

-- step: live_discrepancies
create temp table live_discrepancies on commit drop as
select d.*, d.business_date = ':run_date' or d.introduced_seq = :seq as own,
       d.verdict in ('pending_timing', 'pending_source') as pending,
       exists (select 1 from discrepancy_events e where e.discrepancy_id = d.discrepancy_id and e.run_id = :run_id) as news
from discrepancies d
where d.account_id = :account_id and d.state in ('open', 'assigned', 'proposed')

-- step: finish_run
update reconciliation_runs r
set decision_seq = :seq,
    horizon = ':horizon',
    missing_transaction_count = s.missing,
    total_discrepancy_amount = round(s.at_risk / power(10::numeric, x.exponent), x.exponent),
    ambiguous_amount = round(s.ambiguous / power(10::numeric, x.exponent), x.exponent),
    carried_count = s.carried,
    carried_amount = round(s.carried_amount / power(10::numeric, x.exponent), x.exponent),
    outcome = case
      when not :covered then 'inconclusive'
      when s.own_open > 0 or s.changed > 0 or q.unreadable > 0 then 'differences'
      else 'clean'
    end::outcome
from currency_exponents x,
  lateral (
    select count(*) filter (where own and verdict in ('missing_internal', 'missing_processor')) as missing,
           count(*) filter (where own and not pending) as own_open,
           count(*) filter (where not own and not pending and news) as changed,
           coalesce(sum(amount) filter (where own and currency = x.currency and verdict in (
             'missing_internal', 'missing_processor', 'currency_mismatch', 'kind_mismatch', 'status_mismatch', 'amount_mismatch',
             'fee_mismatch', 'duplicate_processor', 'duplicate_internal', 'unexplained_remainder')), 0) as at_risk,
           coalesce(sum(amount) filter (where own and currency = x.currency and verdict = 'ambiguous'), 0) as ambiguous,
           count(*) filter (where not own and not pending and business_date < ':run_date') as carried,
           coalesce(sum(amount) filter (where not own and not pending and business_date < ':run_date' and currency = x.currency), 0) as carried_amount
    from live_discrepancies) s,
  lateral (
    select count(*) as unreadable from quarantined_rows
    where account_id = :account_id and business_date = ':run_date' and not superseded) q
where r.run_id = :run_id and x.currency = r.reporting_currency

-- step: run_population
-- Matches are looked for in the range of decisions in which the day's rows can have been matched: usually one run's.
insert into reconciliation_run_population (run_id, rows, matched, matched_late, matched_of_earlier_days)
with own as (
  select coalesce(sum(count), 0) as rows from batch_totals
  where account_id = :account_id and side = 'processor' and level = 'activity' and disposition = 'new'
    and (introduced_seq = :seq or introduced_seq < :seq and home_date = ':run_date')
), first as (
  select min(decision_seq) as seq from reconciliation_runs
  where account_id = :account_id and run_date >= ':run_date' and decision_seq <= :seq
), matched as (
  select m.late, m.decided_seq, m.p_home_date = ':run_date' or exists (
           select 1 from processor_transactions p
           join batch_totals b on b.batch_id = p.batch_id and b.home_date = p.home_date and b.side = 'processor'
             and b.disposition = 'new'
           where m.p_home_date < ':run_date' and p.home_date = m.p_home_date and p.row_id = m.p_row_id
             and p.version = 1 and b.introduced_seq = :seq) as own
  from matches m
  where m.account_id = :account_id and m.decided_seq between (select seq from first) and :seq
    and m.level = 'activity' and m.p_row_id is not null and m.p_home_date <= ':run_date'
    and (m.released_seq is null or m.released_seq > :seq)
    and m.verdict in ('matched', 'matched_tolerance', 'matched_late')
)
select :run_id, (select rows from own), count(*) filter (where own), count(*) filter (where own and late),
       count(*) filter (where not own and decided_seq = :seq)
from matched

-- step: canonical_groups
select level, verdict, rule, p_kind, p_currency, i_kind, i_currency, count::text, p_debits::text, p_credits::text,
       i_debits::text, i_credits::text, digest::text
from closed_rows
order by level::text collate "C", verdict::text collate "C", rule collate "C", p_kind::text collate "C" nulls first, p_currency collate "C" nulls first,
         i_kind::text collate "C" nulls first, i_currency collate "C" nulls first, p_moves_balance nulls first, i_moves_balance nulls first

-- step: canonical_open
select o.side::text as side, o.level::text as level, o.verdict::text as verdict, count(*)::text as count,
       encode(sha256(convert_to(string_agg(
         concat_ws('|', coalesce(p.external_id, i.external_id), coalesce(p.content_hash, i.content_hash), o.reason, o.differences::text,
                   coalesce(pp.external_id, pi.external_id), coalesce(cp.external_id, ci.external_id)),
         E'\n' order by coalesce(p.external_id, i.external_id) collate "C"), 'UTF8')), 'hex') as sha256
from open_rows o
left join (
  select 'activity'::level as level, row_id, external_id, content_hash from left_processor
  union all
  select 'settlement', row_id, external_id, content_hash from settlement_rows
) p on o.side = 'processor' and p.row_id = o.row_id and p.level = o.level
left join left_internal i on o.side = 'internal' and i.row_id = o.row_id
left join (
  select 'activity'::level as level, row_id, external_id from left_processor
  union all
  select 'settlement', row_id, external_id from settlement_rows
) pp on pp.row_id = o.partner_row_id and pp.level = o.level
left join left_internal pi on pi.row_id = o.partner_row_id
left join (
  select 'activity'::level as level, row_id, external_id from left_processor
  union all
  select 'settlement', row_id, external_id from settlement_rows
) cp on cp.row_id = o.cluster_row_id and cp.level = o.level
left join left_internal ci on ci.row_id = o.cluster_row_id
group by o.side, o.level, o.verdict
order by o.side::text collate "C", o.level::text collate "C", o.verdict::text collate "C"

-- step: canonical_differences
select d.verdict::text as verdict, d.currency, count(*)::text as count, sum(d.amount)::text as amount,
       encode(sha256(convert_to(string_agg(
         concat_ws('|', d.level, d.anchor_side, d.anchor_external_id, d.partner_external_id, d.amount, d.reason, d.differences::text, d.members, d.surplus, d.balanced),
         E'\n' order by d.level::text collate "C", d.anchor_side::text collate "C", d.anchor_external_id collate "C"), 'UTF8')), 'hex') as sha256
from live_discrepancies d
group by d.verdict, d.currency
order by d.verdict::text collate "C", d.currency collate "C"
