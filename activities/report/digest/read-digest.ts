// Reads how the accounts of a zone stand for one business date: the latest run of each, or why there is none that decided, and which
// earlier days are due. Summaries only. Reads the caller's one moment, writes nothing.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { parseAccountName } from '../../../domain/account.ts';
import { addDays, type BusinessDate } from '../../../domain/business-date.ts';
import { RUN_STATUSES } from '../../../domain/vocabulary.ts';
import { readSummaryOf } from '../read-report.ts';
import { readRun } from '../read-run.ts';
import { readTrend } from '../read-trend.ts';
import { DIGEST_ACCOUNTS_MAX, type Digest, type DigestAccount } from './digest.ts';

export interface DigestOf {
  readonly zone: string;
  readonly date: BusinessDate;
  /** Those of the zone, by name; one that the database does not know has no run. */
  readonly accounts: readonly string[];
  /** Where a browser opens the report that is kept under a key; null where it cannot. */
  readonly addressOf: (reportKey: string) => string | null;
}

/** As far back as the daily run looks. */
const DUE_DAYS_MAX = 35;

const latestRow = z.object({
  account: z.string(),
  runId: z.bigint().nullable(),
  status: z.enum(RUN_STATUSES).nullable(),
  error: z.string().nullable(),
  otherDaysDue: z.bigint(),
});
type Latest = z.infer<typeof latestRow>;

/** @throws RangeError for more accounts than one daily run has. */
export async function readDigest(connection: CommonQueryMethods, of: DigestOf): Promise<Digest> {
  const { zone, date, accounts: names } = of;
  if (names.length > DIGEST_ACCOUNTS_MAX) throw new RangeError(`a digest has at most ${DIGEST_ACCOUNTS_MAX} accounts`);
  const accounts: DigestAccount[] = [];
  for (const latest of await connection.any(latestQuery(names, date))) {
    accounts.push(await accountOf(connection, latest, of));
  }
  return { zone, date, accounts };
}

async function accountOf(
  connection: CommonQueryMethods,
  { account, runId, status, error, otherDaysDue }: Latest,
  { addressOf }: DigestOf,
): Promise<DigestAccount> {
  const common = { account, processorName: parseAccountName(account).processor, otherDaysDue };
  if (runId === null || status !== 'completed') {
    return { ...common, status: status === null || status === 'completed' ? 'not_run' : status, reason: error };
  }
  const found = await readRun(connection, runId);
  const { reportKey } = found.run;
  return {
    ...common,
    status,
    summary: await readSummaryOf(connection, found),
    trend: await readTrend(connection, found),
    reportAddress: reportKey === null ? null : addressOf(reportKey),
  };
}

function latestQuery(names: readonly string[], date: BusinessDate) {
  return sql.type(latestRow)`
    select g.account, r.run_id as "runId", r.status, r.error,
           (select count(*) from expected_runs e
            where e.account_id = a.account_id and e.business_date < ${date} and e.business_date > ${addDays(date, -DUE_DAYS_MAX)}
              and not exists (
                select 1 from reconciliation_runs c where c.account_id = e.account_id and c.run_date = e.business_date
                  and c.status = 'completed' and c.outcome <> 'inconclusive')) as "otherDaysDue"
    from unnest(${sql.array([...names], 'text')}) with ordinality as g (account, place)
    left join accounts a on a.account = g.account
    left join lateral (
      select r.run_id, r.status, r.error from reconciliation_runs r
      where r.account_id = a.account_id and r.run_date = ${date} order by r.run_number desc limit 1
    ) r on true
    order by g.place`;
}
