// Decides which store an address of the configuration means: s3://bucket/prefix, or a folder.
import { NotConfigured } from '../errors.ts';
import type { AnchorStore } from './anchor-store.ts';
import { createFolderAnchorStore } from './folder-anchor-store.ts';
import { createS3AnchorStore, type S3AnchorOptions } from './s3-anchor-store.ts';

const ADDRESS =
  /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(?<prefix>[A-Za-z0-9_-][A-Za-z0-9._/-]*?))?\/?$/;

/** @throws NotConfigured */
export function openAnchorStore(address: string, s3: S3AnchorOptions): AnchorStore {
  if (address !== '' && !/^[a-z][a-z0-9+.-]+:/.test(address)) return createFolderAnchorStore(address);
  const { bucket, prefix = '' } = ADDRESS.exec(address)?.groups ?? {};
  if (bucket === undefined || /(?:^|\/)\.\.?(?:\/|$)|\/\//.test(prefix)) {
    throw new NotConfigured(
      `evidence.store "${address}" is neither s3://bucket/prefix nor a folder: correct it in recon.yaml`,
    );
  }
  return createS3AnchorStore(bucket, prefix, s3);
}
