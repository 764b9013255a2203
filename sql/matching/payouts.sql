-- Decides which rows the settlement level counts, and what each payout that is touched comes to: net(entries) + net(payout) must
-- be zero; what is left is the remainder, with its anchor.
-- Counted are rows of the settlement level, payouts of the activity level, and the first entry of a batch whose payout has not
-- come. All other entries are evidence: their sums stand in payout_sums, their digest in the group's. So the gate's equation holds
-- for this level: introduced are rows of its own level; rows of the activity level are `taken_up` by the run that first needs them
-- here, and their new versions are deltas here too.
-- Must never add two views of the same money (rows of the settlement level go first), nor take a discrepancy from its anchor.

-- step: settlement_before
-- What stood at this level until now, as it was counted: open, or in a group that this run opens again.
create temp table settlement_before on commit drop as
select row_id, home_date, version, introduced_seq, kind, currency, amount, moves_balance
from open_items where account_id = :account_id and level = 'settlement'
union all
select p_row_id, p_home_date, p_version, null, p_kind, p_currency, p_amount, p_moves_balance from reopened where level = 'settlement'

-- step: settlement_rows hashed
create temp table settlement_rows on commit drop as
select p.*, p.row_id in (select row_id from settlement_before) as was_before
from introduced_payouts p
where p.kind = 'payout' or p.level = 'settlement' or p.row_id in (select row_id from settlement_before)

-- step: own_payout
-- The payout that an older version named, of another read.
update settlement_rows s set payout_id = v.payout_id
from (
  select distinct on (t.row_id) t.row_id, t.payout_id
  from settlement_rows r join processor_transactions t on t.home_date = r.home_date and t.row_id = r.row_id
  where r.payout_id is null and r.version > 1 and t.version < r.version and t.payout_id is not null
    and not exists (select 1 from processor_transactions l
                    where l.home_date = t.home_date and l.row_id = t.row_id and l.batch_id = t.batch_id and l.version > t.version)
  order by t.row_id, t.version desc
) v where v.row_id = s.row_id

-- step: listed_payout if has_payout_entries
update settlement_rows s set payout_id = l.payout_id
from (
  select distinct on (e.external_id) e.external_id, e.payout_id
  from settlement_rows r
  join payout_entries e on e.external_id = r.external_id and e.account_id = :account_id
  join batches b on b.batch_id = e.batch_id and b.entries_seq is not null
  order by e.external_id, e.version desc
) l where l.external_id = s.external_id

-- step: reopen_payouts
-- The groups of a payout that was touched are opened again, in every currency; what comes out is often the same.
with touched_payouts as (
  select payout_id from payout_sums where account_id = :account_id and decision_seq = :seq
  union
  select payout_id from settlement_rows where payout_id is not null
), released as (
  update matches m set released_seq = :seq
  where m.group_id in (select g.group_id from payout_groups g join touched_payouts using (payout_id) where g.account_id = :account_id)
    and m.released_seq is null and m.level = 'settlement' and m.account_id = :account_id
  returning m.*
)
insert into settlement_before
select p_row_id, p_home_date, p_version, null, p_kind, p_currency, p_amount, p_moves_balance from released

-- step: kept_rows
insert into settlement_rows
select t.row_id, t.version, t.home_date, coalesce(b.introduced_seq, s.introduced_seq), t.level, t.external_id,
       coalesce(l.payout_id, o.payout_id), t.kind, t.currency, t.gross, coalesce(t.net, t.gross - coalesce(t.fee, 0)), t.reverses,
       t.moves_balance, t.withdrawn, t.test_mode, t.unknown_code, t.occurred_at, t.content_hash, true
from settlement_before b
join processor_transactions t on t.home_date = b.home_date and t.row_id = b.row_id and t.version = b.version
cross join lateral (
  select s.introduced_seq from batch_totals s
  where s.batch_id = t.batch_id and s.home_date = t.home_date and s.introduced_seq is not null
    and s.disposition = case when t.version = 1 then 'new' else 'version' end::disposition
  limit 1) s
left join lateral (
  select e.payout_id from payout_entries e join batches r on r.batch_id = e.batch_id
  where e.external_id = t.external_id and e.account_id = :account_id and r.entries_seq is not null
  order by e.version desc limit 1) l on true
left join lateral (
  select v.payout_id from processor_transactions v
  where v.home_date = t.home_date and v.row_id = t.row_id and v.version <= t.version and v.payout_id is not null
    and not exists (select 1 from processor_transactions l
                    where l.home_date = v.home_date and l.row_id = v.row_id and l.batch_id = v.batch_id and l.version > v.version)
  order by v.version desc limit 1) o on true
where not exists (select 1 from settlement_rows r where r.row_id = b.row_id)

-- step: settlement_roles
-- payout: what was paid out. entry: what it paid out, a payout that came back included. A payout without an id is its own.
alter table settlement_rows add column role text, add column set_aside text

-- step: assign_roles
update settlement_rows s
set role = case when kind = 'payout' and not reverses then 'payout' else 'entry' end,
    payout_id = case when kind = 'payout' and not reverses then coalesce(payout_id, external_id) else payout_id end,
    set_aside = case when withdrawn then 'withdrawn' when not moves_balance then 'no balance movement' when test_mode then 'test mode' end

-- step: drop_settlement_rows
-- The passes that decide single rows are about the activity level.
delete from left_processor where level = 'settlement'

-- step: analyze_settlement_rows
analyze settlement_rows

-- step: settled_payouts
-- Each payout and currency of which something is new or open, in one view of its money.
create temp table settled_payouts on commit drop as
with concerned as (
  select payout_id, currency from settlement_rows where payout_id is not null
  union
  select payout_id, currency from payout_sums where account_id = :account_id and decision_seq = :seq
  union
  -- What a new version of a row left.
  select t.payout_id, t.currency from settlement_before b
  join processor_transactions t on t.home_date = b.home_date and t.row_id = b.row_id and t.version = b.version
  join versions_processor v on v.row_id = b.row_id
  where t.payout_id is not null
), sums as (
  select s.payout_id, s.currency, s.level, sum(s.entries) as entries, sum(s.net) as net, sum(s.digest) as digest,
         max(s.last_occurred_at) as last_occurred_at, min(s.decision_seq) filter (where s.entries > 0) as first_seq,
         max(s.decision_seq) filter (where s.entries > 0) as last_seq
  from concerned c join payout_sums s using (payout_id, currency)
  where s.account_id = :account_id
  group by s.payout_id, s.currency, s.level
), views as (
  select c.payout_id, c.currency,
         case when exists (select 1 from settlement_rows r where r.payout_id = c.payout_id and r.level = 'settlement' and r.set_aside is null)
                or exists (select 1 from sums s where s.payout_id = c.payout_id and s.level = 'settlement' and s.entries > 0)
              then 'settlement' else 'activity' end::level as level
  from concerned c
), paid as (
  select payout_id, currency, level, count(*) filter (where role = 'payout') as payouts, sum(net) filter (where role = 'payout') as net,
         min(introduced_seq) as first_seq, max(introduced_seq) as last_seq
  from settlement_rows where set_aside is null
  group by payout_id, currency, level
)
select v.payout_id, v.currency, v.level, coalesce(p.payouts, 0) as payouts, coalesce(p.net, 0) as payout_net,
       coalesce(s.entries, 0) as entries, coalesce(s.net, 0) as entries_net, coalesce(s.net, 0) + coalesce(p.net, 0) as total,
       coalesce(s.digest, 0) as digest, s.last_occurred_at,
       least(s.first_seq, p.first_seq) <> greatest(s.last_seq, p.last_seq) as late,
       null::bigint as anchor_row_id, null::text as verdict, null::text as reason, null::bigint as group_id
from views v
left join sums s using (payout_id, currency, level)
left join paid p using (payout_id, currency, level)

-- step: judge_payouts
-- Entries wait ten days for their payout, from the last of them on (design section 7).
update settled_payouts s
set verdict = case
      when total = 0 and (entries > 0 or payout_net = 0) then case when late then 'matched_late' else 'matched' end
      when payouts > 0 and entries = 0 and not :payouts_itemised then 'matched'
      when payouts > 0 and entries > 0 then 'unexplained_remainder'
      when not :covered then 'pending_source'
      when payouts > 0 then 'ambiguous'
      when last_occurred_at + interval '10 days' > ':horizon' then 'pending_timing'
      else 'unexplained_remainder'
    end,
    reason = case
      when total = 0 and (entries > 0 or payout_net = 0) then 'payout'
      when payouts > 0 and entries = 0 and not :payouts_itemised then 'not_itemised'
      when payouts > 0 and entries > 0 then 'the payout is not the sum of its ' || entries || case entries when 1 then ' entry' else ' entries' end
      when payouts > 0 then 'the payout lists no entries'
      else 'no payout has come for ' || entries || case entries when 1 then ' entry' else ' entries' end
    end

-- step: anchor_by_row
-- A discrepancy keeps its anchor: the row that was open first; else the payout; else the first entry that is counted here.
update settled_payouts s set anchor_row_id = a.row_id
from (
  select distinct on (r.payout_id, r.currency) r.payout_id, r.currency, r.row_id
  from settlement_rows r
  left join discrepancies d on d.account_id = :account_id and d.level = 'settlement' and d.anchor_row_id = r.row_id and d.state <> 'closed'
  where r.payout_id is not null and r.set_aside is null and r.unknown_code is null
  order by r.payout_id, r.currency, d.discrepancy_id is null, d.opened_seq, (r.role = 'payout') desc, (r.external_id = r.payout_id) desc,
           r.amount > 0, r.introduced_seq, r.external_id collate "C"
) a
where a.payout_id = s.payout_id and a.currency = s.currency and s.verdict not in ('matched', 'matched_late')

-- step: first_entries
-- The first entry of a batch that has no row here yet: of what this run brought, else of whatever there is.
create temp table first_entries (payout_id text collate "C", currency text collate "C", row_id bigint, home_date date, version integer) on commit drop

-- step: first_new_entries hashed
insert into first_entries
select distinct on (p.payout_id, p.currency) p.payout_id, p.currency, p.row_id, p.home_date, p.version
from introduced_payouts p
join settled_payouts s on s.payout_id = p.payout_id and s.currency = p.currency and s.level = p.level
where s.anchor_row_id is null and s.verdict not in ('matched', 'matched_late') and s.level = 'activity'
  and p.moves_balance and not p.withdrawn and not p.test_mode and (p.kind <> 'payout' or p.reverses)
  and not exists (select 1 from payout_touched t where t.external_id = p.external_id)
order by p.payout_id, p.currency, p.external_id

-- step: first_changed_entries
insert into first_entries
select distinct on (p.payout_id, p.currency) p.payout_id, p.currency, p.row_id, p.home_date, p.version
from touched_parts p
join settled_payouts s on s.payout_id = p.payout_id and s.currency = p.currency and s.level = p.level
where s.anchor_row_id is null and s.verdict not in ('matched', 'matched_late') and s.level = 'activity' and p.sign = 1 and p.row_id is not null
  and not exists (select 1 from first_entries f where f.payout_id = p.payout_id and f.currency = p.currency)
order by p.payout_id, p.currency, p.external_id

-- step: first_old_entries hashed
-- Rare: the payout of an old batch was withdrawn, or its first entry moved to another payout.
insert into first_entries
select distinct on (p.payout_id, p.currency) p.payout_id, p.currency, p.row_id, p.home_date, p.version
from processor_transactions p
join settled_payouts s on s.payout_id = p.payout_id and s.currency = p.currency and s.level = p.level
join batch_totals b on b.batch_id = p.batch_id and b.home_date = p.home_date and b.introduced_seq is not null
  and b.disposition = case when p.version = 1 then 'new' else 'version' end::disposition
where exists (select 1 from settled_payouts a where a.anchor_row_id is null and a.entries > 0 and a.level = 'activity'
              and a.verdict not in ('matched', 'matched_late')
              and not exists (select 1 from first_entries f where f.payout_id = a.payout_id and f.currency = a.currency))
  and s.anchor_row_id is null and s.entries > 0 and s.level = 'activity' and s.verdict not in ('matched', 'matched_late')
  and not exists (select 1 from first_entries f where f.payout_id = p.payout_id and f.currency = p.currency)
  and p.account_id = :account_id and p.moves_balance and not p.withdrawn and not p.test_mode and (p.kind <> 'payout' or p.reverses)
  and not exists (select 1 from payout_entries e join batches r on r.batch_id = e.batch_id
                  where e.external_id = p.external_id and e.account_id = :account_id and r.entries_seq is not null and e.payout_id <> p.payout_id)
  and not exists (select 1 from processor_transactions v join batch_totals n on n.batch_id = v.batch_id and n.home_date = v.home_date
                  where v.home_date = p.home_date and v.row_id = p.row_id and v.version > p.version
                    and n.disposition = 'version' and n.introduced_seq is not null)
order by p.payout_id, p.currency, b.introduced_seq, p.external_id

-- step: take_up_first_entries
insert into settlement_rows
select t.row_id, t.version, t.home_date, b.introduced_seq, t.level, t.external_id, f.payout_id, t.kind, t.currency, t.gross,
       coalesce(t.net, t.gross - coalesce(t.fee, 0)), t.reverses, t.moves_balance, t.withdrawn, t.test_mode, t.unknown_code,
       t.occurred_at, t.content_hash, false, 'entry', null
from first_entries f
join processor_transactions t on t.home_date = f.home_date and t.row_id = f.row_id and t.version = f.version
cross join lateral (
  select b.introduced_seq from batch_totals b
  where b.batch_id = t.batch_id and b.home_date = t.home_date and b.introduced_seq is not null
    and b.disposition = case when t.version = 1 then 'new' else 'version' end::disposition
  limit 1) b
where not exists (select 1 from settlement_rows r where r.row_id = t.row_id)

-- step: anchor_by_first_entry
update settled_payouts s set anchor_row_id = f.row_id
from first_entries f where f.payout_id = s.payout_id and f.currency = s.currency

-- step: set_payouts_aside
-- What nobody can deliver any more: a payout of the days before the account starts, or one that a rule ignores.
update settled_payouts s
set verdict = 'ignored', reason = coalesce(g.reason, 'before the account starts')
from settlement_rows r
left join lateral (
  select g.reason from rule_ignores g
  where (g.kind is null or g.kind = r.kind) and (not g.test_mode or r.test_mode) and (not g.zero_amount or r.amount = 0)
  order by g.ord limit 1
) g on true
where r.row_id = s.anchor_row_id and s.verdict not in ('matched', 'matched_late')
  and (g.reason is not null or case when r.role = 'payout' then r.home_date else s.last_occurred_at::date end < ':start_date')

-- step: analyze_settled_payouts
analyze settled_payouts
