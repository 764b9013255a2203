// The result of a run as canonical JSON: sorted, without generated ids or times, so that the same rows and rules give the
// same bytes. Its SHA-256 is the result digest; the pins it was made from have their own digest.
import { hash } from 'node:crypto';
import { type DatabaseTransactionConnection, sql } from 'slonik';
import { z } from 'zod';
import { canonicalJson } from '../../domain/rule-set.ts';
import type { Literals } from '../../sql/sql-file.ts';
import { stepQuery } from './run-passes.ts';

const record = z.record(z.string(), z.unknown());

export async function canonicalResult(
  connection: DatabaseTransactionConnection,
  runId: bigint,
  literals: Literals,
  ruleSetHash: string,
): Promise<{ text: string; resultDigest: string; inputDigest: string }> {
  const query = (step: string) => connection.any(stepQuery('summary.sql', step, literals, record));
  const run = await connection.one(sql.type(runNumbers)`
    select account, run_date, outcome, reporting_currency, missing_transaction_count,
           total_discrepancy_amount::text, ambiguous_amount::text
    from reconciliation_runs where run_id = ${runId}`);
  const text = canonicalJson({
    version: 1,
    ...run,
    ruleSetHash,
    groups: await query('canonical_groups'),
    open: await query('canonical_open'),
    differences: await query('canonical_differences'),
  });
  const pins = canonicalJson({
    horizon: literals.horizon,
    covered: literals.covered,
    decisionSeq: literals.seq,
    ruleSetHash,
    introduced: await connection.any(sql.type(record)`
      select t.side::text, t.home_date, t.disposition::text, t.level::text, t.kind::text, t.currency, t.moves_balance,
             sum(t.count)::text as count, sum(t.digest)::text as digest
      from batch_totals t
      where t.account_id = ${Number(literals.account_id)} and t.introduced_seq = ${BigInt(literals.seq ?? 0)} and t.disposition <> 'repeat'
      group by t.side, t.home_date, t.disposition, t.level, t.kind, t.currency, t.moves_balance
      order by t.side::text collate "C", t.home_date, t.disposition::text collate "C", t.level::text collate "C",
               t.kind::text collate "C", t.currency collate "C", t.moves_balance`),
  });
  return { text, resultDigest: hash('sha256', text, 'hex'), inputDigest: hash('sha256', pins, 'hex') };
}

const runNumbers = z.object({
  account: z.string(),
  run_date: z.string(),
  outcome: z.string(),
  reporting_currency: z.string(),
  missing_transaction_count: z.number(),
  total_discrepancy_amount: z.string(),
  ambiguous_amount: z.string(),
});
