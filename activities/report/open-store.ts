// Opens the store of reports that an address of the configuration means.
import { createFolderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';
import { createS3Store, type S3StoreOptions } from './s3-store.ts';
import { parseStoreAddress } from './store-address.ts';

/** @throws NotConfigured */
export function openStore(address: string, s3: S3StoreOptions = {}): ObjectStore {
  const place = parseStoreAddress(address, 'reports.store');
  return place.kind === 'folder' ? createFolderStore(place.folder) : createS3Store(place.bucket, place.prefix, s3);
}
