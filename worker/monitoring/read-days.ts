// How the account days stand: what is due and late, how the latest runs ended, how much they matched. Reads only; a day counts
// while its account is in the configuration.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import type { Sample } from './exposition.ts';
import { ACCOUNTS_NAMED_MAX } from './metric-catalog.ts';
import type { ProcessorLabel } from './processor-labels.ts';

export interface AccountNamed {
  readonly account: string;
  readonly processor: string;
}

// As the daily plan: what is older is a backfill's business.
const DUE_DAYS_MAX = 35;

const dueRow = z.object({ account: z.string(), processor: z.string(), lag: z.number(), late: z.number() });
const runRow = z.object({
  processor: z.string(),
  result: z.string(),
  days: z.number(),
  rows: z.bigint(),
  matched: z.bigint(),
  longest: z.number().nullable(),
  gateFailures: z.number(),
});
const introducedRow = z.object({ processor: z.string(), side: z.string(), rows: z.bigint() });

export async function readDays(
  connection: CommonQueryMethods,
  accounts: readonly AccountNamed[],
  label: ProcessorLabel,
): Promise<Sample[]> {
  const names = sql.array(
    accounts.map(({ account }) => account),
    'text',
  );
  const due = await connection.any(sql.type(dueRow)`
    select a.account, a.processor_name as processor,
           max(extract(epoch from now() - e.due_at))::float8 as lag,
           (count(*) filter (where e.due_at < now()))::int as late
    from expected_runs e join accounts a using (account_id)
    where a.account = any(${names}) and e.business_date > current_date - ${DUE_DAYS_MAX}::int
      and not exists (select 1 from reconciliation_runs r where r.account_id = e.account_id and r.run_date = e.business_date
                        and r.status = 'completed' and r.outcome <> 'inconclusive')
    group by a.account, a.processor_name`);
  const worst = new Map<string, { lag: number; late: number }>();
  for (const { processor, lag, late } of due) {
    const known = worst.get(label(processor));
    worst.set(label(processor), { lag: Math.max(lag, known?.lag ?? lag), late: late + (known?.late ?? 0) });
  }
  const configured = Map.groupBy(accounts, ({ processor }) => label(processor));
  return [
    ...[...configured].flatMap(([processor, { length }]) => [
      { name: 'recon_accounts', labels: { processor }, value: length },
      { name: 'recon_dates_late', labels: { processor }, value: worst.get(processor)?.late ?? 0 },
    ]),
    ...[...worst].map(([processor, { lag }]) => ({
      name: 'recon_lag_to_deadline_seconds',
      labels: { processor },
      value: lag,
    })),
    ...due
      .filter(({ late }) => late > 0)
      .sort((a, b) => b.lag - a.lag || (a.account < b.account ? -1 : 1))
      .slice(0, ACCOUNTS_NAMED_MAX)
      .map(({ account, lag }) => ({ name: 'recon_account_lag_seconds', labels: { account }, value: lag })),
  ];
}

export async function readRuns(connection: CommonQueryMethods, label: ProcessorLabel): Promise<Sample[]> {
  const runs = await connection.any(sql.type(runRow)`
    with recent as (
      select r.*, row_number() over (partition by account_id, run_date order by run_number desc) = 1 as latest
      from reconciliation_runs r where r.created_at > now() - interval '24 hours')
    select r.processor_name as processor,
           case when r.status = 'completed' then r.outcome::text else r.status::text end as result,
           (count(*) filter (where latest))::int as days,
           coalesce(sum(p.rows) filter (where latest), 0) as rows,
           coalesce(sum(p.matched) filter (where latest), 0) as matched,
           max(extract(epoch from r.finished_at - r.started_at))::float8 as longest,
           (count(*) filter (where exists (
              select 1 from data_quality_checks c where c.run_id = r.run_id and c.name = 'conservation' and not c.passed)))::int
             as "gateFailures"
    from recent r left join reconciliation_run_population p using (run_id)
    group by 1, 2`);
  const introduced = await connection.any(sql.type(introducedRow)`
    select r.processor_name as processor, t.side, sum(t.count) as rows
    from reconciliation_runs r join reconciliation_run_totals t using (run_id)
    where r.created_at > now() - interval '24 hours' and t.term = 'introduced' and t.level = 'activity'
    group by 1, 2`);
  const processors = Map.groupBy(runs, ({ processor }) => label(processor));
  return [
    ...[...processors].flatMap(([processor, of]) => ofProcessor(processor, of)),
    ...summedUp(
      'recon_dates_24h',
      runs,
      ({ processor, result }) => ({ processor: label(processor), result }),
      (run) => run.days,
    ),
    ...summedUp(
      'recon_rows_24h',
      introduced,
      ({ processor, side }) => ({ processor: label(processor), side }),
      (of) => Number(of.rows),
    ),
  ];
}

function ofProcessor(processor: string, runs: readonly z.infer<typeof runRow>[]): Sample[] {
  const rows = runs.reduce((sum, run) => sum + run.rows, 0n);
  const matched = runs.reduce((sum, run) => sum + run.matched, 0n);
  const ended = runs.flatMap(({ longest }) => longest ?? []);
  const labels = { processor };
  return [
    { name: 'recon_gate_failures_24h', labels, value: runs.reduce((sum, run) => sum + run.gateFailures, 0) },
    // A day without rows has no rate: 0 and 1 would both be wrong.
    ...(rows === 0n ? [] : [{ name: 'recon_match_rate', labels, value: Number(matched) / Number(rows) }]),
    ...(ended.length === 0 ? [] : [{ name: 'recon_run_seconds_24h', labels, value: Math.max(...ended) }]),
  ];
}

function summedUp<Row>(
  name: string,
  rows: readonly Row[],
  labelsOf: (row: Row) => Record<string, string>,
  countOf: (row: Row) => number,
): Sample[] {
  const groups = Map.groupBy(rows, (row) => JSON.stringify(labelsOf(row)));
  return [...groups].map(([labels, of]) => ({
    name,
    labels: JSON.parse(labels) as Record<string, string>,
    value: of.reduce((sum, row) => sum + countOf(row), 0),
  }));
}
