// Runs the files of a world through the workflow in a process of its own, so that its peak memory is its own; then, on the
// same server, the floor over the same rows. Told what to do in one JSON argument; prints one JSON line.
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { measureFloor } from './floor.ts';
import { explainAll, keepPlans } from './matching/explain-all.ts';
import { type MatchingRun, parseMatchingTask } from './matching/matching-task.ts';
import { runFiles } from './run-files.ts';

const task = parseMatchingTask(process.argv[2]);
const { folder, plansFolder } = task;
const files = { processor: join(folder, 'processor.ndjson'), internal: join(folder, 'internal.ndjson') };
const copies = { processorCopy: join(folder, 'processor.copy'), internalCopy: join(folder, 'internal.copy') };
const poolRows = rowsOf(await readFile(join(folder, 'world.json'), 'utf8'));

await runFiles(
  { ...task, ...files },
  async (run, { stack }) => {
    const plans = plansFolder === null ? null : await keepPlans(stack.postgres.logFile, plansFolder, poolRows);
    if (task.resultFile !== null) await writeVerdicts(stack.postgres.url, task.accounts[0] ?? '', task.resultFile);
    const floor = task.hasFloor ? await measureFloor(stack.postgres.url, copies) : null;
    const measured: MatchingRun = {
      ...run,
      days: [...run.days],
      floor,
      nestedLoops: [...(plans?.nestedLoops ?? [])],
      plannedSteps: plans?.steps ?? 0,
    };
    process.stdout.write(`${JSON.stringify(measured)}\n`);
  },
  async (stack) => {
    if (plansFolder !== null) await explainAll(stack.postgres.url);
  },
);

function rowsOf(world: string): number {
  const { rows } = JSON.parse(world);
  return Number(rows.processor) + Number(rows.internal);
}

/** What stands of each row, in the columns of bench/score. The partner of a row is the other of its pair, or all of its group. */
async function writeVerdicts(url: string, account: string, path: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`select set_config('bench.account', $1, false)`, [account]);
    await client.query(`set work_mem = '256MB'`);
    const verdicts = client.query(
      copyTo(`copy (
        select side, external_id as id, verdict,
               coalesce('group ' || group_id, 'pair ' || case when partner_row_id is not null then least(row_id, partner_row_id) end) as "group"
        from row_verdicts_now where account = current_setting('bench.account')) to stdout with (format csv, header)`),
    );
    await pipeline(verdicts, createWriteStream(path));
  } finally {
    await client.end();
  }
}
