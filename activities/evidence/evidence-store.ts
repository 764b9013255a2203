// Opens the store of evidence that an address of the configuration means: written once under a key, never replaced; in S3 also
// locked, so that nobody can remove it before its time.
import { createFolderStore } from '../report/folder-store.ts';
import type { ObjectStore } from '../report/object-store.ts';
import { createLockedS3Store, type LockedS3Options } from '../report/s3-store.ts';
import { parseStoreAddress } from '../report/store-address.ts';

/** As the report store; what is put stays for the whole retention. */
export type EvidenceStore = ObjectStore;

/** A folder cannot lock: it is for laptops and tests, or for a file system that does it itself. @throws NotConfigured */
export function openEvidenceStore(address: string, options: LockedS3Options): EvidenceStore {
  const place = parseStoreAddress(address, 'evidence.store');
  if (place.kind === 'folder') return createFolderStore(place.folder);
  return createLockedS3Store(place.bucket, place.prefix, options);
}
