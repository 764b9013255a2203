// Reads runs as the client shows them, newest first. Amounts come out as minor units of the run's reporting currency.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { minorFromNumeric } from '../../activities/report/minor-from-numeric.ts';
import {
  OUTCOMES,
  type Outcome,
  RUN_STATUSES,
  type RunStatus,
  TRIGGERS,
  type Trigger,
} from '../../domain/vocabulary.ts';
import type { RunReference } from '../run-reference.ts';

export interface RunSummary {
  readonly runId: bigint;
  readonly account: string;
  readonly processor: string;
  readonly zone: string;
  readonly date: string;
  readonly runNumber: number;
  readonly decisionSeq: bigint | null;
  readonly status: RunStatus;
  readonly outcome: Outcome | null;
  readonly trigger: Trigger;
  readonly reason: string | null;
  readonly currency: string;
  /** null until the run has decided. */
  readonly missingCount: number | null;
  readonly atRiskMinor: bigint | null;
  readonly ambiguousMinor: bigint | null;
  readonly carriedCount: number | null;
  readonly carriedMinor: bigint | null;
  readonly startedAtMs: number;
  readonly finishedAtMs: number | null;
  readonly workflowId: string;
  readonly temporalRunId: string;
  readonly resultDigest: string | null;
  readonly reportKey: string | null;
  readonly publishStatus: 'pending' | 'done' | 'failed';
  readonly error: string | null;
}

export interface RunFilter {
  readonly accounts?: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly status?: RunStatus;
  readonly outcome?: Outcome;
}

const numeric = z.union([z.string(), z.bigint()]).nullable();
const runRow = z
  .object({
    runId: z.bigint(),
    account: z.string(),
    processor: z.string(),
    zone: z.string(),
    date: z.string(),
    runNumber: z.number(),
    decisionSeq: z.bigint().nullable(),
    status: z.enum(RUN_STATUSES),
    outcome: z.enum(OUTCOMES).nullable(),
    trigger: z.enum(TRIGGERS),
    reason: z.string().nullable(),
    currency: z.string(),
    missingCount: z.number().nullable(),
    atRisk: numeric,
    ambiguous: numeric,
    carriedCount: z.number().nullable(),
    carried: numeric,
    startedAtMs: z.number(),
    finishedAtMs: z.number().nullable(),
    workflowId: z.string(),
    temporalRunId: z.string(),
    resultDigest: z.string().nullable(),
    reportKey: z.string().nullable(),
    publishStatus: z.enum(['pending', 'done', 'failed']),
    error: z.string().nullable(),
  })
  .transform(({ atRisk, ambiguous, carried, ...run }): RunSummary => {
    const minor = (value: string | bigint | null) => (value === null ? null : minorFromNumeric(value, run.currency));
    return { ...run, atRiskMinor: minor(atRisk), ambiguousMinor: minor(ambiguous), carriedMinor: minor(carried) };
  });

const columns = sql.fragment`
  r.run_id as "runId", r.account, r.processor_name as processor, a.zone, r.run_date as date, r.run_number as "runNumber",
  r.decision_seq as "decisionSeq", r.status, r.outcome, r.trigger, r.reason, r.reporting_currency as currency,
  r.missing_transaction_count as "missingCount", r.total_discrepancy_amount as "atRisk", r.ambiguous_amount as ambiguous,
  r.carried_count as "carriedCount", r.carried_amount as carried, r.started_at as "startedAtMs",
  r.finished_at as "finishedAtMs", r.workflow_id as "workflowId", r.temporal_run_id as "temporalRunId",
  r.result_digest as "resultDigest", r.report_key as "reportKey", r.publish_status as "publishStatus", r.error`;

export async function readRuns(
  database: DatabasePool,
  filter: RunFilter,
  countMax: number,
): Promise<readonly RunSummary[]> {
  const { accounts, from, to, status, outcome } = filter;
  const conditions = [
    sql.fragment`true`,
    ...(accounts === undefined ? [] : [sql.fragment`r.account = any(${sql.array([...accounts], 'text')})`]),
    ...(from === undefined ? [] : [sql.fragment`r.run_date >= ${from}`]),
    ...(to === undefined ? [] : [sql.fragment`r.run_date <= ${to}`]),
    ...(status === undefined ? [] : [sql.fragment`r.status = ${status}`]),
    ...(outcome === undefined ? [] : [sql.fragment`r.outcome = ${outcome}`]),
  ];
  return database.any(sql.type(runRow)`
    select ${columns} from reconciliation_runs r join accounts a using (account_id)
    where ${sql.join(conditions, sql.fragment` and `)}
    order by r.created_at desc, r.run_id desc limit ${countMax}`);
}

/** Every run of one day, newest first. */
export async function readRunsOfDay(
  database: DatabasePool,
  day: Pick<RunReference, 'account' | 'date'>,
): Promise<readonly RunSummary[]> {
  return database.any(sql.type(runRow)`
    select ${columns} from reconciliation_runs r join accounts a using (account_id)
    where r.account = ${day.account} and r.run_date = ${day.date} order by r.run_number desc`);
}

/** The latest run of each account. */
export async function readLatestRuns(
  database: DatabasePool,
  accounts: readonly string[],
): Promise<ReadonlyMap<string, RunSummary>> {
  const runs = await database.any(sql.type(runRow)`
    select distinct on (r.account) ${columns} from reconciliation_runs r join accounts a using (account_id)
    where r.account = any(${sql.array([...accounts], 'text')})
    order by r.account, r.created_at desc, r.run_id desc`);
  return new Map(runs.map((run) => [run.account, run]));
}
