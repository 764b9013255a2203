// One measurement in a process of its own, so that its peak memory is its own: two files of N rows a side through the
// workflow, then the floor over the same rows on the same server. Prints one JSON line.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepTiming } from '../activities/reconcile/run-passes.ts';
import { openStore } from '../activities/report/open-store.ts';
import { publishReport } from '../activities/report/publish-report.ts';
import { startLocalRecon } from '../client/local-recon.ts';
import { planTry } from '../client/try-files.ts';
import type { Activities } from '../workflows/contracts.ts';
import type { reconcileAccountDay } from '../workflows/reconcile-account-day.ts';
import { BENCH_DATE, benchFiles } from './files.ts';
import { measureFloor } from './floor.ts';

const rows = Number(process.argv[2]);
const files = benchFiles(process.argv[3] ?? '.', rows);
const folder = await mkdtemp(join(tmpdir(), 'recon-bench-'));
const spans: { step: string; startMs: number; endMs: number }[] = [];
const steps: StepTiming[] = [];

try {
  const plan = await planTry({
    processor: [files.processor],
    internal: [files.internal],
    account: 'bench/files',
    zone: 'UTC',
    date: BENCH_DATE,
    out: folder,
    currency: 'USD',
    complete: false,
    json: true,
  });
  const recon = await startLocalRecon({
    ui: false,
    mailbox: false,
    observe: observed,
    deps: async ({ database }) => ({
      accounts: new Map([[plan.setup.account, plan.setup]]),
      nowMs: () => plan.asOfMs,
      onTimings: (_runId, timings) => steps.push(...timings),
      outbox: {
        enqueueRun: async () => undefined,
        failRun: async ({ message }) => {
          throw new Error(message);
        },
        publish: (runId) => publishReport({ database, store: openStore(folder) }, { runId }),
        deliver: async () => ({ sent: 0, failed: 0 }),
      },
    }),
  });
  try {
    const startedMs = performance.now();
    const result = await recon.temporal.workflow.execute<typeof reconcileAccountDay>('reconcileAccountDay', {
      args: [
        {
          account: 'bench/files',
          date: BENCH_DATE,
          trigger: 'try',
          policy: { retryInitialMs: 1_000, retryMaxMs: 1_000, heartbeatMs: 60_000 },
        },
      ],
      taskQueue: 'recon',
      workflowId: `bench-${rows}`,
    });
    const seconds = (performance.now() - startedMs) / 1000;
    const rssMb = Math.round(process.resourceUsage().maxRSS / 1024);
    if (!result.published || result.discrepancies !== files.planted) {
      throw new Error(`${result.discrepancies} discrepancies found, ${files.planted} planted`);
    }
    const floorSeconds = await measureFloor(recon.stack.postgres.url, files);
    process.stdout.write(
      `${JSON.stringify({ rows, seconds: round(seconds), rssMb, phases: phases(), floorSeconds: round(floorSeconds) })}\n`,
    );
  } finally {
    await recon.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

function observed(activities: Activities): Activities {
  return Object.fromEntries(
    Object.entries(activities).map(([step, run]) => [
      step,
      async (input: never) => {
        const startMs = performance.now();
        try {
          return await (run as (input: never) => Promise<unknown>)(input);
        } finally {
          spans.push({ step, startMs, endMs: performance.now() });
        }
      },
    ]),
  ) as unknown as Activities;
}

/** Seconds on the clock: fetch is parse, copy and identity of both sides, side by side. */
function phases(): Record<string, number> {
  const wall = (...names: string[]) => {
    const own = spans.filter((span) => names.includes(span.step));
    return (Math.max(...own.map((span) => span.endMs)) - Math.min(...own.map((span) => span.startMs))) / 1000;
  };
  const inPasses = (test: (pass: string) => boolean) =>
    steps.filter((step) => test(step.pass)).reduce((sum, step) => sum + step.ms, 0) / 1000;
  const gate = inPasses((pass) => pass.startsWith('09'));
  const match = inPasses((pass) => !pass.startsWith('09') && !pass.startsWith('10'));
  return {
    parseAndStage: round(wall('planFetch', 'fetchShard', 'completeBatch')),
    match: round(match),
    gate: round(gate),
    commit: round(wall('decideRun') - match - gate),
    report: round(wall('publishReport')),
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
