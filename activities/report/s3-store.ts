// Keeps objects in an S3 bucket, under object lock where the options ask for one. Must never overwrite.
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { assertKey, ObjectDiffers, ObjectMissing, type ObjectStore, StoreUnavailable } from './object-store.ts';
import { s3Unavailable } from './s3-advice.ts';
import { mintLink } from './s3-link.ts';
import { type ObjectLock, putOnce, type S3Encryption, SHA256_METADATA } from './s3-put.ts';
import type { StoreSetting } from './store-address.ts';

/** How a bucket is reached. */
export interface S3Access {
  readonly region?: string;
  /** For S3-compatible stores and tests. */
  readonly endpoint?: string;
  readonly forcePathStyle?: boolean;
  /** Default: the SDK's chain (role of the task, profile, environment). */
  readonly credentials?: NonNullable<S3ClientConfig['credentials']>;
}

export interface S3StoreOptions extends S3Access {
  /** Default: AES256. */
  readonly encryption?: S3Encryption;
}

/** Of a store whose objects are evidence. */
export interface LockedS3Options extends S3StoreOptions, ObjectLock {}

export function createLockedS3Store(bucket: string, prefix: string, options: LockedS3Options): ObjectStore {
  const { retentionDays, nowMs, ...s3 } = options;
  return createStore({ bucket, prefix, setting: 'evidence.store', lock: { retentionDays, nowMs } }, s3);
}

export function createS3Store(bucket: string, prefix: string, options: S3StoreOptions = {}): ObjectStore {
  return createStore({ bucket, prefix, setting: 'reports.store', lock: null }, options);
}

interface Kept {
  readonly bucket: string;
  readonly prefix: string;
  readonly setting: StoreSetting;
  readonly lock: ObjectLock | null;
}

function createStore({ bucket, prefix, setting, lock }: Kept, options: S3StoreOptions): ObjectStore {
  const { encryption = 'AES256', ...access } = options;
  // A body that is streamed cannot be sent twice: tries again belong to the activity.
  const client = new S3Client({ ...access, maxAttempts: 1 });
  const keyOf = (key: string) => (prefix === '' ? assertKey(key) : `${prefix}/${assertKey(key)}`);
  const locate = (key: string) => `s3://${bucket}/${keyOf(key)}`;
  const place = (key: string) => ({ Bucket: bucket, Key: keyOf(key) });
  return {
    locate,
    put: async (key, body, put) => {
      const location = locate(key);
      try {
        if (await putOnce(client, { bucket, key: keyOf(key), body, ...put, encryption, lock })) {
          return { location, alreadyThere: false };
        }
        const { Metadata } = await client.send(new HeadObjectCommand(place(key)));
        if (Metadata?.[SHA256_METADATA] === put.sha256) return { location, alreadyThere: true };
      } catch (cause) {
        throw s3Unavailable(setting, location, cause);
      }
      throw new ObjectDiffers(location);
    },
    get: async (key) => {
      try {
        const { Body } = await client.send(new GetObjectCommand(place(key)));
        if (!(Body instanceof Readable)) throw new StoreUnavailable(locate(key), 'answered without a body');
        return Body;
      } catch (cause) {
        if (isMissing(cause)) throw new ObjectMissing(locate(key), { cause });
        throw s3Unavailable(setting, locate(key), cause);
      }
    },
    exists: async (key) => {
      try {
        await client.send(new HeadObjectCommand(place(key)));
        return true;
      } catch (cause) {
        if (isMissing(cause)) return false;
        throw s3Unavailable(setting, locate(key), cause);
      }
    },
    link: async (key, nowMs) => {
      try {
        // A link can be made to anything, also to what is not there or may not be read: its holder would be the first to know.
        await client.send(new HeadObjectCommand(place(key)));
        return await mintLink(client, place(key), nowMs);
      } catch (cause) {
        if (isMissing(cause)) throw new ObjectMissing(locate(key), { cause });
        throw s3Unavailable(setting, locate(key), cause);
      }
    },
  };
}

function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && ['NoSuchKey', 'NotFound'].includes(error.name);
}
