// Keeps objects in an S3 bucket: conditional put, encrypted at rest, checksum verified by the server. Must never
// overwrite.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import {
  assertKey,
  type ObjectBody,
  ObjectDiffers,
  ObjectMissing,
  type ObjectStore,
  type PutOptions,
  StoreUnavailable,
} from './object-store.ts';

export interface S3StoreOptions {
  readonly region?: string;
  /** For S3-compatible stores and tests. */
  readonly endpoint?: string;
  readonly forcePathStyle?: boolean;
  /** Default: the SDK's chain (role of the task, profile, environment). */
  readonly credentials?: NonNullable<S3ClientConfig['credentials']>;
  /** AES256, or a KMS key: its id, or null for the bucket's default key. */
  readonly encryption?: 'AES256' | { readonly kmsKeyId: string | null };
}

export function createS3Store(bucket: string, prefix: string, options: S3StoreOptions = {}): ObjectStore {
  const { encryption = 'AES256', ...config } = options;
  // A body that is streamed cannot be sent twice: tries again belong to the activity.
  const client = new S3Client({ ...config, maxAttempts: 1 });
  const keyOf = (key: string) => (prefix === '' ? assertKey(key) : `${prefix}/${assertKey(key)}`);
  const locate = (key: string) => `s3://${bucket}/${keyOf(key)}`;
  return {
    locate,
    put: async (key, body, put) => {
      const location = locate(key);
      try {
        const content = await contentOf(body);
        await client.send(
          new PutObjectCommand({ Bucket: bucket, Key: keyOf(key), ...content, ...putHeaders(put, encryption) }),
        );
        return { location, alreadyThere: false };
      } catch (cause) {
        if (statusOf(cause) !== 412) throw unavailable(location, cause);
      }
      if (!(await isSame(client, bucket, keyOf(key), location, put.sha256))) throw new ObjectDiffers(location);
      return { location, alreadyThere: true };
    },
    get: async (key) => {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: keyOf(key) }));
        if (!(Body instanceof Readable)) throw new StoreUnavailable(locate(key), 'answered without a body');
        return Body;
      } catch (cause) {
        if (isMissing(cause)) throw new ObjectMissing(locate(key), { cause });
        throw unavailable(locate(key), cause);
      }
    },
    exists: async (key) => {
      try {
        await client.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(key) }));
        return true;
      } catch (cause) {
        if (isMissing(cause)) return false;
        throw unavailable(locate(key), cause);
      }
    },
  };
}

async function contentOf(body: ObjectBody): Promise<Pick<PutObjectCommandInput, 'Body' | 'ContentLength'>> {
  if (body instanceof Uint8Array) return { Body: body, ContentLength: body.byteLength };
  return { Body: createReadStream(body.path), ContentLength: (await stat(body.path)).size };
}

// Read back by head requests even from stores that do not keep checksums.
const SHA256_METADATA = 'sha256';

function putHeaders({ contentType, sha256 }: PutOptions, encryption: NonNullable<S3StoreOptions['encryption']>) {
  return {
    ContentType: contentType,
    IfNoneMatch: '*',
    ChecksumAlgorithm: 'SHA256' as const,
    ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
    Metadata: { [SHA256_METADATA]: sha256 },
    ...(encryption === 'AES256'
      ? ({ ServerSideEncryption: 'AES256' } as const)
      : ({
          ServerSideEncryption: 'aws:kms',
          ...(encryption.kmsKeyId === null ? {} : { SSEKMSKeyId: encryption.kmsKeyId }),
        } as const)),
  };
}

async function isSame(
  client: S3Client,
  bucket: string,
  key: string,
  location: string,
  sha256: string,
): Promise<boolean> {
  try {
    const { Metadata } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return Metadata?.[SHA256_METADATA] === sha256;
  } catch (cause) {
    throw unavailable(location, cause);
  }
}

function statusOf(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

function isMissing(error: unknown): boolean {
  return error instanceof S3ServiceException && ['NoSuchKey', 'NotFound'].includes(error.name);
}

// Without s3:ListBucket, S3 answers 403 where an object is only missing.
const FORBIDDEN =
  'access denied: the role needs s3:PutObject and s3:GetObject on the prefix, s3:ListBucket on the bucket, and the use of its KMS key';

const ADVICE: Readonly<Record<string, string>> = {
  NoSuchBucket: 'the bucket does not exist: create it, or correct reports.store in recon.yaml',
  AccessDenied:
    'access denied: the role needs s3:PutObject and s3:GetObject on this prefix, and the use of the KMS key',
  CredentialsProviderError: 'no AWS credentials found: give the task a role, or set a profile',
};

function unavailable(location: string, cause: unknown): Error {
  if (cause instanceof StoreUnavailable) return cause;
  const name = cause instanceof Error ? cause.name : 'unknown error';
  const advice = statusOf(cause) === 403 ? FORBIDDEN : ADVICE[name];
  return new StoreUnavailable(location, advice ?? `cannot be used now (${name})`, { cause });
}
