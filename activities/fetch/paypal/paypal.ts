// PayPal's Transaction Search as a source: what moved the balance, searched by the time of the last update, in slices
// that are read in parallel. Retries nothing, stores nothing.
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { SourceNotReady, SourceRejected } from '../../errors.ts';
import { rowContext } from '../row/row-context.ts';
import type { ReadRequest, Source, SourcePlan } from '../source.ts';
import { timeSlices } from '../time-slices.ts';
import { paypalBalances } from './paypal-balances.ts';
import { readPayPal } from './paypal-read.ts';
import { PAYPAL_SOURCE } from './paypal-request.ts';
import { PAGE_ROWS_MAX, type SearchPage, searchPage } from './paypal-search.ts';
import { PayPalSession } from './paypal-session.ts';
import { type PayPalTokenOptions, PayPalTokens } from './paypal-tokens.ts';

export interface PayPalSourceOptions extends PayPalTokenOptions {
  readonly zone: string;
  readonly shardHours: number;
  readonly now?: () => number;
  /** Fewer than PayPal's 500 only for tests. */
  readonly pageRows?: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WINDOW_MS_MAX = 31 * DAY_MS;
// The search goes by the time of the last update: a sale that cleared or was refunded since is only found where that
// happened. So a read goes on behind its window, to the watermark or one widest search further, which is where most
// refunds have come. A sale of an old day that changed later still comes with the day of the change, under its own date.
const UPDATED_AFTER_MS = WINDOW_MS_MAX;
// One second this long ago is asked for to learn how far the search reaches: old enough to be there, since a start within
// the last 36 hours may be refused (airbyte#4240), and short enough never to be too large. Where PayPal has stood still
// for longer, further back, within the three years that it keeps.
const REACH_ASKED_DAYS = [7, 60, 1_000];

export function paypalSource(options: PayPalSourceOptions): Source<ProcessorRow> {
  const tokens = new PayPalTokens(options);
  const now = options.now ?? Date.now;
  const pageRows = Math.min(options.pageRows ?? PAGE_ROWS_MAX, PAGE_ROWS_MAX);
  const session = (signal: AbortSignal) => new PayPalSession(options, tokens, signal);
  const watermarkMs = async (signal: AbortSignal) => reachOf(await askReach(session(signal), now()), now());
  return {
    name: PAYPAL_SOURCE,
    watermarkMs,
    plan: async (request, signal) =>
      planSlices(request, request.watermarkMs ?? (await watermarkMs(signal)), options.shardHours),
    read: (shard, cursor, signal) =>
      readPayPal(
        { session: session(signal), context: rowContext(options.account, options.zone), pageRows },
        shard,
        cursor,
      ),
    balances: async (asOfMs, signal) => (await paypalBalances(session(signal), asOfMs)) ?? [],
    probe: (signal) => probe(session(signal), now()),
  };
}

/**
 * Nothing beyond the watermark is asked for: PayPal would answer and leave out the rest. Where it lies inside the
 * window, the read says so by `fetchedUntilMs`.
 */
function planSlices({ fromMs, toMs }: ReadRequest, watermarkMs: number, shardHours: number): SourcePlan {
  const sliceMs = Math.min(shardHours * HOUR_MS, WINDOW_MS_MAX);
  const untilMs = Math.min(toMs, watermarkMs);
  try {
    const inside = timeSlices(fromMs, untilMs, sliceMs);
    // One slice, because a search halves itself where it has to. Named by what it would reach and not by the watermark,
    // so that a plan that is made again names the same.
    const behind = timeSlices(toMs, toMs + UPDATED_AFTER_MS, UPDATED_AFTER_MS)
      .filter((slice) => slice.fromMs < watermarkMs)
      .map((slice) => ({ ...slice, toMs: Math.min(slice.toMs, watermarkMs) }));
    return {
      sourceKey: null,
      sourceName: PAYPAL_SOURCE,
      shards: [...inside, ...behind],
      fetchedUntilMs: untilMs,
      statesCompleteness: false,
    };
  } catch (cause) {
    throw new SourceRejected(PAYPAL_SOURCE, 'the window has too many slices: raise shardHours or shorten the window', {
      cause,
    });
  }
}

/** @throws SourceNotReady only where PayPal serves none of the instants that are asked for. */
async function askReach(session: PayPalSession, nowMs: number): Promise<SearchPage> {
  let refusal: SourceNotReady | null = null;
  for (const days of REACH_ASKED_DAYS) {
    const fromS = Math.floor((nowMs - days * DAY_MS) / 1_000);
    try {
      return await searchPage(session, { fromS, toS: fromS + 1 }, 1, 1);
    } catch (error) {
      if (!(error instanceof SourceNotReady)) throw error;
      refusal = error;
    }
  }
  throw refusal ?? new RangeError('nothing was asked for');
}

/** Exclusive: the refreshed second is part of what is there. */
function reachOf({ refreshedMs }: SearchPage, nowMs: number): number {
  return Math.min(refreshedMs + 1_000, nowMs);
}

async function probe(session: PayPalSession, nowMs: number): Promise<{ detail: string }> {
  const page = await askReach(session, nowMs);
  const balances = await paypalBalances(session, reachOf(page, nowMs) - HOUR_MS);
  const who = page.accountNumber === null ? 'answers' : `answers as ${page.accountNumber}`;
  const reach = `Transaction Search reaches ${new Date(reachOf(page, nowMs)).toISOString()}`;
  return { detail: `${who}, ${reach}, balances ${balances === null ? 'are not readable with this app' : 'readable'}` };
}
