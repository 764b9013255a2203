// Reads what `runs show` says beyond the run itself: rows by level and verdict, totals per side, checks, coverage.
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { LEVELS, SIDES, VERDICTS } from '../../domain/vocabulary.ts';

const factsRow = z.object({
  windowStartMs: z.number(),
  windowEndMs: z.number(),
  horizonMs: z.number().nullable(),
  processorCoverageMs: z.number().nullable(),
  internalCoverageMs: z.number().nullable(),
  ruleSetHash: z.string().nullable(),
  codeVersion: z.string().nullable(),
  inputDigest: z.string().nullable(),
  unreadableCount: z.number(),
});
const verdictRow = z.object({
  side: z.enum(SIDES),
  level: z.enum(LEVELS),
  verdict: z.enum(VERDICTS),
  currency: z.string(),
  count: z.bigint(),
  amountMinor: z.bigint(),
});
const totalRow = z.object({
  term: z.string(),
  side: z.enum(SIDES),
  currency: z.string(),
  count: z.bigint(),
  debitsMinor: z.bigint(),
  creditsMinor: z.bigint(),
});
const checkRow = z.object({ name: z.string(), passed: z.boolean(), detail: z.string() });

export interface RunDetail extends z.infer<typeof factsRow> {
  readonly verdicts: ReadonlyArray<z.infer<typeof verdictRow>>;
  /** The gate's terms, over kinds and levels. */
  readonly totals: ReadonlyArray<z.infer<typeof totalRow>>;
  readonly checks: ReadonlyArray<z.infer<typeof checkRow>>;
}

export async function readRunDetail(database: DatabasePool, runId: bigint): Promise<RunDetail> {
  const [facts, verdicts, totals, checks] = await Promise.all([
    database.one(sql.type(factsRow)`
      select r.window_start as "windowStartMs", r.window_end as "windowEndMs", r.horizon as "horizonMs",
             r.processor_coverage as "processorCoverageMs", r.internal_coverage as "internalCoverageMs",
             r.rule_set_hash as "ruleSetHash", r.code_version as "codeVersion", r.input_digest as "inputDigest",
             (select count(*)::int from quarantined_rows q
              where q.account_id = r.account_id and q.business_date = r.run_date and not q.superseded) as "unreadableCount"
      from reconciliation_runs r where r.run_id = ${runId}`),
    database.any(sql.type(verdictRow)`
      select side, level, verdict, currency, count, amount as "amountMinor"
      from reconciliation_run_verdicts where run_id = ${runId} order by side, level, verdict, currency`),
    database.any(sql.type(totalRow)`
      select term, side, currency, sum(count)::bigint as count, sum(debits) as "debitsMinor", sum(credits) as "creditsMinor"
      from reconciliation_run_totals where run_id = ${runId} and moves_balance
      group by term, side, currency
      order by side, currency,
               array_position(array['open_before', 'introduced', 'taken_up', 'version_delta', 'reopened', 'closed', 'open_after'], term)`),
    database.any(sql.type(checkRow)`
      select name, passed, detail from data_quality_checks where run_id = ${runId} order by check_id`),
  ]);
  return { ...facts, verdicts, totals, checks };
}
