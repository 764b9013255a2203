// Reads how the accounts of a zone stand for one business date: the latest run of each, what it left open, which other days are
// due. Counts and sums only. Reads one moment, writes nothing.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { addDays, type BusinessDate } from '../../../domain/business-date.ts';
import { OUTCOMES, PENDING_VERDICTS, RUN_STATUSES, SEVERITIES } from '../../../domain/vocabulary.ts';
import { minorFromNumeric } from '../../report/minor-from-numeric.ts';

/** As far back as the daily run looks. */
const DUE_DAYS_MAX = 35;

const standingRow = z
  .object({
    account: z.string(),
    currency: z.string(),
    status: z.enum(RUN_STATUSES).nullable(),
    outcome: z.enum(OUTCOMES).nullable(),
    missingCount: z.number().nullable(),
    atRisk: z.union([z.string(), z.bigint()]).nullable(),
    openCount: z.bigint(),
    worst: z.enum(SEVERITIES).nullable(),
    otherDaysDue: z.bigint(),
  })
  .transform(({ atRisk, ...row }) => ({ ...row, atRiskMinor: minorFromNumeric(atRisk ?? 0n, row.currency) }));
export type AccountStanding = z.infer<typeof standingRow>;

/** One line an account, in the order given; an account that the database does not know has no run. */
export function readZoneStanding(
  connection: CommonQueryMethods,
  accounts: readonly { readonly account: string; readonly reportingCurrency: string }[],
  date: BusinessDate,
): Promise<readonly AccountStanding[]> {
  const given = accounts.map(({ account, reportingCurrency }, at) => [at, account, reportingCurrency]);
  return connection.any(sql.type(standingRow)`
    select g.account, g.currency, r.status, r.outcome, r.missing_transaction_count as "missingCount",
           r.total_discrepancy_amount as "atRisk", coalesce(d.open_count, 0) as "openCount", d.worst,
           (select count(*) from expected_runs e
            where e.account_id = a.account_id and e.business_date < ${date} and e.business_date > ${addDays(date, -DUE_DAYS_MAX)}
              and not exists (
                select 1 from reconciliation_runs c where c.account_id = e.account_id and c.run_date = e.business_date
                  and c.status = 'completed' and c.outcome <> 'inconclusive')) as "otherDaysDue"
    from ${sql.unnest(given, ['int4', 'text', 'text'])} as g (place, account, currency)
    left join accounts a on a.account = g.account
    left join lateral (
      select r.status, r.outcome, r.missing_transaction_count, r.total_discrepancy_amount from reconciliation_runs r
      where r.account_id = a.account_id and r.run_date = ${date} order by r.run_number desc limit 1
    ) r on true
    left join lateral (
      select count(*) as open_count, max(d.severity) as worst from discrepancies d
      where d.account_id = a.account_id and d.business_date = ${date} and d.state not in ('closed', 'resolved', 'written_off')
        and d.verdict <> all(${sql.array([...PENDING_VERDICTS], 'text')}::verdict[])
    ) d on true
    order by g.place`);
}
