// A company for the demo: seeded worlds behind emulated processors and in settlement files, its own books in a shop database, and
// the recon.yaml that a real company would write. Everything after that is the product: the demo only looks at what it finds.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { stringify } from 'yaml';
import { leasedGates } from '../activities/fetch/request/rate-limit.ts';
import { addDays, type BusinessDate, businessDateAt, windowOf } from '../domain/business-date.ts';
import type { LocalStack } from '../local/stack.ts';
import type { EmulatedSource } from '../sandbox/emulated-source.ts';
import { loadShop } from '../sandbox/shop/load-shop.ts';
import { SHOP_ACCOUNT_WATERMARK_QUERY, SHOP_LEDGER_QUERY, SHOP_READER } from '../sandbox/shop/shop-queries.ts';
import { generateWorld } from '../sandbox/world/generate-world.ts';
import type { World } from '../sandbox/world/world.ts';
import { composeAccounts } from '../worker/compose-accounts.ts';
import { composeEvidence } from '../worker/compose-evidence.ts';
import { composeOutbox } from '../worker/compose-outbox.ts';
import { composeTokenise } from '../worker/compose-tokenise.ts';
import { loadConfig } from '../worker/config.ts';
import type { Logger } from '../worker/logger.ts';
import { DEMO_ACCOUNTS, type DemoAccount } from './demo-accounts.ts';
import { type LocalRecon, startLocalRecon, workerUrl } from './local-recon.ts';
import { applyHousekeeping } from './setup-housekeeping.ts';
import { applySchedule } from './temporal/apply-schedule.ts';
import { planSchedules } from './temporal/schedule-plan.ts';

// Planted cases need room beside ordinary trade.
const TRANSACTIONS_MIN = 90;
// Of the day that is run before the books are complete.
const BOOKS_LATE_MS = 2 * 3_600_000;
// No secret: what it protects is made up.
const TOKEN_KEY = 'the key of a company that does not exist';

export interface DemoHouseOptions {
  /** Everything of the demo is kept here; what an earlier demo left is removed. */
  readonly folder: string;
  /** Ends with yesterday. */
  readonly days: number;
  /** Of all accounts together. */
  readonly transactionsPerDay: number;
  /** Plants what takes several rows or days to say as well, and lets the books of one account be late. */
  readonly situations?: boolean;
  /** By default all of them. */
  readonly accounts?: readonly DemoAccount[];
  /** Changes a world before anybody sees it. */
  readonly onWorld?: (world: World) => void;
  readonly logger?: Logger;
  readonly keepDatabase: boolean;
  readonly nowMs: () => number;
  readonly onProgress: (message: string) => void;
  readonly onPhase: (name: string) => void;
}

/** One account of the company, and what is true of it. */
export interface DemoBranch {
  readonly account: string;
  readonly world: World;
  readonly source: EmulatedSource;
  /** What recon.yaml says of the account beside its source. */
  readonly settings: { readonly payoutsItemised?: boolean; readonly rules?: string };
  readonly booksAreLate: boolean;
  /** The last day that is over and complete, and the first of the days before it that the demo fills. */
  readonly yesterday: BusinessDate;
  readonly firstDate: BusinessDate;
}

export interface DemoHouse {
  readonly recon: LocalRecon;
  readonly branches: readonly DemoBranch[];
  readonly configFile: string;
  readonly reportFolder: string;
  readonly mailFolder: string;
  readonly evidenceFolder: string;
  /** From now on the shop's books of the account reach to the present. */
  completeBooks(branch: DemoBranch): Promise<void>;
  /** As `recon setup` does. Not before the house's own days are done: at 04:00 in one of its zones a tick would run among them. */
  startSchedules(): Promise<void>;
  stop(): Promise<void>;
}

export async function openDemoHouse(options: DemoHouseOptions): Promise<DemoHouse> {
  const { folder } = options;
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'secrets'), { recursive: true });
  const branches: DemoBranch[] = [];
  try {
    for (const account of options.accounts ?? DEMO_ACCOUNTS) branches.push(await openBranch(account, options));
    options.onPhase('world');
    const configFile = join(folder, 'recon.yaml');
    const recon = await startRecon(options, branches, configFile);
    const stop = async () => {
      await recon.stop();
      for (const { source } of branches) await source.stop();
    };
    return {
      recon,
      branches,
      configFile,
      reportFolder: join(folder, 'reports'),
      mailFolder: join(folder, 'mail'),
      evidenceFolder: join(folder, 'evidence'),
      completeBooks: ({ account }) => reachUntil(recon.stack.postgres.url, account, options.nowMs()),
      startSchedules: () => startSchedules(recon, configFile),
      stop,
    };
  } catch (error) {
    for (const { source } of branches) await source.stop();
    throw error;
  }
}

async function startSchedules({ temporal }: LocalRecon, configFile: string): Promise<void> {
  for (const plan of planSchedules(await loadConfig(configFile, {}))) await applySchedule(temporal, plan, 'recon');
  await applyHousekeeping(temporal, 'recon');
}

async function openBranch(account: DemoAccount, options: DemoHouseOptions): Promise<DemoBranch> {
  const yesterday = lastDayThatIsOver(account, options.nowMs());
  const firstDate = addDays(yesterday, 1 - options.days);
  const wanted = options.accounts === undefined ? account.sharePercent : 100;
  const world = generateWorld({
    seed: 'demo',
    account: account.account,
    zone: account.zone,
    currency: account.currency,
    firstDate,
    days: options.days,
    transactionsPerDay: Math.max(TRANSACTIONS_MIN, Math.round((options.transactionsPerDay * wanted) / 100)),
    ...(options.situations === true ? { situations: situationsOf(account) } : {}),
  });
  options.onWorld?.(world);
  return {
    account: account.account,
    world,
    source: await account.emulate(world, options.folder),
    settings: await writeSettings(account, options.folder),
    booksAreLate: options.situations === true && account.booksAreLate === true,
    yesterday,
    firstDate,
  };
}

function situationsOf({ toleratedMinor = 0, comparesRates = false }: DemoAccount) {
  return { toleratedMinor, comparesRates };
}

async function writeSettings(account: DemoAccount, folder: string): Promise<DemoBranch['settings']> {
  const { payoutsItemised, rules } = account;
  const file = `rules-${account.account.replace('/', '-')}.yaml`;
  if (rules !== undefined) await writeFile(join(folder, file), stringify(rules));
  return {
    ...(payoutsItemised === undefined ? {} : { payoutsItemised }),
    ...(rules === undefined ? {} : { rules: file }),
  };
}

async function reachUntil(url: string, account: string, untilMs: number): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('update shop.etl set loaded_until = $2 where account = $1', [account, new Date(untilMs)]);
  } finally {
    await client.end();
  }
}

function lastDayThatIsOver({ zone, completeAfterMs }: DemoAccount, nowMs: number): BusinessDate {
  const yesterday = addDays(businessDateAt(nowMs, zone), -1);
  return windowOf(yesterday, zone).endMs + completeAfterMs <= nowMs ? yesterday : addDays(yesterday, -1);
}

async function startRecon(
  options: DemoHouseOptions,
  branches: readonly DemoBranch[],
  configFile: string,
): Promise<LocalRecon> {
  const { folder, nowMs } = options;
  return startLocalRecon({
    ...(options.keepDatabase ? { storeDir: join(folder, 'servers') } : {}),
    ui: true,
    mailbox: true,
    mailDir: join(folder, 'mail'),
    onProgress: options.onProgress,
    ...(options.logger === undefined ? {} : { logger: options.logger }),
    fetchTaskQueues: branches.map(({ account }) => `fetch-${account.split('/')[0]}`),
    deps: async ({ database, stack }) => {
      options.onPhase('servers');
      // The books are kept as things happen: they reach to now.
      for (const { world, booksAreLate, firstDate } of branches) {
        const lateMs = windowOf(firstDate, world.zone).endMs - BOOKS_LATE_MS;
        await loadShop(stack.postgres.url, world, { loadedUntilMs: booksAreLate ? lateMs : nowMs() });
      }
      await writeConfig(configFile, folder, stack, branches);
      const config = await loadConfig(configFile, {});
      options.onPhase('shop');
      const outbox = composeOutbox(config, database, nowMs);
      return {
        accounts: composeAccounts(config, { nowMs, gateFor: leasedGates(database) }),
        outbox,
        alerts: outbox.alerts,
        evidence: composeEvidence(config, database, nowMs),
        tokenise: composeTokenise(config),
        nowMs,
      };
    },
  });
}

async function writeConfig(
  file: string,
  folder: string,
  stack: LocalStack,
  branches: readonly DemoBranch[],
): Promise<void> {
  const shop = new URL(stack.postgres.url);
  shop.username = SHOP_READER.user;
  shop.password = SHOP_READER.password;
  const secrets = Object.assign(
    {
      'database-url': workerUrl(stack.postgres.url),
      'database-owner-url': stack.postgres.url,
      'shop-url': shop.toString(),
      'token-key': TOKEN_KEY,
      'smtp-url': stack.mailbox?.url ?? 'smtp://127.0.0.1:25',
    },
    ...branches.map(({ source }) => source.secrets),
  ) as Record<string, string>;
  for (const [name, value] of Object.entries(secrets)) {
    await writeFile(join(folder, 'secrets', name), `${value}\n`, { mode: 0o600 });
  }
  const config = {
    reportingCurrency: 'USD',
    database: 'file:secrets/database-url',
    temporal: {
      address: stack.temporal.address,
      namespace: stack.temporal.namespace,
      taskQueue: 'recon',
      ...(stack.temporal.uiUrl === undefined ? {} : { uiUrl: stack.temporal.uiUrl }),
    },
    accounts: branches.map(({ account, world, source, settings, firstDate }) => ({
      account,
      zone: world.zone,
      startDate: firstDate,
      reportingCurrency: world.currency,
      ...settings,
      source: source.config,
      internal: {
        kind: 'postgres',
        url: 'file:secrets/shop-url',
        query: SHOP_LEDGER_QUERY,
        watermark: SHOP_ACCOUNT_WATERMARK_QUERY,
      },
    })),
    personalData: { tokenKey: 'file:secrets/token-key' },
    reports: { store: '.' },
    evidence: { store: 'evidence' },
    notifications: {
      from: 'recon@example.com',
      transport: { kind: 'smtp', url: 'file:secrets/smtp-url' },
      routes: [
        { to: ['ops@example.com'], from: 'low', digest: true },
        { to: ['ops-lead@example.com'], from: 'high' },
      ],
    },
  };
  await writeFile(file, `# Written by the demo; a recon.yaml of your own looks the same.\n${stringify(config)}`);
}
