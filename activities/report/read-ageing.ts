// Counts what is open after a run by how old it was on the run's day. What only waits for time is not in it.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { SEVERITIES } from '../../domain/vocabulary.ts';
import { type RunScope, standsAsOf } from './discrepancies-as-of.ts';
import { AGES, type AgeTotal } from './run-report.ts';

const ageRow = z.object({
  age: z.enum(AGES),
  severity: z.enum(SEVERITIES),
  currency: z.string(),
  count: z.bigint(),
  amountMinor: z.bigint(),
});

export async function readAgeing(connection: CommonQueryMethods, scope: RunScope): Promise<readonly AgeTotal[]> {
  return connection.any(sql.type(ageRow)`
    with ${standsAsOf(scope)}, aged as (
      select severity, currency, amount, ${scope.runDate}::date - business_date as days
      from stands where section in ('own', 'carried')
    ), named as (
      select severity, currency, amount,
             case when days <= 0 then 'same_day' when days <= 3 then 'days_1_to_3' when days <= 7 then 'days_4_to_7'
                  when days <= 30 then 'days_8_to_30' else 'older' end as age
      from aged
    )
    select age, severity, currency, count(*) as count, sum(amount) as "amountMinor" from named
    group by age, severity, currency
    order by array_position(${sql.array([...AGES], 'text')}, age), severity desc, currency`);
}
