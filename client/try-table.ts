// What `recon try` shows a person: one line a run, the discrepancies by verdict, and where the report is.
import type { Writable } from 'node:stream';
import Table from 'cli-table3';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { plural } from '../activities/report/run-words.ts';
import { verdictWords } from '../activities/report/verdict-words.ts';
import { formatForPeople } from '../domain/money.ts';
import { LEVELS, VERDICTS } from '../domain/vocabulary.ts';
import type { TryRun } from './try-result.ts';

const openRow = z.object({
  level: z.enum(LEVELS),
  verdict: z.enum(VERDICTS),
  currency: z.string(),
  count: z.bigint(),
  amount: z.bigint(),
});

export async function writeTryTable(
  out: Writable,
  source: { readonly database: DatabasePool; readonly account: string },
  result: { readonly runs: readonly TryRun[]; readonly out: string },
): Promise<void> {
  const runs = new Table({
    head: ['date', 'run', 'outcome', 'rows in', 'result digest'],
    style: { head: [], border: [], compact: true },
  });
  for (const run of result.runs) {
    const rows = run.totals.reduce((sum, total) => sum + total.count, 0);
    runs.push([run.date, `#${run.runNumber}`, run.outcome, rows, run.resultDigest.slice(0, 12)]);
  }
  out.write(`${runs.toString()}\n`);
  const open = await source.database.any(sql.type(openRow)`
    select level, verdict, currency, count(*) as count, sum(amount) as amount from discrepancies
    where account = ${source.account} and state in ('open', 'assigned', 'proposed')
    group by level, verdict, currency order by level, verdict, currency`);
  if (open.length === 0) {
    out.write('No open discrepancies.\n');
  } else {
    const table = new Table({
      head: ['open discrepancies', 'count', 'amount'],
      colAligns: ['left', 'right', 'right'],
      style: { head: [], border: [], compact: true },
    });
    for (const row of open) {
      table.push([
        verdictWords(row.verdict, row.level).title,
        String(row.count),
        formatForPeople({ currency: row.currency, minor: row.amount }),
      ]);
    }
    out.write(`${table.toString()}\n`);
  }
  const unreadable = await source.database.oneFirst(sql.type(z.object({ count: z.bigint() }))`
    select count(*) as count from quarantined_rows q join accounts a using (account_id)
    where a.account = ${source.account} and not q.superseded`);
  if (unreadable > 0n)
    out.write(`${plural(unreadable, 'row')} could not be read: each with its line and reason in the report.\n`);
  out.write(`Reports: ${result.out}\nEvery row with its verdict: add --json\n`);
}
