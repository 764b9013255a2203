// Decides what an operator reads when S3 refuses: what is wrong, and what to change. Pure.
import { S3ServiceException } from '@aws-sdk/client-s3';
import { StoreUnavailable } from './object-store.ts';
import type { StoreSetting } from './store-address.ts';

const RIGHTS: Readonly<Record<StoreSetting, string>> = {
  // Without s3:ListBucket, S3 answers 403 where an object is only missing.
  'reports.store':
    's3:PutObject and s3:GetObject on this prefix, s3:ListBucket on the bucket, and the use of its KMS key',
  'evidence.store':
    's3:PutObject, s3:PutObjectRetention, s3:GetObject and s3:GetObjectVersion on this prefix, s3:ListBucket and s3:ListBucketVersions on the bucket, and the use of its KMS key',
};
const CREATE: Readonly<Record<StoreSetting, string>> = {
  'reports.store': 'create it',
  'evidence.store': 'create it with object lock',
};
// What S3 says of a bucket that was made without it; its code is only InvalidRequest.
const NO_LOCK = /object ?lock/i;

/** What came out of here once is not explained again. */
export function s3Unavailable(setting: StoreSetting, location: string, cause: unknown): StoreUnavailable {
  if (cause instanceof StoreUnavailable) return cause;
  const { name, message } = cause instanceof Error ? cause : { name: 'unknown error', message: '' };
  const advice = adviceOn(setting, name, message, s3Status(cause)) ?? `cannot be used now (${name})`;
  return new StoreUnavailable(location, advice, { cause });
}

/** Of HTTP; undefined where nothing answered. */
export function s3Status(error: unknown): number | undefined {
  return error instanceof S3ServiceException ? error.$metadata.httpStatusCode : undefined;
}

function adviceOn(
  setting: StoreSetting,
  name: string,
  message: string,
  status: number | undefined,
): string | undefined {
  if (name === 'NoSuchBucket') {
    return `the bucket does not exist: ${CREATE[setting]}, or correct ${setting} in recon.yaml`;
  }
  if (name === 'CredentialsProviderError') return 'no AWS credentials found: give the task a role, or set a profile';
  if (name === 'AccessDenied' || status === 403) return `access denied: the role needs ${RIGHTS[setting]}`;
  if (setting === 'evidence.store' && NO_LOCK.test(message)) {
    return 'the bucket has no object lock: evidence goes into a bucket that was made with it (versioned, --object-lock-enabled-for-bucket)';
  }
  return undefined;
}
