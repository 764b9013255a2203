// One Stripe account as its API shows it: lists, single objects, the balance. It answers or throws a StripeFailure; it never knows HTTP.
import type Stripe from 'stripe';
import type { LedgerEntry, OddEntry, Payout, World } from '../world/world.ts';
import { parseExpand, parseListQuery } from './list-query.ts';
import { type Listed, NewestFirst } from './newest-first.ts';
import { renderBalanceTransaction } from './render-balance-transaction.ts';
import { renderPayout } from './render-payout.ts';
import { stripeCodes } from './stripe-codes.ts';
import { invalidParameter, resourceMissing } from './stripe-failure.ts';

const EVERY_SECOND = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };

export class EmulatedAccount {
  readonly id: string;
  readonly #currency: string;
  readonly #entries: NewestFirst<LedgerEntry>;
  readonly #payouts: NewestFirst<Payout>;
  /** By entry: what no balance knows. */
  readonly #odd: ReadonlyMap<LedgerEntry, OddEntry['how']>;

  constructor(world: World) {
    this.id = world.accountId;
    this.#currency = world.currency;
    this.#odd = new Map(world.odd.entries.map(({ entry, how }) => [entry, how]));
    const listed = [...world.entries, ...this.#odd.keys()].sort((a, b) => a.createdS - b.createdS);
    this.#entries = new NewestFirst(listed, keysOfEntry);
    this.#payouts = new NewestFirst(world.payouts, () => []);
  }

  listBalanceTransactions(query: URLSearchParams, nowS: number): Stripe.ApiList<Stripe.BalanceTransaction> {
    const known = { ranges: ['created'], equals: ['type', 'payout', 'source', 'currency'], expand: ['data.source'] };
    const { expand, limit, equals, ranges, ...cursor } = parseListQuery(query, known);
    const payout = equals.get('payout');
    if (payout !== undefined) this.#requireItemised(payout, nowS);
    const page = this.#entries.page({
      keys: [...equals].map(([name, value]) => `${name}:${value}`),
      createdS: ranges.get('created') ?? EVERY_SECOND,
      limit,
      nowS,
      ...requireCursor('balance_transaction', this.#entries, cursor, nowS),
    });
    const expandSource = expand.length > 0;
    return {
      object: 'list',
      data: page.rows.map((entry) => this.#render(entry, expandSource, nowS)),
      has_more: page.hasMore,
      url: '/v1/balance_transactions',
    };
  }

  balanceTransaction(id: string, query: URLSearchParams, nowS: number): Stripe.BalanceTransaction {
    const entry = this.#entries.find(id, nowS);
    if (entry === undefined) throw resourceMissing('balance_transaction', id, 'id', 404);
    return this.#render(entry, parseExpand(query, ['source']).length > 0, nowS);
  }

  listPayouts(query: URLSearchParams, nowS: number): Stripe.ApiList<Stripe.Payout> {
    const known = { ranges: ['created', 'arrival_date'], equals: ['status', 'destination'], expand: [] };
    const { limit, equals, ranges, ...cursor } = parseListQuery(query, known);
    const arrival = ranges.get('arrival_date') ?? EVERY_SECOND;
    const page = this.#payouts.page({
      keys: [],
      // There is one payout a day: reading them all is cheap.
      where: (payout) => {
        const { status, destination } = renderPayout(payout, this.#currency, nowS);
        const { arrivalDateS } = payout;
        return (
          (equals.get('status') ?? status) === status &&
          (equals.get('destination') ?? destination) === destination &&
          arrivalDateS >= arrival.min &&
          arrivalDateS <= arrival.max
        );
      },
      createdS: ranges.get('created') ?? EVERY_SECOND,
      limit,
      nowS,
      ...requireCursor('payout', this.#payouts, cursor, nowS),
    });
    const data = page.rows.map((payout) => renderPayout(payout, this.#currency, nowS));
    return { object: 'list', data, has_more: page.hasMore, url: '/v1/payouts' };
  }

  payout(id: string, query: URLSearchParams, nowS: number): Stripe.Payout {
    parseExpand(query, []);
    const payout = this.#payouts.find(id, nowS);
    if (payout === undefined) throw resourceMissing('payout', id, 'payout', 404);
    return renderPayout(payout, this.#currency, nowS);
  }

  /** Available is what a payout could take now; a payout leaves the balance when it is made, not when it arrives. */
  balance(nowS: number): Stripe.Balance {
    const own = this.#currency.toLowerCase();
    const available = new Map([[own, 0n]]);
    const pending = new Map([[own, 0n]]);
    for (const entry of this.#entries.rows) {
      if (entry.listableAtS > nowS || this.#odd.has(entry)) continue;
      const funds = entry.availableOnS <= nowS || entry.movement === 'payout' ? available : pending;
      const currency = entry.currency.toLowerCase();
      funds.set(currency, (funds.get(currency) ?? 0n) + entry.grossMinor - entry.feeMinor);
    }
    const money = (funds: ReadonlyMap<string, bigint>) =>
      [...funds].map(([currency, minor]) => ({
        amount: Number(minor),
        currency,
        source_types: { card: Number(minor) },
      }));
    return { object: 'balance', available: money(available), livemode: true, pending: money(pending) };
  }

  account(): Stripe.Account {
    return {
      id: this.id,
      object: 'account',
      business_type: 'company',
      charges_enabled: true,
      country: 'US',
      default_currency: this.#currency.toLowerCase(),
      details_submitted: true,
      email: 'owner@example.com',
      metadata: {},
      payouts_enabled: true,
      settings: null,
      type: 'standard',
    };
  }

  #render(entry: LedgerEntry, expandSource: boolean, nowS: number): Stripe.BalanceTransaction {
    const rendered = renderBalanceTransaction(entry, expandSource, nowS);
    const { source } = rendered;
    switch (this.#odd.get(entry)) {
      case undefined:
        return rendered;
      case 'unreadable':
        // A cent that is neither the shop's nor a fee: nobody can say which of the three numbers is right.
        return { ...rendered, net: rendered.net + 1 };
      case 'test_mode':
        return source === null || typeof source === 'string'
          ? rendered
          : { ...rendered, source: { ...source, livemode: false } as Stripe.BalanceTransactionSource };
    }
  }

  /** Stripe knows the members of a payout only where it made the payout itself. */
  #requireItemised(id: string, nowS: number): void {
    const payout = this.#payouts.find(id, nowS);
    if (payout === undefined) throw resourceMissing('payout', id, 'payout', 400);
    if (payout.automatic) return;
    throw invalidParameter(
      'payout',
      'Balance transaction history can only be filtered on automatic transfers, not manual.',
    );
  }
}

function keysOfEntry(entry: LedgerEntry): string[] {
  const keys = [`type:${stripeCodes(entry.movement).type}`, `currency:${entry.currency.toLowerCase()}`];
  if (entry.source !== null) keys.push(`source:${entry.source.id}`);
  if (entry.payoutId !== null) keys.push(`payout:${entry.payoutId}`);
  return keys;
}

function requireCursor<T extends Listed>(
  object: string,
  list: NewestFirst<T>,
  { startingAfter, endingBefore }: { startingAfter?: string; endingBefore?: string },
  nowS: number,
): { cursor?: { id: string; direction: 'starting_after' | 'ending_before' } } {
  const direction = startingAfter === undefined ? 'ending_before' : 'starting_after';
  const id = startingAfter ?? endingBefore;
  if (id === undefined) return {};
  if (list.find(id, nowS) === undefined) throw resourceMissing(object, id, direction, 400);
  return { cursor: { id, direction } };
}
