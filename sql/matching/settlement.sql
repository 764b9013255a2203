-- Decides the settlement level: per payout and currency, net(entries) + net(payout) must be zero; what is left is the remainder,
-- on the payout row, with its amount. A row's payout is its newest assignment, else what it says of itself. Without a visible
-- row an entry counts as its payout lists it: so a payout of the account's first days is whole though its entries are older.
-- Counted here are rows of the settlement level, payouts of the activity level, and the first entry of a batch whose payout has
-- not come; each of them has a live line or an open item at this level. All other entries are evidence: their sums stand in
-- payout_sums, their digest in the group's. So the gate's equation holds for this level: introduced are rows of its own level;
-- rows of the activity level are `taken_up` by the run that first needs them here, and their new versions are deltas here too.
-- Must never add two views of the same money (rows of the settlement level go first), nor touch another level's line.

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
create temp table touched_rows on commit drop as
select t.external_id, r.row_id, r.home_date, r.version, r.level, r.kind, r.reverses, r.currency, r.payout_id, r.occurred_at, r.gross,
       r.fee, r.net, r.moves_balance and not r.withdrawn and not r.test_mode as counts, b.introduced_seq
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
  where r.payout_id is not null order by m.at, r.external_id, r.version desc
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
-- The payout that an older version named.
update settlement_rows s set payout_id = v.payout_id
from (
  select distinct on (t.row_id) t.row_id, t.payout_id
  from settlement_rows r join processor_transactions t on t.home_date = r.home_date and t.row_id = r.row_id
  where r.payout_id is null and r.version > 1 and t.version < r.version and t.payout_id is not null
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

-- step: settlement_decided
-- Every counted row, explained or open. Entries of a payout that does not add up are explained by it: the remainder is the payout's.
create temp table settlement_decided on commit drop as
select r.*, s.total, s.entries, s.payout_net, s.entries_net, s.anchor_row_id, s.late, s.digest,
       case
         when r.set_aside is not null then 'ignored'
         when r.unknown_code is not null and r.level = 'settlement' then 'unknown_type'
         when s.payout_id is null and r.level = 'activity' then 'matched'
         when s.payout_id is null and r.net = 0 then 'matched'
         when s.payout_id is null and not :covered then 'pending_source'
         when s.payout_id is null and r.occurred_at + interval '10 days' > ':horizon' then 'pending_timing'
         when s.payout_id is null then 'unexplained_remainder'
         when s.level <> r.level then 'ignored'
         when s.verdict in ('matched', 'matched_late', 'ignored') then s.verdict
         when s.payouts > 0 and s.verdict = 'unexplained_remainder' and r.role = 'entry' and r.row_id <> s.anchor_row_id then 'matched'
         else s.verdict
       end::verdict as verdict,
       case
         when r.set_aside is not null then r.set_aside
         when r.unknown_code is not null and r.level = 'settlement' then 'code ' || left(r.unknown_code, 60)
         when s.payout_id is null and r.level = 'activity' then 'no_payout_yet'
         when s.payout_id is null and r.net = 0 then 'payout'
         when s.payout_id is null then 'it names no payout'
         when s.level <> r.level then 'its money is counted at the settlement level'
         when s.payouts > 0 and s.verdict = 'unexplained_remainder' and r.role = 'entry' and r.row_id <> s.anchor_row_id then 'payout_entry'
         else s.reason
       end as reason,
       null::bigint as group_id
from settlement_rows r
left join settled_payouts s on s.payout_id = r.payout_id and s.currency = r.currency and r.set_aside is null

-- step: settlement_groups
with numbered as (
  select payout_id, currency, nextval('match_group_ids') as group_id
  from (select distinct payout_id, currency from settlement_decided
        where verdict in ('matched', 'matched_late') and reason in ('payout', 'not_itemised', 'payout_entry') and payout_id is not null) p
), kept as (
  insert into payout_groups (account_id, payout_id, currency, decided_seq, group_id)
  select :account_id, payout_id, currency, :seq, group_id from numbered
)
update settlement_decided d set group_id = n.group_id
from numbered n
where n.payout_id = d.payout_id and n.currency = d.currency
  and d.verdict in ('matched', 'matched_late') and d.reason in ('payout', 'not_itemised', 'payout_entry')

-- step: settlement_lines
insert into matches (account_id, decided_seq, level, rule, verdict, late,
  p_home_date, p_row_id, p_version, p_amount, p_kind, p_currency, p_moves_balance, members_digest, group_id)
select :account_id, :seq, 'settlement', case d.verdict when 'ignored' then 'ignore: ' || d.reason else d.reason end, d.verdict,
       d.verdict = 'matched_late',
       d.home_date, d.row_id, d.version, d.amount, d.kind, d.currency, d.moves_balance,
       hashint8extended(d.content_hash, hashtextextended(coalesce(d.payout_id, ''), case when d.reason = 'payout' then mod(d.digest, 9223372036854775807)::bigint else 0 end)),
       d.group_id
from settlement_decided d
where d.verdict in ('matched', 'matched_late', 'ignored')

-- step: settlement_open
-- What stays open; the anchor of each payout stands for all of them, and a code that nobody knows for itself.
create temp table settlement_open on commit drop as
select d.row_id, d.version, d.home_date, d.introduced_seq, d.external_id, d.kind, d.currency, d.amount, d.moves_balance, d.verdict,
       d.reason, o.cluster_row_id,
       o.cluster_row_id is null or o.cluster_row_id = d.row_id as is_anchor,
       nullif(count(*) over (partition by coalesce(o.cluster_row_id, d.row_id)), 1) as members,
       abs(case when o.alone then d.amount when d.total is null then d.net else d.total end)::bigint as at_risk,
       p.row_id as partner_row_id, p.home_date as partner_home_date, p.external_id as partner_external_id,
       case when d.verdict = 'unexplained_remainder' and d.payout_net <> 0 and (o.cluster_row_id = d.row_id or d.role = 'payout')
            then jsonb_build_object('amount', jsonb_build_array(d.payout_net::text, (-d.entries_net)::text)) end as differences
from settlement_decided d
cross join lateral (select d.verdict = 'unknown_type' as alone, case when d.verdict <> 'unknown_type' then d.anchor_row_id end as cluster_row_id) o
left join lateral (
  select p.row_id, p.home_date, p.external_id from settlement_rows p
  where d.role = 'entry' and not o.alone and p.payout_id = d.payout_id and p.currency = d.currency and p.role = 'payout' and p.set_aside is null
  order by p.external_id limit 1
) p on true
where d.verdict not in ('matched', 'matched_late', 'ignored')

-- step: analyze_settlement_open
analyze settlement_open
