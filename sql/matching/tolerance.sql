-- Says what the small differences that this run tolerated add up to, per currency: cents that all point the same way are a fee or
-- a rounding nobody booked. Must never change a verdict.

-- step: tolerance_drift
insert into data_quality_checks (run_id, name, passed, detail)
with tolerated as (
  select c.i_currency as currency, x.exponent, count(*) as deltas, sum(c.delta) as total,
         greatest(count(*) filter (where c.delta > 0), count(*) filter (where c.delta < 0)) as one_way,
         count(*) filter (where c.delta > 0) > count(*) filter (where c.delta < 0) as is_more,
         coalesce(a.total, :drift_total_default) as total_max
  from compared c
  join currency_exponents x on x.currency = c.i_currency
  left join rule_tolerance_alarms a on a.currency = c.i_currency
  where c.verdict = 'matched_tolerance'
  group by c.i_currency, x.exponent, a.total
), judged as (
  select *, abs(total) > total_max as adds_up,
         deltas >= :drift_deltas_min and one_way * 100 >= deltas * :drift_one_way_percent as is_one_way
  from tolerated
), said as (
  select *, deltas || case deltas when 1 then ' match' else ' matches' end || ' in ' || currency || ' within tolerance, together '
              || case sign(total) when 0 then 'no difference' else
                   round(abs(total) / power(10::numeric, exponent), exponent) || ' ' || currency
                   || case when total > 0 then ' more' else ' less' end || ' at the processor than in your records' end as together,
         round(total_max / power(10::numeric, exponent), exponent) || ' ' || currency as allowed
  from judged
)
select :run_id, 'tolerance_drift', not adds_up and not is_one_way,
       together
       || case when adds_up then '; the rules allow ' || allowed || ' a run' else '' end
       || case when is_one_way then '; ' || one_way || ' of them say that the processor has ' || case when is_more then 'more' else 'less' end else '' end
       || case when adds_up or is_one_way then ': look for one cause, such as a fee or a rounding, before you accept them' else '' end
from said order by currency collate "C"
