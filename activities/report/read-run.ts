// Reads the facts of one completed run, and the scope that the other readers of a report share.
// Must never answer for a run that has not decided: its numbers do not exist yet.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { OUTCOMES, RUN_STATUSES, TRIGGERS } from '../../domain/vocabulary.ts';
import type { RunScope } from './discrepancies-as-of.ts';
import { minorFromNumeric } from './minor-from-numeric.ts';
import type { RunFacts } from './run-report.ts';

/** The run is unknown, or has not completed. */
export class RunNotCompleted extends Error {
  override readonly name = 'RunNotCompleted';
  readonly runId: bigint;
  constructor(runId: bigint, status: string) {
    super(`run ${runId} is ${status}: only a completed run has a report; see npm run recon -- runs list`);
    this.runId = runId;
  }
}

const numeric = z.union([z.string(), z.bigint()]).nullable();

const runRow = z.object({
  accountId: z.number(),
  account: z.string(),
  processorName: z.string(),
  zone: z.string(),
  runDate: z.string(),
  runNumber: z.number(),
  decisionSeq: z.bigint().nullable(),
  status: z.enum(RUN_STATUSES),
  outcome: z.enum(OUTCOMES).nullable(),
  trigger: z.enum(TRIGGERS),
  windowStartMs: z.number(),
  windowEndMs: z.number(),
  horizonMs: z.number().nullable(),
  processorCoverageMs: z.number().nullable(),
  internalCoverageMs: z.number().nullable(),
  reportingCurrency: z.string(),
  missingTransactionCount: z.number().nullable(),
  totalDiscrepancyAmount: numeric,
  ambiguousAmount: numeric,
  carriedCount: z.number().nullable(),
  carriedAmount: numeric,
  ruleSetHash: z.string().nullable(),
  codeVersion: z.string().nullable(),
  schemaVersion: z.string().nullable(),
  inputDigest: z.string().nullable(),
  resultDigest: z.string().nullable(),
  startedAtMs: z.number(),
  finishedAtMs: z.number().nullable(),
  reportKey: z.string().nullable(),
});

export interface CompletedRun {
  readonly run: RunFacts;
  readonly scope: RunScope;
}

export async function readRun(connection: CommonQueryMethods, runId: bigint): Promise<CompletedRun> {
  const row = await connection.maybeOne(sql.type(runRow)`
    select r.account_id as "accountId", r.account, r.processor_name as "processorName", a.zone, r.run_date as "runDate",
           r.run_number as "runNumber", r.decision_seq as "decisionSeq", r.status, r.outcome, r.trigger,
           r.window_start as "windowStartMs", r.window_end as "windowEndMs", r.horizon as "horizonMs",
           r.processor_coverage as "processorCoverageMs", r.internal_coverage as "internalCoverageMs",
           r.reporting_currency as "reportingCurrency", r.missing_transaction_count as "missingTransactionCount",
           r.total_discrepancy_amount as "totalDiscrepancyAmount", r.ambiguous_amount as "ambiguousAmount",
           r.carried_count as "carriedCount", r.carried_amount as "carriedAmount", r.rule_set_hash as "ruleSetHash",
           r.code_version as "codeVersion",
           (select max(m.file) from schema_migrations m where m.applied_at <= r.created_at) as "schemaVersion",
           r.input_digest as "inputDigest", r.result_digest as "resultDigest",
           r.started_at as "startedAtMs", r.finished_at as "finishedAtMs", r.report_key as "reportKey"
    from reconciliation_runs r join accounts a using (account_id)
    where r.run_id = ${runId}`);
  if (row === null) throw new RunNotCompleted(runId, 'unknown');
  return toCompletedRun(runId, row);
}

function toCompletedRun(runId: bigint, row: z.infer<typeof runRow>): CompletedRun {
  const { accountId, status, outcome, decisionSeq, resultDigest } = row;
  if (status !== 'completed' || outcome === null || decisionSeq === null || resultDigest === null) {
    throw new RunNotCompleted(runId, status);
  }
  const minor = (value: z.infer<typeof numeric>) => minorFromNumeric(value ?? 0n, row.reportingCurrency);
  const run: RunFacts = {
    runId,
    account: row.account,
    processorName: row.processorName,
    zone: row.zone,
    runDate: row.runDate,
    runNumber: row.runNumber,
    decisionSeq,
    outcome,
    trigger: row.trigger,
    windowStartMs: row.windowStartMs,
    windowEndMs: row.windowEndMs,
    horizonMs: row.horizonMs,
    processorCoverageMs: row.processorCoverageMs,
    internalCoverageMs: row.internalCoverageMs,
    reportingCurrency: row.reportingCurrency,
    missingTransactionCount: row.missingTransactionCount ?? 0,
    atRiskMinor: minor(row.totalDiscrepancyAmount),
    ambiguousMinor: minor(row.ambiguousAmount),
    carriedCount: row.carriedCount ?? 0,
    carriedMinor: minor(row.carriedAmount),
    ruleSetHash: row.ruleSetHash,
    codeVersion: row.codeVersion,
    schemaVersion: row.schemaVersion,
    inputDigest: row.inputDigest,
    resultDigest,
    startedAtMs: row.startedAtMs,
    finishedAtMs: row.finishedAtMs,
    reportKey: row.reportKey,
  };
  return { run, scope: { runId, accountId, account: row.account, runDate: row.runDate, decisionSeq } };
}
