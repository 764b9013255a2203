// A whole recon on this machine: PostgreSQL, Temporal and a worker in this process, for try, demo and bench.
// The same workflows, activities and SQL as in production; only the servers are local.
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Pool } from 'pg';
import type { DatabasePool } from 'slonik';
import { type ActivityDeps, createActivities } from '../activities/index.ts';
import { createBulkPool } from '../activities/stage/bulk-pool.ts';
import { cacheFolder } from '../local/cache-folder.ts';
import { hostEnvironment } from '../local/host-environment.ts';
import { type LocalStack, startStack } from '../local/stack.ts';
import { createDatabase } from '../sql/database.ts';
import { migrate } from '../sql/migrate.ts';
import { urlAsRole } from '../sql/url-as-role.ts';
import { createLogger, type Logger } from '../worker/logger.ts';
import { activityScope, type RunningWorker, startWorker } from '../worker/run-worker.ts';
import type { Activities } from '../workflows/contracts.ts';
import { SEARCH_ATTRIBUTES } from '../workflows/search-attributes.ts';

export interface LocalReconOptions {
  /** Keeps the database; without it everything is thrown away at stop(). */
  readonly storeDir?: string;
  readonly ui: boolean;
  readonly mailbox: boolean;
  readonly mailDir?: string;
  readonly onProgress?: (message: string) => void;
  /** What is particular to this use: the accounts and where reports and mails go. */
  readonly deps: (local: {
    database: DatabasePool;
    stack: LocalStack;
  }) => Promise<
    Pick<ActivityDeps, 'accounts' | 'outbox' | 'nowMs'> & Partial<Pick<ActivityDeps, 'onTimings' | 'tokenise'>>
  >;
  readonly fetchTaskQueues?: readonly string[];
  /** By default only errors are logged. */
  readonly logger?: Logger;
  /** Lets a benchmark see when each step starts and ends. */
  readonly observe?: (activities: Activities) => Activities;
}

export interface LocalRecon {
  readonly stack: LocalStack;
  readonly database: DatabasePool;
  readonly bulkPool: Pool;
  readonly temporal: Client;
  stop(): Promise<void>;
}

const TASK_QUEUE = 'recon';
// Attributes of the dev server are named as its command line spells them.
const ATTRIBUTE_TYPES = { KEYWORD: 'Keyword', INT: 'Int' } as const;

/** The login of the worker: the local superuser in the worker's role, so that the grants are in force here too. */
export function workerUrl(postgresUrl: string): string {
  return urlAsRole(postgresUrl, 'recon_worker');
}

export async function startLocalRecon(options: LocalReconOptions): Promise<LocalRecon> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    const stack = await startStack({
      storeDir: options.storeDir,
      durable: options.storeDir !== undefined,
      ui: options.ui,
      mailbox: options.mailbox,
      mailDir: options.mailDir,
      searchAttributes: searchAttributes(),
      onProgress: options.onProgress,
    });
    stops.push(() => stack.stop());
    await migrate(stack.postgres.url);
    const url = workerUrl(stack.postgres.url);
    const database = await createDatabase({ url, poolSizeMax: 12, applicationName: 'recon worker' });
    stops.push(() => database.end());
    const bulkPool = createBulkPool({ url, poolSizeMax: 8 });
    stops.push(() => bulkPool.end());
    const connection = await Connection.connect({ address: stack.temporal.address });
    stops.push(() => connection.close());
    const worker = await startLocalWorker(options, { stack, database, bulkPool });
    stops.push(() => worker.stop());
    return {
      stack,
      database,
      bulkPool,
      temporal: new Client({ connection, namespace: stack.temporal.namespace }),
      stop,
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

async function startLocalWorker(
  options: LocalReconOptions,
  local: { stack: LocalStack; database: DatabasePool; bulkPool: Pool },
): Promise<RunningWorker> {
  const { stack, database, bulkPool } = local;
  const deps = await options.deps({ database, stack });
  const activities = createActivities({
    database,
    bulkPool,
    codeVersion: 'local',
    scope: activityScope,
    checkpoint: async () => undefined,
    ...deps,
  });
  return startWorker({
    address: stack.temporal.address,
    namespace: stack.temporal.namespace,
    taskQueue: TASK_QUEUE,
    fetchTaskQueues: options.fetchTaskQueues ?? [],
    activities: options.observe?.(activities) ?? activities,
    identity: `local-${process.pid}`,
    bundleFolder: join(cacheFolder(hostEnvironment()), 'workflow-bundles'),
    logger: options.logger ?? createLogger({ level: 'error' }),
    shutdownGraceMs: 5_000,
  });
}

function searchAttributes(): Record<string, 'Keyword' | 'Int'> {
  return Object.fromEntries(
    SEARCH_ATTRIBUTES.map(({ name, type }) => [name, ATTRIBUTE_TYPES[type as keyof typeof ATTRIBUTE_TYPES]]),
  );
}
