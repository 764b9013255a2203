import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { clock, KEY, window, world } from '../activities/fetch/stripe/stripe-for-tests.ts';
import { type StripeEmulator, startStripeEmulator } from '../sandbox/stripe/start-stripe-emulator.ts';
import { type AwsForTests, startAws } from './aws-for-tests.ts';
import { awsSecret } from './aws-secret.ts';
import { processorSource } from './compose-sources.ts';
import { ConfigInvalid, loadConfig, type ReconConfig } from './config.ts';
import { Secret } from './secret.ts';

const MINUTE_MS = 60_000;

let aws: AwsForTests;
let client: SecretsManagerClient;
let folder: string;
beforeAll(async () => {
  aws = await startAws();
  client = new SecretsManagerClient({ endpoint: aws.url, region: aws.region });
  folder = await mkdtemp(join(tmpdir(), 'recon-aws-test-'));
});
afterAll(async () => {
  client?.destroy();
  await aws?.stop();
  await rm(folder, { recursive: true, force: true });
});

const place = () => ({ endpoint: aws.url, region: aws.region });
const create = (Name: string, SecretString: string) => client.send(new CreateSecretCommand({ Name, SecretString }));
const put = (SecretId: string, SecretString: string, ...VersionStages: string[]) =>
  client.send(
    new PutSecretValueCommand({ SecretId, SecretString, ...(VersionStages.length === 0 ? {} : { VersionStages }) }),
  );

/** What a configuration makes of it, on a clock that the test moves. */
async function secretOf(reference: string) {
  let nowMs = 0;
  const source = awsSecret(reference, place());
  let fetches = 0;
  const counted = async () => {
    fetches += 1;
    return source();
  };
  const secret = new Secret(await counted(), counted, () => nowMs);
  return { secret, pass: (ms: number) => (nowMs += ms), fetches: () => fetches };
}

test('a secret is fetched, serves for five minutes, and is then fetched again', async () => {
  await create('recon/cached', 'first');
  const { secret, pass, fetches } = await secretOf('recon/cached');
  await put('recon/cached', 'second');
  pass(4 * MINUTE_MS);
  expect([await secret.current(), fetches()]).toEqual(['first', 1]);
  pass(MINUTE_MS);
  expect([await secret.current(), fetches()]).toEqual(['second', 2]);
  expect(secret.reveal()).toBe('second');
});

test('a secret that was refused is fetched at once, and once for all who were refused together', async () => {
  await create('recon/refused', 'first');
  const { secret, fetches } = await secretOf('recon/refused');
  await put('recon/refused', 'second');
  const want = { fresh: true };
  expect(await Promise.all([secret.current(want), secret.current(want), secret.current(want)])).toEqual(
    Array(3).fill('second'),
  );
  expect(fetches()).toBe(2);
});

test('what is being rotated in does not serve before it is current', async () => {
  await create('recon/staged', 'old');
  const { VersionId } = await put('recon/staged', 'new', 'AWSPENDING');
  const { secret } = await secretOf('recon/staged');
  expect(await secret.current({ fresh: true })).toBe('old');
  const { VersionId: old } = await put('recon/staged', 'old', 'AWSCURRENT');
  const move = { SecretId: 'recon/staged', VersionStage: 'AWSCURRENT', MoveToVersionId: VersionId };
  await client.send(new UpdateSecretVersionStageCommand({ ...move, RemoveFromVersionId: old }));
  expect(await secret.current({ fresh: true })).toBe('new');
});

test('where Secrets Manager does not answer, what is known serves on, and what was refused fails', async () => {
  await create('recon/kept', 'known');
  const source = awsSecret('recon/kept', place());
  let isDown = false;
  let nowMs = 0;
  const flaky = async () => (isDown ? awsSecret('recon/not-there', place())() : source());
  const secret = new Secret(await flaky(), flaky, () => nowMs);
  isDown = true;
  nowMs += 6 * MINUTE_MS;
  expect(await secret.current()).toBe('known');
  await expect(secret.current({ fresh: true })).rejects.toThrow('recon/not-there cannot be fetched');
});

test('one field of a secret that is a JSON object', async () => {
  await create('recon/login', JSON.stringify({ username: 'recon', password: 'hunter2' }));
  expect(await awsSecret('recon/login#password', place())()).toBe('hunter2');
  const missing = await awsSecret('recon/login#token', place())().catch((error: unknown) => error);
  expect(inspect(missing)).toContain('not a JSON object with a text as "token"');
  expect(inspect(missing)).not.toContain('hunter2');
});

async function configOf(key: string, emulator?: StripeEmulator): Promise<ReconConfig> {
  const path = join(folder, 'recon.yaml');
  const source = {
    ...{ kind: 'stripe', key, shard: '48h' },
    ...(emulator === undefined ? {} : { baseUrl: `http://${emulator.host}:${emulator.port}` }),
  };
  const account = { account: world.account, zone: world.zone, startDate: world.firstDate, source };
  const config = {
    reportingCurrency: 'USD',
    secrets: place(),
    database: 'env:DATABASE_URL',
    accounts: [{ ...account, internal: { kind: 'file', location: 'internal' } }],
    reports: { store: 'reports' },
    notifications: {
      from: 'recon@example.com',
      transport: { kind: 'smtp', url: 'env:SMTP_URL' },
      routes: [{ to: ['ops@example.com'], from: 'low' }],
    },
  };
  await writeFile(path, stringify(config));
  return loadConfig(path, { DATABASE_URL: 'postgres://recon@db/recon', SMTP_URL: 'smtp://mail' });
}

test('a secret that is missing is one problem of the configuration, at its place', async () => {
  const error = await configOf('aws-secret:recon/nowhere').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigInvalid);
  expect((error as ConfigInvalid).problems).toEqual([
    'accounts.0.source.key: the secret recon/nowhere cannot be fetched: AWS Secrets Manager has none of this name in this region',
  ]);
});

test('a configuration prints its secrets as ***', async () => {
  await create('recon/printed', 'rk_live_hunter2');
  const config = await configOf('aws-secret:recon/printed');
  expect(inspect(config, { depth: Infinity }) + JSON.stringify(config.accounts)).not.toContain('hunter2');
});

test('a key that is rotated between two pages: the old one is refused, the new one is fetched, no row is lost', async () => {
  const [old, next] = [{ key: KEY, expiresAtS: clock() / 1_000 + 60 }, { key: 'rk_test_next_0123456789abcd' }];
  let nowMs = clock();
  const emulator = await startStripeEmulator({ accounts: [{ world, keys: [old, next] }], clock: () => nowMs });
  try {
    await create('recon/stripe', old.key);
    const config = await configOf('aws-secret:recon/stripe', emulator);
    const [account] = config.accounts;
    if (account === undefined) throw new TypeError('the configuration has no account');
    const source = processorSource(config, account, { nowMs: clock });
    const { signal } = new AbortController();
    const { shards } = await source.plan(window, signal);
    const ids: string[] = [];
    for (const shard of shards.filter(({ name }) => !name.startsWith('payouts'))) {
      for await (const page of source.read(shard, null, signal)) {
        ids.push(...page.rows.map(({ externalId }) => externalId));
        if (nowMs !== clock()) continue;
        await put('recon/stripe', next.key);
        nowMs += 2 * MINUTE_MS;
      }
    }
    const inside = world.entries.filter(
      ({ createdS }) => createdS * 1_000 >= window.fromMs && createdS * 1_000 < window.toMs,
    );
    expect(ids.sort()).toEqual(inside.map(({ id }) => id).sort());
    expect(ids.length).toBeGreaterThan(200);
    expect(account.source.kind === 'stripe' && account.source.key.reveal()).toBe(next.key);
  } finally {
    await emulator.stop();
  }
});
