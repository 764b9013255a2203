// What the tests look at after a run: its row, what it left open, its mails and its report. Reads only.
import { readdir } from 'node:fs/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { ParsedMail } from 'mailparser';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import type { Mailbox } from '../local/mailbox.ts';
import { pollUntil } from '../local/poll-until.ts';
import type { AccountDay } from '../workflows/contracts.ts';
import type { Company } from './company.ts';

const runRow = z.object({
  run_id: z.bigint(),
  run_number: z.number(),
  status: z.string(),
  outcome: z.string().nullable(),
  trigger: z.string(),
  reason: z.string().nullable(),
  error: z.string().nullable(),
  result_digest: z.string().nullable(),
  publish_status: z.string(),
  report_key: z.string().nullable(),
});

/** Every run of a day, the first one first. */
export function runsOf(database: DatabasePool, { account, date }: AccountDay) {
  return database.any(sql.type(runRow)`
    select run_id, run_number, status, outcome, trigger, reason, error, result_digest, publish_status, report_key
    from reconciliation_runs where account = ${account} and run_date = ${date} order by run_number`);
}

const leftRow = z.object({ kind: z.string(), row: z.string() });

/**
 * All that an account's runs decided, without generated ids and times, a line each and sorted: what two histories must
 * share that may have come about differently.
 */
export async function decidedBy(database: DatabasePool, account: string): Promise<string[]> {
  const rows = await database.any(sql.type(leftRow)`
    with known as (select t.row_id, t.side || ' ' || t.external_id as name from transaction_ids t join accounts a using (account_id)
                   where a.account = ${account}),
         mine as (select account_id from accounts where account = ${account})
    select 'match' as kind,
           concat_ws(' ', m.decided_seq, m.released_seq, p.name, i.name, m.level, m.verdict, m.rule, m.late) as row
      from matches m join mine using (account_id) left join known p on p.row_id = m.p_row_id left join known i on i.row_id = m.i_row_id
    union all
    select 'verdict', concat_ws(' ', v.decision_seq, k.name, v.level, v.verdict, v.reason)
      from row_verdicts v join mine using (account_id) join known k using (row_id)
    union all
    select 'open', concat_ws(' ', k.name, o.level, o.version, o.introduced_seq, o.opened_seq)
      from open_items o join mine using (account_id) join known k using (row_id)
    union all
    select 'discrepancy', concat_ws(' ', d.anchor_side, d.anchor_external_id, d.level, d.verdict, d.state, d.severity, d.amount)
      from discrepancies d where d.account = ${account}
    union all
    select 'event', concat_ws(' ', d.anchor_side, d.anchor_external_id, e.decision_seq, e.event, e.verdict)
      from discrepancy_events e join discrepancies d using (discrepancy_id) where d.account = ${account}
    union all
    select 'total', concat_ws(' ', r.run_date, r.run_number, t.term, t.side, t.level, t.kind, t.currency, t.moves_balance, t.count, t.debits, t.credits)
      from reconciliation_run_totals t join reconciliation_runs r using (run_id) where r.account = ${account}
    union all
    select 'check', concat_ws(' ', r.run_date, r.run_number, c.name, c.passed)
      from data_quality_checks c join reconciliation_runs r using (run_id) where r.account = ${account}
    union all
    select 'notice', concat_ws(' ', r.run_date, r.run_number, n.audience, n.kind, n.severity, n.status)
      from notifications n join reconciliation_runs r using (run_id) where r.account = ${account}
    union all
    select 'row', concat_ws(' ', k.name, max(t.version), count(*))
      from (select account_id, row_id, version from processor_transactions
            union all select account_id, row_id, version from internal_transactions) t
      join mine using (account_id) join known k using (row_id) group by k.name`);
  return rows.map(({ kind, row }) => `${kind} ${row}`).sort();
}

/** The mails about a day, in the order of arrival. */
export async function mailsAbout(
  mailbox: Pick<Mailbox, 'mails'>,
  { account, date }: AccountDay,
): Promise<ParsedMail[]> {
  return (await mailbox.mails()).filter((mail) => mail.subject?.includes(`${account} ${date}`));
}

/** The report folders of a day; each holds the files of one run. */
export async function reportsOf(company: Company, date: string): Promise<Record<string, string[]>> {
  const folder = `${company.reportFolder}/${date}`;
  const runs = await readdir(folder).catch(() => []);
  return Object.fromEntries(
    await Promise.all(runs.map(async (run) => [run, (await readdir(`${folder}/${run}`)).sort()])),
  );
}

/** The fact a workflow failed of. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  let error = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(error instanceof WorkflowFailedError)) throw new Error('the workflow did not fail', { cause: error });
  while (error instanceof Error && !(error instanceof ApplicationFailure) && error.cause !== undefined)
    error = error.cause;
  return error;
}

const POLL_TIMEOUT_MS = 90_000;
const POLL_EVERY_MS = 50;

/** Waits, with a bound, until the check gives something. */
export function until<T>(what: string, check: () => Promise<T | undefined>): Promise<T> {
  return pollUntil({ what, timeoutMs: POLL_TIMEOUT_MS, intervalMs: POLL_EVERY_MS, check });
}
