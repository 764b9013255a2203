// Decides what an address of the configuration means: s3://bucket/prefix, or a folder. Pure.
import { NotConfigured } from '../errors.ts';

/** Where in recon.yaml the address stands. */
export type StoreSetting = 'reports.store' | 'evidence.store';

export type StoreAddress =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 's3'; readonly bucket: string; readonly prefix: string };

// One letter is a drive, not a scheme.
const SCHEME = /^([a-z][a-z0-9+.-]+):/;
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const FOLDER_OF_PREFIX = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** @throws NotConfigured */
export function parseStoreAddress(address: string, setting: StoreSetting): StoreAddress {
  const scheme = SCHEME.exec(address)?.[1];
  if (scheme === undefined && address !== '') return { kind: 'folder', folder: address };
  const [bucket = '', ...rest] = address.replace('s3://', '').split('/');
  const folders = rest.filter((part) => part !== '');
  if (scheme !== 's3' || !BUCKET.test(bucket) || !folders.every((part) => FOLDER_OF_PREFIX.test(part))) {
    throw new NotConfigured(
      `${setting} "${address}" is neither s3://bucket/prefix nor a folder: correct it in recon.yaml`,
    );
  }
  return { kind: 's3', bucket, prefix: folders.join('/') };
}
