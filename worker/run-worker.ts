// Runs the workers of one process: one for workflows and most activities, one a processor for its API. Pollers, slots and
// shutdown times are all written out here; nothing is left at the SDK's development defaults.
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  type NativeConnectionOptions,
  Runtime,
  Worker,
} from '@temporalio/worker';
import type { Activities } from '../workflows/contracts.ts';
import { TemporalUnreachable } from './connection-errors.ts';
import type { Logger } from './logger.ts';
import { pollProblems } from './monitoring/poll-problems.ts';
import { sdkMetrics } from './monitoring/sdk-metrics.ts';
import type { ListenPlace } from './monitoring-config.ts';
import type { TemporalPlace } from './temporal-place.ts';
import { watchBacklog } from './watch-backlog.ts';

export interface WorkerOptions {
  readonly address: string;
  readonly login?: TemporalPlace['login'];
  readonly dataConverter?: TemporalPlace['dataConverter'];
  readonly namespace: string;
  readonly taskQueue: string;
  readonly fetchTaskQueues: readonly string[];
  readonly activities: Activities;
  readonly identity: string;
  /** Where the compiled workflows are kept between starts. */
  readonly bundleFolder: string;
  readonly logger: Logger;
  /** How long activities may finish after a stop was asked for. Fargate allows 120 s in all. */
  readonly shutdownGraceMs: number;
  /** Where the SDK serves its own metrics; undefined: nowhere. */
  readonly metricsPlace?: ListenPlace | undefined;
}

export interface RunningWorker {
  /** Settles when the workers have stopped; rejects when one failed. */
  readonly done: Promise<void>;
  /** What keeps it from working, a sentence each; rejects where Temporal does not answer. */
  readonly problems: () => Promise<readonly string[]>;
  stop(): Promise<void>;
}

const WORKFLOWS = fileURLToPath(new URL('../workflows/index.ts', import.meta.url));
const CACHED_WORKFLOWS_MAX = 100;
const CORE_ACTIVITIES_MAX = 12;
const FETCH_ACTIVITIES_MAX = 6;
// A workflow waits this long for the worker that has it in its cache before any other may take it.
const WORKER_MISSED_AFTER_MS = 5_000;
const API_KEY_EVERY_MS = 60_000;

let runtimeInstalled = false;

/** @throws TemporalUnreachable */
async function connect({ address, login = {} }: WorkerOptions): Promise<NativeConnection> {
  const { apiKey, ...rest } = login;
  const key = typeof apiKey === 'function' ? apiKey() : apiKey;
  try {
    return await NativeConnection.connect({
      ...(rest as NativeConnectionOptions),
      ...(key === undefined ? {} : { apiKey: key }),
      address,
    });
  } catch (cause) {
    throw new TemporalUnreachable(address, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Clients ask for the key with each request; this connection has to be told. Gives what ends the telling. */
function keepApiKey(connection: NativeConnection, { login }: WorkerOptions): () => void {
  const apiKey = login?.apiKey;
  if (typeof apiKey !== 'function') return () => undefined;
  // One that could not be told is told again the next minute; what it means for the connection, its own requests say.
  const timer = setInterval(() => void connection.setApiKey(apiKey()).catch(() => undefined), API_KEY_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  installRuntime(options);
  // One after the other, so that a start that fails leaves neither a connection nor a compiler behind.
  const { dataConverter } = options;
  const codePath = await workflowBundle(options.bundleFolder, dataConverter?.failureConverterPath);
  const connection = await connect(options);
  const forgetApiKey = keepApiKey(connection, options);
  const shared = {
    connection,
    namespace: options.namespace,
    identity: options.identity,
    activities: options.activities,
    ...(dataConverter === undefined ? {} : { dataConverter }),
    shutdownGraceTime: options.shutdownGraceMs,
    shutdownForceTime: options.shutdownGraceMs + 20_000,
  };
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: options.taskQueue,
      workflowBundle: { codePath },
      maxCachedWorkflows: CACHED_WORKFLOWS_MAX,
      maxConcurrentActivityTaskExecutions: CORE_ACTIVITIES_MAX,
      maxConcurrentWorkflowTaskExecutions: 20,
      stickyQueueScheduleToStartTimeout: WORKER_MISSED_AFTER_MS,
    }),
    ...options.fetchTaskQueues.map((taskQueue) =>
      Worker.create({ ...shared, taskQueue, maxConcurrentActivityTaskExecutions: FETCH_ACTIVITIES_MAX }),
    ),
  ]);
  const backlog = watchBacklog(connection, options);
  const done = Promise.all(workers.map((worker) => worker.run()))
    .then(() => undefined)
    .finally(forgetApiKey)
    .finally(() => backlog.stop())
    .finally(() => connection.close());
  // Whoever waits for `done` sees the failure; nobody waiting must not end the process before stop().
  done.catch(() => undefined);
  return {
    done,
    problems: async () =>
      workers.every((worker) => worker.getState() === 'RUNNING')
        ? pollProblems(connection, options, Date.now())
        : ['the worker is stopping'],
    stop: async () => {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      await done;
    },
  };
}

/** What an activity runs in, for code that does not know Temporal. */
export function activityScope(): { heartbeat: (details: unknown) => void; signal: AbortSignal } {
  const context = Context.current();
  return { heartbeat: (details) => context.heartbeat(details), signal: context.cancellationSignal };
}

function installRuntime({ logger, metricsPlace }: WorkerOptions): void {
  if (runtimeInstalled) return;
  runtimeInstalled = true;
  Runtime.install({
    // The owner of the process decides when it stops (worker/main.ts, the client): no handlers of the SDK's.
    shutdownSignals: [],
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const { error, ...fields } = (meta ?? {}) as Record<string, unknown>;
      const method = level === 'ERROR' ? 'error' : level === 'WARN' ? 'warn' : 'info';
      logger[method]({ ...printable(fields), ...(error === undefined ? {} : { err: error }) }, message);
    }),
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }), forward: {} },
      ...(metricsPlace === undefined ? {} : { metrics: sdkMetrics(metricsPlace) }),
    },
  });
}

function printable(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === 'bigint' ? value.toString() : value]),
  );
}

/**
 * The compiled workflows, compiled again only when their source or the SDK changed.
 * @param failureConverterPath Where failures are encoded, as a codec wants it; it becomes part of them.
 */
export async function workflowBundle(folder: string, failureConverterPath?: string): Promise<string> {
  const path = join(folder, `workflows-${await sourceDigest(failureConverterPath)}.js`);
  try {
    await readFile(path);
    return path;
  } catch {
    // Not there yet.
  }
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS,
    logger: new DefaultLogger('ERROR'),
    ...(failureConverterPath === undefined ? {} : { failureConverterPath }),
  });
  await mkdir(folder, { recursive: true });
  // Not by process id: in two containers that share the folder, both are process 1.
  const unfinished = `${path}.${randomUUID()}`;
  await writeFile(unfinished, code);
  await rename(unfinished, path);
  return path;
}

async function sourceDigest(failureConverterPath: string | undefined): Promise<string> {
  const folder = fileURLToPath(new URL('../workflows/', import.meta.url));
  const digest = createHash('sha256');
  for (const name of (await readdir(folder))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .sort()) {
    digest.update(name).update(await readFile(join(folder, name)));
  }
  if (failureConverterPath !== undefined) digest.update(await readFile(failureConverterPath));
  digest.update(await readFile(new URL('../package-lock.json', import.meta.url)));
  return digest.digest('hex').slice(0, 16);
}
