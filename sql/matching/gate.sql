-- Proves conservation per side, level, kind and currency: open(n) = open(n-1) + introduced + version_delta + reopened - closed,
-- and that the rows introduced are the ones the parser counted. Reads back what was written; must never repair anything.

-- step: introduced_term
insert into reconciliation_run_totals (run_id, term, side, level, kind, currency, moves_balance, count, debits, credits)
select :run_id, 'introduced', side, level, kind, currency, moves_balance, sum(count), sum(debits), sum(credits)
from batch_totals
where account_id = :account_id and introduced_seq = :seq and disposition = 'new'
group by side, level, kind, currency, moves_balance

-- step: taken_up_term
-- Rows of the activity level that settlement counts too, from this run on.
insert into reconciliation_run_totals (run_id, term, side, level, kind, currency, moves_balance, count, debits, credits)
select :run_id, 'taken_up', 'processor', 'settlement', kind, currency, moves_balance, count(*),
       coalesce(sum(-amount) filter (where amount < 0), 0), coalesce(sum(amount) filter (where amount >= 0), 0)
from settlement_rows where level = 'activity' and not was_before
group by kind, currency, moves_balance

-- step: stored_rows hashed
-- What is really stored of the rows that the parser accounted for.
create temp table stored_rows on commit drop as
select t.side, t.level, t.kind, t.currency, t.moves_balance, count(*) as count,
       coalesce(sum(-t.amount) filter (where t.amount < 0), 0) as debits,
       coalesce(sum(t.amount) filter (where t.amount >= 0), 0) as credits, sum(t.content_hash) as digest
from (
  select 'processor'::side as side, level, kind, currency, moves_balance, gross as amount, content_hash, batch_id, home_date, version
  from processor_transactions
  where account_id = :account_id and home_date between ':min_date' and ':run_date' and batch_id = any (':introduced_batches')
  union all
  select 'internal', 'activity', kind, currency, moves_balance, amount, content_hash, batch_id, home_date, version
  from internal_transactions
  where account_id = :account_id and home_date between ':min_date' and ':run_date' and batch_id = any (':introduced_batches')
) t
where (:one_day and :no_versions)
  or (t.batch_id, t.home_date, t.side, case when t.version = 1 then 'new' else 'version' end::disposition)
     in (select batch_id, home_date, side, disposition from introduced)
group by t.side, t.level, t.kind, t.currency, t.moves_balance

-- step: version_term
-- New content minus the content that it replaces: what counted until now, and a first version that is introduced by this
-- run too. A first version that was overtaken was introduced without ever counting.
insert into reconciliation_run_totals (run_id, term, side, level, kind, currency, moves_balance, count, debits, credits)
with versions as (
  select 'processor'::side as side, v.home_date, v.row_id, v.version, v.level, v.kind, v.currency, v.moves_balance, v.gross as amount from versions_processor v
  union all
  select 'internal', v.home_date, v.row_id, v.version, 'activity', v.kind, v.currency, v.moves_balance, v.amount from versions_internal v
), before as (
  select v.side, p.level, p.kind, p.currency, p.moves_balance, p.gross as amount
  from versions v join processor_transactions p on p.home_date = v.home_date and p.row_id = v.row_id
  where v.side = 'processor' and p.version = (
    select max(q.version) from processor_transactions q
    join batch_totals b on b.batch_id = q.batch_id and b.home_date = q.home_date and b.disposition <> 'repeat'
    where q.home_date = v.home_date and q.row_id = v.row_id and b.introduced_seq < :seq)
  union all
  select v.side, 'activity', i.kind, i.currency, i.moves_balance, i.amount
  from versions v join internal_transactions i on i.home_date = v.home_date and i.row_id = v.row_id
  where v.side = 'internal' and i.version = (
    select max(q.version) from internal_transactions q
    join batch_totals b on b.batch_id = q.batch_id and b.home_date = q.home_date and b.disposition <> 'repeat'
    where q.home_date = v.home_date and q.row_id = v.row_id and b.introduced_seq < :seq)
  union all
  select v.side, p.level, p.kind, p.currency, p.moves_balance, p.gross
  from versions v join processor_transactions p on p.home_date = v.home_date and p.row_id = v.row_id and p.version = 1
  where v.side = 'processor' and (p.batch_id, p.home_date) in (select batch_id, home_date from introduced where disposition = 'new')
  union all
  select v.side, 'activity', i.kind, i.currency, i.moves_balance, i.amount
  from versions v join internal_transactions i on i.home_date = v.home_date and i.row_id = v.row_id and i.version = 1
  where v.side = 'internal' and (i.batch_id, i.home_date) in (select batch_id, home_date from introduced where disposition = 'new')
  union all
  select side, level, kind, currency, moves_balance, amount from overtaken
), signed as (
  select side, level, kind, currency, moves_balance, amount, 1 as sign from versions
  union all
  select side, level, kind, currency, moves_balance, amount, -1 from before
  union all
  select 'processor', 'settlement', r.kind, r.currency, r.moves_balance, r.amount, 1
  from settlement_rows r join settlement_before b on b.row_id = r.row_id and b.version <> r.version where r.level = 'activity'
  union all
  select 'processor', 'settlement', b.kind, b.currency, b.moves_balance, b.amount, -1
  from settlement_rows r join settlement_before b on b.row_id = r.row_id and b.version <> r.version where r.level = 'activity'
)
select :run_id, 'version_delta', side, level, kind, currency, moves_balance, sum(sign),
       coalesce(sum(-amount * sign) filter (where amount < 0), 0), coalesce(sum(amount * sign) filter (where amount >= 0), 0)
from signed group by side, level, kind, currency, moves_balance

-- step: reopened_term
insert into reconciliation_run_totals (run_id, term, side, level, kind, currency, moves_balance, count, debits, credits)
select :run_id, 'reopened', side, level, kind, currency, moves_balance, count(*),
       coalesce(sum(-amount) filter (where amount < 0), 0), coalesce(sum(amount) filter (where amount >= 0), 0)
from (
  select 'processor'::side as side, level, p_kind as kind, p_currency as currency, p_moves_balance as moves_balance, p_amount as amount
  from matches where account_id = :account_id and released_seq = :seq and p_row_id is not null
  union all
  select 'internal', level, i_kind, i_currency, i_moves_balance, i_amount
  from matches where account_id = :account_id and released_seq = :seq and i_row_id is not null
) r group by side, level, kind, currency, moves_balance

-- step: closed_rows
-- One scan of what this run matched: for the gate, the digest and the counts.
create temp table closed_rows on commit drop as
select level, verdict, rule, p_kind, p_currency, p_moves_balance, i_kind, i_currency, i_moves_balance, count(*) as count,
       coalesce(sum(-p_amount) filter (where p_amount < 0), 0) as p_debits, coalesce(sum(p_amount) filter (where p_amount >= 0), 0) as p_credits,
       coalesce(sum(-i_amount) filter (where i_amount < 0), 0) as i_debits, coalesce(sum(i_amount) filter (where i_amount >= 0), 0) as i_credits,
       count(p_row_id) as p_count, count(i_row_id) as i_count, sum(members_digest) as digest
from matches where account_id = :account_id and decided_seq = :seq
group by level, verdict, rule, p_kind, p_currency, p_moves_balance, i_kind, i_currency, i_moves_balance

-- step: closed_term
insert into reconciliation_run_totals (run_id, term, side, level, kind, currency, moves_balance, count, debits, credits)
select :run_id, 'closed', side, level, kind, currency, moves_balance, sum(count), sum(debits), sum(credits)
from (
  select 'processor'::side as side, level, p_kind as kind, p_currency as currency, p_moves_balance as moves_balance, p_count as count, p_debits as debits, p_credits as credits
  from closed_rows where p_count > 0
  union all
  select 'internal', level, i_kind, i_currency, i_moves_balance, i_count, i_debits, i_credits from closed_rows where i_count > 0
) c group by side, level, kind, currency, moves_balance

-- step: open_after_term
insert into reconciliation_run_totals (run_id, term, side, level, kind, currency, moves_balance, count, debits, credits)
select :run_id, 'open_after', side, level, kind, currency, moves_balance, count(*),
       coalesce(sum(-amount) filter (where amount < 0), 0), coalesce(sum(amount) filter (where amount >= 0), 0)
from open_items where account_id = :account_id
group by side, level, kind, currency, moves_balance

-- step: violations
select format('%s %s %s %s: open before %s + introduced %s + taken up %s + versions %s + reopened %s - closed %s is not open after %s (rows)',
              side, level, kind, currency, b, n, u, v, r, c, a) as diagnostic
from (
  select side, level, kind, currency, moves_balance,
         coalesce(sum(count) filter (where term = 'open_before'), 0) as b, coalesce(sum(count) filter (where term = 'introduced'), 0) as n,
         coalesce(sum(count) filter (where term = 'taken_up'), 0) as u,
         coalesce(sum(count) filter (where term = 'version_delta'), 0) as v, coalesce(sum(count) filter (where term = 'reopened'), 0) as r,
         coalesce(sum(count) filter (where term = 'closed'), 0) as c, coalesce(sum(count) filter (where term = 'open_after'), 0) as a,
         sum(case term when 'open_after' then count when 'closed' then count else -count end) as rows_off,
         sum(case term when 'open_after' then debits when 'closed' then debits else -debits end) as debits_off,
         sum(case term when 'open_after' then credits when 'closed' then credits else -credits end) as credits_off
  from reconciliation_run_totals where run_id = :run_id
  group by side, level, kind, currency, moves_balance
) e
where rows_off <> 0 or debits_off <> 0 or credits_off <> 0
union all
select format('%s %s %s %s: the parser counted %s rows (digest %s), %s are stored (digest %s)',
              coalesce(m.side, s.side), coalesce(m.level, s.level), coalesce(m.kind, s.kind), coalesce(m.currency, s.currency),
              coalesce(m.count, 0), coalesce(m.digest, 0), coalesce(s.count, 0), coalesce(s.digest, 0))
from (
  select side, level, kind, currency, moves_balance, sum(count) as count, sum(debits) as debits, sum(credits) as credits, sum(digest) as digest
  from batch_totals where account_id = :account_id and introduced_seq = :seq and disposition <> 'repeat'
  group by side, level, kind, currency, moves_balance
) m
full join stored_rows s using (side, level, kind, currency, moves_balance)
where (m.count, m.debits, m.credits, m.digest) is distinct from (s.count::numeric, s.debits, s.credits, s.digest)
union all
select format('%s rows of the pool got no verdict or two', abs(pool - decided))
from (
  select (select sum(count) from reconciliation_run_totals where run_id = :run_id and term in ('open_before', 'introduced', 'taken_up', 'version_delta', 'reopened')) as pool,
         (select sum(count) from reconciliation_run_totals where run_id = :run_id and term in ('closed', 'open_after')) as decided
) d where pool <> decided
