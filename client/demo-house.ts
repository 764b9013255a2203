// A company for the demo: a seeded world behind an emulated Stripe, its own books in a shop database, and the recon.yaml
// that a real company would write. Everything after that is the product: the demo only looks at what it finds.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { addDays, type BusinessDate, businessDateAt, windowOf } from '../domain/business-date.ts';
import type { LocalStack } from '../local/stack.ts';
import { loadShop } from '../sandbox/shop/load-shop.ts';
import { SHOP_LEDGER_QUERY, SHOP_READER, SHOP_WATERMARK_QUERY } from '../sandbox/shop/shop-queries.ts';
import { type StripeEmulator, startStripeEmulator } from '../sandbox/stripe/start-stripe-emulator.ts';
import { generateWorld } from '../sandbox/world/generate-world.ts';
import type { World } from '../sandbox/world/world.ts';
import { composeAccounts } from '../worker/compose-accounts.ts';
import { composeOutbox } from '../worker/compose-outbox.ts';
import { loadConfig } from '../worker/config.ts';
import { type LocalRecon, startLocalRecon, workerUrl } from './local-recon.ts';
import { applySchedule } from './temporal/apply-schedule.ts';
import { planSchedules } from './temporal/schedule-plan.ts';

export const DEMO_ACCOUNT = 'stripe/us';
const ZONE = 'America/New_York';
const STRIPE_KEY = 'rk_emulated';

export interface DemoHouseOptions {
  /** Everything of the demo is kept here; what an earlier demo left is removed. */
  readonly folder: string;
  /** Ends with yesterday. */
  readonly days: number;
  readonly transactionsPerDay: number;
  readonly keepDatabase: boolean;
  readonly nowMs: () => number;
  readonly onProgress: (message: string) => void;
  readonly onPhase: (name: string) => void;
}

export interface DemoHouse {
  readonly recon: LocalRecon;
  readonly world: World;
  readonly emulator: StripeEmulator;
  readonly account: string;
  /** The last day that is over, and the first of the days before it that the demo fills. */
  readonly yesterday: BusinessDate;
  readonly firstDate: BusinessDate;
  readonly configFile: string;
  readonly reportFolder: string;
  readonly mailFolder: string;
  stop(): Promise<void>;
}

export async function openDemoHouse(options: DemoHouseOptions): Promise<DemoHouse> {
  const { folder } = options;
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'secrets'), { recursive: true });
  const yesterday = lastDayThatIsOver(options.nowMs());
  const firstDate = addDays(yesterday, 1 - options.days);
  const world = generateWorld({
    seed: 'demo',
    account: DEMO_ACCOUNT,
    zone: ZONE,
    firstDate,
    days: options.days,
    transactionsPerDay: options.transactionsPerDay,
  });
  const emulator = await startStripeEmulator({ accounts: [{ world, keys: [{ key: STRIPE_KEY }] }] });
  options.onPhase('world');
  const configFile = join(folder, 'recon.yaml');
  try {
    const recon = await startLocalRecon({
      ...(options.keepDatabase ? { storeDir: join(folder, 'servers') } : {}),
      ui: true,
      mailbox: true,
      mailDir: join(folder, 'mail'),
      onProgress: options.onProgress,
      fetchTaskQueues: ['fetch-stripe'],
      deps: async ({ database, stack }) => {
        options.onPhase('servers');
        await loadShop(stack.postgres.url, world);
        await writeConfig(configFile, folder, { stack, emulator, firstDate });
        const config = await loadConfig(configFile, {});
        options.onPhase('shop');
        return {
          accounts: composeAccounts(config),
          outbox: composeOutbox(config, database, options.nowMs),
          nowMs: options.nowMs,
        };
      },
    });
    // As `recon setup` does: the schedule is there to be seen, and would run tomorrow.
    for (const plan of planSchedules(await loadConfig(configFile, {})))
      await applySchedule(recon.temporal, plan, 'recon');
    const stop = async () => {
      await recon.stop();
      await emulator.stop();
    };
    return {
      recon,
      world,
      emulator,
      account: DEMO_ACCOUNT,
      yesterday,
      firstDate,
      configFile,
      reportFolder: join(folder, 'reports'),
      mailFolder: join(folder, 'mail'),
      stop,
    };
  } catch (error) {
    await emulator.stop();
    throw error;
  }
}

// Stripe lists a transaction up to five minutes late: just after midnight the day is over but not yet complete.
const LISTED_AFTER_MS = 6 * 60_000;

function lastDayThatIsOver(nowMs: number): BusinessDate {
  const yesterday = addDays(businessDateAt(nowMs, ZONE), -1);
  return windowOf(yesterday, ZONE).endMs + LISTED_AFTER_MS <= nowMs ? yesterday : addDays(yesterday, -1);
}

async function writeConfig(
  file: string,
  folder: string,
  house: { stack: LocalStack; emulator: StripeEmulator; firstDate: BusinessDate },
): Promise<void> {
  const { stack, emulator, firstDate } = house;
  const shop = new URL(stack.postgres.url);
  shop.username = SHOP_READER.user;
  shop.password = SHOP_READER.password;
  const secrets = {
    'database-url': workerUrl(stack.postgres.url),
    'database-owner-url': stack.postgres.url,
    'shop-url': shop.toString(),
    'smtp-url': stack.mailbox?.url ?? 'smtp://127.0.0.1:25',
    'stripe-key': STRIPE_KEY,
  };
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
    accounts: [
      {
        account: DEMO_ACCOUNT,
        zone: ZONE,
        startDate: firstDate,
        source: { kind: 'stripe', key: 'file:secrets/stripe-key', baseUrl: `http://${emulator.host}:${emulator.port}` },
        internal: {
          kind: 'postgres',
          url: 'file:secrets/shop-url',
          query: SHOP_LEDGER_QUERY,
          watermark: SHOP_WATERMARK_QUERY,
        },
      },
    ],
    reports: { store: '.' },
    notifications: {
      from: 'recon@example.com',
      transport: { kind: 'smtp', url: 'file:secrets/smtp-url' },
      routes: [
        { to: ['ops@example.com'], from: 'low' },
        { to: ['ops-lead@example.com'], from: 'high' },
      ],
    },
  };
  await writeFile(file, `# Written by the demo; a recon.yaml of your own looks the same.\n${stringify(config)}`);
}
