import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Moto, startMoto } from '../../local/moto.ts';
import { NotConfigured } from '../errors.ts';
import { ObjectDiffers, StoreUnavailable } from '../report/object-store.ts';
import type { LockedS3Options } from '../report/s3-store.ts';
import { type EvidenceStore, openEvidenceStore } from './evidence-store.ts';

const NOW_MS = Date.parse('2026-02-01T04:10:00Z');
// In the emulator's future, as a lock that has run out is none.
const RETENTION_DAYS = 36_500;

let moto: Moto;
let options: LockedS3Options;
let client: S3Client;
let store: EvidenceStore;
beforeAll(async () => {
  moto = await startMoto();
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const place = { endpoint: moto.url, region: 'us-east-1', forcePathStyle: true, credentials };
  options = { ...place, retentionDays: RETENTION_DAYS, nowMs: () => NOW_MS };
  client = new S3Client(place);
  await client.send(new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true }));
  await client.send(new CreateBucketCommand({ Bucket: 'unlocked' }));
  store = openEvidenceStore('s3://locked/recon/', options);
});
afterAll(async () => {
  client?.destroy();
  await moto?.stop();
});

const bytes = (text: string) => new TextEncoder().encode(text);
const put = (text: string) => ({ contentType: 'application/json', sha256: hash('sha256', text, 'hex') });
const at = (key: string) => ({ Bucket: 'locked', Key: `recon/${key}` });

test('keeps evidence once, encrypted, with its checksum, locked for the whole retention', async () => {
  const first = await store.put('a/manifest.json', bytes('one'), put('one'));
  expect(first).toEqual({ location: 's3://locked/recon/a/manifest.json', alreadyThere: false });
  expect(await store.put('a/manifest.json', bytes('one'), put('one'))).toMatchObject({ alreadyThere: true });
  await expect(store.put('a/manifest.json', bytes('two'), put('two'))).rejects.toThrow(ObjectDiffers);
  expect(await readAll(await store.get('a/manifest.json'))).toBe('one');
  expect(await client.send(new HeadObjectCommand({ ...at('a/manifest.json'), ChecksumMode: 'ENABLED' }))).toMatchObject(
    {
      ObjectLockMode: 'COMPLIANCE',
      ObjectLockRetainUntilDate: new Date(NOW_MS + RETENTION_DAYS * 86_400_000),
      ServerSideEncryption: 'AES256',
      ChecksumSHA256: hash('sha256', 'one', 'base64'),
    },
  );
});

test('what is locked cannot be removed, with every right there is', async () => {
  await store.put('b/manifest.json', bytes('one'), put('one'));
  const { Versions } = await client.send(new ListObjectVersionsCommand({ Bucket: 'locked', Prefix: 'recon/b/' }));
  const VersionId = Versions?.[0]?.VersionId;
  expect(Versions).toHaveLength(1);
  const remove = new DeleteObjectCommand({ ...at('b/manifest.json'), VersionId, BypassGovernanceRetention: true });
  await expect(client.send(remove)).rejects.toThrow(/denied/i);
  expect(await readAll(await store.get('b/manifest.json'))).toBe('one');
});

test('takes files as they are streamed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recon-evidence-s3-test-'));
  const text = 'line\n'.repeat(100_000);
  await writeFile(join(folder, 'file'), text);
  await store.put('c/report.csv', { path: join(folder, 'file') }, put(text));
  expect(await client.send(new HeadObjectCommand(at('c/report.csv')))).toMatchObject({ ContentLength: text.length });
  await writeFile(join(folder, 'empty'), '');
  await store.put('c/audit.ndjson', { path: join(folder, 'empty') }, put(''));
  expect(await readAll(await store.get('c/audit.ndjson'))).toBe('');
  await rm(folder, { recursive: true });
});

test('says what is wrong: no lock, no bucket, nobody there', async () => {
  const unlocked = openEvidenceStore('s3://unlocked', options);
  await expect(unlocked.put('a', bytes('x'), put('x'))).rejects.toThrow(/the bucket has no object lock/);
  const nowhere = openEvidenceStore('s3://no-such-bucket', options);
  await expect(nowhere.put('a', bytes('x'), put('x'))).rejects.toThrow(/create it with object lock/);
  const nobody = openEvidenceStore('s3://locked', { ...options, endpoint: 'http://127.0.0.1:1' });
  await expect(nobody.put('a', bytes('x'), put('x'))).rejects.toThrow(StoreUnavailable);
});

test('an address that is neither a bucket nor a folder is refused with the place to correct it', () => {
  for (const address of ['https://example.com/x', 's3://', 's3://UPPER/x', 's3://bucket/../x', '']) {
    expect(() => openEvidenceStore(address, options)).toThrow(NotConfigured);
  }
  expect(openEvidenceStore('/srv/evidence', options).locate('a')).toBe('/srv/evidence/a');
});
