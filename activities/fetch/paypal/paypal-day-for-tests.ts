// A day of one PayPal account, and the source that reads it from the PayPal of the tests.

import type { ProcessorRow } from '../../../domain/transaction.ts';
import { NEVER_ABORTED } from '../pages-for-tests.ts';
import type { SourcePage } from '../source.ts';
import { type PayPalSourceOptions, paypalSource } from './paypal.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  SEARCH_PATH,
  stamp,
  type TestPayPal,
  type TestTransaction,
} from './paypal-server-for-tests.ts';

export const DAY_S = 86_400;
export const DAY = { fromMs: Date.UTC(2026, 0, 31), toMs: Date.UTC(2026, 1, 1) };
export const START_S = DAY.fromMs / 1_000;
export const END_S = DAY.toMs / 1_000;
/** The day and the three hours behind it are refreshed; it is an hour later. */
export const REFRESHED_S = END_S + 3 * 3_600 - 1;
const clock = () => (END_S + 4 * 3_600) * 1_000;

/** Nothing sold, nothing scripted, nothing asked. */
export function resetDay(paypal: TestPayPal): void {
  paypal.requests.length = 0;
  paypal.transactions = [];
  paypal.refreshedS = REFRESHED_S;
  paypal.itemsMax = 10_000;
  paypal.script = () => undefined;
}

export function daySource(paypal: TestPayPal, options: Partial<PayPalSourceOptions> = {}) {
  return paypalSource({
    account: 'paypal/us',
    clientId: () => CLIENT_ID,
    clientSecret: () => CLIENT_SECRET,
    baseUrl: paypal.baseUrl,
    zone: 'UTC',
    requestTimeoutMs: 5_000,
    shardHours: 24,
    now: clock,
    ...options,
  });
}

export function sale(number: number, updatedS: number, info: object = {}): TestTransaction {
  return {
    updatedS,
    info: {
      transaction_id: `TX${number}`,
      transaction_event_code: 'T0006',
      transaction_initiation_date: stamp(updatedS),
      transaction_updated_date: stamp(updatedS),
      transaction_amount: { currency_code: 'USD', value: '10.00' },
      fee_amount: { currency_code: 'USD', value: '-0.59' },
      transaction_status: 'S',
      invoice_id: `ORD-${number}`,
      ...info,
    },
  };
}

export function sales(count: number, updatedS = (index: number) => START_S + index): TestTransaction[] {
  return Array.from({ length: count }, (_, index) => sale(index, updatedS(index)));
}

export function searches(paypal: TestPayPal) {
  return paypal.requests.filter(({ path }) => path === SEARCH_PATH);
}

/** Transaction ids, sorted. */
export function idsOf(rows: readonly { readonly externalId: string }[] | readonly TestTransaction[]): string[] {
  return rows
    .map((row) => ('info' in row ? String(row.info.transaction_id) : (row.externalId.split(':')[0] ?? '')))
    .sort();
}

/** The first slice of the day, or of its beginning, as the source plans it. */
export async function firstShard(source: ReturnType<typeof daySource>, toMs = DAY.toMs) {
  const [shard] = (await source.plan({ ...DAY, toMs }, NEVER_ABORTED)).shards;
  if (shard === undefined) throw new Error('no shard');
  return shard;
}

export async function allOf(pages: AsyncIterable<SourcePage<ProcessorRow>>): Promise<SourcePage<ProcessorRow>[]> {
  const all: SourcePage<ProcessorRow>[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

export async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}
