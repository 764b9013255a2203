// Starts PostgreSQL on a free loopback port, on a folder that is kept or on one that is thrown away. Never touches
// another server's data, and leaves nothing running or lying about when this process ends.
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type StopStep, startServerChild } from './child-process.ts';
import { ServerStartFailed, systemErrorCode } from './errors.ts';
import { freePort, retryPortTaken } from './free-port.ts';
import { bareEnvironment, type Environment, hostEnvironment } from './host-environment.ts';
import { logSize } from './log-tail.ts';
import { postgresAnswers } from './postgres-answers.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { type Cluster, DATABASE, openCluster, SUPERUSER } from './postgres-cluster.ts';
import { assertDataDirFree } from './postgres-data-dir-holder.ts';
import { postgresFlags } from './postgres-settings.ts';
import { commandAs, giveTo, type ProcessOwner, processOwner } from './process-owner.ts';
import { type Progress, withElapsed } from './progress.ts';

export interface StartPostgresOptions {
  /** Kept when given; else a temporary folder that stop() removes. */
  readonly dataDir?: string | undefined;
  /** false = throwaway data: faster, and lost or spoilt when the machine (not the server) crashes. */
  readonly durable: boolean;
  /** For a restart under the same address; default: a free one. */
  readonly port?: number | undefined;
  /** Keeps the write-ahead log there as well, for restoring (local/base-backup.ts). Made where it is not there. */
  readonly archiveDir?: string | undefined;
  readonly onProgress?: Progress | undefined;
  readonly environment?: Environment | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LocalPostgres {
  /** Superuser, database `recon`. */
  readonly url: string;
  /** Superuser, database `postgres`: from here databases are created and dropped. */
  readonly adminUrl: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  readonly logFile: string;
  /** Ends it in order, and removes the folder if it was temporary. More than once is fine. */
  stop(): Promise<void>;
  /** Ends it as a crash would: no checkpoint, recovery at the next start. The folder stays. For fault tests. */
  kill(): Promise<void>;
}

// SIGINT rolls back what runs and checkpoints; SIGQUIT leaves at once, taking its children along (it gives them 5 s),
// and recovers at the next start; SIGKILL would leave the backends to find out by themselves.
const CRASH: readonly StopStep[] = [
  { signal: 'SIGQUIT', graceMs: 7_000 },
  { signal: 'SIGKILL', graceMs: 1_000 },
];
const SHUT_DOWN: readonly StopStep[] = [{ signal: 'SIGINT', graceMs: 30_000 }, ...CRASH];

export async function startPostgres(options: StartPostgresOptions): Promise<LocalPostgres> {
  const prepared = await prepare(options);
  try {
    return await retryPortTaken([options.port], async () => {
      return startOn(options.port ?? (await freePort()), prepared, options);
    });
  } catch (error) {
    await removeIfTemporary(prepared);
    // Another process may have started on the folder after we looked: then that is the reason.
    if (error instanceof ServerStartFailed) await assertDataDirFree(prepared.cluster.data, prepared.dataDir);
    throw error;
  }
}

interface Prepared {
  readonly dataDir: string;
  readonly isKept: boolean;
  readonly cluster: Cluster;
  readonly owner: ProcessOwner;
  readonly postgres: string;
  readonly environment: Environment;
}

async function prepare(options: StartPostgresOptions): Promise<Prepared> {
  const environment = options.environment ?? hostEnvironment();
  const binaries = await postgresBinaries();
  const { dataDir, isNew } = await openFolder(options.dataDir);
  const isKept = options.dataDir !== undefined;
  try {
    const folders = [binaries.folder, isNew ? dirname(dataDir) : dataDir];
    const owner = await processOwner([...folders, dirname(options.archiveDir ?? dataDir)], environment);
    if (isNew) await giveTo(owner, dataDir);
    if (options.archiveDir !== undefined) await openArchive(options.archiveDir, owner);
    const { durable, onProgress, signal } = options;
    const cluster = await openCluster({ dataDir, durable, binaries, environment, owner, onProgress, signal });
    await assertDataDirFree(cluster.data, dataDir);
    return { dataDir, isKept, cluster, owner, postgres: binaries.postgres, environment };
  } catch (error) {
    await removeIfTemporary({ dataDir, isKept });
    throw error;
  }
}

async function openFolder(given: string | undefined): Promise<{ dataDir: string; isNew: boolean }> {
  if (given === undefined)
    return { dataDir: await realpath(await mkdtemp(join(tmpdir(), 'recon-postgres-'))), isNew: true };
  await mkdir(dirname(resolve(given)), { recursive: true });
  try {
    await mkdir(given, { mode: 0o700 });
    return { dataDir: await realpath(given), isNew: true };
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
    return { dataDir: await realpath(given), isNew: false };
  }
}

async function openArchive(folder: string, owner: ProcessOwner): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await giveTo(owner, folder);
}

async function removeIfTemporary({ dataDir, isKept }: Pick<Prepared, 'dataDir' | 'isKept'>): Promise<void> {
  if (!isKept) await rm(dataDir, { recursive: true, force: true });
}

async function startOn(port: number, prepared: Prepared, options: StartPostgresOptions): Promise<LocalPostgres> {
  const { dataDir, isKept, cluster, owner, environment } = prepared;
  const logFile = join(dataDir, 'postgres.log');
  const logStart = await logSize(logFile);
  const args = ['-D', cluster.data, '-p', String(port), ...(await postgresFlags(options.durable, options.archiveDir))];
  const child = startServerChild({
    ...commandAs(owner, prepared.postgres, args),
    env: bareEnvironment(environment),
    logFile,
    stopSteps: isKept ? SHUT_DOWN : CRASH,
    orphanedFolder: isKept ? undefined : dataDir,
  });
  const urlOf = (database: string) => `postgres://${SUPERUSER}:${cluster.password}@127.0.0.1:${port}/${database}`;
  try {
    const ready = postgresAnswers({
      child,
      data: cluster.data,
      url: urlOf('postgres'),
      port,
      logFile,
      logStart,
      signal: options.signal,
    });
    await withElapsed(options.onProgress, 'starting PostgreSQL', ready);
  } catch (error) {
    await child.stop(CRASH);
    throw error;
  }
  return {
    url: urlOf(DATABASE),
    adminUrl: urlOf('postgres'),
    port,
    pid: child.pid,
    dataDir,
    logFile,
    stop: async () => {
      await child.stop();
      await removeIfTemporary(prepared);
    },
    kill: () => child.stop(CRASH),
  };
}
