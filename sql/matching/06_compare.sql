-- Decides what a pair is: matched, within tolerance, pending, or which field differs first.
-- All differences are stored; the verdict is the first of currency > kind > amount > status > fee.
-- Presentment is compared where its currency is the record's. A fee in another currency, or unknown, is not compared.

-- step: compared
create temp table compared on commit drop as
with facts as (
  select d.p_row_id, d.i_row_id, d.rule, p.introduced_seq <> i.introduced_seq as late,
         p.kind as p_kind, i.kind as i_kind, p.status as p_status, i.status as i_status, i.currency as i_currency,
         case when p.presentment_currency = i.currency then p.presentment_currency else p.currency end as p_currency,
         case when p.presentment_currency = i.currency then p.presentment_amount else p.amount end as p_amount,
         i.amount as i_amount, p.occurred_at + r.timing > ':horizon' as within_timing,
         case when p.currency = i.currency then p.fee end as p_fee, i.fee as i_fee,
         greatest(coalesce(tc.absolute, td.absolute, 0),
                  least(trunc(abs(case when p.presentment_currency = i.currency then p.presentment_amount else p.amount end)
                             * coalesce(tc.percent, td.percent, 0) / 100), coalesce(tc.cap, td.cap, 9223372036854775807))) as allowed
  from pairs d
  join left_processor p on p.row_id = d.p_row_id
  join left_internal i on i.row_id = d.i_row_id
  join rule_kinds r on r.kind = p.kind
  left join rule_tolerances tc on tc.currency = i.currency
  left join rule_tolerances td on td.currency = 'default' and tc.currency is null
), judged as (
  select *,
         p_currency <> i_currency as currency_differs,
         p_kind <> i_kind as kind_differs,
         p_currency = i_currency and p_amount <> i_amount as amount_differs,
         p_currency = i_currency and abs(p_amount - i_amount) <= allowed as amount_tolerated,
         :compare_status and p_status <> i_status as status_differs,
         :compare_fee and coalesce(p_fee <> i_fee, false) as fee_differs
  from facts
)
select p_row_id, i_row_id, rule, late,
       case
         when currency_differs then 'currency_mismatch'
         when kind_differs then 'kind_mismatch'
         when amount_differs and not amount_tolerated then 'amount_mismatch'
         when status_differs and 'pending' in (p_status, i_status) and within_timing and not fee_differs then 'pending_timing'
         when status_differs then 'status_mismatch'
         when fee_differs then 'fee_mismatch'
         when amount_differs then 'matched_tolerance'
         when late then 'matched_late'
         else 'matched'
       end::verdict as verdict,
       case when p_currency = i_currency then p_amount - i_amount end as delta,
       p_fee - i_fee as fee_delta,
       nullif(jsonb_strip_nulls(jsonb_build_object(
         'currency', case when currency_differs then jsonb_build_array(p_currency, i_currency) end,
         'kind', case when kind_differs then jsonb_build_array(p_kind, i_kind) end,
         'amount', case when amount_differs then jsonb_build_array(p_amount::text, i_amount::text) end,
         'status', case when status_differs then jsonb_build_array(p_status, i_status) end,
         'fee', case when fee_differs then jsonb_build_array(p_fee::text, i_fee::text) end)), '{}'::jsonb) as differences
from judged

-- step: analyze_compared
analyze compared

-- step: match_pairs
-- A pair with a difference is a live group too: its rows explain each other, its discrepancy stays open.
-- A pair that only waits for a status stays open, so that the next run looks again.
insert into matches (account_id, decided_seq, level, rule, verdict, late,
  p_home_date, p_row_id, p_version, p_amount, p_kind, p_currency, p_moves_balance,
  i_home_date, i_row_id, i_version, i_amount, i_kind, i_currency, i_moves_balance, members_digest, differences)
select :account_id, :seq, 'activity', c.rule, c.verdict, c.late,
       p.home_date, p.row_id, p.version, p.amount, p.kind, p.currency, p.moves_balance,
       i.home_date, i.row_id, i.version, i.amount, i.kind, i.currency, i.moves_balance,
       hashint8extended(p.content_hash, i.content_hash), c.differences
from compared c
join left_processor p on p.row_id = c.p_row_id
join left_internal i on i.row_id = c.i_row_id
where c.verdict <> 'pending_timing'
