// One measurement in a process of its own, so that its peak memory is its own: two files of N rows a side through the
// workflow, then the floor over the same rows on the same server. Prints one JSON line.
import { BENCH_DATE, benchFiles } from './files.ts';
import { measureFloor } from './floor.ts';
import { round } from './part.ts';
import { runFiles } from './run-files.ts';

const rows = Number(process.argv[2]);
const files = benchFiles(process.argv[3] ?? '.', rows);
const task = { ...files, accounts: ['bench/files'], from: BENCH_DATE, to: BENCH_DATE };

await runFiles(task, async ({ seconds, rssMb, days: [day] }, { stack }) => {
  if (day === undefined || day.discrepancies !== files.planted) {
    throw new Error(`${day?.discrepancies} discrepancies found, ${files.planted} planted`);
  }
  const floor = await measureFloor(stack.postgres.url, files);
  process.stdout.write(
    `${JSON.stringify({ rows, seconds, rssMb, phases: day.phases, floorSeconds: round(floor.seconds) })}\n`,
  );
});
