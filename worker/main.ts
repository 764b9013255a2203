// The worker process: npm run worker. Reads recon.yaml (or RECON_CONFIG), polls until it is told to stop, then finishes
// what it can within the grace time. Fargate gives 120 s between SIGTERM and SIGKILL.
import { hostname } from 'node:os';
import { leasedGates } from '../activities/fetch/request/rate-limit.ts';
import { createBulkPool } from '../activities/stage/bulk-pool.ts';
import { composeAccounts, fetchTaskQueues } from './compose-accounts.ts';
import { composeActivities } from './compose-activities.ts';
import { composeMonitoring } from './compose-monitoring.ts';
import { composeOutbox } from './compose-outbox.ts';
import { loadConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { openDatabase, passwordAsked } from './open-database.ts';
import { startWorker } from './run-worker.ts';
import { temporalPlace } from './temporal-place.ts';

const SHUTDOWN_GRACE_MS = 90_000;

const environment = process.env;
const logger = createLogger({ level: environment.RECON_LOG_LEVEL ?? 'info' });
try {
  const config = await loadConfig(environment.RECON_CONFIG ?? 'recon.yaml', environment);
  const database = await openDatabase(config.database, { poolSizeMax: 12, applicationName: 'recon worker' });
  const bulkPool = createBulkPool({
    url: config.database.reveal(),
    password: passwordAsked(config.database),
    poolSizeMax: 8,
  });
  const place = temporalPlace(config.temporal, environment);
  const codeVersion = environment.RECON_CODE_VERSION ?? 'dev';
  const monitoring = await composeMonitoring(config, { logger, nowMs: Date.now, codeVersion });
  const accounts = composeAccounts(config, { gateFor: monitoring.counting(leasedGates(database)) });
  const outbox = composeOutbox(config, database, Date.now);
  const worker = await startWorker({
    ...place,
    fetchTaskQueues: fetchTaskQueues(accounts, place.taskQueue),
    activities: composeActivities(
      config,
      { database, bulkPool, accounts, outbox, monitoring, logger, codeVersion },
      environment,
    ),
    identity: `${hostname()}-${process.pid}`,
    bundleFolder: environment.RECON_BUNDLE_FOLDER ?? '.recon/workflow-bundles',
    logger,
    shutdownGraceMs: SHUTDOWN_GRACE_MS,
    metricsPlace: config.monitoring?.temporalListen,
  });
  monitoring.watch(worker.problems);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void worker.stop().catch(() => undefined));
  // Last: whoever waits for this line may stop the process at once.
  logger.info({ accounts: accounts.size, address: place.address }, 'worker polls');
  await worker.done;
  await Promise.all([bulkPool.end(), database.end(), outbox.close(), monitoring.stop()]);
  logger.info('worker stopped');
} catch (error) {
  logger.fatal({ err: error }, error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
