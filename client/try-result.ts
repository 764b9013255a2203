// What `recon try` says: runs of this call, and every live row, discrepancy and unreadable row of the account so far.
// Amounts are decimal strings; a million rows are written as they are read.
import type { Writable } from 'node:stream';
import type { Pool } from 'pg';
import QueryStream from 'pg-query-stream';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { totalForWire } from '../domain/control-totals.ts';
import { formatMinor } from '../domain/money.ts';
import { DIFFERENCE_FIELDS, KINDS, LEVELS, SIDES } from '../domain/vocabulary.ts';

const totalRow = z.object({
  side: z.enum(SIDES),
  level: z.enum(LEVELS),
  kind: z.enum(KINDS),
  currency: z.string(),
  count: z.bigint(),
  debits: z.bigint(),
  credits: z.bigint(),
});

const runRow = z.object({
  run_id: z.bigint(),
  run_date: z.string(),
  run_number: z.number(),
  decision_seq: z.bigint(),
  outcome: z.string(),
  result_digest: z.string(),
});

export async function readTryRun(database: DatabasePool, runId: string) {
  const run = await database.one(sql.type(runRow)`
    select run_id, run_date, run_number, decision_seq, outcome, result_digest from reconciliation_runs where run_id = ${BigInt(runId)}`);
  const totals = await database.any(sql.type(totalRow)`
    select side, level, kind, currency, sum(count)::bigint as count, sum(debits) as debits, sum(credits) as credits
    from reconciliation_run_totals
    where run_id = ${run.run_id} and term = 'introduced' and moves_balance
    group by side, level, kind, currency
    order by side, level, kind, currency`);
  return {
    date: run.run_date,
    runNumber: run.run_number,
    decisionSeq: Number(run.decision_seq),
    outcome: run.outcome,
    totals: totals.map((total) =>
      totalForWire({ ...total, count: Number(total.count), debitsMinor: total.debits, creditsMinor: total.credits }),
    ),
    resultDigest: run.result_digest,
  };
}

export type TryRun = Awaited<ReturnType<typeof readTryRun>>;

// Partners are all other rows of a group, or of the open cluster that a row belongs to.
const ROWS = `
  select v.side, v.external_id as id, v.level, v.verdict, v.rule, v.currency, v.amount::text as amount, v.differences,
         case when v.group_id is not null then v.decided_seq || ':group ' || v.group_id
              when v.partner_row_id is not null and v.decided_seq is not null
              then v.decided_seq || ':' || least(v.row_id, v.partner_row_id) end as group_key,
         coalesce(q.partners, '[]') as partners, q.compared_currency, v.cluster_row_id is null and q.partners is not null as explained
  from row_verdicts_now v
  left join lateral (
    select json_agg(json_build_object('side', t.side, 'id', t.external_id) order by t.side, t.external_id collate "C") as partners,
           min(t.currency) filter (where t.side = 'internal') as compared_currency
    from (
      select v.partner_row_id as row_id, v.partner_home_date as home_date where v.partner_row_id is not null
      union all
      select coalesce(m.p_row_id, m.i_row_id), coalesce(m.p_home_date, m.i_home_date) from matches m
      where m.group_id = v.group_id and m.released_seq is null and coalesce(m.p_row_id, m.i_row_id) <> v.row_id
      union all
      select o.row_id, o.home_date from row_verdicts c
      join open_items o on o.account_id = c.account_id and o.level = c.level and o.row_id = c.row_id
      where c.cluster_row_id = v.cluster_row_id and c.level = v.level and c.row_id <> v.row_id
        and not exists (select 1 from row_verdicts n where n.row_id = c.row_id and n.level = c.level and n.decision_seq > c.decision_seq)
    ) r
    cross join lateral (
      (select 'processor'::side as side, p.external_id, p.currency from processor_transactions p
       where p.row_id = r.row_id and p.home_date = r.home_date limit 1)
      union all
      (select 'internal', i.external_id, i.currency from internal_transactions i
       where i.row_id = r.row_id and i.home_date = r.home_date limit 1)
    ) t
  ) q on v.partner_row_id is not null or v.group_id is not null or v.cluster_row_id is not null
  where v.account = $1 and v.verdict is not null
  order by v.side, v.external_id collate "C"`;

interface RowRecord {
  side: string;
  id: string;
  level: string;
  verdict: string;
  rule: string | null;
  currency: string;
  amount: string;
  differences: Record<string, [string, string]> | null;
  group_key: string | null;
  partners: { side: string; id: string }[];
  /** Of the records in its group. */
  compared_currency: string | null;
  /** It stands in a group, or waits with its partner. */
  explained: boolean;
}

function tryRow(row: RowRecord) {
  return {
    side: row.side,
    id: row.id,
    level: row.level,
    verdict: row.verdict,
    rule: row.rule,
    group: row.group_key,
    partners: row.partners,
    differences: DIFFERENCE_FIELDS.flatMap((field) => {
      const [processor, internal] = row.differences?.[field] ?? [];
      if (processor === undefined || internal === undefined) return [];
      const money = field === 'amount' || field === 'fee';
      const currency = comparedCurrency(row);
      return [
        {
          field,
          processor: money ? formatMinor(BigInt(processor), currency) : processor,
          internal: money ? formatMinor(BigInt(internal), currency) : internal,
        },
      ];
    }),
    delta: delta(row),
  };
}

// Amounts of a pair are compared in the record's currency: the processor row's own, or the one it was presented in.
function comparedCurrency(row: RowRecord): string {
  return row.side === 'internal' ? row.currency : (row.compared_currency ?? row.currency);
}

function delta(row: RowRecord): string | null {
  const [processor, internal] = row.differences?.amount ?? [];
  if (processor !== undefined && internal !== undefined) {
    return formatMinor(BigInt(processor) - BigInt(internal), comparedCurrency(row));
  }
  if (!row.explained || row.differences?.currency !== undefined) return null;
  return formatMinor(0n, comparedCurrency(row));
}

async function* readRows(bulkPool: Pool, account: string): AsyncGenerator<ReturnType<typeof tryRow>> {
  const client = await bulkPool.connect();
  try {
    for await (const row of client.query(new QueryStream(ROWS, [account], { batchSize: 1_000 })))
      yield tryRow(row as RowRecord);
  } finally {
    client.release();
  }
}

const discrepancyRow = z.object({
  anchor_side: z.string(),
  anchor_external_id: z.string(),
  level: z.string(),
  verdict: z.string(),
  state: z.string(),
  amount: z.bigint(),
  currency: z.string(),
});

async function readDiscrepancies(database: DatabasePool, account: string) {
  const rows = await database.any(sql.type(discrepancyRow)`
    select anchor_side, anchor_external_id, level, verdict, state, amount, currency from discrepancies
    where account = ${account} order by level, anchor_side, anchor_external_id collate "C"`);
  return rows.map((row) => ({
    anchor: { side: row.anchor_side, id: row.anchor_external_id },
    level: row.level,
    verdict: row.verdict,
    state: row.state,
    amount: formatMinor(row.amount, row.currency),
    currency: row.currency,
  }));
}

const quarantinedRow = z.object({ source: z.string(), position: z.string(), reason: z.string() });

async function readQuarantined(database: DatabasePool, account: string) {
  const rows = await database.any(sql.type(quarantinedRow)`
    select q.source, q.position, q.reason from quarantined_rows q join accounts a using (account_id)
    where a.account = ${account} order by q.source, length(q.position), q.position`);
  return rows.map((row) => ({ file: row.source, line: Number(row.position), reason: row.reason }));
}

/** Writes the one object of `try --json`. */
export async function writeTryJson(
  out: Writable,
  source: { database: DatabasePool; bulkPool: Pool; account: string },
  runs: readonly TryRun[],
): Promise<void> {
  const write = async (text: string) => {
    if (!out.write(text)) await new Promise((resolve) => out.once('drain', resolve));
  };
  await write(`{"runs":${JSON.stringify(runs)},"rows":[`);
  let separator = '';
  for await (const row of readRows(source.bulkPool, source.account)) {
    await write(`${separator}\n${JSON.stringify(row)}`);
    separator = ',';
  }
  const discrepancies = await readDiscrepancies(source.database, source.account);
  const quarantined = await readQuarantined(source.database, source.account);
  await write(`\n],"discrepancies":${JSON.stringify(discrepancies)},"quarantined":${JSON.stringify(quarantined)}}\n`);
}
