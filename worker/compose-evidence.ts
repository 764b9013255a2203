// Binds the sealing of evidence to the configured store, and to the client of the worker, which knows how payloads are decoded.
import { Context } from '@temporalio/activity';
import type { DatabasePool } from 'slonik';
import { anchorChain, anchorEveryChain } from '../activities/audit/anchor-chain.ts';
import { SYSTEM_CHAIN } from '../activities/audit/append-event.ts';
import { readAuditedRun } from '../activities/audit/run-events.ts';
import { type EvidenceStore, openEvidenceStore } from '../activities/evidence/evidence-store.ts';
import { sealEvidence } from '../activities/evidence/seal-evidence.ts';
import { sweepEvidence } from '../activities/evidence/sweep-evidence.ts';
import { type ReadHistories, temporalHistories } from '../activities/evidence/workflow-histories.ts';
import type { Evidence } from '../activities/index.ts';
import { composeAnchors } from './compose-anchors.ts';
import { composeStore } from './compose-outbox.ts';
import type { ReconConfig } from './config.ts';
import { storePlace } from './store-place.ts';

export function composeEvidenceStore(config: ReconConfig, nowMs: () => number): EvidenceStore | undefined {
  if (config.evidence === undefined) return undefined;
  const { address, s3 } = storePlace(config.folder, config.evidence);
  return openEvidenceStore(address, { ...s3, retentionDays: config.evidence.retentionDays, nowMs });
}

export function composeEvidence(
  config: ReconConfig,
  database: DatabasePool,
  nowMs: () => number,
  histories: ReadHistories = temporalHistories(() => Context.current().client),
): Evidence | undefined {
  const store = composeEvidenceStore(config, nowMs);
  const anchors = composeAnchors(config, nowMs);
  if (store === undefined || anchors === null) return undefined;
  const deps = { database, reports: composeStore(config), store, histories };
  const anchoring = { database, store: anchors, nowMs };
  return {
    seal: async (runId) => {
      const seal = await sealEvidence(deps, { runId });
      // After the seal, so that its own line in the audit chain is under the anchor too.
      const { account } = await readAuditedRun(database, runId);
      for (const chain of [account, SYSTEM_CHAIN]) await anchorChain(anchoring, chain);
      return seal;
    },
    sweep: () => sweepEvidence({ ...deps, nowMs }),
    anchor: () => anchorEveryChain(anchoring),
  };
}
