import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { defaultPayloadConverter } from '@temporalio/common';
import { type AwsForTests, startAws } from '../aws-for-tests.ts';
import { Secret } from '../secret.ts';
import { codecOf } from './data-converter.ts';
import { KeyRingInvalid } from './key-ring.ts';
import { type KmsPlace, KmsUnavailable, kmsUnwrap } from './kms-keys.ts';
import { newRing, ringText } from './new-ring.ts';

const nowMs = Date.UTC(2026, 10, 23);
const [payload] = [defaultPayloadConverter.toPayload({ secret: 'hunter2' })];

let aws: AwsForTests;
let client: KMSClient;
let kms: KmsPlace;
beforeAll(async () => {
  aws = await startAws();
  const place = { endpoint: aws.url, region: aws.region };
  client = new KMSClient(place);
  const { KeyMetadata } = await client.send(new CreateKeyCommand({}));
  kms = { ...place, key: KeyMetadata?.KeyId ?? '' };
});
afterAll(async () => {
  client?.destroy();
  await aws?.stop();
});

const making = () => ({ kms, namespace: 'recon', nowMs });

test('a data key that KMS made encrypts here, and opens in another process', async () => {
  const keys = new Secret(ringText(await newRing(undefined, making())));
  const kept = await codecOf({ keys, kms }, 'recon').encode([payload]);
  const opened = await codecOf({ keys, kms }, 'recon').decode(kept);
  expect(defaultPayloadConverter.fromPayload(opened[0] ?? {})).toEqual({ secret: 'hunter2' });
});

test('what is kept of a key is wrapped, and bound to the namespace and to its id', async () => {
  const ring = await newRing(undefined, making());
  const stored = ring.keys[ring.current] ?? { kms: '' };
  expect(Object.keys(stored)).toEqual(['kms']);
  const wrapped = Buffer.from('kms' in stored ? stored.kms : '', 'base64');
  expect((await kmsUnwrap(kms, 'recon')(ring.current, wrapped)).byteLength).toBe(32);
  await expect(kmsUnwrap(kms, 'payroll')(ring.current, wrapped)).rejects.toThrow(KmsUnavailable);
  await expect(kmsUnwrap(kms, 'recon')('another-key', wrapped)).rejects.toThrow(KmsUnavailable);
});

test('where KMS does not answer, the key is named', async () => {
  const ring = await newRing(undefined, making());
  const away = { ...kms, endpoint: 'http://127.0.0.1:9' };
  const encoding = codecOf({ keys: new Secret(ringText(ring)), kms: away }, 'recon').encode([payload]);
  await expect(encoding).rejects.toThrow(`did not unwrap the key "${ring.current}"`);
});

test('a laptop’s keys move under KMS by a rotation: the old one still opens', async () => {
  const local = await newRing(undefined, { namespace: 'recon', nowMs });
  const before = await codecOf({ keys: new Secret(ringText(local)) }, 'recon').encode([payload]);
  const both = new Secret(ringText(await newRing(ringText(local), making())));
  expect(await codecOf({ keys: both, kms }, 'recon').decode(before)).toHaveLength(1);
  await expect(codecOf({ keys: both }, 'recon').encode([payload])).rejects.toThrow(KeyRingInvalid);
});
