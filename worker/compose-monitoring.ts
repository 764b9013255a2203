// Binds metrics and health of a worker to its configuration; does nothing where the configuration has no `monitoring`.
import type { Gates } from '../activities/fetch/request/rate-limit.ts';
import type { StepTiming } from '../activities/reconcile/run-passes.ts';
import { composeAnchors } from './compose-anchors.ts';
import type { ReconConfig } from './config.ts';
import type { Logger } from './logger.ts';
import { createCollector } from './monitoring/collector.ts';
import { watchEventLoop } from './monitoring/event-loop.ts';
import { renderMetrics } from './monitoring/exposition.ts';
import { createProcessCounters } from './monitoring/process-counters.ts';
import { processSamples } from './monitoring/process-samples.ts';
import { processorLabels } from './monitoring/processor-labels.ts';
import { createReadiness } from './monitoring/readiness.ts';
import { serveMonitoring } from './monitoring/serve-monitoring.ts';
import { openDatabase } from './open-database.ts';

export interface Monitoring {
  /** The same gates; what passes them is counted. */
  counting(gates: Gates): Gates;
  decided(timings: readonly StepTiming[]): void;
  /** From now on the worker is asked what keeps it from working; before that it is starting. */
  watch(workerProblems: () => Promise<readonly string[]>): void;
  stop(): Promise<void>;
}

export interface MonitoringDeps {
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly codeVersion: string;
}

const OFF: Monitoring = {
  counting: (gates) => gates,
  decided: () => undefined,
  watch: () => undefined,
  stop: async () => undefined,
};

/** @throws MonitoringNotListening, DatabaseUnreachable */
export async function composeMonitoring(config: ReconConfig, deps: MonitoringDeps): Promise<Monitoring> {
  if (config.monitoring === undefined) return OFF;
  const { logger, nowMs, codeVersion } = deps;
  // Connections of its own: a worker that has all of its own in use is busy and not ill.
  const database = await openDatabase(config.database, { poolSizeMax: 2, applicationName: 'recon monitoring' });
  const label = processorLabels(config.accounts.map(({ processor }) => processor));
  const counters = createProcessCounters(label);
  const loop = watchEventLoop();
  const anchors = composeAnchors(config, nowMs) ?? undefined;
  const collector = createCollector({ database, accounts: config.accounts, label, anchors, nowMs, logger });
  let workerProblems = async (): Promise<readonly string[]> => ['the worker is starting'];
  const metrics = async () =>
    renderMetrics([
      ...(await collector.samples()),
      ...counters.samples(),
      ...processSamples(),
      { name: 'recon_event_loop_pause_seconds', value: loop.longestPauseMs() / 1_000 },
      { name: 'recon_build_info', labels: { version: codeVersion }, value: 1 },
    ]);
  const close = async () => {
    loop.stop();
    await database.end();
  };
  const server = await serveMonitoring(config.monitoring.listen, {
    metrics,
    longestPauseMs: loop.longestPauseMs,
    notReady: createReadiness({ database, workerProblems: () => workerProblems(), nowMs }),
  }).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return {
    counting: counters.counting,
    decided: counters.decided,
    watch: (problems) => {
      workerProblems = problems;
    },
    stop: async () => {
      await server.stop();
      await close();
    },
  };
}
