// Fills the company's database with a world's books. Idempotent by account: loading again replaces that account's rows.
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { formatMinor } from '../../domain/money.ts';
import { inChunks } from '../world/in-chunks.ts';
import type { ShopRecord, World } from '../world/world.ts';

const SCHEMA_FILE = new URL('schema.sql', import.meta.url);
const NULL = '\\N';

export interface LoadShopOptions {
  /** Up to where the ledger claims to be complete; by default the end of the world's last date. */
  readonly loadedUntilMs?: number;
}

/** @param target a connection URL, or a connected client with the right to create the schema `shop`. */
export async function loadShop(target: string | Client, world: World, options: LoadShopOptions = {}): Promise<void> {
  if (typeof target !== 'string') return fillShop(target, world, options);
  const client = new Client({ connectionString: target });
  await client.connect();
  try {
    await fillShop(client, world, options);
  } finally {
    await client.end();
  }
}

async function fillShop(client: Client, world: World, options: LoadShopOptions): Promise<void> {
  await client.query(await readFile(SCHEMA_FILE, 'utf8'));
  await client.query('begin');
  try {
    await client.query('delete from shop.ledger where account = $1', [world.account]);
    await client.query('delete from shop.orders where account = $1', [world.account]);
    await copy(client, 'shop.orders (account, id, placed_at, total, currency)', orderLines(world));
    await copy(
      client,
      `shop.ledger (id, account, order_id, kind, amount, currency, fee, status, processor_reference, occurred_at, created_at)`,
      ledgerLines(world),
    );
    await client.query(
      `insert into shop.etl (account, loaded_until) values ($1, $2)
       on conflict (account) do update set loaded_until = excluded.loaded_until`,
      [world.account, new Date(options.loadedUntilMs ?? world.endMs)],
    );
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback');
    throw new Error(`the shop of ${world.account} could not be loaded`, { cause });
  }
  // Statistics of an empty table would make the first reading slow.
  await client.query('analyze shop.ledger');
}

async function copy(client: Client, columns: string, lines: Iterable<string>): Promise<void> {
  const stream = client.query(copyFrom(`copy ${columns} from stdin`));
  await pipeline(Readable.from(inChunks(lines)), stream);
}

/** An order that was booked twice is still one. */
function* orderLines(world: World): Iterable<string> {
  const written = new Set<string>();
  for (const record of world.records) {
    if (record.kind !== 'payment' || record.orderId === null || written.has(record.orderId)) continue;
    written.add(record.orderId);
    const placedAt = new Date(record.occurredAtMs).toISOString();
    yield `${world.account}\t${record.orderId}\t${placedAt}\t${amount(record)}\t${record.currency}\n`;
  }
}

function* ledgerLines(world: World): Iterable<string> {
  for (const [record, text] of ledgerOf(world)) {
    const occurredAt = new Date(record.occurredAtMs).toISOString();
    const fee = record.feeMinor === null ? NULL : formatMinor(record.feeMinor, record.currency);
    yield `${record.id}\t${world.account}\t${record.orderId ?? NULL}\t${record.kind}\t${text}\t${record.currency}\t` +
      `${fee}\t${record.status}\t${record.processorReference ?? NULL}\t${occurredAt}\t${occurredAt}\n`;
  }
}

/** Every record with its amount as the shop's column holds it. */
function* ledgerOf(world: World): Iterable<readonly [ShopRecord, string]> {
  for (const record of world.records) yield [record, amount(record)];
  for (const record of world.odd.records) {
    const text = amount(record);
    yield [record, text.includes('.') ? `${text}5` : `${text}.5`];
  }
}

function amount(record: ShopRecord): string {
  return formatMinor(record.amountMinor, record.currency);
}
