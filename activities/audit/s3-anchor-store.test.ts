import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { anchorKey } from '../../domain/audit-anchor.ts';
import { type Moto, startMoto } from '../../local/moto.ts';
import { NotConfigured } from '../errors.ts';
import { ObjectDiffers, StoreUnavailable } from '../report/object-store.ts';
import type { LockedS3Options } from '../report/s3-store.ts';
import type { AnchorStore } from './anchor-store.ts';
import { openAnchorStore } from './open-anchor-store.ts';

const BUCKET = 'recon-evidence';
const NOW_MS = Date.now();
const DAY_MS = 86_400_000;

let moto: Moto;
let client: S3Client;
let options: LockedS3Options;
let store: AnchorStore;
beforeAll(async () => {
  moto = await startMoto();
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const place = { endpoint: moto.url, region: 'us-east-1', forcePathStyle: true, credentials };
  client = new S3Client(place);
  await client.send(new CreateBucketCommand({ Bucket: BUCKET, ObjectLockEnabledForBucket: true }));
  await client.send(new CreateBucketCommand({ Bucket: 'recon-unlocked' }));
  options = { ...place, retentionDays: 10, nowMs: () => NOW_MS };
  store = openAnchorStore(`s3://${BUCKET}/prod/`, options);
});
afterAll(async () => {
  client?.destroy();
  await moto?.stop();
});

const key = (chain: string, seq: number) => anchorKey({ chain, epoch: 1, toSeq: String(seq) });
const at = (anchor: string) => ({ Bucket: BUCKET, Key: `prod/${anchor}` });

test('keeps an anchor once, encrypted, locked until its time is over, and never replaces it', async () => {
  const anchor = key('stripe/us', 1);
  await store.put(anchor, 'one');
  await store.put(anchor, 'one');
  await expect(store.put(anchor, 'two')).rejects.toThrow(ObjectDiffers);
  const head = await client.send(new HeadObjectCommand(at(anchor)));
  expect(head).toMatchObject({ ObjectLockMode: 'COMPLIANCE', ServerSideEncryption: 'AES256' });
  expect(Math.abs((head.ObjectLockRetainUntilDate?.getTime() ?? 0) - (NOW_MS + 10 * DAY_MS))).toBeLessThan(1_000);
  expect(await store.read('stripe/us')).toEqual([{ key: anchor, text: 'one', disturbed: null }]);
});

test('lists the anchors of one chain in its order, and every chain', async () => {
  for (const seq of [10, 9, 100]) await store.put(key('test/a', seq), String(seq));
  await store.put(key('test/ab', 1), 'other');
  expect((await store.read('test/a')).map(({ text }) => text)).toEqual(['9', '10', '100']);
  expect((await store.latest('test/a'))?.text).toBe('100');
  expect(await store.latest('test/none')).toBeNull();
  expect(await store.chains()).toEqual(expect.arrayContaining(['test/a', 'test/ab']));
});

test('the version under lock cannot be removed', async () => {
  const anchor = key('test/locked', 1);
  await store.put(anchor, 'one');
  const { VersionId } = await client.send(new HeadObjectCommand(at(anchor)));
  await expect(client.send(new DeleteObjectCommand({ ...at(anchor), VersionId }))).rejects.toThrow();
});

test('what is put over an anchor, or hides it, is told, and the first text still counts', async () => {
  const replaced = key('test/replaced', 1);
  await store.put(replaced, 'one');
  await client.send(new PutObjectCommand({ ...at(replaced), Body: 'two' }));
  expect(await store.read('test/replaced')).toEqual([
    { key: replaced, text: 'one', disturbed: expect.stringContaining('another version') },
  ]);
  const hidden = key('test/hidden', 1);
  await store.put(hidden, 'one');
  await client.send(new DeleteObjectCommand(at(hidden)));
  expect(await store.read('test/hidden')).toEqual([
    { key: hidden, text: 'one', disturbed: expect.stringContaining('delete marker') },
  ]);
});

test('says what is wrong: no bucket, no object lock, nobody there', async () => {
  const elsewhere = openAnchorStore('s3://no-such-bucket', options);
  await expect(elsewhere.put(key('a/b', 1), 'x')).rejects.toThrow(/the bucket does not exist/);
  const unlocked = openAnchorStore('s3://recon-unlocked', options);
  await expect(unlocked.put(key('a/b', 1), 'x')).rejects.toThrow(/object lock/);
  const nobody = openAnchorStore(`s3://${BUCKET}`, { ...options, endpoint: 'http://127.0.0.1:1' });
  await expect(nobody.read('a/b')).rejects.toThrow(StoreUnavailable);
});

test('an address that is neither a bucket nor a folder is refused with the place to correct it', () => {
  for (const address of ['https://example.com/x', 's3://', 's3://UPPER/x', 's3://bucket/../x', '']) {
    expect(() => openAnchorStore(address, options)).toThrow(NotConfigured);
  }
  expect(openAnchorStore('/srv/evidence', options).place).toBe('/srv/evidence');
});
