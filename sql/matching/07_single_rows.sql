-- Decides every row that found no partner: the first that holds of withdrawn (ignored), of another level (ignored: rows of a payout
-- say the same money again), ambiguous (a live group already uses its key), ignored > unknown_type > no partner expected >
-- pending_source > pending_timing > missing. What an old payment's late change brings in from before the account's start is
-- nobody's to book.
-- Must leave no row without a verdict.

-- step: singles hashed
create temp table singles on commit drop as
select 'processor'::side as side, p.level, p.row_id, p.version, p.home_date, p.introduced_seq, p.kind, p.currency, p.amount,
       p.status, p.moves_balance, p.test_mode, p.unknown_code, p.occurred_at, p.content_hash, p.external_id, p.takes_part,
       p.presentment_currency, p.presentment_amount, p.withdrawn, c.reason as crowded
from left_processor p left join crowded c on c.row_id = p.row_id
where not exists (select 1 from pairs d where d.p_row_id = p.row_id)
union all
select 'internal', 'activity', i.row_id, i.version, i.home_date, i.introduced_seq, i.kind, i.currency, i.amount,
       i.status, i.moves_balance, false, i.unknown_code, i.occurred_at, i.content_hash, i.external_id, i.takes_part,
       null, null, i.withdrawn, c.reason
from left_internal i left join crowded c on c.row_id = i.row_id
where not exists (select 1 from pairs d where d.i_row_id = i.row_id)

-- step: analyze_singles
analyze singles

-- step: single_keys
create temp table single_keys on commit drop as
select s.row_id, s.side, s.kind, s.currency, s.amount, s.presentment_currency, s.presentment_amount, k.type, k.value
from singles s
join (select row_id, type, value from keys_processor union all select row_id, type, value from keys_internal) k using (row_id)
where not exists (select 1 from fan_outs o where o.type = k.type and o.value = k.value)

-- step: analyze_single_keys
analyze single_keys

-- step: candidates
-- Rows that share a key with a single and are not singles themselves, of either side, in every version.
create temp table candidates (side side, row_id bigint, version integer, kind kind, currency text, amount bigint,
  presentment_currency text, presentment_amount bigint, type reference_type, value text collate "C") on commit drop

-- step: internal_candidates hashed
insert into candidates
select 'internal', i.row_id, i.version, i.kind, i.currency, i.amount, null, null, k.type, k.value
from internal_transactions i
cross join lateral (values ('processor_id'::reference_type, i.processor_reference),
                           ('merchant_reference', i.merchant_reference)) k (type, value)
where i.account_id = :account_id and i.home_date >= ':look_back_date' and i.home_date <= ':last_date'
  and (i.merchant_reference in (select value from single_keys where type = 'merchant_reference')
    or i.processor_reference in (select value from single_keys where type = 'processor_id'))
  and not exists (select 1 from singles s where s.row_id = i.row_id)

-- step: processor_candidates
-- By id through the identity index, whatever their age.
insert into candidates
with wanted as materialized (select distinct value from single_keys where side = 'internal' and type = 'processor_id')
select 'processor'::side, p.row_id, p.version, p.kind, p.currency, p.gross, p.presentment_currency, p.presentment_amount,
       'processor_id'::reference_type, w.value
from wanted w
join transaction_ids t on t.external_id = w.value and t.account_id = :account_id and t.side = 'processor'
join processor_transactions p on p.home_date = t.home_date and p.row_id = t.row_id
union all
select 'processor'::side, p.row_id, p.version, p.kind, p.currency, p.gross, p.presentment_currency, p.presentment_amount,
       'processor_id'::reference_type, w.value
from wanted w
join row_references f on f.value = w.value and f.account_id = :account_id and f.type = 'processor_id'
join processor_transactions p on p.home_date = f.home_date and p.row_id = f.row_id and p.version = f.version

-- step: processor_candidates_by_reference hashed
insert into candidates
select 'processor', p.row_id, p.version, p.kind, p.currency, p.gross, p.presentment_currency, p.presentment_amount,
       'merchant_reference', p.merchant_reference
from processor_transactions p
where p.account_id = :account_id and p.home_date >= ':look_back_date' and p.home_date <= ':last_date'
  and p.merchant_reference in (select value from single_keys where type = 'merchant_reference')
  and not exists (select 1 from singles s where s.row_id = p.row_id)

-- step: analyze_candidates
analyze candidates

-- step: grouped_candidates
-- Of these, the ones that have a partner: in a live group, or in a pair that only waits for a status. sum_open: the amounts
-- of the group differ, so that one more row could make the sum exact.
create temp table grouped_candidates on commit drop as
select c.*, m.rule, m.differences -> 'amount' is not null as sum_open
from candidates c
join matches m on m.p_row_id = c.row_id and m.p_version = c.version and m.level = 'activity' and m.released_seq is null
where c.side = 'processor' and m.i_row_id is not null
union all
select c.*, m.rule, m.differences -> 'amount' is not null
from candidates c
join matches m on m.i_row_id = c.row_id and m.i_version = c.version and m.level = 'activity' and m.released_seq is null
where c.side = 'internal' and m.p_row_id is not null
union all
select c.*, d.rule, false
from candidates c
join compared d on c.row_id in (d.p_row_id, d.i_row_id) and d.verdict = 'pending_timing'

-- step: live_edges
-- Singles whose key leads into a live group that they may belong to: an equal surplus, a sum that may become exact, or
-- stronger evidence than the group's. A surplus may share its key with its own side only: the order that was charged twice,
-- the charge that was booked twice. Deciding that needs groups; calling them missing would be wrong.
create temp table live_edges on commit drop as
select distinct s.row_id
from single_keys s
join grouped_candidates g on g.type = s.type and g.value = s.value and g.kind = s.kind
where case
        when g.side = s.side then g.currency = s.currency and g.amount = s.amount and (s.side = 'internal' or s.type = 'merchant_reference')
        when g.sum_open or (s.type = 'processor_id' and g.rule = 'merchant_reference') then true
        when s.presentment_currency = g.currency then s.presentment_amount = g.amount
        when g.presentment_currency = s.currency then g.presentment_amount = s.amount
        else g.currency = s.currency and g.amount = s.amount
      end

-- step: decided_singles
create temp table decided_singles on commit drop as
select s.*,
       case
         when s.withdrawn then 'ignored'
         when s.level <> 'activity' then 'ignored'
         when s.crowded is not null or e.row_id is not null then 'ambiguous'
         when n.reason is not null or not s.moves_balance or s.home_date < ':start_date' then 'ignored'
         when s.unknown_code is not null then 'unknown_type'
         when r.partner <> 'required' then 'matched'
         when not :covered then 'pending_source'
         when s.occurred_at + r.timing > ':horizon' then 'pending_timing'
         when s.side = 'processor' then 'missing_internal'
         else 'missing_processor'
       end::verdict as verdict,
       case
         when s.withdrawn then 'withdrawn'
         when s.level <> 'activity' then s.level || ' level is not compared yet'
         when s.crowded is not null or e.row_id is not null then 'needs_groups'
         when n.reason is not null then n.reason
         when not s.moves_balance then 'no balance movement'
         when s.home_date < ':start_date' then 'before the account starts'
         when s.unknown_code is not null then 'code ' || left(s.unknown_code, 60)
       end as reason
from singles s
join rule_kinds r on r.kind = s.kind
left join live_edges e on e.row_id = s.row_id
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
