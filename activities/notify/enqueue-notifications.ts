// Puts into the outbox what has to be told to whom about a run, in the transaction that decides or fails it: a run that
// is not committed is not told, and a committed one is told once. A run that decides what its day's last message said already
// is not told. Idempotent by (run, audience, kind). Sends nothing.
import { hash } from 'node:crypto';
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import type { Severity } from '../../domain/vocabulary.ts';
import { headline } from '../report/headline.ts';
import { readSummary } from '../report/read-report.ts';
import { dedupeKeyOf, insertNotification } from './enqueue-notice.ts';
import { type Audience, audiencesOf, type Route, routeTakes, severityOfTone } from './route.ts';

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
  const { severity, said } = await wordsOf(transaction, event);
  const run = await transaction.one(sql.type(runNameRow)`
    select account, run_date as "runDate", run_number as "runNumber", temporal_run_id as "temporalRunId"
    from reconciliation_runs where run_id = ${event.runId}`);
  let added = 0;
  for (const audience of audiencesOf(routes.filter((route) => routeTakes(route, severity)))) {
    if (said !== null && said === (await lastSaid(transaction, event.runId, run, audience))) continue;
    added += await insertNotification(transaction, {
      kind: event.kind,
      // With the Temporal run, so that two databases that count alike do not make the same Message-ID.
      dedupeKey: dedupeKeyOf(
        `${event.kind}/${run.account}/${run.runDate}#${run.runNumber}/${run.temporalRunId}`,
        audience,
      ),
      audience,
      severity,
      runId: event.runId,
      // References only: the message is rendered when it is sent, and then it can name the report.
      payload: JSON.stringify({
        runId: event.runId.toString(),
        ...(event.kind === 'run_failed' ? { step: event.step } : {}),
      }),
      ...(said === null ? {} : { said }),
    });
  }
  return added;
}

/** A failure is told each time: the day is still to be done. */
async function wordsOf(transaction: DatabaseTransactionConnection, event: RunEvent) {
  if (event.kind === 'run_failed') return { severity: event.severity, said: null };
  const summary = await readSummary(transaction, event.runId);
  const { tone, short } = headline(summary);
  const { resultDigest, outcome } = summary.run;
  return {
    severity: severityOfTone(tone),
    said: hash('sha256', [outcome, tone, short, resultDigest].join('\n'), 'hex'),
  };
}

const runNameRow = z.object({
  account: z.string(),
  runDate: z.string(),
  runNumber: z.number(),
  temporalRunId: z.string(),
});

/** Of an earlier run of the day; one that could not be delivered was not said. */
function lastSaid(
  transaction: DatabaseTransactionConnection,
  runId: bigint,
  { account, runDate }: z.infer<typeof runNameRow>,
  { channel, name }: Audience,
): Promise<string | null> {
  return transaction.maybeOneFirst(sql.type(z.object({ said: z.string().nullable() }))`
    select n.said from notifications n join reconciliation_runs r using (run_id)
    where r.account = ${account} and r.run_date = ${runDate} and r.run_id <> ${runId} and n.channel = ${channel}
      and n.audience = ${name} and n.status <> 'failed' and n.kind in ('run_completed', 'run_failed')
    order by n.notification_id desc limit 1`);
}
