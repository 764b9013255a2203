// Mints a link to one object of S3, with the credentials of whoever runs this. Must never make one that lasts longer than minutes: a
// link asks nobody who he is, and cannot be taken back.
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { ObjectLink } from './object-store.ts';

/** Long enough to click it; too short to be of use in a mail that is forwarded. */
export const LINK_SECONDS_MAX = 300;

const SECOND_MS = 1_000;

export async function mintLink(
  client: S3Client,
  place: { readonly Bucket: string; readonly Key: string },
  nowMs: number,
): Promise<ObjectLink> {
  // A signature knows whole seconds.
  const signedAtMs = Math.floor(nowMs / SECOND_MS) * SECOND_MS;
  const { expiration } = await client.config.credentials();
  const url = await getSignedUrl(client, new GetObjectCommand(place), {
    expiresIn: LINK_SECONDS_MAX,
    signingDate: new Date(signedAtMs),
  });
  // What temporary credentials signed ends with them.
  const endsAtMs = Math.min(
    signedAtMs + LINK_SECONDS_MAX * SECOND_MS,
    expiration?.getTime() ?? Number.POSITIVE_INFINITY,
  );
  return { url, expiresAt: new Date(endsAtMs).toISOString() };
}
