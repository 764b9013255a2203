// Decides when a starting PostgreSQL is ready, lastly by asking it, and says why when it will not be.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import type { ServerChild } from './child-process.ts';
import { messageOf, PortTaken, ServerStartFailed, WaitedTooLong } from './errors.ts';
import { logTail } from './log-tail.ts';
import { pollUntil } from './poll-until.ts';
import { DATABASE } from './postgres-cluster.ts';

// Recovery after a crash may have 4 GB of WAL to read.
const READY_TIMEOUT_MS = 180_000;
const READY_POLL_MS = 10;
const CONNECT_TIMEOUT_MS = 5_000;

export interface StartingPostgres {
  readonly child: ServerChild;
  /** PostgreSQL's own data directory. */
  readonly data: string;
  readonly url: string;
  readonly port: number;
  readonly logFile: string;
  /** How long the log was before this start. */
  readonly logStart: number;
  readonly signal: AbortSignal | undefined;
}

/** Resolves when it has answered a query and the database is there. */
export async function postgresAnswers(server: StartingPostgres): Promise<void> {
  try {
    await pollUntil({
      what: 'it to be ready',
      timeoutMs: READY_TIMEOUT_MS,
      intervalMs: READY_POLL_MS,
      signal: server.signal,
      check: async () => {
        if (server.child.exit() !== undefined) throw await whyItEnded(server);
        return (await isReady(server)) || undefined;
      },
    });
    await assertDatabase(server.url);
  } catch (error) {
    if (!(error instanceof WaitedTooLong)) throw error;
    const said = await logTail(server.logFile, server.logStart);
    throw new ServerStartFailed('PostgreSQL', messageOf(error), said, { cause: error });
  }
}

async function whyItEnded({ port, logFile, logStart }: StartingPostgres): Promise<Error> {
  const said = await logTail(logFile, logStart);
  if (/could not bind .*Address already in use/.test(said)) return new PortTaken('PostgreSQL', port);
  return new ServerStartFailed('PostgreSQL', 'its process ended', said);
}

/**
 * The state that our server writes on line 8 of its pid file (PostgreSQL source, miscadmin.h). On the port another may
 * be answering.
 */
async function isReady({ child, data }: StartingPostgres): Promise<boolean> {
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready';
}

async function assertDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  // A failed connection is told by connect() too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}
