// Keeps evidence in an S3 bucket: conditional put under COMPLIANCE object lock, which not even the owner of the account can
// take back before its date. Must never overwrite, and never put without the lock.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { HeadObjectCommand, PutObjectCommand, type PutObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import {
  assertKey,
  type ObjectBody,
  ObjectDiffers,
  type ObjectStore,
  type PutOptions,
  StoreUnavailable,
} from '../report/object-store.ts';
import { createS3Store, type S3StoreOptions } from '../report/s3-store.ts';

const DAY_MS = 86_400_000;

export interface LockedS3Options extends S3StoreOptions {
  readonly retentionDays: number;
  readonly nowMs: () => number;
}

export function createLockedS3Store(bucket: string, prefix: string, options: LockedS3Options): ObjectStore {
  const { retentionDays, nowMs, encryption, ...config } = options;
  const reader = createS3Store(bucket, prefix, options);
  // A body that is streamed cannot be sent twice: tries again belong to the activity.
  const client = new S3Client({ ...config, maxAttempts: 1 });
  const place = (key: string) => ({
    Bucket: bucket,
    Key: prefix === '' ? assertKey(key) : `${prefix}/${assertKey(key)}`,
  });
  return {
    ...reader,
    put: async (key, body, put) => {
      const location = reader.locate(key);
      try {
        const lock = {
          ObjectLockMode: 'COMPLIANCE' as const,
          ObjectLockRetainUntilDate: new Date(nowMs() + retentionDays * DAY_MS),
        };
        const input = { ...place(key), ...(await contentOf(body)), ...headersOf(put, encryption), ...lock };
        await client.send(new PutObjectCommand(input));
        return { location, alreadyThere: false };
      } catch (cause) {
        if (statusOf(cause) !== 412) throw unavailable(location, cause);
      }
      try {
        const { Metadata } = await client.send(new HeadObjectCommand(place(key)));
        if (Metadata?.[SHA256_METADATA] === put.sha256) return { location, alreadyThere: true };
      } catch (cause) {
        throw unavailable(location, cause);
      }
      throw new ObjectDiffers(location);
    },
  };
}

async function contentOf(body: ObjectBody): Promise<Pick<PutObjectCommandInput, 'Body' | 'ContentLength'>> {
  if (body instanceof Uint8Array) return { Body: body, ContentLength: body.byteLength };
  return { Body: createReadStream(body.path), ContentLength: (await stat(body.path)).size };
}

// The same name as the report store's: one reader for both.
const SHA256_METADATA = 'sha256';

function headersOf({ contentType, sha256 }: PutOptions, encryption: S3StoreOptions['encryption'] = 'AES256') {
  const kms = encryption === 'AES256' ? null : encryption;
  return {
    ContentType: contentType,
    IfNoneMatch: '*',
    ChecksumAlgorithm: 'SHA256' as const,
    ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
    Metadata: { [SHA256_METADATA]: sha256 },
    ServerSideEncryption: kms === null ? ('AES256' as const) : ('aws:kms' as const),
    ...(kms === null || kms.kmsKeyId === null ? {} : { SSEKMSKeyId: kms.kmsKeyId }),
  };
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('$metadata' in error)) return undefined;
  return (error.$metadata as { readonly httpStatusCode?: number }).httpStatusCode;
}

const ADVICE: Readonly<Record<string, string>> = {
  NoSuchBucket: 'the bucket does not exist: create it with object lock, or correct evidence.store in recon.yaml',
  AccessDenied:
    'access denied: the role needs s3:PutObject, s3:PutObjectRetention and s3:GetObject on this prefix, s3:ListBucket on the bucket, and the use of the KMS key',
  CredentialsProviderError: 'no AWS credentials found: give the task a role, or set a profile',
};
// What S3 says of a bucket that was made without it; its code is only InvalidRequest.
const NO_LOCK = /object ?lock/i;

function unavailable(location: string, cause: unknown): Error {
  const { name, message } = cause instanceof Error ? cause : new Error(String(cause));
  const advice = NO_LOCK.test(message)
    ? 'the bucket has no object lock: evidence goes into a bucket that was made with it (versioned, --object-lock-enabled-for-bucket)'
    : ADVICE[name];
  return new StoreUnavailable(location, advice ?? `cannot be used now (${name})`, { cause });
}
