// Opens the store of anchors that an address of the configuration means: the same as that of the evidence.
import type { LockedS3Options } from '../report/s3-store.ts';
import { parseStoreAddress } from '../report/store-address.ts';
import type { AnchorStore } from './anchor-store.ts';
import { createFolderAnchorStore } from './folder-anchor-store.ts';
import { createS3AnchorStore } from './s3-anchor-store.ts';

/** @throws NotConfigured */
export function openAnchorStore(address: string, options: LockedS3Options): AnchorStore {
  const place = parseStoreAddress(address, 'evidence.store');
  if (place.kind === 'folder') return createFolderAnchorStore(place.folder);
  return createS3AnchorStore(place.bucket, place.prefix, options);
}
