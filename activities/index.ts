// The steps of a run, bound to what they need. Activities are made here and nowhere else; each is a thin shell that finds
// the account, calls one idempotent function, and turns facts into failures that Temporal understands.
import type { Pool } from 'pg';
import type { DatabasePool, DatabaseTransactionConnection } from 'slonik';
import { parseBusinessDate } from '../domain/business-date.ts';
import type { Outcome } from '../domain/vocabulary.ts';
import type { Activities } from '../workflows/contracts.ts';
import { type Accounts, setupOf } from './accounts.ts';
import { toApplicationFailure } from './errors.ts';
import { completeBatch } from './fetch/complete-batch.ts';
import { fetchShard } from './fetch/fetch-shard.ts';
import { awaitSource, planFetch } from './fetch/plan-fetch.ts';
import type { Tokenise } from './fetch/row/protect-page.ts';
import type { AlertSteps } from './notify/alert-steps.ts';
import { decideRun } from './reconcile/decide-run.ts';
import { pinHorizon } from './reconcile/pin-horizon.ts';
import { readRun } from './reconcile/run-context.ts';
import type { StepTiming } from './reconcile/run-passes.ts';
import { awaitRun } from './run/await-run.ts';
import { openRun } from './run/open-run.ts';
import { planBackfill, planDue } from './run/plan-days.ts';
import { makePartitions } from './stage/make-partitions.ts';

/** Named places where a fault test may stop the process. */
export type Checkpoint = 'after_page' | 'before_gate' | 'before_commit' | 'after_commit';

export interface Outbox {
  /** Adds what has to be told about a completed run, inside the deciding transaction. */
  enqueueRun(connection: DatabaseTransactionConnection, runId: bigint): Promise<void>;
  failRun(input: Parameters<Activities['failRun']>[0]): Promise<void>;
  publish(runId: bigint): Promise<{ reportKey: string }>;
  deliver(runId: bigint): Promise<{ sent: number; failed: number }>;
}

export interface Evidence {
  seal(runId: bigint): Promise<{ manifestSha256: string }>;
  /** Seals closed runs that nobody sealed. */
  sweep(): Promise<{ sealed: number; left: number }>;
  /** Keeps outside of the database where each audit chain stands; answers with how many chains. */
  anchor(): Promise<number>;
}

export interface ActivityDeps {
  readonly database: DatabasePool;
  readonly bulkPool: Pool;
  readonly accounts: Accounts;
  readonly outbox: Outbox;
  /** What is told beside single runs; absent where nobody is told anything. */
  readonly alerts?: AlertSteps | undefined;
  /** Absent where no evidence store is configured. */
  readonly evidence?: Evidence | undefined;
  readonly codeVersion: string;
  /** Makes tokens of what looks like personal data; absent where no key is configured. */
  readonly tokenise?: Tokenise | undefined;
  readonly nowMs: () => number;
  /** What the activity runs in: liveness and cancellation. */
  readonly scope: () => { heartbeat: (details: unknown) => void; signal: AbortSignal };
  readonly checkpoint: (name: Checkpoint) => Promise<void>;
  /** Told how long each step of a decision took. */
  readonly onTimings?: (runId: string, timings: readonly StepTiming[]) => void;
}

// Three signs of life per shortest heartbeat timeout in use (tests use a few seconds).
const ALIVE_EVERY_MS = 1_000;
const NOTHING_SWEPT = { delivered: 0, failed: 0, deferred: 0, held: 0, published: 0, unpublished: 0 };

export function createActivities(deps: ActivityDeps): Activities {
  const { database, accounts } = deps;
  const runOf = async (runId: string) => {
    const run = await readRun(database, BigInt(runId));
    return { run, setup: setupOf(accounts, run.account) };
  };
  const activities: Activities = {
    planDue: ({ nominalTime, zone }) =>
      planDue(
        database,
        [...accounts.values()].filter((setup) => setup.zone === zone),
        Date.parse(nominalTime),
      ),
    planBackfill: ({ account, from, to, force }) =>
      planBackfill(database, setupOf(accounts, account), {
        from: parseBusinessDate(from),
        to: parseBusinessDate(to),
        force,
      }),
    openRun: (input) => openRun(database, setupOf(accounts, input.account), input, deps.nowMs()),
    awaitRun: (day) => awaitRun(database, day),
    awaitSource: async ({ runId, side }) => {
      const { run, setup } = await runOf(runId);
      return awaitSource(setup, run, side, deps.nowMs(), deps.scope().signal);
    },
    planFetch: async ({ runId, side }) => {
      const { run, setup } = await runOf(runId);
      return planFetch(database, setup, run, side, deps.scope().signal);
    },
    fetchShard: async ({ runId, side, batchId, shard }) => {
      const { run, setup } = await runOf(runId);
      const { heartbeat, signal } = deps.scope();
      const { checkpoint, bulkPool } = deps;
      return fetchShard(
        { database, bulkPool, heartbeat, signal, checkpoint, tokenise: deps.tokenise ?? null },
        { setup, run, side, batchId: BigInt(batchId), shard },
      );
    },
    completeBatch: async ({ runId, batchId, side }) => {
      const { run, setup } = await runOf(runId);
      return completeBatch(database, { setup, run, side, batchId: BigInt(batchId) }, deps.scope().signal);
    },
    decideRun: async ({ runId }) => {
      const { setup } = await runOf(runId);
      const decision = await decideRun(
        {
          database,
          horizon: (connection, run) => pinHorizon(connection, run, setup),
          enqueue: deps.outbox.enqueueRun,
          nowMs: deps.nowMs,
          checkpoint: deps.checkpoint,
        },
        { runId: BigInt(runId), rules: setup.rules, rulesApproval: setup.rulesApproval, codeVersion: deps.codeVersion },
      );
      const { timings, ...manifest } = decision;
      deps.onTimings?.(runId, timings);
      return { ...manifest, outcome: manifest.outcome as Outcome };
    },
    publishReport: ({ runId }) => deps.outbox.publish(BigInt(runId)),
    deliverNotifications: ({ runId }) => deps.outbox.deliver(BigInt(runId)),
    sealEvidence: async ({ runId }) => {
      const seal = await deps.evidence?.seal(BigInt(runId));
      return { manifestSha256: seal?.manifestSha256 ?? null };
    },
    sweepEvidence: async () => (await deps.evidence?.sweep()) ?? { sealed: 0, left: 0 },
    makePartitions: () => makePartitions(database, deps.nowMs()),
    anchorChains: async () => ({ anchored: (await deps.evidence?.anchor()) ?? 0 }),
    sendDigest: async (input) => (await deps.alerts?.sendDigest(input)) ?? { sent: 0, waiting: [] },
    sweepOutbox: async () => (await deps.alerts?.sweepOutbox()) ?? NOTHING_SWEPT,
    escalateOverdue: async () => (await deps.alerts?.escalateOverdue()) ?? { escalated: 0 },
    failRun: (input) => deps.outbox.failRun(input),
  };
  return translated(activities, deps);
}

function translated(activities: Activities, deps: ActivityDeps): Activities {
  const wrap = ([name, run]: [string, (input: never) => Promise<unknown>]) => {
    const wrapped = async (input: never) => {
      const { heartbeat } = deps.scope();
      const alive = setInterval(() => heartbeat(undefined), ALIVE_EVERY_MS);
      try {
        return await run(input);
      } catch (error) {
        throw toApplicationFailure(error);
      } finally {
        clearInterval(alive);
      }
    };
    return [name, wrapped];
  };
  return Object.fromEntries(Object.entries(activities).map((entry) => wrap(entry as never))) as unknown as Activities;
}
