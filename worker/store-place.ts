// Decides where a store of the configuration is: folders are relative to the configuration file, and an endpoint of its own is an
// S3-compatible store, which knows buckets by path; a key is asked for with each put. Pure.
import { resolve } from 'node:path';
import type { S3StoreOptions } from '../activities/report/s3-store.ts';
import type { ReconConfig } from './config.ts';

export interface StorePlace {
  readonly address: string;
  readonly s3: S3StoreOptions;
}

export function storePlace(folder: string, { store, region, endpoint, kmsKey }: ReconConfig['reports']): StorePlace {
  return {
    address: store.includes('://') ? store : resolve(folder, store),
    s3: {
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(kmsKey === undefined ? {} : { encryption: { kmsKeyId: kmsKey } }),
    },
  };
}
