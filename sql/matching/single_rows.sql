-- Decides every row that found nobody: the first that holds of withdrawn (ignored), ignored > unknown_type > no partner expected >
-- pending_source > pending_timing > missing. What an old payment's late change brings in from before the account's start is
-- nobody's to book.
-- Must leave no row without a verdict.

-- step: singles hashed
create temp table singles on commit drop as
select 'processor'::side as side, p.level, p.row_id, p.version, p.home_date, p.introduced_seq, p.kind, p.currency, p.amount,
       p.status, p.moves_balance, p.test_mode, p.unknown_code, p.occurred_at, p.content_hash, p.external_id, p.withdrawn
from left_processor p
where not exists (select 1 from residue r where r.row_id = p.row_id and r.decided)
union all
select 'internal', 'activity', i.row_id, i.version, i.home_date, i.introduced_seq, i.kind, i.currency, i.amount,
       i.status, i.moves_balance, false, i.unknown_code, i.occurred_at, i.content_hash, i.external_id, i.withdrawn
from left_internal i
where not exists (select 1 from residue r where r.row_id = i.row_id and r.decided)

-- step: analyze_singles
analyze singles

-- step: decided_singles
create temp table decided_singles on commit drop as
select s.*,
       case
         when s.withdrawn then 'ignored'
         when n.reason is not null or not s.moves_balance or s.home_date < ':start_date' then 'ignored'
         when s.unknown_code is not null then 'unknown_type'
         when r.partner <> 'required' then 'matched'
         when not :covered then 'pending_source'
         when s.occurred_at + r.timing > ':horizon' then 'pending_timing'
         -- One that may be its partner is there, and a better one may still come.
         when exists (select 1 from tied t where t.row_id = s.row_id and t.waits) then 'pending_timing'
         when s.side = 'processor' then 'missing_internal'
         else 'missing_processor'
       end::verdict as verdict,
       case
         when s.withdrawn then 'withdrawn'
         when n.reason is not null then n.reason
         when not s.moves_balance then 'no balance movement'
         when s.home_date < ':start_date' then 'before the account starts'
         when s.unknown_code is not null then 'code ' || left(s.unknown_code, 60)
       end as reason
from singles s
join rule_kinds r on r.kind = s.kind
left join lateral (
  select g.reason from rule_ignores g
  where (g.kind is null or g.kind = s.kind) and (not g.test_mode or s.test_mode) and (not g.zero_amount or s.amount = 0)
  order by g.ord limit 1
) n on true

-- step: close_singles
-- Ignored rows and rows that need no partner explain themselves: a live group of one.
insert into matches (account_id, decided_seq, level, rule, verdict, late,
  p_home_date, p_row_id, p_version, p_amount, p_kind, p_currency, p_moves_balance,
  i_home_date, i_row_id, i_version, i_amount, i_kind, i_currency, i_moves_balance, members_digest)
select :account_id, :seq, s.level, case s.verdict when 'ignored' then 'ignore: ' || s.reason else 'no_partner_expected' end,
       s.verdict, false,
       case when s.side = 'processor' then s.home_date end, case when s.side = 'processor' then s.row_id end,
       case when s.side = 'processor' then s.version end, case when s.side = 'processor' then s.amount end,
       case when s.side = 'processor' then s.kind end, case when s.side = 'processor' then s.currency end,
       case when s.side = 'processor' then s.moves_balance end,
       case when s.side = 'internal' then s.home_date end, case when s.side = 'internal' then s.row_id end,
       case when s.side = 'internal' then s.version end, case when s.side = 'internal' then s.amount end,
       case when s.side = 'internal' then s.kind end, case when s.side = 'internal' then s.currency end,
       case when s.side = 'internal' then s.moves_balance end,
       hashint8extended(s.content_hash, case s.side when 'processor' then 1 else 2 end)
from decided_singles s
where s.verdict in ('ignored', 'matched')
