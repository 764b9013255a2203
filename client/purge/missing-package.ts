// Decides whether a run's sealed package stands in the evidence store as it was sealed, by its manifest. (What the manifest names is
// verified by `recon evidence export`.) Reads only.
import { hash } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { evidenceKey, MANIFEST_FILE } from '../../activities/evidence/evidence-files.ts';
import type { EvidenceStore } from '../../activities/evidence/evidence-store.ts';
import { ObjectMissing } from '../../activities/report/object-store.ts';
import type { SealedPackage } from '../database/purges.ts';

/** null where it is there. @throws StoreUnavailable */
export async function missingPackage(
  store: Pick<EvidenceStore, 'get'>,
  { manifestSha256, ...run }: SealedPackage,
): Promise<string | null> {
  try {
    const manifest = await text(await store.get(`${evidenceKey(run, manifestSha256)}/${MANIFEST_FILE}`));
    return hash('sha256', manifest, 'hex') === manifestSha256 ? null : 'is not the one that was sealed';
  } catch (error) {
    if (error instanceof ObjectMissing) return 'is not in the evidence store';
    throw error;
  }
}
