// Where evidence is kept: written once under a key, never replaced; in S3 also locked, so that nobody can remove it before
// its time. Decides which store an address of the configuration means.
import { NotConfigured } from '../errors.ts';
import { createFolderStore } from '../report/folder-store.ts';
import type { ObjectStore } from '../report/object-store.ts';
import { createLockedS3Store, type LockedS3Options } from './locked-s3-store.ts';

/** As the report store; what is put stays for the whole retention. */
export type EvidenceStore = ObjectStore;

const S3_ADDRESS = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(?<prefix>.*))?$/;
const PREFIX_PART = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** A folder cannot lock: it is for laptops and tests, or for a file system that does it itself. @throws NotConfigured */
export function openEvidenceStore(address: string, options: LockedS3Options): EvidenceStore {
  if (address !== '' && !address.includes('://')) return createFolderStore(address);
  const { bucket, prefix = '' } = S3_ADDRESS.exec(address)?.groups ?? {};
  const folders = prefix.split('/').filter((part) => part !== '');
  if (bucket === undefined || !folders.every((part) => PREFIX_PART.test(part))) {
    throw new NotConfigured(
      `evidence.store "${address}" is neither s3://bucket/prefix nor a folder: correct it in recon.yaml`,
    );
  }
  return createLockedS3Store(bucket, folders.join('/'), options);
}
