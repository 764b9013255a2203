// Binds the sealing of evidence to the configured store, and to the client of the worker, which knows how payloads are decoded.
import { resolve } from 'node:path';
import { Context } from '@temporalio/activity';
import type { DatabasePool } from 'slonik';
import { type EvidenceStore, openEvidenceStore } from '../activities/evidence/evidence-store.ts';
import { sealEvidence } from '../activities/evidence/seal-evidence.ts';
import { sweepEvidence } from '../activities/evidence/sweep-evidence.ts';
import { temporalHistories } from '../activities/evidence/workflow-histories.ts';
import type { Evidence } from '../activities/index.ts';
import { composeStore } from './compose-outbox.ts';
import type { ReconConfig } from './config.ts';

interface EvidencePlace {
  readonly store: string;
  readonly retentionDays: number;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
}

/** Nothing is sealed where there is no place for it. */
export type EvidenceConfig = ReconConfig & { readonly evidence?: EvidencePlace | undefined };

export function composeEvidenceStore(config: EvidenceConfig, nowMs: () => number): EvidenceStore | undefined {
  if (config.evidence === undefined) return undefined;
  const { store, retentionDays, region, endpoint } = config.evidence;
  return openEvidenceStore(store.includes('://') ? store : resolve(config.folder, store), {
    nowMs,
    retentionDays,
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  });
}

export function composeEvidence(
  config: EvidenceConfig,
  database: DatabasePool,
  nowMs: () => number,
): Evidence | undefined {
  const store = composeEvidenceStore(config, nowMs);
  if (store === undefined) return undefined;
  const histories = temporalHistories(() => Context.current().client);
  const deps = { database, reports: composeStore(config), store, histories };
  return {
    seal: (runId) => sealEvidence(deps, { runId }),
    sweep: () => sweepEvidence({ ...deps, nowMs }),
  };
}
