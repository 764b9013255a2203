// Starts Temporal's development server with its web UI on free loopback ports, or points at the server the environment
// names, which it then neither starts nor stops.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type StopStep, startServerChild } from './child-process.ts';
import { PortTaken, TemporalUnreachable } from './errors.ts';
import { freePorts, retryPortTaken } from './free-port.ts';
import { bareEnvironment, type Environment, hostEnvironment } from './host-environment.ts';
import { logSize } from './log-tail.ts';
import { type Progress, withElapsed } from './progress.ts';
import { acceptsTcp, temporalAnswers } from './temporal-answers.ts';
import { findTemporal } from './temporal-binary.ts';

export type SearchAttributeType = 'Text' | 'Keyword' | 'KeywordList' | 'Int' | 'Double' | 'Bool' | 'Datetime';

export interface StartTemporalOptions {
  /** Kept across restarts; without it everything is lost at stop(). */
  readonly dbFile?: string | undefined;
  /** For a restart under the same address; default: a free one. */
  readonly port?: number | undefined;
  readonly uiPort?: number | undefined;
  /** Default true. */
  readonly ui?: boolean | undefined;
  /** Made at start where it is missing; default `default`. */
  readonly namespace?: string | undefined;
  readonly searchAttributes?: Readonly<Record<string, SearchAttributeType>> | undefined;
  readonly onProgress?: Progress | undefined;
  readonly environment?: Environment | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LocalTemporal {
  readonly address: string;
  readonly namespace: string;
  /** undefined: the server is not ours, or has none. */
  readonly uiUrl: string | undefined;
  /** undefined: the server is not ours. */
  readonly binary: string | undefined;
  readonly pid: number | undefined;
  /** More than once is fine. */
  stop(): Promise<void>;
  /** As a crash would. For fault tests. */
  kill(): Promise<void>;
}

const CRASH: readonly StopStep[] = [{ signal: 'SIGKILL', graceMs: 5_000 }];
const SHUT_DOWN: readonly StopStep[] = [{ signal: 'SIGINT', graceMs: 10_000 }, ...CRASH];

export async function startTemporalServer(options: StartTemporalOptions = {}): Promise<LocalTemporal> {
  const environment = options.environment ?? hostEnvironment();
  const { onProgress, signal } = options;
  const found = await findTemporal({ environment, onProgress, signal });
  if (found.kind === 'external') return external(found.address, options);
  // Before it is ours, so that readiness cannot be told by the server that holds the port.
  if (options.port !== undefined && (await acceptsTcp('127.0.0.1', options.port))) {
    throw new PortTaken('Temporal', options.port);
  }
  const folder = options.dbFile === undefined ? await mkdtemp(join(tmpdir(), 'recon-temporal-')) : undefined;
  if (options.dbFile !== undefined) await mkdir(dirname(options.dbFile), { recursive: true });
  try {
    return await retryPortTaken([options.port, options.uiPort], async () => {
      const [port = 0, uiPort = 0] = await freePorts(2);
      const ports = { port: options.port ?? port, uiPort: options.uiPort ?? uiPort };
      return startOn(ports, { binary: found.path, environment, folder }, options);
    });
  } catch (error) {
    await removeIfGiven(folder);
    throw error;
  }
}

async function external(address: string, options: StartTemporalOptions): Promise<LocalTemporal> {
  const [, host = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(address) ?? [];
  if (host === '' || !(await acceptsTcp(host, Number(port)))) throw new TemporalUnreachable(address);
  const nothing = async () => undefined;
  const namespace = options.namespace ?? 'default';
  return { address, namespace, uiUrl: undefined, binary: undefined, pid: undefined, stop: nothing, kill: nothing };
}

interface Start {
  readonly binary: string;
  readonly environment: Environment;
  /** For what does not outlive the server; undefined when there is a database file. */
  readonly folder: string | undefined;
}

async function startOn(
  { port, uiPort }: { port: number; uiPort: number },
  { binary, environment, folder }: Start,
  options: StartTemporalOptions,
): Promise<LocalTemporal> {
  const { dbFile, ui = true, namespace = 'default', onProgress, signal } = options;
  const logFile = dbFile === undefined ? join(folder ?? tmpdir(), 'temporal.log') : `${dbFile}.log`;
  const logStart = await logSize(logFile);
  const child = startServerChild({
    command: binary,
    args: serverArgs(port, ui ? uiPort : undefined, namespace, options),
    env: bareEnvironment(environment),
    logFile,
    // In memory there is nothing to save, and an orderly end takes a second.
    stopSteps: dbFile === undefined ? CRASH : SHUT_DOWN,
    orphanedFolder: folder,
  });
  try {
    const ready = temporalAnswers({ child, port, namespace, dbFile, logFile, logStart, signal });
    await withElapsed(onProgress, 'starting Temporal', ready);
  } catch (error) {
    await child.stop(CRASH);
    throw error;
  }
  return {
    address: `127.0.0.1:${port}`,
    namespace,
    uiUrl: ui ? `http://127.0.0.1:${uiPort}` : undefined,
    binary,
    pid: child.pid,
    stop: async () => {
      await child.stop();
      await removeIfGiven(folder);
    },
    kill: () => child.stop(CRASH),
  };
}

function serverArgs(
  port: number,
  uiPort: number | undefined,
  namespace: string,
  options: StartTemporalOptions,
): string[] {
  const attributes = Object.entries(options.searchAttributes ?? {});
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--log-level', 'error'],
    ...(uiPort === undefined ? ['--headless'] : ['--ui-port', String(uiPort)]),
    ...(namespace === 'default' ? [] : ['--namespace', namespace]),
    // NORMAL loses the last writes when the machine crashes, not when the server does, and saves a disk flush per
    // transaction.
    ...(options.dbFile === undefined ? [] : ['--db-filename', options.dbFile, '--sqlite-pragma', 'synchronous=1']),
    ...attributes.flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
  ];
}

async function removeIfGiven(folder: string | undefined): Promise<void> {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}
