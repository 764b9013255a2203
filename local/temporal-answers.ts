// Decides when a starting Temporal server is ready: its namespace answers a real client. Says why when it will not be.
import { connect } from 'node:net';
import { Connection } from '@temporalio/client';
import type { ServerChild } from './child-process.ts';
import { DataDirInUse, messageOf, PortTaken, ServerStartFailed, WaitedTooLong } from './errors.ts';
import { logTail } from './log-tail.ts';
import { pollUntil } from './poll-until.ts';

const READY_TIMEOUT_MS = 60_000;
const READY_POLL_MS = 10;
const TCP_TIMEOUT_MS = 3_000;
const CALL_TIMEOUT_MS = 5_000;

export interface StartingTemporal {
  readonly child: ServerChild;
  readonly port: number;
  readonly namespace: string;
  /** Undefined when all is kept in memory. */
  readonly dbFile: string | undefined;
  readonly logFile: string;
  /** How long the log was before this start. */
  readonly logStart: number;
  readonly signal: AbortSignal | undefined;
}

/** Resolves when the namespace has been described by a client. */
export async function temporalAnswers(server: StartingTemporal): Promise<void> {
  const { child, port, namespace, logFile, logStart, signal } = server;
  const wait = { what: 'its first answer', timeoutMs: READY_TIMEOUT_MS, intervalMs: READY_POLL_MS, signal };
  const whileAlive = async (isReady: Promise<boolean>) => {
    const ready = await isReady;
    if (child.exit() !== undefined) throw await whyItEnded(server);
    return ready || undefined;
  };
  try {
    // A gRPC channel that meets a closed port backs off for a second; so it is made when the port is open.
    await pollUntil({ ...wait, check: () => whileAlive(acceptsTcp('127.0.0.1', port)) });
    const connection = Connection.lazy({ address: `127.0.0.1:${port}` });
    try {
      await pollUntil({ ...wait, check: () => whileAlive(hasNamespace(connection, namespace)) });
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (!(error instanceof WaitedTooLong)) throw error;
    throw new ServerStartFailed('Temporal', messageOf(error), await logTail(logFile, logStart), { cause: error });
  }
}

async function whyItEnded({ dbFile, logFile, logStart }: StartingTemporal): Promise<Error> {
  const said = await logTail(logFile, logStart);
  if (dbFile !== undefined && said.includes('SQLITE_BUSY'))
    return new DataDirInUse('a running Temporal server', dbFile);
  const taken = /port (\d+): .*address already in use/.exec(said)?.[1];
  return taken === undefined
    ? new ServerStartFailed('Temporal', 'its process ended', said)
    : new PortTaken('Temporal', Number(taken));
}

async function hasNamespace(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await connection.withDeadline(Date.now() + CALL_TIMEOUT_MS, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return true;
  } catch {
    // Not yet; a reason that stays is told by the bound.
    return false;
  }
}

export function acceptsTcp(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TCP_TIMEOUT_MS });
    const answer = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => answer(true));
    socket.once('timeout', () => answer(false));
    socket.once('error', () => answer(false));
  });
}
