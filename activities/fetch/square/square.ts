// Square as a source, in two views that are never added: what happened (payments, refunds, disputes) and what was paid
// out (payouts with their entries), each row at the level of its view. Retries nothing, stores nothing.
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { rowContext } from '../row/row-context.ts';
import type { ReadRequest, Shard, Source, SourcePage, SourcePlan } from '../source.ts';
import { squareDisputes, squarePayments, squareRefunds } from './square-activity.ts';
import { readSquareList } from './square-list.ts';
import { squareLocations } from './square-locations.ts';
import { readSquarePayouts } from './square-payouts.ts';
import { probeSquare } from './square-probe.ts';
import { SQUARE_SOURCE, SquareSession, type SquareSessionOptions } from './square-session.ts';
import { squarePart, squareShards } from './square-shards.ts';

export interface SquareSourceOptions extends SquareSessionOptions {
  readonly zone: string;
  /** How old a payment or refund may be for its changes to be still noticed: fees, captures, cancellations. */
  readonly lookBackDays?: number;
  readonly now?: () => number;
}

// Square calls its lists eventually consistent by several seconds. Fees come minutes later, but only bring a new version.
const LISTABLE_AFTER_MS = 5 * 60_000;
const LOOK_BACK_DAYS = 365;

export function squareSource(options: SquareSourceOptions): Source<ProcessorRow> {
  const now = options.now ?? Date.now;
  return {
    name: SQUARE_SOURCE,
    watermarkMs: async () => now() - LISTABLE_AFTER_MS,
    plan: (request, signal) => planShards(new SquareSession(options, signal), request),
    read: (shard, cursor, signal) => readShard(options, shard, cursor, signal),
    probe: (signal) => probeSquare(new SquareSession(options, signal), options.account),
  };
}

async function planShards(session: SquareSession, request: ReadRequest): Promise<SourcePlan> {
  const { ids } = await squareLocations(session);
  return {
    sourceKey: null,
    sourceName: SQUARE_SOURCE,
    shards: squareShards(ids, request),
    fetchedUntilMs: request.toMs,
    statesCompleteness: false,
  };
}

function readShard(
  options: SquareSourceOptions,
  shard: Shard,
  cursor: string | null,
  signal: AbortSignal,
): AsyncGenerator<SourcePage<ProcessorRow>> {
  const { account, zone, lookBackDays = LOOK_BACK_DAYS, now = Date.now } = options;
  const session = new SquareSession(options, signal);
  const context = rowContext(account, zone);
  const part = squarePart(shard);
  switch (part.list) {
    case 'payments':
      return readSquareList(session, squarePayments(shard, part.locationId, part.view, lookBackDays, context), cursor);
    case 'refunds':
      return readSquareList(session, squareRefunds(shard, part.view, lookBackDays, context), cursor);
    case 'disputes':
      return readSquareList(session, squareDisputes(shard, context), cursor);
    case 'payouts':
      return readSquarePayouts(session, shard, { locationId: part.locationId, context, now }, cursor);
  }
}
