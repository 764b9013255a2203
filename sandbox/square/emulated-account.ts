// One Square seller as the API shows it. Answers or throws a SquareFailure; it never knows HTTP.

import { lowerBound } from '../http/lower-bound.ts';
import type { World } from '../world/world.ts';
import { writeCursor } from './cursor.ts';
import { parseSquareList, type SquareListQuery, type TimeRange } from './list-query.ts';
import {
  paymentUpdatedMs,
  renderDispute,
  renderLocation,
  renderPayment,
  renderPayout,
  renderPayoutEntry,
  renderRefund,
} from './render.ts';
import { notFound } from './square-failure.ts';
import { inCreationOrder, type SquareLedger, type SquarePayment, squareLedger } from './square-ledger.ts';

const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
// Disputes take no limit from the caller.
const DISPUTES_PAGE = 50;

export interface SquareAccountOptions {
  readonly cursorLifeMs: number;
  /** Now and then a page is shorter than its limit without being the last. */
  readonly shortPages: boolean;
}

interface Listed {
  readonly id: string;
  readonly locationId?: string;
  readonly createdMs: number;
  readonly listableMs: number;
}

interface Listing<T extends Listed> {
  readonly name: string;
  readonly rows: readonly T[];
  readonly query: SquareListQuery;
  readonly updatedMs: (row: T) => number;
  readonly render: (row: T) => object;
  readonly nowMs: number;
}

export class EmulatedSquareAccount {
  readonly #world: World;
  readonly #ledger: SquareLedger;
  readonly #paymentsById: ReadonlyMap<string, SquarePayment>;
  readonly #options: SquareAccountOptions;
  readonly #extraUpdates = new Map<string, number>();

  constructor(world: World, options: SquareAccountOptions) {
    this.#world = world;
    this.#ledger = squareLedger(world);
    this.#paymentsById = new Map(this.#ledger.payments.map((payment) => [payment.id, payment]));
    this.#options = options;
  }

  /** Something happens to a payment: from now on its updated_at says so. */
  touchPayment(id: string, atMs: number): void {
    this.#extraUpdates.set(id, atMs);
  }

  locations(): object {
    const [main = '', second = ''] = this.#ledger.locations;
    return {
      locations: [
        renderLocation(main, this.#world, true),
        renderLocation(second, this.#world, true),
        renderLocation(`${main}X`, this.#world, false),
      ],
    };
  }

  payments(query: URLSearchParams, nowMs: number): object {
    const list = this.#list(query, nowMs, YEAR_MS);
    return this.#page({
      name: 'payments',
      rows: this.#ledger.payments,
      // Without a location only the main one answers: the trap of this API.
      query: { ...list, locationId: this.#location(list.locationId) },
      updatedMs: (row) => this.#updatedMs(row, nowMs),
      render: (row) => this.#renderPayment(row, nowMs),
      nowMs,
    });
  }

  /** Of any location. */
  payment(id: string, nowMs: number): object {
    const payment = this.#paymentsById.get(id);
    if (payment === undefined || payment.listableMs > nowMs) throw notFound(`Could not find payment with id: ${id}`);
    return { payment: this.#renderPayment(payment, nowMs) };
  }

  refunds(query: URLSearchParams, nowMs: number): object {
    return this.#page({
      name: 'refunds',
      rows: this.#ledger.refunds,
      query: this.#list(query, nowMs, YEAR_MS),
      updatedMs: (row) => row.createdMs + 900,
      render: (row) => renderRefund(row, this.#world.currency),
      nowMs,
    });
  }

  disputes(query: URLSearchParams, nowMs: number): object {
    const list = { ...this.#list(query, nowMs, null), limit: DISPUTES_PAGE };
    return this.#page({
      name: 'disputes',
      rows: this.#ledger.disputes,
      query: { ...list, created: EVER },
      updatedMs: (row) => row.createdMs,
      render: (row) => renderDispute(row, this.#world.currency, nowMs),
      nowMs,
    });
  }

  payouts(query: URLSearchParams, nowMs: number): object {
    const list = this.#list(query, nowMs, YEAR_MS);
    return this.#page({
      name: 'payouts',
      rows: this.#ledger.payouts,
      query: { ...list, locationId: this.#location(list.locationId) },
      updatedMs: (row) => row.createdMs,
      render: (row) => renderPayout(row, this.#world.currency, nowMs),
      nowMs,
    });
  }

  payoutEntries(payoutId: string, query: URLSearchParams, nowMs: number): object {
    const payout = this.#ledger.payouts.find(({ id, listableMs }) => id === payoutId && listableMs <= nowMs);
    if (payout === undefined) throw notFound(`Could not find payout with id \`${payoutId}\`.`);
    const list = this.#list(query, nowMs, null);
    return this.#page({
      name: 'payout_entries',
      rows: inCreationOrder(
        payout.entries.map((entry) => ({
          id: entry.id,
          createdMs: entry.createdS * 1000,
          listableMs: payout.listableMs,
          entry,
        })),
      ),
      query: { ...list, locationId: null, created: EVER },
      updatedMs: (row) => row.createdMs,
      render: ({ entry }) => renderPayoutEntry(entry, payoutId),
      nowMs,
    });
  }

  #updatedMs(payment: SquarePayment, nowMs: number): number {
    const touchedMs = this.#extraUpdates.get(payment.id) ?? 0;
    return Math.max(paymentUpdatedMs(payment, nowMs), touchedMs <= nowMs ? touchedMs : 0);
  }

  #renderPayment(payment: SquarePayment, nowMs: number): object {
    const updatedAt = new Date(this.#updatedMs(payment, nowMs)).toISOString();
    return { ...renderPayment(payment, this.#world.currency, nowMs), updated_at: updatedAt };
  }

  #list(query: URLSearchParams, nowMs: number, defaultBackMs: number | null): SquareListQuery {
    return parseSquareList(query, { nowMs, defaultBackMs, cursorLifeMs: this.#options.cursorLifeMs });
  }

  #location(asked: string | null): string {
    const [main = ''] = this.#ledger.locations;
    if (asked === null || asked === '' || asked === `${main}X`) return asked || main;
    if (this.#ledger.locations.includes(asked)) return asked;
    throw notFound(`Location with ID \`${asked}\` not found.`);
  }

  #page<T extends Listed>({ name, rows, query, updatedMs, render, nowMs }: Listing<T>): object {
    const keyMs = (row: T) => (query.sortBy === 'updated' ? updatedMs(row) : row.createdMs);
    const selected: T[] = [];
    for (const row of inOrder(rows, query, keyMs)) {
      if (
        row.listableMs <= nowMs &&
        (query.locationId === null || row.locationId === query.locationId) &&
        within(row.createdMs, query.created) &&
        within(updatedMs(row), query.updated)
      )
        selected.push(row);
      // One row more than asked for is how a next page is known.
      if (selected.length > query.limit) break;
    }
    const short = this.#options.shortPages && selected.length > query.limit && query.limit > 1;
    const page = selected.slice(0, short ? query.limit - 1 : query.limit);
    const last = page.at(-1);
    const more = last !== undefined && selected.length > page.length;
    return {
      ...(page.length === 0 ? {} : { [name]: page.map(render) }),
      ...(more ? { cursor: writeCursor({ afterMs: keyMs(last), afterId: last.id }, query.signature, nowMs) } : {}),
    };
  }
}

/** Rows behind the cursor in the order of the query. Those of one creation order are found by bisection: the thousandth page is as cheap. */
function* inOrder<T extends Listed>(
  rows: readonly T[],
  query: SquareListQuery,
  keyMs: (row: T) => number,
): Iterable<T> {
  const { cursor, ascending } = query;
  const isBefore = (row: T, ms: number, id: string) => keyMs(row) < ms || (keyMs(row) === ms && row.id < id);
  const sorted = query.sortBy === 'created' ? rows : rows.toSorted((a, b) => (isBefore(a, keyMs(b), b.id) ? -1 : 1));
  const from = query.sortBy === 'created' ? query.created.fromMs : query.updated.fromMs;
  const to = query.sortBy === 'created' ? query.created.toMs : query.updated.toMs;
  let begin = lowerBound(sorted.length, (index) => isAtLeast(sorted[index], keyMs, from));
  let end = lowerBound(sorted.length, (index) => isAtLeast(sorted[index], keyMs, to));
  if (cursor !== null) {
    const at = lowerBound(sorted.length, (index) => {
      const row = sorted[index];
      return row === undefined || !isBefore(row, cursor.afterMs, cursor.afterId);
    });
    const isThere = sorted[at]?.id === cursor.afterId;
    if (ascending) begin = Math.max(begin, isThere ? at + 1 : at);
    else end = Math.min(end, at);
  }
  for (let step = 0; step < end - begin; step += 1) {
    const row = sorted[ascending ? begin + step : end - 1 - step];
    if (row !== undefined) yield row;
  }
}

function isAtLeast<T>(row: T | undefined, keyMs: (row: T) => number, ms: number): boolean {
  return row === undefined || keyMs(row) >= ms;
}

const EVER: TimeRange = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };

function within(ms: number, { fromMs, toMs }: TimeRange): boolean {
  return ms >= fromMs && ms < toMs;
}
