// Speaks to S3 through its SDK: one attempt per request, because waiting and trying again is the workflow's; ends at once
// when the signal says so. Reads only.
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { RateLimited, SourceRejected, SourceUnavailable } from '../../errors.ts';
import type { RequestGate } from '../request/request-gate.ts';
import { s3Error } from './s3-error.ts';

export interface S3Access {
  /** Default: the SDK's chain. */
  readonly region?: string | undefined;
  /** For S3-compatible stores and tests. */
  readonly endpoint?: string | undefined;
  /** Default: the SDK's chain (role of the task, profile, environment). */
  readonly credentials?: NonNullable<S3ClientConfig['credentials']> | undefined;
  readonly requestTimeoutMs?: number | undefined;
  readonly gate?: RequestGate | undefined;
}

const REQUEST_TIMEOUT_MS = 60_000;
const CONNECTION_TIMEOUT_MS = 10_000;

export class S3Session {
  readonly #client: S3Client;
  readonly #access: S3Access;
  readonly #signal: AbortSignal;

  constructor(access: S3Access, signal: AbortSignal) {
    const { region, endpoint, credentials, requestTimeoutMs = REQUEST_TIMEOUT_MS } = access;
    this.#access = access;
    this.#signal = signal;
    this.#client = new S3Client({
      ...(region === undefined ? {} : { region }),
      // Stores that are compatible rarely give each bucket a host name, or have regions.
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true, region: region ?? 'us-east-1' }),
      ...(credentials === undefined ? {} : { credentials }),
      maxAttempts: 1,
      // A range has no checksum of its own; its length and the object's ETag are checked instead.
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        connectionTimeout: CONNECTION_TIMEOUT_MS,
        requestTimeout: requestTimeoutMs,
        throwOnRequestTimeout: true,
        socketTimeout: requestTimeoutMs,
      },
    });
  }

  /** The names and facts of objects right below the prefix, one page. */
  list(bucket: string, prefix: string, token: string | undefined): Promise<ListObjectsV2CommandOutput> {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      Delimiter: '/',
      ...(token === undefined ? {} : { ContinuationToken: token }),
    });
    return this.#request(`s3://${bucket}/${prefix}`, () => this.#client.send(command, { abortSignal: this.#signal }));
  }

  head(bucket: string, key: string): Promise<HeadObjectCommandOutput> {
    const command = new HeadObjectCommand({ Bucket: bucket, Key: key });
    return this.#request(`s3://${bucket}/${key}`, () => this.#client.send(command, { abortSignal: this.#signal }));
  }

  /** Bytes from `start` to before `end` of the object as it was when it had this ETag; all of them, or an error. */
  range(bucket: string, key: string, etag: string, start: number, end: number): Promise<Uint8Array> {
    const place = `s3://${bucket}/${key}`;
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      IfMatch: etag,
      Range: `bytes=${start}-${end - 1}`,
    });
    return this.#request(place, async () => {
      const answer: GetObjectCommandOutput = await this.#client.send(command, { abortSignal: this.#signal });
      const bytes = await answer.Body?.transformToByteArray();
      if (bytes === undefined || bytes.length !== end - start) {
        throw new SourceUnavailable(place, `gave ${bytes?.length ?? 0} bytes where ${end - start} were asked for`);
      }
      return bytes;
    });
  }

  close(): void {
    this.#client.destroy();
  }

  async #request<T>(place: string, ask: () => Promise<T>): Promise<T> {
    await this.#access.gate?.pass(this.#signal);
    this.#signal.throwIfAborted();
    await this.#assertRegion(place);
    try {
      return await ask();
    } catch (error) {
      this.#signal.throwIfAborted();
      const fact = s3Error(error, place);
      if (fact instanceof RateLimited) await this.#access.gate?.pause(fact.retryAfterMs);
      throw fact;
    }
  }

  async #assertRegion(place: string): Promise<void> {
    try {
      await this.#client.config.region();
    } catch (cause) {
      throw new SourceRejected(place, 'no AWS region is known: set the region of the location, or AWS_REGION', {
        cause,
      });
    }
  }
}
