// Keeps anchors in an S3 bucket under COMPLIANCE object lock: nobody, not even the account's root, may remove or shorten them. What
// a key held first counts: a version put over it, or a marker that hides it, is told, and changes nothing.
import { hash } from 'node:crypto';
import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import { ANCHOR_FOLDER, anchorFolder, chainOfAnchorKey } from '../../domain/audit-anchor.ts';
import type { StoredAnchor } from '../../domain/audit-anchored.ts';
import { ObjectDiffers, StoreUnavailable } from '../report/object-store.ts';
import { s3Unavailable } from '../report/s3-advice.ts';
import { putOnce } from '../report/s3-put.ts';
import type { LockedS3Options } from '../report/s3-store.ts';
import { ANCHORS_PER_CHAIN_MAX, type AnchorStore } from './anchor-store.ts';
import { type FirstVersion, firstVersions } from './first-versions.ts';

// Of 1,000 versions each: all chains of a large house over seven years.
const LIST_PAGES_MAX = 2_000;
const READS_AT_ONCE = 16;
// Others wait to anchor the same chain meanwhile.
const TIMEOUTS = { connectionTimeout: 10_000, requestTimeout: 30_000, throwOnRequestTimeout: true };

export function createS3AnchorStore(bucket: string, prefix: string, options: LockedS3Options): AnchorStore {
  const { retentionDays, nowMs, encryption = 'AES256', ...access } = options;
  const client = new S3Client({ ...access, maxAttempts: 1, requestHandler: TIMEOUTS });
  const bare = prefix === '' ? '' : `${prefix}/`;
  const locate = (key: string) => `s3://${bucket}/${bare}${key}`;
  const list = (folder: string) => listVersions(client, bucket, `${bare}${folder}/`, locate(folder));
  const versionsOf = async (chain: string): Promise<FirstVersion[]> => {
    const all = firstVersions(await list(anchorFolder(chain)));
    const own = all.filter(({ key }) => chainOfAnchorKey(key.slice(bare.length)) === chain);
    if (own.length > ANCHORS_PER_CHAIN_MAX) {
      throw new StoreUnavailable(locate(anchorFolder(chain)), `holds more than ${ANCHORS_PER_CHAIN_MAX} anchors`);
    }
    return own;
  };
  const readOne = async ({ key, versionId, disturbed }: FirstVersion): Promise<StoredAnchor> => ({
    key: key.slice(bare.length),
    text: await readVersion(client, bucket, key, versionId),
    disturbed,
  });
  return {
    place: `s3://${bucket}/${prefix}`.replace(/\/$/, ''),
    put: async (key, text) => {
      const anchor = { bucket, key: `${bare}${key}`, body: Buffer.from(text), ...contentOf(text), encryption };
      try {
        if (await putOnce(client, { ...anchor, lock: { retentionDays, nowMs } })) return;
      } catch (cause) {
        throw unavailable(locate(key), cause);
      }
      const there = (await versionsOf(chainOfAnchorKey(key) ?? '')).find((one) => one.key === `${bare}${key}`);
      if (there === undefined || (await readOne(there)).text !== text) throw new ObjectDiffers(locate(key));
    },
    read: async (chain) => {
      const versions = await versionsOf(chain);
      const anchors: StoredAnchor[] = [];
      for (let from = 0; from < versions.length; from += READS_AT_ONCE) {
        anchors.push(...(await Promise.all(versions.slice(from, from + READS_AT_ONCE).map(readOne))));
      }
      return anchors;
    },
    latest: async (chain) => {
      const version = (await versionsOf(chain)).at(-1);
      return version === undefined ? null : readOne(version);
    },
    chains: async () => {
      const keys = firstVersions(await list(ANCHOR_FOLDER)).map(({ key }) => chainOfAnchorKey(key.slice(bare.length)));
      return [...new Set(keys)].filter((chain) => chain !== null).sort();
    },
  };
}

function contentOf(text: string) {
  return { contentType: 'application/json', sha256: hash('sha256', text, 'hex') };
}

async function listVersions(
  client: S3Client,
  bucket: string,
  prefix: string,
  location: string,
): Promise<ListObjectVersionsCommandOutput[]> {
  const pages: ListObjectVersionsCommandOutput[] = [];
  let after: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } = {};
  for (let page = 0; page < LIST_PAGES_MAX; page += 1) {
    try {
      const answer = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...after }));
      pages.push(answer);
      if (answer.IsTruncated !== true) return pages;
      after = { KeyMarker: answer.NextKeyMarker, VersionIdMarker: answer.NextVersionIdMarker };
    } catch (cause) {
      throw unavailable(location, cause);
    }
  }
  throw new StoreUnavailable(location, `holds more than ${LIST_PAGES_MAX} pages of versions`);
}

async function readVersion(client: S3Client, bucket: string, key: string, versionId: string): Promise<string> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
    return (await Body?.transformToString('utf8')) ?? '';
  } catch (cause) {
    throw unavailable(`s3://${bucket}/${key}`, cause);
  }
}

function unavailable(location: string, cause: unknown): StoreUnavailable {
  return s3Unavailable('evidence.store', location, cause);
}
