// Binds anchors to the configured evidence store; null where none is configured.
import { resolve } from 'node:path';
import type { AnchorStore } from '../activities/audit/anchor-store.ts';
import { openAnchorStore } from '../activities/audit/open-anchor-store.ts';
import type { ReconConfig } from './config.ts';

export function composeAnchors(
  config: Pick<ReconConfig, 'evidence' | 'folder'>,
  nowMs: () => number,
): AnchorStore | null {
  if (config.evidence === undefined) return null;
  const { store, region, endpoint, retentionDays } = config.evidence;
  const address = store.includes('://') ? store : resolve(config.folder, store);
  return openAnchorStore(address, {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    retentionDays,
    nowMs,
  });
}
