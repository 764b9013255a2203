// A Stripe account on an emulator for tests of the source: its world, keys and clock, and readers that keep the ledger and
// what payouts paid out apart.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { windowOf } from '../../../domain/business-date.ts';
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { generateWorld } from '../../../sandbox/world/generate-world.ts';
import type { World } from '../../../sandbox/world/world.ts';
import { NEVER_ABORTED } from '../pages-for-tests.ts';
import type { ReadRequest, Source, SourcePage } from '../source.ts';
import { type StripeSourceOptions, stripeSource } from './stripe.ts';

export const KEY = 'rk_test_reader_0123456789abcd';

export const world: World = generateWorld({
  seed: 5,
  account: 'stripe/us',
  zone: 'America/New_York',
  // The night in which the clocks go forward.
  firstDate: '2026-03-07',
  days: 2,
  transactionsPerDay: 350,
});
export const window = { fromMs: windowOf(world.firstDate, world.zone).startMs, toMs: world.endMs };
export const clock = () => world.endMs + 30 * 86_400_000;

export function stripeSourceAt(
  at: { readonly port: number },
  options: Partial<StripeSourceOptions> = {},
): Source<ProcessorRow> {
  return stripeSource({
    account: world.account,
    apiKey: () => KEY,
    baseUrl: `http://127.0.0.1:${at.port}`,
    zone: world.zone,
    metadataReference: 'order_id',
    requestTimeoutMs: 5_000,
    shardHours: 6,
    now: clock,
    ...options,
  });
}

/** Every page of the slices of the ledger, or of the payouts. */
export async function readPart(
  source: Source<ProcessorRow>,
  part: 'ledger' | 'payouts',
  request: ReadRequest = window,
  cursor: string | null = null,
) {
  const pages: SourcePage<ProcessorRow>[] = [];
  for (const shard of (await source.plan(request, NEVER_ABORTED)).shards) {
    if (shard.name.startsWith('payouts') !== (part === 'payouts')) continue;
    for await (const page of source.read(shard, cursor, NEVER_ABORTED)) pages.push(page);
  }
  return {
    pages,
    rows: pages.flatMap((page) => page.rows),
    quarantined: pages.flatMap((page) => page.quarantined),
    entries: pages.flatMap((page) => page.payoutEntries ?? []),
  };
}

export async function failure(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}

/** What something that is not quite Stripe answers: the bodies by path and query, as text or as what JSON says. */
export async function whileAnswering<T>(
  answer: (path: string, query: URLSearchParams) => unknown,
  work: (at: { readonly port: number }) => Promise<T>,
): Promise<T> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const body = answer(pathname, searchParams);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const port = await listening(server);
  try {
    return await work({ port });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}
