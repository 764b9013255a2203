// Tells the next group about discrepancies that are past their due date. Idempotent by (discrepancy, escalation): what is overdue is
// marked in the transaction that puts the message into the outbox. Counts and sums only.
import { hash } from 'node:crypto';
import { type DatabasePool, type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { SEVERITIES } from '../../domain/vocabulary.ts';
import { moneyWords, plural, severityWords } from '../report/run-words.ts';
import { plain } from './composed-mail.ts';
import { enqueueNotice } from './enqueue-notice.ts';
import { boundedLines, type Notice } from './notice.ts';
import { audienceOf, type Target } from './route.ts';

export interface EscalateDeps {
  readonly database: DatabasePool;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Who is told the first time, who the second, and so on; the last one is told from then on. */
  readonly escalation: readonly Target[];
}

// As many as escalate_overdue gives at a time; the next hour takes the rest.
const DISCREPANCIES_PER_SWEEP_MAX = 10_000;

const overdueRow = z.object({
  discrepancyId: z.bigint(),
  account: z.string(),
  severity: z.enum(SEVERITIES),
  currency: z.string(),
  amountMinor: z.bigint(),
  dueAtMs: z.number(),
  escalation: z.number(),
});
export type Overdue = z.infer<typeof overdueRow>;

/** Answers with how many discrepancies were told to somebody. */
export function escalateOverdue({ database, clock, escalation }: EscalateDeps): Promise<{ escalated: number }> {
  return database.transaction(async (transaction) => {
    // Marked for nobody, they would never be told.
    if (escalation.length === 0) return { escalated: 0 };
    const overdue = await takeOverdue(transaction, clock());
    for (const [place, of] of Map.groupBy(overdue, (one) => Math.min(one.escalation, escalation.length))) {
      const audience = audienceOf(escalation[place - 1] ?? {});
      if (audience === undefined) continue;
      const ids = of.map((one) => `${one.discrepancyId}@${one.dueAtMs}#${one.escalation}`).sort();
      const { notice, severity } = overdueNotice(of, clock());
      const key = `overdue/${place}/${hash('sha256', ids.join(' '), 'hex')}`;
      await enqueueNotice(transaction, { kind: 'overdue', key, severity, notice }, [audience]);
    }
    return { escalated: overdue.length };
  });
}

/** escalate_overdue decides what is overdue, marks it, and tells the audit chain; once for each time a deadline passes again. */
function takeOverdue(transaction: DatabaseTransactionConnection, nowMs: number): Promise<readonly Overdue[]> {
  return transaction.any(sql.type(overdueRow)`
    select o.discrepancy_id as "discrepancyId", o.account, o.severity, d.currency, abs(d.amount) as "amountMinor",
           o.due_at as "dueAtMs", o.escalation
    from escalate_overdue(${new Date(nowMs).toISOString()}::timestamptz, ${DISCREPANCIES_PER_SWEEP_MAX}) o
    join discrepancies d using (discrepancy_id)
    order by o.severity desc, o.due_at, o.discrepancy_id`);
}

const DAY_MS = 86_400_000;

/** The worst first, a line for each account. Pure. */
export function overdueNotice(
  overdue: readonly Overdue[],
  nowMs: number,
): { notice: Notice; severity: Overdue['severity'] } {
  const severity = worstOf(overdue);
  const accounts = [...Map.groupBy(overdue, ({ account }) => account)].sort(
    ([, a], [, b]) => SEVERITIES.indexOf(worstOf(b)) - SEVERITIES.indexOf(worstOf(a)) || b.length - a.length,
  );
  const daysLate = Math.floor((nowMs - Math.min(...overdue.map(({ dueAtMs }) => dueAtMs))) / DAY_MS);
  const many = plural(overdue.length, 'difference');
  const [first] = accounts;
  const notice: Notice = {
    tone: severity,
    label: 'Overdue',
    about: accounts.length === 1 && first !== undefined ? first[0] : plural(accounts.length, 'account'),
    date: null,
    sentence: plain(
      `${many} past the due date, ${amounts(overdue)}, worst ${severity}${daysLate < 1 ? '' : `, the oldest by ${plural(daysLate, 'day')}`}.`,
    ),
    next: `Assign them or ask whoever has them${first === undefined ? '' : `: start with ${first[0]}`}.`,
    short: plain(`${many} past the due date, worst ${severity}`),
    lines: boundedLines(
      accounts.map(([account, of]) => ({
        name: account,
        value: plain(`${plural(of.length, 'difference')}, ${amounts(of)}, ${severityWords(worstOf(of)).toLowerCase()}`),
      })),
    ),
    commands: accounts
      .slice(0, 1)
      .map(([account]) => ({ what: 'See them', command: `npm run recon -- discrepancies list --account ${account}` })),
    link: null,
  };
  return { notice, severity };
}

function worstOf(overdue: readonly Overdue[]): Overdue['severity'] {
  return SEVERITIES[Math.max(0, ...overdue.map(({ severity }) => SEVERITIES.indexOf(severity)))] ?? 'low';
}

/** Different currencies are never added. */
function amounts(overdue: readonly Overdue[]): string {
  const sums = new Map<string, bigint>();
  for (const { currency, amountMinor } of overdue) sums.set(currency, (sums.get(currency) ?? 0n) + amountMinor);
  return [...sums].map(([currency, minor]) => moneyWords(minor, currency)).join(' and ');
}
