// Decides what a Stripe balance transaction means in canonical words (API amounts are minor units in Stripe's counting,
// signed from the merchant's balance). Pure.
import { processorContentHash } from '../../../domain/content-hash.ts';
import { DataError } from '../../../domain/data-error.ts';
import type { ProcessorRow, Reference } from '../../../domain/transaction.ts';
import { requiredReference } from '../row/contract-fields.ts';
import { decimalText } from '../row/decimal-text.ts';
import type { CodedKind } from '../row/kind-table.ts';
import { referenceText } from '../row/reference-text.ts';
import type { RowContext } from '../row/row-context.ts';
import type { StripeEntry, StripeSource } from './stripe-entry.ts';
import { stripeKind } from './stripe-kinds.ts';
import { decimalsInApi, stripeCurrency, stripeMinor } from './stripe-money.ts';

export interface StripeRowOptions {
  /** The metadata key under which the shop writes its own reference. */
  readonly metadataReference: string;
  /** In a sandbox everything says that it is not live; only in a live account does that mean a test. */
  readonly expectLive: boolean;
}

/** @throws DataError naming the field that cannot be understood. */
export function stripeRow(entry: StripeEntry, context: RowContext, options: StripeRowOptions): ProcessorRow {
  const externalId = requiredReference(entry.id, 'id');
  const currency = stripeCurrency(entry.currency, 'currency');
  const grossMinor = stripeMinor(entry.amount, currency, 'amount');
  const feeMinor = stripeMinor(entry.fee, currency, 'fee');
  const netMinor = stripeMinor(entry.net, currency, 'net');
  if (netMinor !== grossMinor - feeMinor) throw new DataError('net', 'is not amount minus fee');
  const kind = stripeKind(entry.reporting_category, entry.type, grossMinor);
  const source = typeof entry.source === 'object' ? entry.source : null;
  const occurredAtMs = entry.created * 1_000;
  const row = {
    externalId,
    level: 'activity' as const,
    kind: kind.kind,
    unknownCode: kind.unknownCode === null ? null : requiredReference(kind.unknownCode, 'reporting_category'),
    grossMinor,
    feeMinor,
    netMinor,
    currency,
    occurredAtMs,
    homeDate: context.homeDateOf(occurredAtMs),
    // Stripe's `pending` only says that the funds cannot be used yet, which is what availableOn says.
    availableOn: new Date(entry.available_on * 1_000).toISOString().slice(0, 10),
    status: 'settled' as const,
    reverses: kind.reverses,
    movesBalance: true,
    testMode: options.expectLive && source?.livemode === false,
    merchantReference: merchantReference(source, options.metadataReference),
    parentId: parentId(entry.source, kind.reverses),
    payoutId: payoutId(source, kind),
    ...conversion(entry, source, currency, grossMinor),
    references: references(entry),
    contentHash: 0n,
  } satisfies ProcessorRow;
  row.contentHash = processorContentHash(row);
  return row;
}

function merchantReference(source: StripeSource | null, metadataReference: string): string | null {
  const own = referenceText(source?.metadata?.[metadataReference] ?? '', `metadata.${metadataReference}`);
  return own ?? referenceText(source?.payment_intent ?? '', 'source.payment_intent');
}

/**
 * Refunds and disputes belong to their charge, and so does what undoes them. Whatever else undoes something names the object
 * that it undoes: the charge, payout, top-up or transfer that the earlier row has as its source.
 */
function parentId(source: StripeEntry['source'], reverses: boolean): string | null {
  if (source === null) return null;
  if (typeof source === 'string') return reverses ? referenceText(source, 'source') : null;
  const charge = source.object === 'refund' || source.object === 'dispute' ? source.charge : null;
  const undone = reverses ? (source.original_payout ?? source.transfer ?? source.fee ?? source.id) : null;
  return referenceText(charge ?? undone ?? '', 'source.id');
}

/** A payout is its own. Money that came back from one is not a part of it any more: a later payout takes it along. */
function payoutId(source: StripeSource | null, { kind, reverses }: CodedKind): string | null {
  return source?.object === 'payout' && kind === 'payout' && !reverses
    ? requiredReference(source.id, 'source.id')
    : null;
}

/** The source's id, and for a charge its payment intent: of a refund or dispute that names another row, its parent. */
function references(entry: StripeEntry): Reference[] {
  const source = entry.source;
  const values =
    typeof source === 'string' || source === null
      ? [source]
      : [source.id, source.object === 'charge' ? source.payment_intent : null];
  return values.flatMap((value) => {
    const key = referenceText(value ?? '', 'source.id');
    return key === null ? [] : [{ type: 'processor_id' as const, value: key }];
  });
}

/** What the customer saw, where it is in another currency than the merchant's balance. */
function conversion(entry: StripeEntry, source: StripeSource | null, currency: string, grossMinor: bigint) {
  const none = { presentmentMinor: null, presentmentCurrency: null, fxRate: null };
  if (source?.currency === undefined || (source.object !== 'charge' && source.object !== 'refund')) return none;
  const presentmentCurrency = stripeCurrency(source.currency, 'source.currency');
  const amount = source.amount_captured ?? source.amount;
  if (presentmentCurrency === currency || amount === undefined) return none;
  const minor = stripeMinor(amount, presentmentCurrency, 'source.amount');
  return {
    presentmentMinor: grossMinor < 0n ? -minor : minor,
    presentmentCurrency,
    fxRate: entry.exchange_rate === null ? null : majorRate(entry.exchange_rate, presentmentCurrency, currency),
  };
}

/** Stripe's rate counts API units: yen to cents is 0.66 where yen to dollars is 0.0066. */
function majorRate(rate: number, from: string, to: string): string {
  return decimalText(rate, decimalsInApi(from) - decimalsInApi(to));
}
