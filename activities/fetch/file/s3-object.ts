// One object of a bucket as bytes: read in ranges of the one content that was planned, so that it may be resumed at any
// byte, and two contents are never mixed.
import { SourceRejected } from '../../errors.ts';
import type { ByteSource } from './file-bytes.ts';
import { ObjectChanged } from './s3-error.ts';
import type { S3Session } from './s3-session.ts';

export interface S3Content {
  /** In quotes, as S3 gives it and wants it back. */
  readonly etag: string;
  readonly sizeBytes: number;
}

/** What one request asks for: enough to make its round trip small, little enough to hold. */
const RANGE_BYTES = 4 * 1024 ** 2;

export function formatContent({ etag, sizeBytes }: S3Content): string {
  return `${etag.replaceAll('"', '')} ${sizeBytes}`;
}

/** @throws SourceRejected for what no plan of ours wrote. */
export function parseContent(text: string, name: string): S3Content {
  const [, etag, sizeBytes] = /^(\S+) (\d+)$/.exec(text) ?? [];
  if (etag !== undefined) return { etag: `"${etag}"`, sizeBytes: Number(sizeBytes) };
  throw new SourceRejected(name, 'was planned in another place: start a new run');
}

/** Closes the session with itself. */
export function s3Object(session: S3Session, bucket: string, key: string, content: S3Content): ByteSource {
  const { etag, sizeBytes } = content;
  const name = `s3://${bucket}/${key}`;
  let range: Uint8Array = new Uint8Array(0);
  let rangeStart = 0;
  let begun = false;
  const fetchRange = async (position: number) => {
    try {
      range = await session.range(bucket, key, etag, position, Math.min(position + RANGE_BYTES, sizeBytes));
    } catch (error) {
      // Replaced before it was begun: what was planned will not come back by waiting.
      if (!begun && error instanceof ObjectChanged) {
        throw new SourceRejected(name, 'is not the object that was listed any more: put it back, or start a new run', {
          cause: error,
        });
      }
      throw error;
    }
    rangeStart = position;
    begun = true;
  };
  return {
    stored: { sizeBytes, version: etag },
    async read(target, at, length, position) {
      if (position >= sizeBytes) return 0;
      if (position < rangeStart || position >= rangeStart + range.length) await fetchRange(position);
      const from = position - rangeStart;
      const bytes = Math.min(length, range.length - from);
      target.set(range.subarray(from, from + bytes), at);
      return bytes;
    },
    // Each range was asked for by the ETag.
    assertUnchanged: async () => undefined,
    close: async () => session.close(),
  };
}
