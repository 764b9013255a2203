// Reads one source of a recon.yaml into the stage as a worker does, in a process of its own; on request it kills itself in
// the middle, or goes on where another was killed. Told what to do in one JSON argument.
import { ApplicationFailure } from '@temporalio/common';
import { sql } from 'slonik';
import { z } from 'zod';
import type { AccountSetup } from '../activities/accounts.ts';
import { leasedGates } from '../activities/fetch/request/rate-limit.ts';
import type { Source } from '../activities/fetch/source.ts';
import { createActivities } from '../activities/index.ts';
import { createBulkPool } from '../activities/stage/bulk-pool.ts';
import type { ProcessorRow } from '../domain/transaction.ts';
import { createDatabase } from '../sql/database.ts';
import { composeAccounts } from '../worker/compose-accounts.ts';
import { loadConfig } from '../worker/config.ts';
import { type Activities, PRODUCTION_POLICY } from '../workflows/contracts.ts';
import { BENCH_NOW_MS } from './bench-day.ts';
import { BENCH_DATE } from './files.ts';
import { type Planned, type ReadingLine, type ReadingTask, readingTaskSchema } from './source-reading.ts';

/** As many as a worker reads of a processor at once (FETCH_ACTIVITIES_MAX). */
const SHARDS_AT_ONCE = 6;
const ATTEMPTS_MAX = 5;
const POOL_SIZES = { database: 12, bulk: 8 };
const side = 'processor';
const stagedSchema = z.object({ rows: z.bigint(), payout_entries: z.bigint(), quarantined: z.bigint() });

const task = readingTaskSchema.parse(JSON.parse(process.argv[2] ?? ''));
const database = await createDatabase({
  url: task.databaseUrl,
  poolSizeMax: POOL_SIZES.database,
  applicationName: 'recon bench',
});
const bulkPool = createBulkPool({ url: task.databaseUrl, poolSizeMax: POOL_SIZES.bulk });
const progress = { pages: 0, firstCommitMs: 0, retries: 0 };
const activities = await openActivities(task);
const planned = task.resume ?? (await plan(activities));
say({ planned });
const startedMs = performance.now();
await fetchAll(activities, planned);
const seconds = (performance.now() - startedMs) / 1_000;
await activities.completeBatch({ runId: planned.runId, side, batchId: planned.batchId });
// Before anything else is loaded or counted.
const rssMb = Math.round(process.resourceUsage().maxRSS / 1_024);
say({ ...progress, seconds, rssMb, ...(await countStaged()) });
await bulkPool.end();
await database.end();

async function openActivities({ configFile, account }: ReadingTask): Promise<Activities> {
  const nowMs = () => BENCH_NOW_MS;
  const accounts = composeAccounts(await loadConfig(configFile, {}), { nowMs, gateFor: leasedGates(database) });
  const setup = accounts.get(account);
  if (setup === undefined) throw new RangeError(`${configFile} has no account ${account}`);
  const observed: AccountSetup = { ...setup, source: tellingPages(setup.source) };
  return createActivities({
    database,
    bulkPool,
    accounts: new Map([[account, observed]]),
    outbox: {
      enqueueRun: async () => undefined,
      failRun: async () => undefined,
      publish: async () => ({ reportKey: '' }),
      deliver: async () => ({ sent: 0, failed: 0 }),
    },
    codeVersion: 'bench',
    nowMs,
    scope: () => ({ heartbeat: () => undefined, signal: new AbortController().signal }),
    checkpoint: afterPage,
  });
}

/** Says of each page that it was read, before anybody stores it. Whoever is killed has said it: a pipe is written at once. */
function tellingPages(source: Source<ProcessorRow>): Source<ProcessorRow> {
  return {
    ...source,
    async *read(shard, cursor, signal) {
      for await (const page of source.read(shard, cursor, signal)) {
        say({ page: { list: shard.name, page: page.cursor } });
        yield page;
      }
    },
  };
}

async function afterPage(name: string): Promise<void> {
  if (name !== 'after_page') return;
  progress.pages += 1;
  if (progress.pages === 1) progress.firstCommitMs = Date.now();
  if (progress.pages !== task.killAfterPages) return;
  process.kill(process.pid, 'SIGKILL');
  // It is delivered asynchronously: nothing after this place may run.
  await new Promise(() => undefined);
}

async function plan(activities: Activities): Promise<Planned> {
  const { runId } = await activities.openRun({
    account: task.account,
    date: BENCH_DATE,
    trigger: 'manual',
    policy: PRODUCTION_POLICY,
    workflowId: 'bench',
    temporalRunId: 'bench',
  });
  await activities.awaitSource({ runId, side });
  const { batchId, shards } = await activities.planFetch({ runId, side });
  return { runId, batchId, shards: [...shards] };
}

async function fetchAll(activities: Activities, { runId, batchId, shards }: Planned): Promise<void> {
  // Shared by all who take from it.
  const left = shards.values();
  const fetchInTurn = async () => {
    for (const shard of left) await attempted(() => activities.fetchShard({ runId, side, batchId, shard }));
  };
  await Promise.all(Array.from({ length: SHARDS_AT_ONCE }, fetchInTurn));
}

/** Again as Temporal does it, but at once: what is tried again shows as a number and not as waiting. */
async function attempted(fetch: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await fetch();
      return;
    } catch (error) {
      const isFinal = error instanceof ApplicationFailure && error.nonRetryable === true;
      if (isFinal || attempt === ATTEMPTS_MAX) throw error;
      progress.retries += 1;
      process.stderr.write(`tried again: ${error instanceof Error ? error.message : error}\n`);
    }
  }
}

async function countStaged() {
  const staged = await database.one(sql.type(stagedSchema)`
    select (select count(*) from processor_transactions) as rows, (select count(*) from payout_entries) as payout_entries,
      (select count(*) from quarantined_rows) as quarantined`);
  return {
    rows: Number(staged.rows),
    payoutEntries: Number(staged.payout_entries),
    quarantined: Number(staged.quarantined),
  };
}

function say(line: ReadingLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
