import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { AuthRejected } from '../activities/errors.ts';
import { processorSource } from './compose-sources.ts';
import { ConfigInvalid, type Environment, loadConfig, type ReconConfig } from './config.ts';

const GOOD = {
  DATABASE_URL: 'postgres://recon:hunter2@db.example.com/recon?sslmode=verify-full&sslrootcert=ca.pem',
  STRIPE_KEY: 'rk_live_hunter2',
  SMTP_URL: 'smtp://mail.example.com',
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-production-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function load(change: object = {}, environment: Environment = GOOD): Promise<ReconConfig> {
  const account = {
    ...{ account: 'stripe/us', zone: 'UTC', startDate: '2026-01-01' },
    source: { kind: 'stripe', key: 'env:STRIPE_KEY' },
    internal: { kind: 'file', location: 'internal' },
  };
  const config = {
    ...{ production: true, reportingCurrency: 'USD', database: 'env:DATABASE_URL', accounts: [account] },
    temporal: { address: 'temporal.example.com:7233', tls: true },
    reports: { store: 's3://reports/' },
    notifications: {
      from: 'recon@example.com',
      transport: { kind: 'smtp', url: 'env:SMTP_URL' },
      routes: [{ to: ['ops@example.com'], from: 'low' }],
    },
    ...change,
  };
  const path = join(folder, 'recon.yaml');
  await writeFile(path, stringify(config));
  return loadConfig(path, environment);
}

async function problemsOf(...given: Parameters<typeof load>): Promise<readonly string[]> {
  const error = await load(...given).catch((reason: unknown) => reason);
  return error instanceof ConfigInvalid ? error.problems : [];
}

test('a production that only reads, over encrypted links, is accepted', async () => {
  expect((await load()).production).toBe(true);
});

test.each(['sk_live_hunter2', 'sk_test_hunter2', ' sk_live_hunter2'])(
  'in production a Stripe key that can move money is refused, and not shown: %s',
  async (key) => {
    const problems = await problemsOf({}, { ...GOOD, STRIPE_KEY: key });
    expect(problems).toEqual([
      expect.stringContaining('the key of stripe/us can move money: put a restricted key (rk_)'),
    ]);
    expect(problems.join()).not.toContain('hunter2');
    await load({ production: false }, { ...GOOD, STRIPE_KEY: key });
  },
);

test('a key that can move money is refused when it is rotated in, too', async () => {
  const key = join(folder, 'stripe-key');
  await writeFile(key, GOOD.STRIPE_KEY);
  const source = { kind: 'stripe', key: 'file:stripe-key', baseUrl: 'http://127.0.0.1:1' };
  const account = { account: 'stripe/us', zone: 'UTC', startDate: '2026-01-01', source };
  const config = await load({ accounts: [{ ...account, internal: { kind: 'file', location: 'internal' } }] });
  const [configured] = config.accounts;
  if (configured?.source.kind !== 'stripe') throw new TypeError('the account is not Stripe’s');
  await writeFile(key, 'sk_live_hunter2');
  await configured.source.key.current({ fresh: true });
  const probe = processorSource(config, configured, {}).probe(new AbortController().signal);
  await expect(probe).rejects.toThrow(AuthRejected);
  await expect(probe).rejects.toThrow('can move money');
});

test.each([
  ['', true],
  ['?sslmode=disable', true],
  ['?sslmode=require', true],
  ['?application_name=sslmode%3Dverify-full', true],
  ['?sslmode=verify-full', false],
])('in production a database at db.example.com%s is refused: %s', async (query, isRefused) => {
  const url = `postgres://recon:hunter2@db.example.com/recon${query}`;
  expect(await problemsOf({}, { ...GOOD, DATABASE_URL: url })).toEqual(
    isRefused ? [expect.stringContaining('database: sslmode is')] : [],
  );
});

test('in production the link to Temporal is encrypted, by configuration or by the variables of Temporal’s own tools', async () => {
  const temporal = { address: 'temporal.example.com:7233' };
  expect(await problemsOf({ temporal })).toEqual([expect.stringContaining('temporal.tls: the link to Temporal')]);
  expect(await problemsOf({ temporal }, { ...GOOD, TEMPORAL_TLS: 'true' })).toEqual([]);
  expect(await problemsOf({ temporal }, { ...GOOD, TEMPORAL_API_KEY: 'key' })).toEqual([]);
  expect(await problemsOf({ temporal: { address: '127.0.0.1:7233' } })).toEqual([]);
});
