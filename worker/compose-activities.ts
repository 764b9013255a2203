// The steps of a worker, with what the configuration gives them: its clock, its stores, its log.
import type { Pool } from 'pg';
import type { DatabasePool } from 'slonik';
import { type ActivityDeps, createActivities } from '../activities/index.ts';
import type { Activities } from '../workflows/contracts.ts';
import { checkpointFrom } from './checkpoint.ts';
import { composeEvidence } from './compose-evidence.ts';
import type { Monitoring } from './compose-monitoring.ts';
import type { composeOutbox } from './compose-outbox.ts';
import { composeTokenise } from './compose-tokenise.ts';
import type { ReconConfig } from './config.ts';
import type { Logger } from './logger.ts';
import { activityScope } from './run-worker.ts';
import type { Environment } from './secret-references.ts';

export interface ActivityParts {
  readonly database: DatabasePool;
  readonly bulkPool: Pool;
  readonly accounts: ActivityDeps['accounts'];
  readonly outbox: ReturnType<typeof composeOutbox>;
  readonly monitoring: Monitoring;
  readonly logger: Logger;
  readonly codeVersion: string;
}

export function composeActivities(config: ReconConfig, parts: ActivityParts, environment: Environment): Activities {
  const { database, bulkPool, accounts, outbox, monitoring, logger, codeVersion } = parts;
  return createActivities({
    ...{ database, bulkPool, accounts, outbox, codeVersion },
    alerts: outbox.alerts,
    evidence: composeEvidence(config, database, Date.now),
    tokenise: composeTokenise(config),
    nowMs: Date.now,
    scope: activityScope,
    checkpoint: checkpointFrom(environment.RECON_CHECKPOINT),
    onTimings: (runId, steps) => {
      monitoring.decided(steps);
      logger.info({ runId, ms: Math.round(steps.reduce((sum, step) => sum + step.ms, 0)) }, 'run decided');
    },
  });
}
