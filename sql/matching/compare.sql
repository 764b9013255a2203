-- Decides what rows that explain each other come to: matched, within tolerance, pending, or which field differs first.
-- All differences are stored; the verdict is the first of currency > kind > amount > status > fee > fx. Of a group the sums are
-- compared. A fee in another currency, or unknown, is not compared. Must never close a group that only waits for a status.
-- What was settled in another currency than it is compared in implies a rate. It differs where the money is off by more than the
-- band of the reference rate and, for each row, one smallest unit, which is rounding. No reference rate: nothing is claimed.

-- step: analyze_group_lines
analyze group_lines

-- step: compared hashed
create temp table compared on commit drop as
with booked_in as (
  select distinct g.group_no, r.currency from group_lines g join residue r on r.row_id = g.row_id where r.side = 'internal'
), lines as (
  -- In what the customer saw, where a record of the group is in that currency; else in what moved.
  select g.group_no, g.rule, g.verdict, r.side, r.row_id, r.kind, r.status, r.currency, r.fee, r.occurred_at, r.introduced_seq, r.content_hash,
         r.moves_balance, case when b.currency is not null then r.presentment_currency else r.currency end as compared_currency,
         case when b.currency is not null then r.presentment_amount else r.amount end as compared_amount,
         case when b.currency <> r.currency then r.amount end as converted_amount, f.presented_unit,
         case when b.currency <> r.currency then b.currency || '/' || r.currency end as converted,
         r.presentment_amount * f.factor as expected_amount, f.band
  from group_lines g
  join residue r on r.row_id = g.row_id
  left join booked_in b on b.group_no = g.group_no and b.currency = r.presentment_currency
  left join rule_rates f on :compare_fx and b.currency <> r.currency and f.presented = b.currency and f.settled = r.currency
    and r.home_date >= f.valid_from and r.home_date < f.valid_until
), facts as (
  select r.group_no, min(r.rule) as rule, min(r.verdict) as given,
         count(*) filter (where r.side = 'processor') as p_count, count(*) filter (where r.side = 'internal') as i_count,
         min(r.row_id) filter (where r.side = 'processor') as p_row_id, min(r.row_id) filter (where r.side = 'internal') as i_row_id,
         min(r.introduced_seq) <> max(r.introduced_seq) as late,
         min(r.compared_currency) <> max(r.compared_currency) as currency_differs, min(r.kind) <> max(r.kind) as kind_differs,
         min(r.status) <> max(r.status) as status_differs, bool_or(r.status = 'pending') as waits,
         min(r.kind) filter (where r.side = 'processor') as p_kind,
         -- Of several kinds the outermost of both sides, which differ where any two do.
         max(r.kind) filter (where r.side = 'internal') as i_kind,
         min(r.compared_currency) filter (where r.side = 'processor') as p_currency,
         min(r.compared_currency) filter (where r.side = 'internal') as i_currency,
         -- Void rows that say the same are one thing that did not happen, however many they are.
         case when bool_or(r.moves_balance) filter (where r.side = 'processor') or min(r.compared_amount) filter (where r.side = 'processor')
                     <> max(r.compared_amount) filter (where r.side = 'processor') then sum(r.compared_amount) filter (where r.side = 'processor')
              else min(r.compared_amount) filter (where r.side = 'processor') end as p_amount,
         case when bool_or(r.moves_balance) filter (where r.side = 'internal') or min(r.compared_amount) filter (where r.side = 'internal')
                     <> max(r.compared_amount) filter (where r.side = 'internal') then sum(r.compared_amount) filter (where r.side = 'internal')
              else min(r.compared_amount) filter (where r.side = 'internal') end as i_amount,
         max(abs(r.compared_amount)) filter (where r.side = 'processor') as p_largest,
         max(abs(r.compared_amount)) filter (where r.side = 'internal') as i_largest,
         min(r.status) filter (where r.side = 'processor') as p_status, min(r.status) filter (where r.side = 'internal') as i_status,
         case when min(r.currency) = max(r.currency) and bool_and(r.fee is not null)
              then sum(r.fee) filter (where r.side = 'processor') end as p_fee,
         case when min(r.currency) = max(r.currency) and bool_and(r.fee is not null)
              then sum(r.fee) filter (where r.side = 'internal') end as i_fee,
         bool_or(r.side = 'processor' and r.occurred_at + t.timing > ':horizon') as within_timing,
         sum(r.content_hash::numeric) as digest,
         -- Where all rows that were converted are of one pair of currencies and have a rate; else nothing is known.
         case when min(r.converted) = max(r.converted) and count(r.converted_amount) = count(r.expected_amount)
              then sum(r.expected_amount) end as expected,
         sum(r.converted_amount) as converted, split_part(min(r.converted), '/', 2) as converted_currency,
         sum(r.compared_amount * r.presented_unit) filter (where r.converted is not null) as presented,
         sum(abs(r.expected_amount)) * min(r.band) + count(r.converted_amount) as fx_allowed
  from lines r
  join rule_kinds t on t.kind = r.kind
  group by r.group_no
), judged as (
  select f.*, p_amount - i_amount as delta, p_fee - i_fee as fee_delta,
         not currency_differs and p_amount <> i_amount as amount_differs,
         abs(p_amount - i_amount) <= greatest(coalesce(tc.absolute, td.absolute, 0),
           least(trunc(abs(p_amount) * coalesce(tc.percent, td.percent, 0) / 100), coalesce(tc.cap, td.cap, 9223372036854775807))) as tolerated,
         :compare_status and status_differs as status_counts,
         :compare_fee and coalesce(p_fee <> i_fee, false) as fee_differs,
         -- Half a smallest unit is rounded away from zero, as round does.
         converted - round(expected) as fx_delta,
         coalesce(presented <> 0 and abs(converted - expected) > fx_allowed, false) as fx_differs,
         -- Somebody takes cents for units, or counts decimals that a currency does not have.
         case when p_amount = 0 then null
              when i_amount in (100 * p_amount, 1000 * p_amount) then 'ours is ' || trim_scale(i_amount / p_amount) || ' times the processor''s'
              when p_amount in (100 * i_amount, 1000 * i_amount) then 'the processor''s is ' || trim_scale(p_amount / i_amount) || ' times ours'
         end || ': minor units?' as factor_hint
  from facts f
  left join rule_tolerances tc on tc.currency = f.i_currency
  left join rule_tolerances td on td.currency = 'default' and tc.currency is null
)
select group_no, rule, p_count, i_count, p_row_id, i_row_id, late, p_currency, i_currency, p_amount, delta, fee_delta, fx_delta, converted_currency,
       factor_hint, digest,
       case when p_count + i_count > 1 and (p_count <> 1 or i_count <> 1) then nextval('match_group_ids') end as group_id,
       case
         when given is not null then given
         when rule = 'netting' then case when late then 'matched_late' else 'matched' end::verdict
         when currency_differs then 'currency_mismatch'
         when kind_differs then 'kind_mismatch'
         when amount_differs and not tolerated then 'amount_mismatch'
         when status_counts and waits and within_timing and not fee_differs and not fx_differs then 'pending_timing'
         when status_counts then 'status_mismatch'
         when fee_differs then 'fee_mismatch'
         when fx_differs then 'fx_variance'
         when amount_differs then 'matched_tolerance'
         when late then 'matched_late'
         else 'matched'
       end::verdict as verdict,
       rule = 'sum' and given is not null as only_sum_fits,
       case
         when rule = 'duplicate' or (rule = 'netting' and given is null) then null
         when rule = 'netting' then jsonb_build_object('status', jsonb_build_array('void', i_status))
         when rule = 'sum' and given is not null then jsonb_build_object('amount', jsonb_build_array(
           case when p_count = 1 then p_amount else p_largest * sign(p_amount) end::text,
           case when i_count = 1 then i_amount else i_largest * sign(i_amount) end::text))
         else nullif(jsonb_strip_nulls(jsonb_build_object(
           'currency', case when currency_differs then jsonb_build_array(p_currency, i_currency) end,
           'kind', case when kind_differs then jsonb_build_array(p_kind, i_kind) end,
           'amount', case when amount_differs then jsonb_build_array(p_amount::text, i_amount::text) end,
           'status', case when status_counts then jsonb_build_array(p_status, i_status) end,
           'fee', case when fee_differs then jsonb_build_array(p_fee::text, i_fee::text) end,
           'fx', case when fx_differs then jsonb_build_array(trim_scale(round(converted / presented, 10))::text,
                                                             trim_scale(round(expected / presented, 10))::text) end)), '{}'::jsonb)
       end as differences
from judged

-- step: analyze_compared
analyze compared

-- step: match_pairs hashed
-- A pair with a difference is a live group too: its rows explain each other, its discrepancy stays open.
-- What only waits for a status stays open, so that the next run looks again.
insert into matches (account_id, decided_seq, level, rule, verdict, late,
  p_home_date, p_row_id, p_version, p_amount, p_kind, p_currency, p_moves_balance,
  i_home_date, i_row_id, i_version, i_amount, i_kind, i_currency, i_moves_balance, members_digest, differences)
select :account_id, :seq, 'activity', c.rule, c.verdict, c.late,
       p.home_date, p.row_id, p.version, p.amount, p.kind, p.currency, p.moves_balance,
       i.home_date, i.row_id, i.version, i.amount, i.kind, i.currency, i.moves_balance,
       hashint8extended(p.content_hash, i.content_hash), c.differences
from compared c
join residue p on p.row_id = c.p_row_id
join residue i on i.row_id = c.i_row_id
where c.p_count = 1 and c.i_count = 1 and c.verdict <> 'pending_timing'

-- step: match_groups hashed
-- More rows than a pair, or fewer: one line a member. The digest of a line says the whole group.
insert into matches (account_id, decided_seq, level, rule, verdict, late, group_id,
  p_home_date, p_row_id, p_version, p_amount, p_kind, p_currency, p_moves_balance,
  i_home_date, i_row_id, i_version, i_amount, i_kind, i_currency, i_moves_balance, members_digest, differences)
select :account_id, :seq, 'activity', c.rule, c.verdict, c.late, c.group_id,
       p.home_date, p.row_id, p.version, p.amount, p.kind, p.currency, p.moves_balance,
       i.home_date, i.row_id, i.version, i.amount, i.kind, i.currency, i.moves_balance,
       hashint8extended(coalesce(p.content_hash, i.content_hash), hash_numeric_extended(c.digest, 0)), c.differences
from compared c
join group_lines g on g.group_no = c.group_no
left join residue p on p.row_id = g.row_id and p.side = 'processor'
left join residue i on i.row_id = g.row_id and i.side = 'internal'
where (c.p_count <> 1 or c.i_count <> 1) and c.verdict <> 'pending_timing'
