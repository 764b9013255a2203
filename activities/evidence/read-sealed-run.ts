// Reads the run that a package is about, whatever became of it. Must never take a run that still goes on: what is sealed does
// not change any more.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { OUTCOMES, RUN_STATUSES, TRIGGERS } from '../../domain/vocabulary.ts';

/** The run goes on, its report is not there yet, or there is no such run. The sweep comes back to it; the run's workflow does not wait. */
export class EvidenceNotReady extends Error {
  override readonly name = 'EvidenceNotReady';
  readonly runId: bigint;
  constructor(runId: bigint, reason: string) {
    super(`the evidence of run ${runId} cannot be sealed yet: ${reason}`);
    this.runId = runId;
  }
}

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
  reason: z.string().nullable(),
  error: z.string().nullable(),
  workflowId: z.string(),
  temporalRunId: z.string(),
  windowStartMs: z.number(),
  windowEndMs: z.number(),
  horizonMs: z.number().nullable(),
  processorCoverageMs: z.number().nullable(),
  internalCoverageMs: z.number().nullable(),
  reportingCurrency: z.string(),
  missingTransactionCount: z.number().nullable(),
  totalDiscrepancyAmount: z.string().nullable(),
  ambiguousAmount: z.string().nullable(),
  carriedCount: z.number().nullable(),
  carriedAmount: z.string().nullable(),
  ruleSetHash: z.string().nullable(),
  codeVersion: z.string().nullable(),
  inputDigest: z.string().nullable(),
  resultDigest: z.string().nullable(),
  reportKey: z.string().nullable(),
  publishStatus: z.enum(['pending', 'done', 'failed']),
  startedAtMs: z.number(),
  finishedAtMs: z.number().nullable(),
});

export type SealedRun = Omit<z.infer<typeof runRow>, 'status' | 'finishedAtMs'> & {
  readonly runId: bigint;
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly finishedAtMs: number;
};

/** @throws EvidenceNotReady */
export async function readSealedRun(connection: CommonQueryMethods, runId: bigint): Promise<SealedRun> {
  const row = await connection.maybeOne(sql.type(runRow)`
    select r.account_id as "accountId", r.account, r.processor_name as "processorName", a.zone, r.run_date as "runDate",
           r.run_number as "runNumber", r.decision_seq as "decisionSeq", r.status, r.outcome, r.trigger, r.reason, r.error,
           r.workflow_id as "workflowId", r.temporal_run_id as "temporalRunId",
           r.window_start as "windowStartMs", r.window_end as "windowEndMs", r.horizon as "horizonMs",
           r.processor_coverage as "processorCoverageMs", r.internal_coverage as "internalCoverageMs",
           r.reporting_currency as "reportingCurrency", r.missing_transaction_count as "missingTransactionCount",
           r.total_discrepancy_amount::text as "totalDiscrepancyAmount", r.ambiguous_amount::text as "ambiguousAmount",
           r.carried_count as "carriedCount", r.carried_amount::text as "carriedAmount", r.rule_set_hash as "ruleSetHash",
           r.code_version as "codeVersion", r.input_digest as "inputDigest", r.result_digest as "resultDigest",
           r.report_key as "reportKey", r.publish_status as "publishStatus",
           r.started_at as "startedAtMs", r.finished_at as "finishedAtMs"
    from reconciliation_runs r join accounts a using (account_id) where r.run_id = ${runId}`);
  if (row === null) throw new EvidenceNotReady(runId, 'there is no such run');
  const { status, finishedAtMs, ...rest } = row;
  if (status === 'running') throw new EvidenceNotReady(runId, 'it is still running');
  // Whoever closes a run says when; a row that does not was closed by hand.
  return { ...rest, runId, status, finishedAtMs: finishedAtMs ?? row.startedAtMs };
}

export function instant(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
