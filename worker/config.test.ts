import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { defaultRuleSet } from '../domain/rule-set.ts';
import { ConfigInvalid, type Environment, loadConfig, type ReconConfig } from './config.ts';

const HOUR_MS = 3_600_000;
const ENVIRONMENT = {
  DATABASE_URL: 'postgres://recon:hunter2@db/recon',
  STRIPE_READ_KEY: 'rk_live_hunter2',
  SHOP_DATABASE_URL: 'postgres://reader:hunter2@shop/shop',
  SMTP_URL: 'smtp://u:hunter2@mail:25',
};

// The shape of the documentation, with what this version reads.
const GOOD = `
reportingCurrency: USD
database: env:DATABASE_URL
temporal: { address: "127.0.0.1:7233", namespace: default, taskQueue: recon }

accounts:
  - account: stripe/us
    zone: America/New_York
    startDate: 2026-01-01
    source: { kind: stripe, key: env:STRIPE_READ_KEY }
    internal: &shop
      kind: postgres
      url: env:SHOP_DATABASE_URL
      query: |
        select id, kind, amount, currency, occurred_at as "occurredAt", fee, status,
               processor_reference as "processorReference", order_id as "merchantReference"
        from shop.ledger where occurred_at >= $1 and occurred_at < $2 and account = $3
      watermark: select loaded_until from shop.etl
    rules: rules.yaml

  - account: adyen/eu
    zone: Europe/Berlin
    startDate: 2026-01-01
    reportingCurrency: EUR
    source: { kind: file, location: settlements, pattern: "settlement_detail_report_batch_*.csv", mode: delta }
    internal: *shop
    mayBeEmpty: true
    trailingDays: 3
    sourceDeadline: 6h

reports: { store: "s3://recon-reports/" }

notifications:
  from: recon@example.com
  transport: { kind: smtp, url: env:SMTP_URL }
  routes:
    - { to: [ops@example.com], from: low, digest: true }
    - { to: [ops-lead@example.com], from: high }
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'recon-config-'));
  await writeFile(join(folder, 'rules.yaml'), 'tolerance: { EUR: { absolute: "0.01" } }\n');
});
afterEach(() => rm(folder, { recursive: true }));

async function load(text: string, environment: Environment = ENVIRONMENT): Promise<ReconConfig> {
  const path = join(folder, 'recon.yaml');
  await writeFile(path, text);
  return loadConfig(path, environment);
}

async function problemsOf(text: string, environment?: Environment): Promise<readonly string[]> {
  const error = await load(text, environment).catch((reason: unknown) => reason);
  if (!(error instanceof ConfigInvalid)) throw new TypeError('the configuration was accepted', { cause: error });
  return error.problems;
}

/** The good configuration with one thing changed. */
function changed(from: string, to: string): string {
  if (!GOOD.includes(from)) throw new RangeError(`${from} is not in the configuration`);
  return GOOD.replace(from, to);
}

test('the configuration of the documentation is read, with every default filled in', async () => {
  const config = await load(GOOD);
  const [stripe, adyen] = config.accounts;
  expect(config).toMatchObject({
    reportingCurrency: 'USD',
    temporal: { address: '127.0.0.1:7233', namespace: 'default', taskQueue: 'recon' },
    reports: { store: 's3://recon-reports/' },
    folder,
  });
  expect(config.database.reveal()).toBe(ENVIRONMENT.DATABASE_URL);
  expect(stripe).toMatchObject({
    account: 'stripe/us',
    processor: 'stripe',
    zone: 'America/New_York',
    startDate: '2026-01-01',
    reportingCurrency: 'USD',
    mayBeEmpty: false,
    payoutsItemised: true,
    trailingDays: 1,
    sourceDeadline: 10 * HOUR_MS,
    source: { kind: 'stripe', merchantReference: 'order_id', requestTimeout: 80_000, shard: 6 * HOUR_MS },
    internal: { kind: 'postgres', watermark: 'select loaded_until from shop.etl', statementTimeout: 600_000 },
  });
  expect(stripe?.rules).toEqual({ ...defaultRuleSet(), tolerance: { EUR: { absolute: '0.01' } } });
  expect(adyen).toMatchObject({
    account: 'adyen/eu',
    processor: 'adyen',
    reportingCurrency: 'EUR',
    mayBeEmpty: true,
    trailingDays: 3,
    sourceDeadline: 6 * HOUR_MS,
    source: { kind: 'file', location: 'settlements', pattern: 'settlement_detail_report_batch_*.csv', mode: 'delta' },
    internal: { kind: 'postgres' },
  });
  expect(adyen?.rules).toEqual(defaultRuleSet());
  expect(config.notifications.routes).toEqual([
    { to: ['ops@example.com'], from: 'low', digest: true },
    { to: ['ops-lead@example.com'], from: 'high' },
  ]);
});

test('where Temporal is not mentioned, it is the one on this machine', async () => {
  const config = await load(
    changed('temporal: { address: "127.0.0.1:7233", namespace: default, taskQueue: recon }', ''),
  );
  expect(config.temporal).toEqual({ address: '127.0.0.1:7233', namespace: 'default', taskQueue: 'recon' });
});

test('nothing of a configuration can be changed once it is read', async () => {
  const config = await load(GOOD);
  const open: string[] = [];
  const visit = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) return;
    if (!Object.isFrozen(value)) open.push(path);
    for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`);
  };
  visit(config, 'config');
  expect(open).toEqual([]);
});

test('a secret is read from a file beside the configuration, without the line end', async () => {
  await writeFile(join(folder, 'stripe.key'), 'rk_live_from_file\n');
  const config = await load(changed('key: env:STRIPE_READ_KEY', 'key: "file:stripe.key"'));
  const source = config.accounts[0]?.source;
  expect(source?.kind === 'stripe' && source.key.reveal()).toBe('rk_live_from_file');
});

test('no secret is printed with the configuration, nor with what is wrong with it', async () => {
  const config = await load(GOOD);
  const printed = [
    inspect(config, { depth: Infinity, showHidden: true }),
    JSON.stringify(config),
    String(config.database),
  ];
  // Every value in full where it was put, and wrong beside it.
  const wrong = await load(
    changed('env:DATABASE_URL', 'postgres://recon:hunter2@db/recon').replace('zone: Europe/Berlin', 'zone: Nowhere'),
  ).catch((error: unknown) => error);
  printed.push(inspect(wrong, { depth: Infinity }), JSON.stringify(wrong), String(wrong));
  expect(printed.filter((text) => text.includes('hunter2'))).toEqual([]);
  expect(JSON.parse(printed[1] ?? '')).toMatchObject({ database: '***', notifications: { transport: { url: '***' } } });
});

test('every problem is reported at once, each with its place and what to write', async () => {
  await writeFile(join(folder, 'rules.yaml'), 'tolerance: { EURO: { absolute: "1" } }\ncompare: [amount]\n');
  const text = `
reportingCurrency: dollars
database: postgres://login:password@host/recon
accounts:
  - account: Stripe
    zone: Mars/Olympus
    startDate: 2026-02-30
    zonee: UTC
    source: { kind: carrier-pigeon }
    internal: { kind: postgres, url: env:NOT_SET, query: select 1 }
    rules: rules.yaml
    sourceDeadline: 10
  - account: stripe/us
    zone: UTC
    startDate: 2026-01-01
    source: { kind: stripe, key: "file:nowhere.key" }
    internal: { kind: file, location: records, mode: full }
    rules: rules.yaml
  - account: stripe/us
reports: {}
notifications: { from: recon@example.com, transport: { kind: fax }, routes: [] }
surprise: true
`;
  const rules = join(folder, 'rules.yaml');
  expect([...(await problemsOf(text))].sort()).toEqual(
    [
      'reportingCurrency: is not an ISO 4217 currency such as USD',
      'database: name a secret as env:NAME, file:PATH or aws-secret:NAME; its value does not belong in this file',
      'accounts.0.account: "Stripe" is not an account: write processor/name, such as stripe/us',
      'accounts.0.zone: "Mars/Olympus" is not an IANA time zone such as America/New_York',
      'accounts.0.startDate: "2026-02-30" is not a day of the calendar',
      'accounts.0: Unrecognized key: "zonee"',
      `accounts.0.source.kind: Invalid discriminator value. Expected 'stripe' | 'paypal' | 'square' | 'file'`,
      'accounts.0.internal.url: the environment variable NOT_SET is not set',
      'accounts.0.sourceDeadline: write a number and s, m, h or d, such as 3h or 10d',
      'accounts.1.source.key: the secret file nowhere.key cannot be read',
      'accounts.1.internal.mode: Invalid option: expected one of "delta"|"snapshot"',
      'accounts.2.zone: Invalid input: expected string, received undefined',
      'accounts.2.startDate: Invalid input: expected string, received undefined',
      'accounts.2.source: Invalid input: expected object, received undefined',
      'accounts.2.internal: Invalid input: expected object, received undefined',
      'reports.store: Invalid input: expected string, received undefined',
      `notifications.transport.kind: Invalid discriminator value. Expected 'smtp' | 'ses'`,
      'notifications.routes: Too small: expected array to have >=1 items',
      'Unrecognized key: "surprise"',
      'accounts: stripe/us is named twice',
      // Two accounts name this file; its problems are told once.
      `${rules}: tolerance.EURO: is not an ISO 4217 currency`,
      `${rules}: compare: currency is always compared: list it`,
      `${rules}: compare: kind is always compared: list it`,
    ].sort(),
  );
});

test.each([
  ['a zone', 'zone: Europe/Berlin', 'zone: Berlin', 'accounts.1.zone: "Berlin" is not an IANA time zone'],
  ['a currency', 'reportingCurrency: EUR', 'reportingCurrency: EURO', 'accounts.1.reportingCurrency: is not an ISO'],
  ['a date', 'startDate: 2026-01-01', 'startDate: 01.01.2026', 'accounts.0.startDate: "01.01.2026" is not a date'],
  ['an account', 'account: adyen/eu', 'account: adyen', 'accounts.1.account: "adyen" is not an account'],
  ['a duplicate account', 'account: adyen/eu', 'account: stripe/us', 'accounts: stripe/us is named twice'],
  ['a key that nothing reads', 'mayBeEmpty', 'maybeEmpty', 'accounts.1: Unrecognized key: "maybeEmpty"'],
  ['a key of a source', 'kind: stripe,', 'kind: stripe, secret: 1,', 'accounts.0.source: Unrecognized key: "secret"'],
  ['a severity', 'from: high', 'from: urgent', 'notifications.routes.1.from: Invalid option'],
  ['a number of days', 'trailingDays: 3', 'trailingDays: 36', 'accounts.1.trailingDays: Too big'],
  ['half a day', 'trailingDays: 3', 'trailingDays: 0.5', 'accounts.1.trailingDays: Invalid input: expected int'],
  ['yes for true', 'mayBeEmpty: true', 'mayBeEmpty: yes', 'accounts.1.mayBeEmpty: Invalid input: expected boolean'],
  ['an unnamed variable', 'env:SMTP_URL', '"env:"', 'notifications.transport.url: name a secret as env:NAME'],
  ['a secret of AWS', 'env:SMTP_URL', 'aws:smtp#url', 'notifications.transport.url: name a secret as env:NAME'],
])('refuses %s that is wrong, alone and by its place', async (_what, from, to, problem) => {
  const problems = await problemsOf(changed(from, to));
  expect(problems).toEqual([expect.stringContaining(problem)]);
});

test('a secret that is empty is as good as none', async () => {
  await writeFile(join(folder, 'empty.key'), '\n');
  expect(await problemsOf(GOOD, { ...ENVIRONMENT, SMTP_URL: '' })).toEqual([
    'notifications.transport.url: the environment variable SMTP_URL is not set',
  ]);
  expect(await problemsOf(changed('env:STRIPE_READ_KEY', '"file:empty.key"'))).toEqual([
    'accounts.0.source.key: the secret file empty.key is empty',
  ]);
});

test('what is wrong with a rules file is reported under the name of that file', async () => {
  await writeFile(join(folder, 'rules.yaml'), 'groups: maybe\ntiming: { payment: soon }\n');
  const rules = join(folder, 'rules.yaml');
  expect(await problemsOf(GOOD)).toEqual([
    `${rules}: groups: Invalid input: expected boolean, received string`,
    `${rules}: timing.payment: write a number and s, m, h or d, such as 3h or 10d`,
  ]);
  await writeFile(rules, 'groups: [\n');
  expect(await problemsOf(GOOD)).toEqual([expect.stringContaining(`${rules}: is not YAML: `)]);
  await rm(rules);
  const problems = await problemsOf(GOOD);
  expect(problems).toEqual([expect.stringContaining(`${rules}: cannot be read (`)]);
  expect(problems).toEqual([expect.stringContaining('; correct the path, or leave the rules out')]);
});

test('a file that is not there, not YAML, or empty says so by its name', async () => {
  const missing = join(folder, 'none.yaml');
  const loading = loadConfig(missing, {});
  await expect(loading).rejects.toThrow(`${missing} cannot be used:\n  - cannot be read (`);
  await expect(loading).rejects.toThrow(
    `ENOENT: no such file or directory, open '${missing}'); name it with --config FILE`,
  );
  expect(await problemsOf('accounts: [\n')).toEqual([expect.stringContaining('is not YAML: ')]);
  expect(await problemsOf('reportingCurrency: USD\nreportingCurrency: EUR\n')).toEqual([
    expect.stringContaining('is not YAML: Map keys must be unique'),
  ]);
  for (const text of ['', '# nothing yet\n', '- a list\n', 'just words\n']) {
    expect(await problemsOf(text)).toEqual([expect.stringContaining('Invalid input: expected object')]);
  }
});

test('a configuration without accounts has nothing to do and is refused', async () => {
  const text = stringify({
    reportingCurrency: 'USD',
    database: 'env:DATABASE_URL',
    accounts: [],
    reports: { store: 'reports' },
    notifications: {
      from: 'a@b',
      transport: { kind: 'ses', region: 'eu-central-1' },
      routes: [{ to: ['a@b'], from: 'low' }],
    },
  });
  expect(await problemsOf(text)).toEqual(['accounts: Too small: expected array to have >=1 items']);
});
