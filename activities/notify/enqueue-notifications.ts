// Puts into the outbox what has to be told to whom about a run, in the transaction that decides or fails it: a run that
// is not committed is not told, and a committed one is told once. Idempotent by (run, audience, kind). Sends nothing.
import { hash } from 'node:crypto';
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { Severity } from '../../domain/vocabulary.ts';
import { headline } from '../report/headline.ts';
import { readSummary } from '../report/read-report.ts';
import { audienceOf, type Route, routeTakes, severityOfTone } from './route.ts';

export type RunEvent =
  | { readonly kind: 'run_completed'; readonly runId: bigint }
  /** `step` names where it stopped, as the operator knows it: "fetch", "match", "publish". */
  | { readonly kind: 'run_failed'; readonly runId: bigint; readonly step: string; readonly severity: Severity };

/** Answers with how many were added now. */
export async function enqueueNotifications(
  transaction: DatabaseTransactionConnection,
  event: RunEvent,
  routes: readonly Route[],
): Promise<number> {
  const severity = await severityOf(transaction, event);
  const run = await transaction.one(sql.type(runNameRow)`
    select account, run_date as "runDate", run_number as "runNumber", temporal_run_id as "temporalRunId"
    from reconciliation_runs where run_id = ${event.runId}`);
  let added = 0;
  for (const route of routes) {
    if (route.to.length === 0 || !routeTakes(route, severity)) continue;
    added += await insert(transaction, event, run, audienceOf(route), severity);
  }
  return added;
}

async function severityOf(transaction: DatabaseTransactionConnection, event: RunEvent): Promise<Severity | null> {
  if (event.kind === 'run_failed') return event.severity;
  return severityOfTone(headline(await readSummary(transaction, event.runId)).tone);
}

const runNameRow = z.object({
  account: z.string(),
  runDate: z.string(),
  runNumber: z.number(),
  temporalRunId: z.string(),
});

async function insert(
  transaction: DatabaseTransactionConnection,
  event: RunEvent,
  run: z.infer<typeof runNameRow>,
  audience: string,
  severity: Severity | null,
): Promise<number> {
  // With the Temporal run, so that two databases that count alike do not make the same Message-ID.
  const dedupeKey = `${event.kind}/${run.account}/${run.runDate}#${run.runNumber}/${run.temporalRunId}/${audience}`;
  // References only: the mail is rendered when it is sent, and then it can name the report.
  const payload = JSON.stringify({
    runId: event.runId.toString(),
    ...(event.kind === 'run_failed' ? { step: event.step } : {}),
  });
  const { rowCount } = await transaction.query(sql.unsafe`
    insert into notifications (run_id, audience, kind, dedupe_key, severity, message_id, payload)
    values (${event.runId}, ${audience}, ${event.kind}, ${dedupeKey}, ${severity}, ${messageIdOf(dedupeKey)}, ${payload})
    on conflict (dedupe_key) do nothing`);
  return rowCount;
}

const MESSAGE_ID_CHARS = 40;

function messageIdOf(dedupeKey: string): string {
  return `<${hash('sha256', dedupeKey, 'hex').slice(0, MESSAGE_ID_CHARS)}@recon>`;
}
