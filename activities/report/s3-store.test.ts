import { hash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { CreateBucketCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Moto, startMoto } from '../../local/moto.ts';
import { NotConfigured } from '../errors.ts';
import { ObjectDiffers, ObjectMissing, type ObjectStore, StoreUnavailable } from './object-store.ts';
import { openStore } from './open-store.ts';
import type { S3StoreOptions } from './s3-store.ts';

let moto: Moto;
let options: S3StoreOptions;
let client: S3Client;
let store: ObjectStore;
beforeAll(async () => {
  moto = await startMoto();
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  options = { endpoint: moto.url, region: 'us-east-1', forcePathStyle: true, credentials };
  client = new S3Client({ endpoint: moto.url, region: 'us-east-1', forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: 'recon-reports' }));
  store = openStore('s3://recon-reports/daily/', options);
});
afterAll(async () => {
  client.destroy();
  await moto.stop();
});

const bytes = (text: string) => new TextEncoder().encode(text);
const put = (text: string) => ({ contentType: 'text/csv', sha256: hash('sha256', text, 'hex') });
const head = (key: string) =>
  client.send(new HeadObjectCommand({ Bucket: 'recon-reports', Key: key, ChecksumMode: 'ENABLED' }));

test('keeps an object once, encrypted and with its checksum, and never replaces it', async () => {
  const first = await store.put('a/report.csv', bytes('one'), put('one'));
  expect(first).toEqual({ location: 's3://recon-reports/daily/a/report.csv', alreadyThere: false });
  expect(await store.put('a/report.csv', bytes('one'), put('one'))).toMatchObject({ alreadyThere: true });
  await expect(store.put('a/report.csv', bytes('two'), put('two'))).rejects.toThrow(ObjectDiffers);
  expect(await readAll(await store.get('a/report.csv'))).toBe('one');
  expect(await head('daily/a/report.csv')).toMatchObject({
    ServerSideEncryption: 'AES256',
    ContentType: 'text/csv',
    ChecksumSHA256: hash('sha256', 'one', 'base64'),
  });
});

test('streams a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recon-s3-test-'));
  const text = 'line\n'.repeat(100_000);
  await writeFile(join(folder, 'file'), text);
  await store.put('b/report.csv', { path: join(folder, 'file') }, put(text));
  expect(await head('daily/b/report.csv')).toMatchObject({ ContentLength: text.length });
  expect(await store.exists('b/report.csv')).toBe(true);
  await rm(folder, { recursive: true });
});

test('encrypts with a KMS key where one is named', async () => {
  const kms = openStore('s3://recon-reports', { ...options, encryption: { kmsKeyId: 'alias/recon' } });
  await kms.put('c/report.csv', bytes('one'), put('one'));
  expect(await head('c/report.csv')).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'alias/recon' });
});

test('says what is wrong: no object, no bucket, nobody there', async () => {
  await expect(store.get('none')).rejects.toThrow(ObjectMissing);
  expect(await store.exists('none')).toBe(false);
  const elsewhere = openStore('s3://no-such-bucket', options);
  await expect(elsewhere.put('a', bytes('x'), put('x'))).rejects.toThrow(/the bucket does not exist/);
  const nobody = openStore('s3://recon-reports', { ...options, endpoint: 'http://127.0.0.1:1' });
  await expect(nobody.put('a', bytes('x'), put('x'))).rejects.toThrow(StoreUnavailable);
});

test('an address that is neither a bucket nor a folder is refused with the place to correct it', () => {
  for (const address of ['https://example.com/x', 's3://', 's3://UPPER/x', 's3://bucket/../x', '']) {
    expect(() => openStore(address)).toThrow(NotConfigured);
  }
  expect(openStore('/srv/reports').locate('a')).toBe('/srv/reports/a');
});
