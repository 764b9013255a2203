// Runs account-days over files through the workflow, in this process and on servers of its own, and notes how long each step
// and each pass took. For a figure of its own memory, run it in a process of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepTiming } from '../activities/reconcile/run-passes.ts';
import { openStore } from '../activities/report/open-store.ts';
import { publishReport } from '../activities/report/publish-report.ts';
import { type LocalRecon, startLocalRecon } from '../client/local-recon.ts';
import { planTry, type TryPlan } from '../client/try-files.ts';
import type { LocalStack } from '../local/stack.ts';
import type { Activities } from '../workflows/contracts.ts';
import type { reconcileAccountDay } from '../workflows/reconcile-account-day.ts';
import { round } from './part.ts';

export interface FilesTask {
  readonly accounts: readonly string[];
  readonly processor: string;
  readonly internal: string;
  /** Ascending and without a gap: each account runs them one after the other. */
  readonly from: string;
  readonly to: string;
  readonly asOf?: string;
  /** All accounts at once. */
  readonly isParallel?: boolean;
}

export interface DayFigures {
  readonly account: string;
  readonly date: string;
  readonly discrepancies: number;
  readonly seconds: number;
  /** Seconds on the clock: fetch is parse, copy and identity of both sides, side by side. */
  readonly phases: Readonly<Record<string, number>>;
  /** Seconds of each pass of the decision. */
  readonly passes: Readonly<Record<string, number>>;
  /** Seconds of the steps that cost most, the dearest first. */
  readonly steps: Readonly<Record<string, number>>;
}

export interface FilesRun {
  /** From the first start to the last report. */
  readonly seconds: number;
  /** The highest there was, of this process: worker, Temporal client and all. */
  readonly rssMb: number;
  readonly days: readonly DayFigures[];
}

interface Span {
  readonly runId: string | undefined;
  readonly step: string;
  readonly startMs: number;
  readonly endMs: number;
}

const DEAREST_STEPS = 12;
const BENCH_POLICY = { retryInitialMs: 1_000, retryMaxMs: 1_000, heartbeatMs: 60_000 };

/** Gives what `then` makes of it while the servers are still up. */
export async function runFiles<T>(
  task: FilesTask,
  then: (run: FilesRun, recon: LocalRecon) => Promise<T>,
  prepare: (stack: LocalStack) => Promise<void> = async () => undefined,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'recon-bench-'));
  const spans: Span[] = [];
  const timings = new Map<string, readonly StepTiming[]>();
  try {
    const plans = await Promise.all(task.accounts.map((account) => planTry(tryOptions(task, account, folder))));
    const recon = await startLocalRecon({
      ui: false,
      mailbox: false,
      observe: (activities) => observed(activities, spans),
      deps: async ({ database, stack }) => {
        await prepare(stack);
        return {
          accounts: new Map(plans.map(({ setup }) => [setup.account, setup])),
          nowMs: () => Math.max(...plans.map(({ asOfMs }) => asOfMs)),
          onTimings: (runId, steps) => timings.set(runId, steps),
          outbox: {
            enqueueRun: async () => undefined,
            failRun: async ({ message }) => {
              throw new Error(message);
            },
            publish: (runId) => publishReport({ database, store: openStore(folder) }, { runId }),
            deliver: async () => ({ sent: 0, failed: 0 }),
          },
        };
      },
    });
    try {
      const startedMs = performance.now();
      const days = await runAll(recon, plans, task.isParallel ?? false, (runId) => ({
        phases: phases(spans, timings.get(runId) ?? [], runId),
        passes: passes(timings.get(runId) ?? []),
        steps: dearestSteps(timings.get(runId) ?? []),
      }));
      const seconds = round((performance.now() - startedMs) / 1_000);
      const rssMb = Math.round(process.resourceUsage().maxRSS / 1_024);
      return await then({ seconds, rssMb, days }, recon);
    } finally {
      await recon.stop();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function tryOptions({ processor, internal, from, to, asOf }: FilesTask, account: string, out: string) {
  return {
    processor: [processor],
    internal: [internal],
    account,
    zone: 'UTC',
    from,
    to,
    ...(asOf === undefined ? {} : { asOf }),
    out,
    currency: 'USD',
    complete: false,
    json: true,
  };
}

async function runAll(
  recon: LocalRecon,
  plans: readonly TryPlan[],
  isParallel: boolean,
  figuresOf: (runId: string) => Pick<DayFigures, 'phases' | 'passes' | 'steps'>,
): Promise<DayFigures[]> {
  const runOne = async ({ setup, dates }: TryPlan): Promise<DayFigures[]> => {
    const days: DayFigures[] = [];
    for (const date of dates) {
      const startedMs = performance.now();
      const { runId, published, discrepancies } = await recon.temporal.workflow.execute<typeof reconcileAccountDay>(
        'reconcileAccountDay',
        {
          args: [{ account: setup.account, date, trigger: 'try', policy: BENCH_POLICY }],
          taskQueue: 'recon',
          workflowId: `bench-${setup.account}-${date}`,
        },
      );
      if (!published) throw new Error(`no report of ${setup.account} ${date}`);
      const seconds = round((performance.now() - startedMs) / 1_000);
      days.push({ account: setup.account, date, discrepancies, seconds, ...figuresOf(runId) });
    }
    return days;
  };
  if (isParallel) return (await Promise.all(plans.map(runOne))).flat();
  const days: DayFigures[] = [];
  for (const plan of plans) days.push(...(await runOne(plan)));
  return days;
}

function observed(activities: Activities, spans: Span[]): Activities {
  return Object.fromEntries(
    Object.entries(activities).map(([step, run]) => [
      step,
      async (input: { runId?: string }) => {
        const startMs = performance.now();
        try {
          return await (run as (input: object) => Promise<unknown>)(input);
        } finally {
          spans.push({ runId: input.runId, step, startMs, endMs: performance.now() });
        }
      },
    ]),
  ) as unknown as Activities;
}

function phases(spans: readonly Span[], steps: readonly StepTiming[], runId: string): Record<string, number> {
  const wall = (...names: string[]) => {
    const own = spans.filter((span) => span.runId === runId && names.includes(span.step));
    return (Math.max(...own.map((span) => span.endMs)) - Math.min(...own.map((span) => span.startMs))) / 1_000;
  };
  const inPasses = (test: (pass: string) => boolean) =>
    steps.filter(({ pass }) => test(pass)).reduce((sum, step) => sum + step.ms, 0) / 1_000;
  const gate = inPasses(isGate);
  const match = inPasses((pass) => !isGate(pass) && !isSummary(pass));
  return {
    parseAndStage: round(wall('planFetch', 'fetchShard', 'completeBatch')),
    match: round(match),
    gate: round(gate),
    commit: round(wall('decideRun') - match - gate),
    report: round(wall('publishReport')),
  };
}

const isGate = (pass: string) => pass.endsWith('_gate.sql');
const isSummary = (pass: string) => pass.endsWith('_summary.sql');

function passes(steps: readonly StepTiming[]): Record<string, number> {
  return Object.fromEntries(secondsBy(steps, nameOfPass).map(([name, seconds]) => [name, round(seconds)]));
}

function dearestSteps(steps: readonly StepTiming[]): Record<string, number> {
  const byStep = secondsBy(steps, ({ pass, step }) => `${nameOfPass({ pass })}.${step}`).sort(([, a], [, b]) => b - a);
  return Object.fromEntries(byStep.slice(0, DEAREST_STEPS).map(([name, seconds]) => [name, round(seconds)]));
}

function nameOfPass({ pass }: Pick<StepTiming, 'pass'>): string {
  return pass.replace(/\.sql$/, '');
}

function secondsBy(steps: readonly StepTiming[], nameOf: (step: StepTiming) => string): [string, number][] {
  const seconds = new Map<string, number>();
  for (const step of steps) seconds.set(nameOf(step), (seconds.get(nameOf(step)) ?? 0) + step.ms / 1_000);
  return [...seconds];
}
