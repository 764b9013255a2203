// A worker of the product in this process, over the companies of a test: the same workflows and activities as
// worker/main.ts, with a clock that a test may move.
import type { DatabasePool } from 'slonik';
import type { AccountSetup } from '../activities/accounts.ts';
import { createActivities, type Outbox } from '../activities/index.ts';
import { createBulkPool } from '../activities/stage/bulk-pool.ts';
import { createDatabase } from '../sql/database.ts';
import { composeAccounts } from '../worker/compose-accounts.ts';
import { composeEvidence } from '../worker/compose-evidence.ts';
import { composeOutbox } from '../worker/compose-outbox.ts';
import { createLogger } from '../worker/logger.ts';
import { activityScope, startWorker } from '../worker/run-worker.ts';
import { BUNDLE_FOLDER } from './bundle-folder.ts';
import type { Company } from './company.ts';
import type { TestServers } from './test-servers.ts';

export interface TestWorker {
  readonly database: DatabasePool;
  /** What a sweep would use to publish and deliver what was left over. */
  readonly outbox: Outbox;
  /** From now on the worker knows this company's account too; its reports and mails go where the first one's go. */
  serve(company: Company): void;
  /** What the activities take for now. */
  setClock(nowMs: () => number): void;
  stop(): Promise<void>;
}

// Companies come later than their worker.
const PROCESSORS = ['paypal', 'square', 'stripe'];

export async function startTestWorker(servers: TestServers, first: Company): Promise<TestWorker> {
  const { address, namespace, taskQueue } = servers.access;
  const { config } = first;
  const url = config.database.reveal();
  const database = await createDatabase({ url, poolSizeMax: 12, applicationName: 'recon worker' });
  const bulkPool = createBulkPool({ url, poolSizeMax: 8 });
  let clock: () => number = Date.now;
  const nowMs = () => clock();
  const accounts = new Map<string, AccountSetup>(composeAccounts(config, { nowMs }));
  const outbox = composeOutbox(config, database, nowMs);
  const worker = await startWorker({
    address,
    namespace,
    taskQueue,
    fetchTaskQueues: PROCESSORS.map((processor) => `fetch-${processor}`),
    activities: createActivities({
      database,
      bulkPool,
      accounts,
      outbox,
      alerts: outbox.alerts,
      evidence: composeEvidence(config, database, nowMs),
      codeVersion: 'test',
      nowMs,
      scope: activityScope,
      checkpoint: async () => undefined,
    }),
    identity: `test-${process.pid}`,
    bundleFolder: BUNDLE_FOLDER,
    logger: createLogger({ level: 'fatal' }),
    shutdownGraceMs: 5_000,
  });
  return {
    database,
    outbox,
    serve: (company) => {
      for (const [account, setup] of composeAccounts(company.config, { nowMs })) accounts.set(account, setup);
    },
    setClock: (next) => {
      clock = next;
    },
    stop: async () => {
      await worker.stop();
      await Promise.all([bulkPool.end(), database.end(), outbox.close()]);
    },
  };
}
