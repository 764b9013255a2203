// The objects right below a prefix of a bucket. Lists what is there at each use; what was planned is read as it was then.
import { matchesGlob } from 'node:path';
import { SourceRejected } from '../../errors.ts';
import { FILES_MAX, type FilePlace, isTemporary, type PlacedFile } from './file-place.ts';
import { formatContent, parseContent, type S3Content, s3Object } from './s3-object.ts';
import { type S3Access, S3Session } from './s3-session.ts';

export interface S3Location {
  readonly bucket: string;
  /** Empty, or with a slash at its end. */
  readonly prefix: string;
  readonly pattern: string;
}

/** A thousand keys each. */
const PAGES_MAX = 100;
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Null for what is no address of S3. @throws SourceRejected for a bad one. */
export function parseS3Location(location: string, pattern: string): S3Location | null {
  if (!location.startsWith('s3:')) return null;
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)\/?(.*)$/s.exec(location) ?? [];
  if (!BUCKET.test(bucket) || path.startsWith('/')) {
    throw new SourceRejected(location, 'is not s3://bucket/prefix/: correct the location');
  }
  return { bucket, prefix: path === '' || path.endsWith('/') ? path : `${path}/`, pattern };
}

export function s3Place(location: S3Location, access: S3Access): FilePlace {
  const { bucket, prefix, pattern } = location;
  return {
    name: `s3://${bucket}/${prefix}${pattern}`,
    async list(signal) {
      const session = new S3Session(access, signal);
      try {
        return await listed(session, location);
      } finally {
        session.close();
      }
    },
    async open(name, content, signal) {
      const session = new S3Session(access, signal);
      try {
        const key = prefix + name;
        const pinned = content === null ? await headOf(session, bucket, key) : parseContent(content, name);
        return s3Object(session, bucket, key, pinned);
      } catch (error) {
        session.close();
        throw error;
      }
    },
  };
}

async function listed(session: S3Session, { bucket, prefix, pattern }: S3Location): Promise<PlacedFile[]> {
  const place = `s3://${bucket}/${prefix}${pattern}`;
  const files: PlacedFile[] = [];
  let token: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const answer = await session.list(bucket, prefix, token);
    for (const { Key = '', ETag, Size, LastModified } of answer.Contents ?? []) {
      const name = Key.slice(prefix.length);
      // A key that ends in a slash is how consoles draw a folder.
      if (name === '' || !matchesGlob(name, pattern) || isTemporary(name, pattern)) continue;
      if (ETag === undefined || Size === undefined || LastModified === undefined) {
        throw new SourceRejected(place, 'lists an object without ETag, size or time: is it S3?');
      }
      const content = formatContent({ etag: ETag, sizeBytes: Size });
      files.push({ name, modifiedMs: LastModified.getTime(), content: async () => content });
      if (files.length > FILES_MAX) {
        throw new SourceRejected(place, `holds more than ${FILES_MAX} objects: move the older ones to another prefix`);
      }
    }
    token = answer.NextContinuationToken;
    if (answer.IsTruncated !== true || token === undefined) return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
  throw new SourceRejected(place, `lists more than ${PAGES_MAX * 1000} objects: move the older ones to another prefix`);
}

async function headOf(session: S3Session, bucket: string, key: string): Promise<S3Content> {
  const { ETag, ContentLength } = await session.head(bucket, key);
  if (ETag !== undefined && ContentLength !== undefined) return { etag: ETag, sizeBytes: ContentLength };
  throw new SourceRejected(`s3://${bucket}/${key}`, 'has no ETag or no size: is it S3?');
}
