// A company for a test, whoever its processor is: a seeded world behind an emulator, its own books in a shop database, and a
// recon.yaml that a worker, in this process or in one of its own, can run on.
import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { loadShop } from '../sandbox/shop/load-shop.ts';
import { SHOP_LEDGER_QUERY, SHOP_READER } from '../sandbox/shop/shop-queries.ts';
import { generateWorld } from '../sandbox/world/generate-world.ts';
import type { World } from '../sandbox/world/world.ts';
import { urlAsRole } from '../sql/url-as-role.ts';
import { loadConfig, type ReconConfig } from '../worker/config.ts';
import type { TestServers } from './test-servers.ts';

export interface CompanyBasics {
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
  readonly sourceDeadline?: string;
  /** How far the shop's books go and claim to be complete; default: to the end of the world. */
  readonly loadedUntilMs?: number;
  /** The keys of the codec; without them there is none. */
  readonly codecKeys?: string;
  /** A worker on this company's configuration serves these too. */
  readonly neighbours?: readonly Company[];
}

/** What stands in for a company's processor. */
export interface Connection<E> {
  readonly emulator: E;
  /** The account's `source` in recon.yaml. */
  readonly source: object;
  /** Secrets that it names, by the file's name in the folder `secrets`. */
  readonly secrets: Readonly<Record<string, string>>;
}

export interface Company {
  readonly account: string;
  readonly world: World;
  readonly configFile: string;
  readonly config: ReconConfig;
  /** Its part of recon.yaml. */
  readonly accountConfig: object;
  readonly reportFolder: string;
  /** The shop's ETL got further, and so did its books. */
  reachUntil(loadedUntilMs: number): Promise<void>;
  stop(): Promise<void>;
}

// The shop's own query asks for the slowest of all accounts; here each test moves its own.
const WATERMARK_QUERY = 'select loaded_until from shop.etl where account = $3';
/** The file in the folder `secrets`, for a test that rotates them. */
export const CODEC_KEYS = 'codec-keys.json';
export const CODEC_TOKEN = 'the-token-of-a-tester';
const CODEC_TOKENS = JSON.stringify({ tester: hash('sha256', CODEC_TOKEN, 'hex') });
const ZONE = 'America/New_York';
const TRANSACTIONS_PER_DAY = 60;

export async function openCompanyAt<E extends { stop(): Promise<void> }>(
  servers: TestServers,
  options: CompanyBasics,
  connect: (world: World) => Promise<Connection<E>>,
): Promise<Company & { readonly emulator: E }> {
  const { account, databaseUrl } = options;
  const world = generateWorld({
    seed: options.seed ?? 'test',
    account,
    zone: options.zone ?? ZONE,
    firstDate: options.firstDate,
    days: options.days,
    transactionsPerDay: options.transactionsPerDay ?? TRANSACTIONS_PER_DAY,
    plant: options.plant ?? true,
  });
  await bookUntil(databaseUrl, world, options.loadedUntilMs ?? world.endMs);
  const connection = await connect(world);
  const { emulator } = connection;
  try {
    // One folder a database: its companies share the report store, as the accounts of one recon do.
    const folder = join(servers.folder, new URL(databaseUrl).pathname.slice(1));
    const accountConfig = accountConfigOf(connection, options);
    const configFile = await writeConfig(folder, servers, accountConfig, options, connection.secrets);
    return {
      account,
      world,
      emulator,
      configFile,
      config: await loadConfig(configFile, {}),
      accountConfig,
      reportFolder: join(folder, 'reports', account),
      reachUntil: (untilMs) => bookUntil(databaseUrl, world, untilMs),
      stop: () => emulator.stop(),
    };
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

/** Books that are said to be whole hold the few rows after the last midnight too. */
async function bookUntil(databaseUrl: string, world: World, untilMs: number): Promise<void> {
  const isWhole = untilMs >= world.endMs;
  const records = isWhole ? world.records : world.records.filter(({ occurredAtMs }) => occurredAtMs < untilMs);
  await loadShop(databaseUrl, { ...world, records }, { loadedUntilMs: untilMs });
}

function accountConfigOf({ source }: Connection<unknown>, options: CompanyBasics): object {
  return {
    account: options.account,
    zone: options.zone ?? ZONE,
    startDate: options.firstDate,
    source,
    internal: { kind: 'postgres', url: 'file:secrets/shop-url', query: SHOP_LEDGER_QUERY, watermark: WATERMARK_QUERY },
    ...(options.sourceDeadline === undefined ? {} : { sourceDeadline: options.sourceDeadline }),
  };
}

async function writeConfig(
  folder: string,
  { access, mailbox }: TestServers,
  accountConfig: object,
  options: CompanyBasics,
  secretsOfSource: Connection<unknown>['secrets'],
): Promise<string> {
  const shop = new URL(options.databaseUrl);
  shop.username = SHOP_READER.user;
  shop.password = SHOP_READER.password;
  const secrets = {
    'database-url': urlAsRole(options.databaseUrl, 'recon_worker'),
    'shop-url': shop.href,
    'smtp-url': mailbox.url,
    ...(options.codecKeys === undefined ? {} : { [CODEC_KEYS]: options.codecKeys, 'codec-tokens.json': CODEC_TOKENS }),
    ...secretsOfSource,
  };
  await mkdir(join(folder, 'secrets'), { recursive: true });
  for (const [secret, value] of Object.entries(secrets)) await writeFile(join(folder, 'secrets', secret), value);
  const config = {
    reportingCurrency: 'USD',
    database: 'file:secrets/database-url',
    temporal: {
      ...{ address: access.address, namespace: access.namespace, taskQueue: access.taskQueue },
      ...(options.codecKeys === undefined
        ? {}
        : { codec: { keys: `file:secrets/${CODEC_KEYS}`, server: { tokens: 'file:secrets/codec-tokens.json' } } }),
    },
    accounts: [accountConfig, ...(options.neighbours ?? []).map((neighbour) => neighbour.accountConfig)],
    reports: { store: '.' },
    evidence: { store: 'evidence', retentionDays: 1 },
    notifications: {
      from: 'recon@example.com',
      transport: { kind: 'smtp', url: 'file:secrets/smtp-url' },
      routes: [{ to: ['ops@example.com'], from: 'low' }],
    },
  };
  const file = join(folder, `${secretName(options.account)}.yaml`);
  await writeFile(file, stringify(config));
  return file;
}

/** An account's name where it has to be a file's. */
export function secretName(account: string, of?: string): string {
  return [account.replace('/', '-'), ...(of === undefined ? [] : [of])].join('-');
}
