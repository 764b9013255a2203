// The keys of the codec on AWS, as `recon codec rotate` makes and keeps them.
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type AwsForTests, startAws } from '../../worker/aws-for-tests.ts';
import { parseKeyRing } from '../../worker/codec/key-ring.ts';
import { kmsUnwrap } from '../../worker/codec/kms-keys.ts';
import { recon } from '../cli-processes-for-tests.ts';

const NAME = 'recon/codec-keys';

let aws: AwsForTests;
let secrets: SecretsManagerClient;
let kms: KMSClient;
let key = '';
beforeAll(async () => {
  aws = await startAws();
  const place = { endpoint: aws.url, region: aws.region };
  secrets = new SecretsManagerClient(place);
  kms = new KMSClient(place);
  key = (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.KeyId ?? '';
});
afterAll(async () => {
  secrets?.destroy();
  kms?.destroy();
  await aws?.stop();
});

const rotate = () => {
  const where = ['--endpoint', aws.url, '--region', aws.region, '--namespace', 'recon'];
  const environment = { AWS_ACCESS_KEY_ID: 'any', AWS_SECRET_ACCESS_KEY: 'any', RECON_CONFIG: '/nowhere/recon.yaml' };
  return recon(['codec', 'rotate', '--keys', `aws-secret:${NAME}`, '--kms', key, ...where, '--json'], environment);
};

test('keys are made in a secret that is there and empty, wrapped, and the next one beside them', async () => {
  const without = await rotate();
  expect([without.code, without.stderr]).toEqual([3, expect.stringContaining(`there is no secret ${NAME}`)]);
  await secrets.send(new CreateSecretCommand({ Name: NAME }));
  const first = JSON.parse((await rotate()).stdout);
  const second = JSON.parse((await rotate()).stdout);
  expect(second.keys).toEqual([first.current, second.current]);
  const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId: NAME }));
  const ring = parseKeyRing(SecretString);
  expect(ring.current).toBe(second.current);
  for (const [id, stored] of Object.entries(ring.keys)) {
    const wrapped = Buffer.from('kms' in stored ? stored.kms : '', 'base64');
    expect((await kmsUnwrap({ endpoint: aws.url, region: aws.region, key }, 'recon')(id, wrapped)).byteLength).toBe(32);
  }
});
