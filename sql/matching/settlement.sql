-- Decides what each counted row of the settlement level comes to, by what its payout came to: explained in a live line, alone or
-- as a group, or open with the payout's anchor standing for all of them.
-- Must never leave a counted row without a line or an open item, nor touch another level's line.

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
       abs(case when o.alone then d.amount when d.total is null then d.net else d.total end) as at_risk,
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
