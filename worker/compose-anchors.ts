// Binds anchors to the configured evidence store; null where none is configured.
import type { AnchorStore } from '../activities/audit/anchor-store.ts';
import { openAnchorStore } from '../activities/audit/open-anchor-store.ts';
import type { ReconConfig } from './config.ts';
import { storePlace } from './store-place.ts';

export function composeAnchors(
  config: Pick<ReconConfig, 'evidence' | 'folder'>,
  nowMs: () => number,
): AnchorStore | null {
  if (config.evidence === undefined) return null;
  const { address, s3 } = storePlace(config.folder, config.evidence);
  return openAnchorStore(address, { ...s3, retentionDays: config.evidence.retentionDays, nowMs });
}
