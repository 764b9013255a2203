// Stripe as a source: its ledger in slices of time, what its payouts paid out, and its balance as a control. Decides what is
// read and in which parts; retries nothing, stores nothing.
import type { ProcessorRow } from '../../../domain/transaction.ts';
import { SourceRejected } from '../../errors.ts';
import type { ReadRequest, Shard, Source, SourcePlan } from '../source.ts';
import { timeSlices } from '../time-slices.ts';
import { readBalances } from './stripe-balance.ts';
import { readLedger, type StripeLedgerOptions } from './stripe-ledger.ts';
import { readPayouts } from './stripe-payouts.ts';
import { probeStripe } from './stripe-probe.ts';
import { STRIPE_SOURCE, StripeSession, type StripeSessionOptions } from './stripe-session.ts';

export interface StripeSourceOptions extends StripeSessionOptions, StripeLedgerOptions {
  readonly shardHours: number;
  readonly now?: () => number;
}

// A transaction can become listable minutes after the time it bears (singer-io/tap-stripe#45).
const LISTABLE_AFTER_MS = 5 * 60_000;
const HOUR_MS = 3_600_000;
// Automatic payouts are made at most once a day and currency: smaller slices would only ask more often.
const PAYOUT_SLICE_MS = 24 * HOUR_MS;
// The name is all that a shard's reader knows of its plan.
const PAYOUT_SHARD = 'payouts ';

export function stripeSource(options: StripeSourceOptions): Source<ProcessorRow> {
  const now = options.now ?? Date.now;
  const session = (signal: AbortSignal) => new StripeSession(options, signal);
  return {
    name: STRIPE_SOURCE,
    watermarkMs: async () => now() - LISTABLE_AFTER_MS,
    plan: async (request) => planSlices(request, options.shardHours),
    read: (shard, cursor, signal) =>
      shard.name.startsWith(PAYOUT_SHARD)
        ? readPayouts(session(signal), shard, cursor)
        : readLedger(session(signal), options, shard, cursor),
    balances: (asOfMs, signal) => readBalances(session(signal), asOfMs, now),
    probe: (signal) => probeStripe(session(signal)),
  };
}

function planSlices({ fromMs, toMs }: ReadRequest, shardHours: number): SourcePlan {
  try {
    return {
      sourceKey: null,
      sourceName: STRIPE_SOURCE,
      shards: [...timeSlices(fromMs, toMs, shardHours * HOUR_MS), ...payoutShards(fromMs, toMs)],
      fetchedUntilMs: toMs,
      statesCompleteness: false,
    };
  } catch (cause) {
    throw new SourceRejected(STRIPE_SOURCE, 'the window has too many slices: raise shardHours or shorten the window', {
      cause,
    });
  }
}

function payoutShards(fromMs: number, toMs: number): Shard[] {
  return timeSlices(fromMs, toMs, PAYOUT_SLICE_MS).map((slice) => ({ ...slice, name: `${PAYOUT_SHARD}${slice.name}` }));
}
