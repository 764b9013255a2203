// What whole runs cost: an account-day from the API to the mail, and two files through the workflow, beside the floor.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { measure } from './child.ts';
import { writeBenchFiles } from './files.ts';
import { type BenchOptions, round } from './part.ts';

const DAY_TRANSACTIONS = { whole: 10_000, quick: 2_000 };
const FILE_ROWS = { whole: [100_000, 1_000_000], quick: [10_000, 100_000] };

const daySchema = z.object({
  transactions: z.number(),
  seconds: z.number(),
  rowsPerSecond: z.number(),
  rssMb: z.number(),
});
const filesSchema = z.object({
  rows: z.number(),
  seconds: z.number(),
  rssMb: z.number(),
  phases: z.record(z.string(), z.number()),
  floorSeconds: z.number(),
});

export async function benchRuns({ quick, say }: BenchOptions): Promise<object> {
  const size = quick ? 'quick' : 'whole';
  const day = daySchema.parse(await measure('measure-day.ts', String(DAY_TRANSACTIONS[size])));
  say(`API to mail   ${day.transactions} transactions  ${day.seconds} s  ${day.rowsPerSecond} rows/s  ${day.rssMb} MB`);
  const files = await measureFiles(FILE_ROWS[size], say);
  const [small, large] = files;
  const floorRatio = round((large?.seconds ?? 0) / (large?.floorSeconds ?? 1));
  const growth = round((large?.seconds ?? 0) / (small?.seconds ?? 1));
  say(`ratio to the floor ${floorRatio} (target 2) · growth for ten times the rows ${growth} (target 11)`);
  const byRows = Object.fromEntries(files.map(({ rows, ...figures }) => [String(rows), figures]));
  return { e2e10k: { seconds: day.seconds, rssMb: day.rssMb }, files: byRows, floorRatio, growth };
}

/** Written here: the measured process must not pay for making its own input. */
async function measureFiles(sizes: readonly number[], say: BenchOptions['say']) {
  const folder = await mkdtemp(join(tmpdir(), 'recon-bench-'));
  const files: z.infer<typeof filesSchema>[] = [];
  try {
    for (const rows of sizes) {
      await writeBenchFiles(folder, rows);
      const measured = filesSchema.parse(await measure('measure-files.ts', String(rows), folder));
      const phases = Object.entries(measured.phases).map(([name, seconds]) => `${name} ${seconds}`);
      say(
        `files         ${rows} a side  ${measured.seconds} s (floor ${measured.floorSeconds} s)  ${measured.rssMb} MB  ${phases.join(' · ')}`,
      );
      files.push(measured);
    }
    return files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
