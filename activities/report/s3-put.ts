// Puts an object into S3 unless its key is taken: encrypted at rest, its checksum verified by the server, and under COMPLIANCE object
// lock where one is asked for, which not even the owner of the account can take back before its date. Must never overwrite.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PutObjectCommand, type PutObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectBody, PutOptions } from './object-store.ts';
import { s3Status } from './s3-advice.ts';

/** AES256, or a KMS key: its id, or null for the bucket's default key. */
export type S3Encryption = 'AES256' | { readonly kmsKeyId: string | null };

/** How long nobody may remove what is put, from the put on. */
export interface ObjectLock {
  readonly retentionDays: number;
  readonly nowMs: () => number;
}

export interface S3Put extends PutOptions {
  readonly bucket: string;
  readonly key: string;
  readonly body: ObjectBody;
  readonly encryption: S3Encryption;
  /** null: it may be removed by whoever may. */
  readonly lock: ObjectLock | null;
}

/** Read back by head requests even from stores that do not keep checksums. */
export const SHA256_METADATA = 'sha256';

const DAY_MS = 86_400_000;

/** False where the key is taken. Throws what S3 answered. */
export async function putOnce(client: S3Client, put: S3Put): Promise<boolean> {
  const { bucket, key, contentType, sha256 } = put;
  try {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        ...(await contentOf(put.body)),
        ContentType: contentType,
        IfNoneMatch: '*',
        ChecksumAlgorithm: 'SHA256',
        ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
        Metadata: { [SHA256_METADATA]: sha256 },
        ...encryptionHeaders(put.encryption),
        ...(put.lock === null ? {} : lockHeaders(put.lock)),
      }),
    );
    return true;
  } catch (cause) {
    if (s3Status(cause) === 412) return false;
    throw cause;
  }
}

async function contentOf(body: ObjectBody): Promise<Pick<PutObjectCommandInput, 'Body' | 'ContentLength'>> {
  if (body instanceof Uint8Array) return { Body: body, ContentLength: body.byteLength };
  return { Body: createReadStream(body.path), ContentLength: (await stat(body.path)).size };
}

function encryptionHeaders(encryption: S3Encryption) {
  if (encryption === 'AES256') return { ServerSideEncryption: 'AES256' } as const;
  const { kmsKeyId } = encryption;
  return { ServerSideEncryption: 'aws:kms', ...(kmsKeyId === null ? {} : { SSEKMSKeyId: kmsKeyId }) } as const;
}

function lockHeaders({ retentionDays, nowMs }: ObjectLock) {
  return {
    ObjectLockMode: 'COMPLIANCE',
    ObjectLockRetainUntilDate: new Date(nowMs() + retentionDays * DAY_MS),
  } as const;
}
