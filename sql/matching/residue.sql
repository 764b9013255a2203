-- Decides who the residue is: the rows that take part and found no equal partner on the fast paths, with the currency and the
-- amount that they are compared in (as in reopen: what the customer saw, where the records with the row's keys say so).
-- Must never judge: every pass below looks at undecided rows of it, and marks what it decides.

-- step: report_fan_outs
insert into data_quality_checks (run_id, name, passed, detail)
select :run_id, 'key_fan_out', false,
       count(*) || ' reference(s) stand on more than ' || :fan_out_max || ' rows of a side and were not used as evidence'
from fan_outs having count(*) > 0

-- step: residue
create temp table residue on commit drop as
with records as (
  select k.type, k.value, i.kind, i.currency from left_keys k join left_internal i on i.row_id = k.row_id where k.side = 'internal'
  union
  select type, value, kind, currency from other_records
), presented as (
  select p.row_id from left_keys k
  join left_processor p on p.row_id = k.row_id
  join records r on r.type = k.type and r.value = k.value
  where k.side = 'processor' and p.presentment_currency is not null
  group by p.row_id, p.kind, p.currency, p.presentment_currency
  having case when bool_or(r.kind = p.kind)
              then bool_or(r.kind = p.kind and r.currency = p.presentment_currency) and not bool_or(r.kind = p.kind and r.currency = p.currency)
              else bool_or(r.currency = p.presentment_currency) and not bool_or(r.currency = p.currency) end
), rows as (
  select 'processor'::side as side, p.row_id, p.version, p.home_date, p.introduced_seq, p.external_id, p.parent_id, p.kind,
         p.currency, p.amount, p.fee, p.status, p.reverses, p.moves_balance, p.test_mode, p.occurred_at, p.content_hash,
         p.merchant_reference, p.presentment_currency, p.presentment_amount, true as names_id, p.unknown_code is not null as is_unknown,
         case when s.row_id is not null then p.presentment_currency else p.currency end as compared_currency,
         case when s.row_id is not null then p.presentment_amount else p.amount end as compared_amount
  from left_processor p left join presented s on s.row_id = p.row_id
  where p.takes_part
  union all
  select 'internal', i.row_id, i.version, i.home_date, i.introduced_seq, i.external_id, i.parent_id, i.kind,
         i.currency, i.amount, i.fee, i.status, i.reverses, i.moves_balance, false, i.occurred_at, i.content_hash,
         i.merchant_reference, null, null, i.processor_reference is not null, i.unknown_code is not null, i.currency, i.amount
  from left_internal i where i.takes_part
)
select r.*, false as decided from rows r

-- step: residue_by_id
create unique index on residue (row_id)

-- step: analyze_residue
analyze residue

-- step: analyze_residue_keys
analyze left_keys

-- step: group_lines
-- Rows that explain each other: one line a member. verdict: where it does
-- not follow from comparing them.
create temp table group_lines (group_no bigint, side side, row_id bigint primary key, rule text, verdict verdict) on commit drop

-- step: open_lines
-- Rows that are decided and stay open: duplicates and riddles. cluster_no is null where the row is named.
create temp table open_lines (side side, row_id bigint primary key, verdict verdict, reason text, cluster_no bigint, surplus integer,
  balanced boolean) on commit drop
