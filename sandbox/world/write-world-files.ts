// Writes both sides of a world as canonical NDJSON (the file contract of design section 5). Streams; what equals a default is left out.
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { currencyExponent } from '../../domain/currency.ts';
import { formatMinor } from '../../domain/money.ts';
import { inChunks } from './in-chunks.ts';
import type { EntrySource, LedgerEntry, Movement, ShopRecord, World } from './world.ts';

const MICROS_DECIMALS = 6;

export interface WorldFiles {
  readonly processorFile: string;
  readonly internalFile: string;
}

/** Only rows that occurred in [startMs, endMs) where given: the next day's arrival is a second call with another window. */
export async function writeWorldFiles(
  world: World,
  directory: string,
  window: { readonly startMs: number; readonly endMs: number } = { startMs: 0, endMs: Number.POSITIVE_INFINITY },
): Promise<WorldFiles> {
  await mkdir(directory, { recursive: true });
  const processorFile = join(directory, 'processor.ndjson');
  const internalFile = join(directory, 'internal.ndjson');
  const within = (ms: number) => ms >= window.startMs && ms < window.endMs;
  await writeLines(processorFile, processorLines(world, within));
  await writeLines(internalFile, internalLines(world, within));
  return { processorFile, internalFile };
}

async function writeLines(file: string, lines: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(inChunks(lines)), createWriteStream(file));
}

function* processorLines(world: World, within: (ms: number) => boolean): Iterable<string> {
  for (const entry of world.entries) {
    if (within(entry.createdS * 1000)) yield `${processorLine(world.account, entry)}\n`;
  }
}

function* internalLines(world: World, within: (ms: number) => boolean): Iterable<string> {
  for (const record of world.records) {
    if (within(record.occurredAtMs)) yield `${internalLine(world.account, record)}\n`;
  }
}

function processorLine(account: string, entry: LedgerEntry): string {
  return JSON.stringify({
    id: entry.id,
    account,
    kind: KINDS[entry.movement],
    gross: formatMinor(entry.grossMinor, entry.currency),
    fee: formatMinor(entry.feeMinor, entry.currency),
    net: formatMinor(entry.grossMinor - entry.feeMinor, entry.currency),
    currency: entry.currency,
    occurredAt: new Date(entry.createdS * 1000).toISOString(),
    availableOn: new Date(entry.availableOnS * 1000).toISOString().slice(0, 10),
    payoutId: entry.payoutId ?? undefined,
    reverses: UNDOES.has(entry.movement) || undefined,
    ...sourceFields(entry.source),
    ...conversionFields(entry),
    ...(entry.movement === 'charge_failure' ? { parentId: entry.source?.id } : {}),
  });
}

const UNDOES: ReadonlySet<Movement> = new Set(['charge_failure', 'dispute_won']);

// The file contract's word where there is one, a code that nobody knows where there is none.
const KINDS: Readonly<Record<Movement, string>> = {
  charge: 'payment',
  charge_failure: 'payment',
  refund: 'refund',
  dispute: 'dispute',
  dispute_fee: 'fee',
  dispute_won: 'dispute',
  fee: 'fee',
  payout: 'payout',
  conversion: 'conversion',
  unheard_of: 'merchant_rewards',
};

/** Which keys a row carries, as an importer of Stripe's API sees them with data.source expanded. */
function sourceFields(source: EntrySource | null): object {
  if (source === null) return {};
  const references = [{ type: 'processor_id', value: source.id }];
  switch (source.object) {
    case 'charge':
      references.push({ type: 'processor_id', value: source.paymentIntentId });
      return { merchantReference: source.orderId, references };
    case 'refund':
      return { merchantReference: source.charge.orderId, parentId: source.charge.id, references };
    case 'dispute':
      return { merchantReference: source.charge.paymentIntentId, parentId: source.charge.id, references };
    case 'payout':
    case 'conversion':
      return { references };
  }
}

/** Stripe's rate counts minor units; the file's rate counts major ones: a yen is 0.66 cents, which is 0.0066 dollars. */
function conversionFields({ source, exchangeRateMicros, currency: settlement }: LedgerEntry): object {
  if (exchangeRateMicros === null || (source?.object !== 'charge' && source?.object !== 'refund')) return {};
  const currency = source.object === 'charge' ? source.currency : source.charge.currency;
  const minor = source.object === 'charge' ? source.amountMinor : -source.amountMinor;
  const decimals = MICROS_DECIMALS + (currencyExponent(settlement) ?? 0) - (currencyExponent(currency) ?? 0);
  const digits = exchangeRateMicros.toString().padStart(decimals + 1, '0');
  return {
    presentment: { amount: formatMinor(minor, currency), currency },
    fxRate: `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`,
  };
}

function internalLine(account: string, record: ShopRecord): string {
  return JSON.stringify({
    id: record.id,
    account,
    kind: record.kind,
    amount: formatMinor(record.amountMinor, record.currency),
    fee: record.feeMinor === null ? undefined : formatMinor(record.feeMinor, record.currency),
    currency: record.currency,
    occurredAt: new Date(record.occurredAtMs).toISOString(),
    status: record.status === 'failed' ? 'void' : undefined,
    processorReference: record.processorReference ?? undefined,
    merchantReference: record.orderId ?? undefined,
  });
}
