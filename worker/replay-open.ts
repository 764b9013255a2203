// node worker/replay-open.ts: replays every run that is under way on the workflows of this version, before this version is deployed.
// A run that would not replay would stop in the middle: then the exit code is 1, and nothing may be deployed. Changes nothing.
import { readFile } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { loadConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { workflowBundle } from './run-worker.ts';
import { type TemporalPlace, temporalPlace } from './temporal-place.ts';

/** A day of 500 accounts with a backfill each is far below. */
const OPEN_MAX = 5_000;
/** What a person reads; the count says the rest. */
const FAILURES_NAMED_MAX = 20;

const environment = process.env;
const logger = createLogger({ level: environment.RECON_LOG_LEVEL ?? 'info' });
try {
  const config = await loadConfig(environment.RECON_CONFIG ?? 'recon.yaml', environment);
  const { address, namespace, login, dataConverter } = temporalPlace(config.temporal, environment);
  const connection = await Connection.connect({ ...login, address });
  try {
    const failures = await replayOpen(new Client({ connection, namespace }), dataConverter);
    if (failures.length > 0) process.exitCode = 1;
  } finally {
    await connection.close();
  }
} catch (error) {
  logger.fatal({ err: error }, error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

/**
 * Histories are fetched as they are kept; the replay itself opens what is encrypted.
 * @throws RangeError where more runs are open than this looks at: half a gate is none
 */
async function replayOpen(client: Client, dataConverter: TemporalPlace['dataConverter']): Promise<readonly string[]> {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging: { filter } } });
  const folder = environment.RECON_BUNDLE_FOLDER ?? '.recon/workflow-bundles';
  const code = await readFile(await workflowBundle(folder, dataConverter?.failureConverterPath), 'utf8');
  const options = { workflowBundle: { code }, ...(dataConverter === undefined ? {} : { dataConverter }) };
  const failures: string[] = [];
  let open = 0;
  for await (const { workflowId, runId } of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    open += 1;
    if (open > OPEN_MAX) throw new RangeError(`more than ${OPEN_MAX} runs are open: deploy when fewer are`);
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    try {
      await Worker.runReplayHistory(options, history, workflowId);
    } catch (error) {
      failures.push(workflowId);
      if (failures.length <= FAILURES_NAMED_MAX) logger.error({ workflowId, err: error }, 'this run does not replay');
    }
  }
  logger.info({ open, failures: failures.length }, 'open runs replayed');
  return failures;
}
