// `npm run emulators`: Stripe's API over a seeded world on a loopback port until Ctrl-C, and on request the shop's own books beside it.
import { parseArgs } from 'node:util';
import { addDays, assertZone, businessDateAt } from '../domain/business-date.ts';
import { loadShop } from './shop/load-shop.ts';
import { startStripeEmulator } from './stripe/start-stripe-emulator.ts';
import { generateWorld } from './world/generate-world.ts';
import type { World } from './world/world.ts';
import { writeWorldFiles } from './world/write-world-files.ts';

const EMULATED_KEY = 'rk_emulated';
const DEFAULTS = {
  host: '127.0.0.1',
  port: '12111',
  seed: '1',
  account: 'stripe/us',
  zone: 'America/New_York',
  days: '30',
  transactions: '1000',
} as const;

const HELP = `Starts Stripe's API over a seeded world, until Ctrl-C.

usage: npm run emulators -- [options]

  --host ADDRESS      address to listen on                      (${DEFAULTS.host})
  --port N            port to listen on; 0 takes any free one   (${DEFAULTS.port})
  --seed TEXT         the same seed gives the same world        (${DEFAULTS.seed})
  --account NAME      processor/name                            (${DEFAULTS.account})
  --zone ZONE         the account's time zone                   (${DEFAULTS.zone})
  --from DATE         first business date                       (so that the last one is yesterday)
  --days N            how many dates                            (${DEFAULTS.days})
  --transactions N    balance transactions a day                (${DEFAULTS.transactions})
  --honest            plant no discrepancies
  --shop URL          also load the shop's books into this PostgreSQL, schema "shop" (replaces this account's rows)
  --files DIR         also write both sides as processor.ndjson and internal.ndjson
  --help              this text

examples:
  npm run emulators
  npm run emulators -- --days 3 --transactions 10000 --files ./world
  curl -u ${EMULATED_KEY}: 'http://127.0.0.1:${DEFAULTS.port}/v1/balance_transactions?limit=1&expand[]=data.source'
`;

function readOptions() {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({
    options: {
      host: text(DEFAULTS.host),
      port: text(DEFAULTS.port),
      seed: text(DEFAULTS.seed),
      account: text(DEFAULTS.account),
      zone: text(DEFAULTS.zone),
      from: { type: 'string' },
      days: text(DEFAULTS.days),
      transactions: text(DEFAULTS.transactions),
      honest: { type: 'boolean', default: false },
      shop: { type: 'string' },
      files: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}

function wholeNumber(option: string, value: string): number {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new RangeError(`--${option} is "${value}": give a whole number`);
}

function makeWorld(options: ReturnType<typeof readOptions>): World {
  const zone = assertZone(options.zone);
  const days = wholeNumber('days', options.days);
  return generateWorld({
    seed: options.seed,
    account: options.account,
    zone,
    firstDate: options.from ?? addDays(businessDateAt(Date.now(), zone), -days),
    days,
    transactionsPerDay: wholeNumber('transactions', options.transactions),
    plant: !options.honest,
  });
}

async function main(): Promise<void> {
  const options = readOptions();
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const world = makeWorld(options);
  if (options.files !== undefined) {
    const { processorFile, internalFile } = await writeWorldFiles(world, options.files);
    console.log(`files     ${processorFile}\n          ${internalFile}`);
  }
  if (options.shop !== undefined) {
    await loadShop(options.shop, world);
    console.log(`shop      ${world.records.length} records in schema shop, read-only login shop_reader`);
  }
  const emulator = await startStripeEmulator({
    accounts: [{ world, keys: [{ key: EMULATED_KEY }] }],
    host: options.host,
    port: wholeNumber('port', options.port),
  });
  // Before anything is said: whoever reads it may stop this at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void emulator.stop());
  console.log(`stripe    http://${emulator.host}:${emulator.port}`);
  console.log(`key       ${EMULATED_KEY}`);
  console.log(`account   ${world.account}, ${world.firstDate} to ${world.lastDate} in ${world.zone}`);
  console.log(`rows      ${world.entries.length} balance transactions, ${world.truth.length} planted situations`);
  console.log('Ctrl-C stops it.');
}

try {
  await main();
} catch (error) {
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  console.error(`${error instanceof Error ? error.message : String(error)}${cause}\nSee npm run emulators -- --help`);
  process.exitCode = error instanceof TypeError || error instanceof RangeError ? 2 : 3;
}
