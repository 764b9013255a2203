// Runs account-days through the real activities and a real PostgreSQL, without Temporal: for tests of what is decided.
// The workflow's order is repeated here on purpose in its plainest form; the workflow itself has tests of its own.
import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatabasePool, sql } from 'slonik';
import { z } from 'zod';
import { parseBusinessDate } from '../domain/business-date.ts';
import { defaultRuleSet, type RuleSet } from '../domain/rule-set.ts';
import { SIDES, type Side } from '../domain/vocabulary.ts';
import { createDatabase } from '../sql/database.ts';
import type { Activities, DecisionManifest } from '../workflows/contracts.ts';
import type { AccountSetup } from './accounts.ts';
import { fileSource } from './fetch/file/file.ts';
import { type ActivityDeps, createActivities } from './index.ts';
import { createBulkPool } from './stage/bulk-pool.ts';

export interface EngineDay {
  readonly date: string;
  /** Lines of the two files: objects of the file contract, or text as it stands in the file. */
  readonly processor: readonly (object | string)[];
  readonly internal: readonly (object | string)[];
  /** The clock, and how far both files say that they are complete. Default: long after everything. */
  readonly asOf?: string;
  /** Where a file reaches, if not as far as the clock says. */
  readonly processorAsOf?: string;
  readonly internalAsOf?: string;
  /** Both files say of themselves that they are complete, even without a row. Default: yes. */
  readonly complete?: boolean;
  readonly rules?: RuleSet;
  readonly chunkRows?: number;
  readonly checkpoint?: ActivityDeps['checkpoint'];
  /** Instead of the default account's or file's. */
  readonly setup?: Partial<AccountSetup>;
}

export type EngineRun = DecisionManifest & { readonly runId: string; readonly runNumber: number };

/** A run step by step. */
export interface OpenDay {
  readonly runId: string;
  readonly runNumber: number;
  readonly activities: Activities;
  /** Waits for one side and fetches it. */
  stageSide(side: Side): Promise<void>;
  decide(): Promise<EngineRun>;
}

export interface EngineAccount {
  readonly account: string;
  setupOf(day: EngineDay): Promise<AccountSetup>;
  openDay(day: EngineDay): Promise<OpenDay>;
  /** Everything before the decision: open, wait, fetch both sides. */
  stageDay(day: EngineDay): Promise<OpenDay>;
  /** One run of one day over the rows given now (and everything staged before). */
  runDay(day: EngineDay): Promise<EngineRun>;
  /** The latest verdict of every live row, by `side id`. */
  verdicts(): Promise<Record<string, string>>;
}

export interface EngineOptions {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly zone?: string;
  readonly overrides?: Partial<ActivityDeps>;
}

export type Engine = Awaited<ReturnType<typeof startEngine>>;

const ACCOUNT = 'test/files';
const FAR_FUTURE = '2100-01-01T00:00:00Z';

export async function startEngine(options: EngineOptions) {
  const url = options.databaseUrl;
  const database = await createDatabase({ url, poolSizeMax: 6, applicationName: 'recon test' });
  const bulkPool = createBulkPool({ url, poolSizeMax: 4 });
  let executions = 0;
  const parts: EngineParts = {
    ...options,
    database,
    bulkPool,
    nextExecution: () => {
      executions += 1;
      return `test-${executions}`;
    },
  };
  return {
    database,
    bulkPool,
    ...engineAccount(parts, ACCOUNT, {}),
    /** Accounts share the database and nothing else. */
    accountOf: (account: string, setup: Partial<AccountSetup> = {}) => engineAccount(parts, account, setup),
    stop: async () => {
      await bulkPool.end();
      await database.end();
    },
  };
}

interface EngineParts extends EngineOptions {
  readonly database: DatabasePool;
  readonly bulkPool: ActivityDeps['bulkPool'];
  readonly nextExecution: () => string;
}

function engineAccount(parts: EngineParts, account: string, given: Partial<AccountSetup>): EngineAccount {
  const setupOf = async (day: EngineDay): Promise<AccountSetup> => {
    const zone = given.zone ?? parts.zone ?? 'UTC';
    const asOf = day.asOf ?? FAR_FUTURE;
    const file = { account, zone, complete: day.complete ?? true, chunkRows: day.chunkRows ?? 20_000 };
    const processorFile = { ...file, watermarkMs: Date.parse(day.processorAsOf ?? asOf) };
    const internalFile = { ...file, watermarkMs: Date.parse(day.internalAsOf ?? asOf) };
    const [processor, internal] = await Promise.all([
      writeRows(parts.folder, 'processor.ndjson', day.processor),
      writeRows(parts.folder, 'internal.ndjson', day.internal),
    ]);
    return {
      account,
      processor: account.slice(0, account.indexOf('/')),
      zone,
      reportingCurrency: 'USD',
      startDate: parseBusinessDate('2020-01-01'),
      fetchTaskQueue: 'recon',
      mayBeEmpty: false,
      // Most tests are not about what a payout paid out.
      payoutsItemised: false,
      trailingDays: 0,
      sourceDeadlineMs: 0,
      rules: day.rules ?? defaultRuleSet(),
      rulesApproval: 'off',
      source: fileSource({ ...processorFile, side: 'processor', paths: [processor] }),
      internal: fileSource({ ...internalFile, side: 'internal', paths: [internal] }),
      ...given,
      ...day.setup,
    };
  };
  const openDay = async (day: EngineDay): Promise<OpenDay> => {
    const activities = activitiesOf(parts, await setupOf(day), day);
    const { runId, runNumber } = await activities.openRun({
      account,
      date: day.date,
      trigger: 'try',
      policy: { retryInitialMs: 1, retryMaxMs: 1, heartbeatMs: 1_000 },
      workflowId: `reconcile/${account}/${day.date}`,
      temporalRunId: parts.nextExecution(),
    });
    return {
      runId,
      runNumber,
      activities,
      stageSide: (side) => stageSide(activities, runId, side),
      decide: async () => ({ ...(await activities.decideRun({ runId })), runId, runNumber }),
    };
  };
  const stageDay = async (day: EngineDay): Promise<OpenDay> => {
    const run = await openDay(day);
    for (const side of SIDES) await run.stageSide(side);
    return run;
  };
  return {
    account,
    setupOf,
    openDay,
    stageDay,
    runDay: async (day) => (await stageDay(day)).decide(),
    verdicts: () => readVerdicts(parts.database, account),
  };
}

function activitiesOf(parts: EngineParts, setup: AccountSetup, day: EngineDay): Activities {
  return createActivities({
    database: parts.database,
    bulkPool: parts.bulkPool,
    accounts: new Map([[setup.account, setup]]),
    outbox: {
      enqueueRun: async () => undefined,
      failRun: async () => undefined,
      publish: async () => ({ reportKey: '' }),
      deliver: async () => ({ sent: 0, failed: 0 }),
    },
    codeVersion: 'test',
    nowMs: () => Date.parse(day.asOf ?? FAR_FUTURE),
    scope: () => ({ heartbeat: () => undefined, signal: new AbortController().signal }),
    checkpoint: day.checkpoint ?? (async () => undefined),
    ...parts.overrides,
  });
}

async function stageSide(activities: Activities, runId: string, side: Side): Promise<void> {
  await activities.awaitSource({ runId, side });
  const { batchId, shards } = await activities.planFetch({ runId, side });
  for (const shard of shards) await activities.fetchShard({ runId, side, batchId, shard });
  await activities.completeBatch({ runId, side, batchId });
}

// Named by content: the same lines are the same file, and another file has another name.
async function writeRows(folder: string, name: string, rows: readonly (object | string)[]): Promise<string> {
  const text = rows.map((row) => `${typeof row === 'string' ? row : JSON.stringify(row)}\n`).join('');
  const place = join(folder, hash('sha256', text, 'hex').slice(0, 12));
  await mkdir(place, { recursive: true });
  const path = join(place, name);
  await writeFile(path, text);
  return path;
}

async function readVerdicts(database: DatabasePool, account: string): Promise<Record<string, string>> {
  const rows = await database.any(sql.type(z.object({ side: z.string(), id: z.string(), verdict: z.string() }))`
    select side, external_id as id, verdict from row_verdicts_now where account = ${account}`);
  return Object.fromEntries(rows.map((row) => [`${row.side} ${row.id}`, row.verdict]));
}
