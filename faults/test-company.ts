// A company for a test: a seeded world behind an emulated Stripe, its own books in a shop database, and a recon.yaml
// that a worker, in this process or in one of its own, can run on.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { stringify } from 'yaml';
import { loadShop } from '../sandbox/shop/load-shop.ts';
import { SHOP_LEDGER_QUERY, SHOP_READER } from '../sandbox/shop/shop-queries.ts';
import type { Fault } from '../sandbox/stripe/fault.ts';
import { type StripeEmulator, startStripeEmulator } from '../sandbox/stripe/start-stripe-emulator.ts';
import { generateWorld } from '../sandbox/world/generate-world.ts';
import type { World } from '../sandbox/world/world.ts';
import { urlAsRole } from '../sql/url-as-role.ts';
import { loadConfig, type ReconConfig } from '../worker/config.ts';
import type { TestServers } from './test-servers.ts';

export interface CompanyOptions {
  readonly account: string;
  /** Owner's URL; the worker gets its role in it, the shop a schema of its own. */
  readonly databaseUrl: string;
  readonly firstDate: string;
  readonly days: number;
  readonly transactionsPerDay?: number;
  readonly seed?: string;
  /** Without it both sides agree in every row. */
  readonly plant?: boolean;
  readonly zone?: string;
  /** What the configuration holds; the emulator knows only the right one. */
  readonly stripeKey?: string;
  readonly faults?: readonly Fault[];
  readonly latencyMs?: number;
  readonly shard?: string;
  readonly sourceDeadline?: string;
  /** How far the shop's books are complete; default: to the end of the world. */
  readonly loadedUntilMs?: number;
}

export interface TestCompany {
  readonly account: string;
  readonly world: World;
  readonly emulator: StripeEmulator;
  readonly configFile: string;
  readonly config: ReconConfig;
  readonly reportFolder: string;
  /** The shop's ETL got further. */
  reachUntil(loadedUntilMs: number): Promise<void>;
  stop(): Promise<void>;
}

export const RIGHT_KEY = 'rk_test_reader_of_the_ledger_Wx4Q';
// The shop's own query asks for the slowest of all accounts; here each test moves its own.
const WATERMARK_QUERY = 'select loaded_until from shop.etl where account = $3';
const ZONE = 'America/New_York';
const TRANSACTIONS_PER_DAY = 60;

export async function openCompany(servers: TestServers, options: CompanyOptions): Promise<TestCompany> {
  const { account, databaseUrl, loadedUntilMs, latencyMs, faults } = options;
  const world = generateWorld({
    seed: options.seed ?? 'test',
    account,
    zone: options.zone ?? ZONE,
    firstDate: options.firstDate,
    days: options.days,
    transactionsPerDay: options.transactionsPerDay ?? TRANSACTIONS_PER_DAY,
    plant: options.plant ?? true,
  });
  await loadShop(databaseUrl, world, loadedUntilMs === undefined ? {} : { loadedUntilMs });
  const emulator = await startStripeEmulator({
    accounts: [{ world, keys: [{ key: RIGHT_KEY }] }],
    ...(latencyMs === undefined ? {} : { latencyMs }),
    ...(faults === undefined ? {} : { faults }),
  });
  try {
    // One folder a database: its companies share the report store, as the accounts of one recon do.
    const folder = join(servers.folder, new URL(databaseUrl).pathname.slice(1));
    const configFile = await writeConfig(folder, servers, emulator, options);
    return {
      account,
      world,
      emulator,
      configFile,
      config: await loadConfig(configFile, {}),
      reportFolder: join(folder, 'reports', account),
      reachUntil: (untilMs) => reachUntil(databaseUrl, account, untilMs),
      stop: () => emulator.stop(),
    };
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

async function reachUntil(databaseUrl: string, account: string, untilMs: number): Promise<void> {
  const shop = new Client({ connectionString: databaseUrl });
  await shop.connect();
  try {
    await shop.query('update shop.etl set loaded_until = $2 where account = $1', [account, new Date(untilMs)]);
  } finally {
    await shop.end();
  }
}

async function writeConfig(
  folder: string,
  { access, mailbox }: TestServers,
  emulator: StripeEmulator,
  options: CompanyOptions,
): Promise<string> {
  const shop = new URL(options.databaseUrl);
  shop.username = SHOP_READER.user;
  shop.password = SHOP_READER.password;
  const name = options.account.replace('/', '-');
  const secrets = {
    'database-url': urlAsRole(options.databaseUrl, 'recon_worker'),
    'shop-url': shop.href,
    'smtp-url': mailbox.url,
    [`${name}-key`]: options.stripeKey ?? RIGHT_KEY,
  };
  await mkdir(join(folder, 'secrets'), { recursive: true });
  for (const [secret, value] of Object.entries(secrets)) await writeFile(join(folder, 'secrets', secret), value);
  const stripe = {
    kind: 'stripe',
    key: `file:secrets/${name}-key`,
    baseUrl: `http://${emulator.host}:${emulator.port}`,
  };
  const config = {
    reportingCurrency: 'USD',
    database: 'file:secrets/database-url',
    temporal: { address: access.address, namespace: access.namespace, taskQueue: access.taskQueue },
    accounts: [
      {
        account: options.account,
        zone: options.zone ?? ZONE,
        startDate: options.firstDate,
        source: { ...stripe, ...(options.shard === undefined ? {} : { shard: options.shard }) },
        internal: {
          kind: 'postgres',
          url: 'file:secrets/shop-url',
          query: SHOP_LEDGER_QUERY,
          watermark: WATERMARK_QUERY,
        },
        ...(options.sourceDeadline === undefined ? {} : { sourceDeadline: options.sourceDeadline }),
      },
    ],
    reports: { store: '.' },
    notifications: {
      from: 'recon@example.com',
      transport: { kind: 'smtp', url: 'file:secrets/smtp-url' },
      routes: [{ to: ['ops@example.com'], from: 'low' }],
    },
  };
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, stringify(config));
  return file;
}
