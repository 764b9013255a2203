// Makes the buckets of the emulated S3, where they are missing: NAME, or NAME:locked for one whose objects cannot be changed.
import { CreateBucketCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';

const [endpoint, ...buckets] = process.argv.slice(2);
if (endpoint === undefined)
  throw new RangeError('say where: node compose/make-buckets.ts http://objects:5000 reports evidence:locked');

const credentials = { accessKeyId: 'emulated', secretAccessKey: 'emulated' };
const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
for (const bucket of buckets) {
  const [Bucket = '', lock] = bucket.split(':');
  const isThere = await client.send(new HeadBucketCommand({ Bucket })).then(
    () => true,
    () => false,
  );
  if (!isThere) await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: lock === 'locked' }));
  console.log(`${Bucket}: ${isThere ? 'was there' : 'made'}`);
}
