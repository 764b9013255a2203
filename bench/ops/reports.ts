// What building a report costs: a day of a million rows a side with ten thousand differences, each format in a process of
// its own, so that its peak memory is its own; then all of them as a run publishes them.
import { join } from 'node:path';
import { sql } from 'slonik';
import { z } from 'zod';
import { measure } from '../child.ts';
import { withWorld } from '../matching/measured-worlds.ts';
import type { BenchOptions } from '../part.ts';
import { runFiles } from '../run-files.ts';
import { WORLD_AS_OF, WORLD_DATE } from '../world/write-world.ts';

const ROWS = { whole: 1_000_000, quick: 20_000 };
// Of which two in five end as a difference: ten thousand of a million rows.
const RESIDUE = 0.025;
const FORMATS = ['html', 'xlsx', 'csv', 'json'] as const;
const RSS_MB_TARGET = 300;
const ACCOUNT = 'bench/files';

const figuresSchema = z.object({ seconds: z.number(), rssMb: z.number(), megabytes: z.number() });
type Figures = z.infer<typeof figuresSchema>;

export async function benchReports({ quick, say }: BenchOptions): Promise<object> {
  const rows = ROWS[quick ? 'quick' : 'whole'];
  say(`… a day of ${rows} rows a side, ${RESIDUE * 100} % of them in the residue`);
  return withWorld({ rows, residue: RESIDUE }, (folder) => {
    const task = {
      accounts: [ACCOUNT],
      processor: join(folder, 'processor.ndjson'),
      internal: join(folder, 'internal.ndjson'),
      ...{ from: WORLD_DATE, to: WORLD_DATE, asOf: WORLD_AS_OF },
    };
    return runFiles(task, async ({ days }, { stack, database }) => {
      const runId = await database.oneFirst(sql.type(z.object({ runId: z.bigint() }))`
        select max(run_id) as "runId" from reconciliation_runs where status = 'completed'`);
      const discrepancies = days.at(-1)?.discrepancies ?? 0;
      const figures: Record<string, Figures> = {};
      for (const formats of [...FORMATS.map((format) => [format]), FORMATS]) {
        const name = formats.length === 1 ? formats.join() : 'all';
        const measured = await measure('measure-report-format.ts', stack.postgres.url, String(runId), ...formats);
        const { seconds, rssMb, megabytes } = figuresSchema.parse(measured);
        say(`report ${name.padEnd(6)} ${seconds} s  ${rssMb} MB (target ${RSS_MB_TARGET})  ${megabytes} MB written`);
        figures[name] = { seconds, rssMb, megabytes };
      }
      return { rows, discrepancies, ...figures };
    });
  });
}
