// Which key encrypts what a worker puts into its buckets, as S3 says it of the object.
import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, HeadObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { yamlForTests } from '../client/config-for-tests.ts';
import { type AwsForTests, startAws } from './aws-for-tests.ts';
import { composeAnchors } from './compose-anchors.ts';
import { composeEvidenceStore } from './compose-evidence.ts';
import { composeStore } from './compose-outbox.ts';
import { loadConfig, type ReconConfig } from './config.ts';

const REPORTS_KEY = 'arn:aws:kms:us-east-1:111122223333:key/11111111-1111-1111-1111-111111111111';
const EVIDENCE_KEY = 'arn:aws:kms:us-east-1:111122223333:key/22222222-2222-2222-2222-222222222222';
const TEXT = 'one';
const PUT = { contentType: 'text/csv', sha256: hash('sha256', TEXT, 'hex') };

let aws: AwsForTests;
let client: S3Client;
let folder: string;
beforeAll(async () => {
  aws = await startAws();
  folder = await mkdtemp(join(tmpdir(), 'recon-keys-test-'));
  client = new S3Client({ endpoint: aws.url, region: aws.region, forcePathStyle: true });
  for (const Bucket of ['recon-reports', 'recon-evidence']) {
    await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: Bucket === 'recon-evidence' }));
  }
});
afterAll(async () => {
  client?.destroy();
  await aws?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function load(reports: object, evidence: object): Promise<ReconConfig> {
  const path = join(folder, 'recon.yaml');
  const yaml = yamlForTests({ temporal: '127.0.0.1:1' }).replace(/^reports:.*$/m, '');
  await writeFile(path, `${yaml}\nreports: ${JSON.stringify(reports)}\nevidence: ${JSON.stringify(evidence)}\n`);
  return loadConfig(path, { DATABASE_URL: 'postgres://recon@db/recon', SMTP_URL: 'smtp://mail:25' });
}

const place = (store: string) => ({ store, endpoint: aws.url, region: aws.region });

async function encryptionOf(bucket: string, prefix: string) {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
  return Promise.all(
    Contents.map(async ({ Key }) => {
      const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
      return [head.ServerSideEncryption, head.SSEKMSKeyId];
    }),
  );
}

async function putOneOfEach(config: ReconConfig): Promise<void> {
  await composeStore(config).put('report.csv', Buffer.from(TEXT), PUT);
  await composeEvidenceStore(config, Date.now)?.put('package.json', Buffer.from(TEXT), PUT);
  await composeAnchors(config, Date.now)?.put('anchors/c3lzdGVt/0000000001.json', TEXT);
}

test('reports, evidence and anchors are put under the keys that the configuration names', async () => {
  const reports = { ...place('s3://recon-reports/keyed'), kmsKey: REPORTS_KEY };
  const evidence = { ...place('s3://recon-evidence/keyed'), kmsKey: EVIDENCE_KEY, retentionDays: 1 };
  await putOneOfEach(await load(reports, evidence));
  expect(await encryptionOf('recon-reports', 'keyed')).toEqual([['aws:kms', REPORTS_KEY]]);
  expect(await encryptionOf('recon-evidence', 'keyed')).toEqual([
    ['aws:kms', EVIDENCE_KEY],
    ['aws:kms', EVIDENCE_KEY],
  ]);
});

test('without a key S3’s own encrypts', async () => {
  await putOneOfEach(await load(place('s3://recon-reports/plain'), place('s3://recon-evidence/plain')));
  expect(await encryptionOf('recon-reports', 'plain')).toEqual([['AES256', undefined]]);
  expect(await encryptionOf('recon-evidence', 'plain')).toEqual([
    ['AES256', undefined],
    ['AES256', undefined],
  ]);
});

test('a key of a folder is refused, of both at once: nothing would be encrypted', async () => {
  const given = { store: 'kept', kmsKey: REPORTS_KEY };
  await expect(load(given, given)).rejects.toMatchObject({
    problems: [
      'reports.kmsKey: a folder is not encrypted by KMS: name a bucket, or leave kmsKey out',
      'evidence.kmsKey: a folder is not encrypted by KMS: name a bucket, or leave kmsKey out',
    ],
  });
});
