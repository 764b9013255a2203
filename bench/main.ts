// npm run bench: what a run costs, as seconds, memory, ratio to the floor and growth. Each figure from a process of its own.
// --quick takes fewer rows; --json prints one object.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { writeBenchFiles } from './files.ts';

const quick = process.argv.includes('--quick');
const json = process.argv.includes('--json');
const DAY_TRANSACTIONS = quick ? 2_000 : 10_000;
const FILE_ROWS = quick ? [10_000, 100_000] : [100_000, 1_000_000];
// As the worker is started (package.json): a bounded heap keeps the peak flat.
const NODE_FLAGS = ['--no-warnings', '--max-old-space-size=192', '--max-semi-space-size=8'];

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

const say = (line: string) => (json ? process.stderr : process.stdout).write(`${line}\n`);
say(`${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`);

const day = daySchema.parse(await measure('measure-day.ts', DAY_TRANSACTIONS));
say(`API to mail   ${day.transactions} transactions  ${day.seconds} s  ${day.rowsPerSecond} rows/s  ${day.rssMb} MB`);
// Written here: the measured process must not pay for making its own input.
const folder = await mkdtemp(join(tmpdir(), 'recon-bench-'));
const files: z.infer<typeof filesSchema>[] = [];
for (const rows of FILE_ROWS) {
  await writeBenchFiles(folder, rows);
  const measured = filesSchema.parse(await measure('measure-files.ts', rows, folder));
  const phases = Object.entries(measured.phases).map(([name, seconds]) => `${name} ${seconds}`);
  say(
    `files         ${rows} a side  ${measured.seconds} s (floor ${measured.floorSeconds} s)  ${measured.rssMb} MB  ${phases.join(' · ')}`,
  );
  files.push(measured);
}
await rm(folder, { recursive: true, force: true });
const [small, large] = files;
const floorRatio = round((large?.seconds ?? 0) / (large?.floorSeconds ?? 1));
const growth = round((large?.seconds ?? 0) / (small?.seconds ?? 1));
say(`ratio to the floor ${floorRatio} (target 2) · growth for ten times the rows ${growth} (target 11)`);
if (json) {
  const byRows = Object.fromEntries(files.map(({ rows, ...figures }) => [String(rows), figures]));
  process.stdout.write(
    `${JSON.stringify({ e2e10k: { seconds: day.seconds, rssMb: day.rssMb }, files: byRows, floorRatio, growth })}\n`,
  );
}

async function measure(script: string, size: number, ...more: string[]): Promise<unknown> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [...NODE_FLAGS, path, String(size), ...more], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  const code = await new Promise<number | null>((done) =>
    child.exitCode === null ? child.once('close', done) : done(child.exitCode),
  );
  if (code !== 0) throw new Error(`${script} ${size} ended with exit code ${code}`);
  return JSON.parse(text);
}

function round(ratio: number): number {
  return Math.round(ratio * 100) / 100;
}
