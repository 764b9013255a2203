// The servers of one test file: Temporal and a mailbox of its own, and databases in the PostgreSQL of the test run.
// Nothing of it outlives stop().
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { TemporalAccess } from '../client/temporal/open-temporal.ts';
import { type Mailbox, startMailbox } from '../local/mailbox.ts';
import { type LocalTemporal, startTemporalServer } from '../local/temporal-server.ts';
import { freshDatabase } from '../scripts/database-for-tests.ts';
import type { Policy } from '../workflows/contracts.ts';
import { SEARCH_ATTRIBUTES } from '../workflows/search-attributes.ts';

/** Production waits minutes where a test has seconds. */
export const TEST_POLICY: Policy = { retryInitialMs: 100, retryMaxMs: 500, heartbeatMs: 3_000 };

export interface TestServers {
  readonly temporal: LocalTemporal;
  readonly mailbox: Mailbox;
  /** A client with the namespace and the task queue of the workers. */
  readonly access: TemporalAccess;
  /** For configuration, reports and logs. */
  readonly folder: string;
  /** An empty database of the current schema: the URL of its owner. */
  newDatabase(): Promise<string>;
  stop(): Promise<void>;
}

const TASK_QUEUE = 'recon';
// Attributes of the dev server are named as its command line spells them.
const ATTRIBUTE_TYPES = { KEYWORD: 'Keyword', INT: 'Int' } as const;

/** @param options.dbFile keeps Temporal's state over a crash. */
export async function startTestServers(options: { dbFile?: string } = {}): Promise<TestServers> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const step of stops.splice(0).reverse()) await step();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'recon-test-'));
    stops.push(() => rm(folder, { recursive: true, force: true }));
    const mailbox = await startMailbox({ dir: join(folder, 'mail') });
    stops.push(() => mailbox.stop());
    const temporal = await startTemporalServer({ ui: false, searchAttributes: searchAttributes(), ...options });
    stops.push(() => temporal.stop());
    const { address, namespace } = temporal;
    const connection = await Connection.connect({ address });
    stops.push(() => connection.close());
    const client = new Client({ connection, namespace });
    return {
      temporal,
      mailbox,
      access: { client, connection, address, namespace, taskQueue: TASK_QUEUE, uiUrl: undefined },
      folder,
      newDatabase: async () => {
        const database = await freshDatabase();
        stops.push(() => database.drop());
        return database.url;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function searchAttributes(): Record<string, 'Keyword' | 'Int'> {
  return Object.fromEntries(
    SEARCH_ATTRIBUTES.map(({ name, type }) => [name, ATTRIBUTE_TYPES[type as keyof typeof ATTRIBUTE_TYPES]]),
  );
}
