-- Finds the rows in live groups that share a key with the residue: by id whatever their age, by merchant reference within the
-- look-back. Run again when groups were opened: their rows have keys too. Must never decide anything.

-- step: drop_live
drop table if exists candidates, wanted_ids, live_rows, other_records

-- step: candidates
-- Rows that share a key with the residue and are not part of it, of either side, in every version.
create temp table candidates (side side, row_id bigint, version integer, kind kind, currency text, amount bigint,
  presentment_currency text, presentment_amount bigint, type reference_type, value text collate "C") on commit drop

-- step: internal_candidates hashed
insert into candidates
select 'internal', i.row_id, i.version, i.kind, i.currency, i.amount, null, null, k.type, k.value
from internal_transactions i
cross join lateral (values ('processor_id'::reference_type, i.processor_reference),
                           ('merchant_reference', i.merchant_reference)) k (type, value)
where i.account_id = :account_id and i.home_date >= ':look_back_date' and i.home_date <= ':last_date'
  and (i.merchant_reference in (select value from left_keys where type = 'merchant_reference')
    or i.processor_reference in (select value from left_keys where type = 'processor_id'))
  and case k.type when 'processor_id' then k.value in (select value from left_keys where type = 'processor_id')
                  else k.value in (select value from left_keys where type = 'merchant_reference') end
  and not exists (select 1 from left_internal s where s.row_id = i.row_id)

-- step: wanted_ids hashed
-- Ids of rows that are not in the residue themselves: an id is one row's.
create temp table wanted_ids on commit drop as
select distinct k.value from left_keys k
where k.type = 'processor_id' and not exists (select 1 from left_processor s where s.external_id = k.value)

-- step: analyze_wanted_ids
analyze wanted_ids

-- step: processor_candidates
-- By id through the identity index, whatever their age: one look-up each, never by reading all ids there are.
insert into candidates
select 'processor'::side, p.row_id, p.version, p.kind, p.currency, p.gross, p.presentment_currency, p.presentment_amount,
       'processor_id'::reference_type, w.value
from wanted_ids w
cross join lateral (
  select t.home_date, t.row_id from transaction_ids t
  where t.external_id = w.value and t.account_id = :account_id and t.side = 'processor' limit 1) t
join processor_transactions p on p.home_date = t.home_date and p.row_id = t.row_id

-- step: processor_candidates_by_other_id if has_references
insert into candidates
with wanted as materialized (select distinct value from left_keys where type = 'processor_id')
select 'processor'::side, p.row_id, p.version, p.kind, p.currency, p.gross, p.presentment_currency, p.presentment_amount,
       'processor_id'::reference_type, w.value
from wanted w
join row_references f on f.value = w.value and f.account_id = :account_id and f.type = 'processor_id'
join processor_transactions p on p.home_date = f.home_date and p.row_id = f.row_id and p.version = f.version
where not exists (select 1 from left_processor s where s.row_id = p.row_id)

-- step: processor_candidates_by_reference hashed
insert into candidates
select 'processor', p.row_id, p.version, p.kind, p.currency, p.gross, p.presentment_currency, p.presentment_amount,
       'merchant_reference', p.merchant_reference
from processor_transactions p
where p.account_id = :account_id and p.home_date >= ':look_back_date' and p.home_date <= ':last_date'
  and p.merchant_reference in (select value from left_keys where type = 'merchant_reference')
  and not exists (select 1 from left_processor s where s.row_id = p.row_id)

-- step: analyze_candidates
analyze candidates

-- step: live_rows
-- Of these, the ones in a live group with somebody else in it. One look-up by the indexes of live rows for each candidate: a
-- join would read everything that was ever matched, of every account.
create temp table live_rows on commit drop as
select c.side, c.row_id, c.kind, c.type, c.value, m.rule, m.verdict, m.group_id, m.decided_seq, m.differences,
       m.i_row_id as partner_row_id, m.i_kind as partner_kind, m.i_currency as partner_currency, m.i_amount as partner_amount,
       case when b.presented then c.presentment_currency else c.currency end as currency,
       case when b.presented then c.presentment_amount else c.amount end as amount,
       c.presentment_currency, c.presentment_amount
from candidates c
cross join lateral (
  select m.* from matches m where m.p_row_id = c.row_id and m.level = 'activity' and m.released_seq is null limit 1) m
-- As in compare: in what the customer saw, where a record of the group is in that currency.
cross join lateral (
  select case when c.presentment_currency is null then false
              when m.group_id is null then c.presentment_currency = m.i_currency
              else exists (select 1 from matches g where g.group_id = m.group_id and g.released_seq is null
                           and g.i_currency = c.presentment_currency) end as presented) b
where c.side = 'processor' and m.p_version = c.version and (m.i_row_id is not null or m.group_id is not null)
union all
select c.side, c.row_id, c.kind, c.type, c.value, m.rule, m.verdict, m.group_id, m.decided_seq, m.differences,
       m.p_row_id, m.p_kind, case when p.presentment_currency = c.currency then c.currency else m.p_currency end,
       case when p.presentment_currency = c.currency then p.presentment_amount else m.p_amount end,
       c.currency, c.amount, null, null
from candidates c
cross join lateral (
  select m.* from matches m where m.i_row_id = c.row_id and m.level = 'activity' and m.released_seq is null limit 1) m
left join processor_transactions p on p.home_date = m.p_home_date and p.row_id = m.p_row_id and p.version = m.p_version
where c.side = 'internal' and m.i_version = c.version and (m.p_row_id is not null or m.group_id is not null)

-- step: analyze_live_rows
analyze live_rows

-- step: other_records
-- Records that take part, in a group or alone: their currency says what the rows with their keys are compared in.
create temp table other_records on commit drop as
select distinct c.type, c.value, c.kind, c.currency
from candidates c
cross join lateral (
  select m.* from matches m where m.i_row_id = c.row_id and m.level = 'activity' and m.released_seq is null limit 1) m
where c.side = 'internal' and m.i_version = c.version and (m.i_moves_balance or m.verdict <> 'ignored')
  and c.kind <> all (':never_kinds'::kind[])
