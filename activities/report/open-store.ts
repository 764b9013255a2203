// Decides which store an address of the configuration means: s3://bucket/prefix, or a folder.
import { NotConfigured } from '../errors.ts';
import { createFolderStore } from './folder-store.ts';
import type { ObjectStore } from './object-store.ts';
import { createS3Store, type S3StoreOptions } from './s3-store.ts';

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*)?$/;

/** @throws NotConfigured */
export function openStore(address: string, s3: S3StoreOptions = {}): ObjectStore {
  const scheme = /^([a-z][a-z0-9+.-]+):/.exec(address)?.[1];
  if (scheme === undefined && address !== '') return createFolderStore(address);
  const [bucket = '', ...rest] = address.replace('s3://', '').split('/');
  const prefix = rest.filter((part) => part !== '').join('/');
  if (scheme !== 's3' || !BUCKET.test(bucket) || !PREFIX.test(prefix)) {
    throw new NotConfigured(
      `reports.store "${address}" is neither s3://bucket/prefix nor a folder: correct it in recon.yaml`,
    );
  }
  return createS3Store(bucket, prefix, s3);
}
