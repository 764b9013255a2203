// What workflows and activities say to each other. Plain JSON: no bigint, no Date, no amounts, no personal data.
// Rows never travel here; a result is a manifest of counts and digests.
import type { Outcome, Side, Trigger } from '../domain/vocabulary.ts';

/** Waiting times that tests shrink; histories carry them, so that a replay sees what the run saw. */
export interface Policy {
  /** First wait after a failed attempt; doubles up to retryMaxMs. */
  readonly retryInitialMs: number;
  readonly retryMaxMs: number;
  /** An activity that says nothing for this long is taken for dead. */
  readonly heartbeatMs: number;
  /** Caps how long any step is tried in all; absent in production, where the table of activity-options.ts counts. */
  readonly budgetMs?: number;
}

export const PRODUCTION_POLICY: Policy = { retryInitialMs: 5_000, retryMaxMs: 600_000, heartbeatMs: 60_000 };

export interface AccountDay {
  readonly account: string;
  readonly date: string;
}

export interface ReconcileInput extends AccountDay {
  readonly trigger: Trigger;
  /** Why a day is run again on purpose; kept with the run. */
  readonly reason?: string;
  readonly policy: Policy;
}

export interface OpenedRun {
  /** PostgreSQL run id, as text. */
  readonly runId: string;
  readonly runNumber: number;
  readonly processor: string;
  readonly fetchTaskQueue: string;
}

export interface RunRef {
  readonly runId: string;
}

export interface SideRef extends RunRef {
  readonly side: Side;
}

export interface SourceReady {
  /** False: the deadline passed first; the run goes on and will be inconclusive. */
  readonly ready: boolean;
}

export interface PlannedBatch {
  readonly batchId: string;
  /** True where the same content is staged already: there is nothing to fetch. */
  readonly alreadyStaged: boolean;
  readonly shards: readonly string[];
}

export interface ShardRef extends SideRef {
  readonly batchId: string;
  readonly shard: string;
}

export interface ShardManifest {
  readonly rows: number;
  readonly quarantined: number;
  readonly pages: number;
}

export interface DecisionManifest {
  readonly decisionSeq: string;
  readonly outcome: Outcome;
  readonly discrepancies: number;
  readonly resultDigest: string;
}

export interface RunResult extends DecisionManifest {
  readonly runId: string;
  readonly runNumber: number;
  readonly published: boolean;
  readonly delivered: boolean;
}

export interface FailInput extends RunRef {
  readonly cancelled: boolean;
  readonly step: string;
  readonly message: string;
}

export interface PlanDueInput {
  /** Nominal time of the schedule's tick, ISO. */
  readonly nominalTime: string;
  readonly zone: string;
}

export interface DailyInput {
  readonly zone: string;
  readonly policy: Policy;
  /** Given by hand; a schedule's tick brings its own. */
  readonly nominalTime?: string;
}

export interface BackfillInput {
  readonly account: string;
  readonly from: string;
  readonly to: string;
  readonly force: boolean;
  readonly reason?: string;
  readonly policy: Policy;
  /** Lower than the workflow's own bound in tests, so that few days reach it. */
  readonly daysPerExecutionMax?: number;
  /** Carried over continue-as-new. */
  readonly progress?: BackfillProgress;
}

export interface BackfillProgress {
  readonly total: number;
  readonly done: readonly AccountDay[];
  readonly skipped: number;
  readonly failed: readonly AccountDay[];
  readonly current: string | null;
  readonly paused: boolean;
}

export interface DigestInput {
  readonly zone: string;
  /** Of the schedule's tick, ISO: the digest is about the day before it. */
  readonly nominalTime: string;
  /** The supplement tells how those ended that the digest waited for. */
  readonly part: 'digest' | 'supplement';
}

export interface HousekeepingInput {
  readonly policy: Policy;
}

/** What the sweep of the outbox did. */
export interface Swept {
  readonly delivered: number;
  /** Refused for good, or given up. */
  readonly failed: number;
  /** Still waiting: not taken now. */
  readonly deferred: number;
  /** Still waiting: its audience was told enough for now. */
  readonly held: number;
  readonly published: number;
  /** Still to be published. */
  readonly unpublished: number;
}

/** The steps of a run and of the house, in the words of the run book. Each states its idempotency key where it is built. */
export interface Activities {
  planDue(input: PlanDueInput): Promise<readonly AccountDay[]>;
  planBackfill(input: { account: string; from: string; to: string; force: boolean }): Promise<readonly string[]>;
  openRun(input: ReconcileInput & { workflowId: string; temporalRunId: string }): Promise<OpenedRun>;
  awaitSource(input: SideRef): Promise<SourceReady>;
  planFetch(input: SideRef): Promise<PlannedBatch>;
  fetchShard(input: ShardRef): Promise<ShardManifest>;
  completeBatch(input: SideRef & { batchId: string }): Promise<void>;
  decideRun(input: RunRef): Promise<DecisionManifest>;
  publishReport(input: RunRef): Promise<{ reportKey: string }>;
  deliverNotifications(input: RunRef): Promise<{ sent: number; failed: number }>;
  /** manifestSha256 is null where no evidence store is configured. */
  sealEvidence(input: RunRef): Promise<{ manifestSha256: string | null }>;
  sweepEvidence(): Promise<{ sealed: number; left: number }>;
  anchorChains(): Promise<{ anchored: number }>;
  /** until: the last day that has its partitions. */
  makePartitions(): Promise<{ until: string }>;
  sendDigest(input: DigestInput): Promise<{ sent: number; waiting: readonly string[] }>;
  sweepOutbox(): Promise<Swept>;
  escalateOverdue(): Promise<{ escalated: number }>;
  failRun(input: FailInput): Promise<void>;
  awaitRun(input: AccountDay): Promise<{ runId: string; status: string }>;
}
