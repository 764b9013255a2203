// What the audit chain of an account says of a run: opened, completed with what it decided, or ended without a decision. Each is
// appended in the transaction that makes it so.
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { appendEvent } from './append-event.ts';

export interface AuditedRun {
  readonly account: string;
  readonly runDate: string;
  readonly runNumber: number;
}

/** "run/2026-01-31#2": the events of a run have keys that begin with it and a slash. */
export function runEventPrefix({ runDate, runNumber }: Pick<AuditedRun, 'runDate' | 'runNumber'>): string {
  return `run/${runDate}#${runNumber}`;
}

const auditedRow = z.object({ account: z.string(), runDate: z.string(), runNumber: z.number() });

export function readAuditedRun(connection: CommonQueryMethods, runId: bigint): Promise<AuditedRun> {
  return connection.one(sql.type(auditedRow)`
    select account, run_date as "runDate", run_number as "runNumber" from reconciliation_runs where run_id = ${runId}`);
}

export interface OpenedBy {
  readonly trigger: string;
  /** Why a day is run again on purpose. */
  readonly reason: string | null;
  readonly workflowId: string;
  readonly temporalRunId: string;
}

export async function auditRunOpened(connection: CommonQueryMethods, run: AuditedRun, by: OpenedBy): Promise<void> {
  await append(connection, run, 'opened', { event: 'run_opened', ...by });
}

/** In the transaction that notes where the package stands. */
export async function auditEvidenceWritten(
  connection: CommonQueryMethods,
  run: AuditedRun,
  manifestSha256: string,
): Promise<void> {
  await append(connection, run, 'evidence', { event: 'evidence_written', manifestSha256 });
}

/** @param ended.error As the run keeps it: it holds no personal data. */
export async function auditRunEnded(
  connection: CommonQueryMethods,
  run: AuditedRun,
  ended: { readonly status: 'failed' | 'cancelled'; readonly step: string; readonly error: string },
): Promise<void> {
  const { status, step, error } = ended;
  await append(connection, run, status, { event: `run_${status}`, step, error: error.slice(0, ERROR_CHARS_MAX) });
}

const ERROR_CHARS_MAX = 2_000;

const decidedRow = z.object({
  account: z.string(),
  runDate: z.string(),
  runNumber: z.number(),
  decisionSeq: z.bigint(),
  outcome: z.string(),
  ruleSetHash: z.string(),
  codeVersion: z.string(),
  inputDigest: z.string(),
  resultDigest: z.string(),
});

const sourceRow = z.object({
  side: z.string(),
  level: z.string(),
  currency: z.string(),
  count: z.string(),
  debits: z.string(),
  credits: z.string(),
});

/** In the deciding transaction, after everything that it writes. */
export async function auditRunCompleted(connection: CommonQueryMethods, runId: bigint): Promise<void> {
  const { account, runDate, runNumber, ...decided } = await connection.one(sql.type(decidedRow)`
    select account, run_date as "runDate", run_number as "runNumber", decision_seq as "decisionSeq", outcome,
           rule_set_hash as "ruleSetHash", code_version as "codeVersion", input_digest as "inputDigest", result_digest as "resultDigest"
    from reconciliation_runs where run_id = ${runId}`);
  // In smallest units: the totals of what the run introduced, as its sources were read.
  const sources = await connection.any(sql.type(sourceRow)`
    select side::text, level::text, currency, sum(count)::text as count, sum(debits)::text as debits, sum(credits)::text as credits
    from reconciliation_run_totals where run_id = ${runId} and term = 'introduced'
    group by side, level, currency order by side::text collate "C", level::text collate "C", currency collate "C"`);
  const transitions = await connection.one(transitionsQuery(runId));
  const body = { event: 'run_completed', ...decided, sources, transitions };
  await append(connection, { account, runDate, runNumber }, 'completed', body);
}

export const transitionsRow = z.object({ count: z.number(), sha256: z.string() });

/** What happened to discrepancies in a run, by its digest: too many to stand in the chain one by one. */
export function transitionsQuery(runId: bigint) {
  return sql.type(transitionsRow)`
    select count(*)::int as count,
           encode(sha256(coalesce(string_agg(sha256(convert_to(
             concat_ws('|', discrepancy_id, decision_seq, event, verdict, state, actor, detail), 'UTF8')), ''::bytea order by event_id),
             ''::bytea)), 'hex') as sha256
    from discrepancy_events where run_id = ${runId}`;
}

async function append(
  connection: CommonQueryMethods,
  run: AuditedRun,
  what: string,
  body: { readonly event: string } & Readonly<Record<string, unknown>>,
): Promise<void> {
  const prefix = runEventPrefix(run);
  const named = { ...body, run: `${run.account}/${prefix.slice('run/'.length)}` };
  await appendEvent(connection, { chain: run.account, key: `${prefix}/${what}`, body: named });
}
