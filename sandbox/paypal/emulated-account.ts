// One PayPal account as Transaction Search shows it. It answers or throws a PayPalFailure; it never knows HTTP.
import { formatMinor } from '../../domain/money.ts';
import type { World } from '../world/world.ts';
import { resultSetTooLarge, startNotAvailable } from './paypal-failure.ts';
import type { RowChange, RowVersion } from './paypal-row.ts';
import type { RefreshClock } from './refresh-clock.ts';
import { renderTransaction } from './render-transaction.ts';
import { RowHistory } from './row-history.ts';
import { rowVersions } from './row-versions.ts';
import { parseDate, parseSearchQuery, type SearchQuery } from './search-query.ts';
import { stampOf, zuluOf } from './stamp.ts';

export const MAXIMUM_ITEMS = 10_000;
const SEARCHES_KEPT_MAX = 8;

interface Held {
  totalMinor: bigint;
  withheldMinor: bigint;
}

export class EmulatedAccount {
  readonly #world: World;
  readonly #history: RowHistory;
  readonly #refresh: RefreshClock;
  readonly #maximumItems: number;
  readonly #searches = new Map<string, readonly RowVersion[]>();

  constructor(world: World, refresh: RefreshClock, maximumItems: number) {
    this.#world = world;
    this.#history = new RowHistory(rowVersions(world));
    this.#refresh = refresh;
    this.#maximumItems = maximumItems;
  }

  /** @param pageGiven which page the rows are of, whatever page the answer says. */
  transactions(query: URLSearchParams, url: string, pageGiven?: (asked: number) => number): object {
    const asked = parseSearchQuery(query, this.#refresh.nowS());
    const { startS, page, pageSize } = asked;
    const refreshedS = this.#refresh.refreshedS();
    if (startS > refreshedS) throw startNotAvailable();
    const endS = Math.min(asked.endS, refreshedS);
    const found = this.#find(asked, endS, refreshedS);
    if (found.length > this.#maximumItems) throw resultSetTooLarge(found.length, this.#maximumItems);
    const skipped = ((pageGiven?.(page) ?? page) - 1) * pageSize;
    const rows = found.slice(skipped, skipped + pageSize);
    const totalPages = Math.ceil(found.length / pageSize);
    return {
      transaction_details: rows.map((version) => renderTransaction(version, asked.groups, asked.datesOnly)),
      account_number: this.#world.accountId,
      start_date: stampOf(startS),
      end_date: stampOf(endS),
      last_refreshed_datetime: stampOf(refreshedS),
      page,
      total_items: found.length,
      total_pages: totalPages,
      links: linksOf(url, page, totalPages),
    };
  }

  balances(query: URLSearchParams): object {
    const given = new Map([...query].filter(([, value]) => value !== ''));
    const refreshedS = this.#refresh.refreshedS();
    const atS = given.has('as_of_time') ? Math.min(parseDate(given, 'as_of_time'), refreshedS) : refreshedS;
    const wanted = given.get('currency_code');
    const balances = [...this.#heldAt(atS)]
      .filter(([currency]) => wanted === undefined || currency === wanted)
      .map(([currency, held]) => this.#renderBalance(currency, held));
    const { accountId } = this.#world;
    return { balances, account_id: accountId, as_of_time: zuluOf(atS), last_refresh_time: zuluOf(refreshedS) };
  }

  /** False where the row is not this account's. */
  update(id: string, change: RowChange): boolean {
    if (!this.#history.has(id)) return false;
    this.#history.update(id, change);
    this.#searches.clear();
    return true;
  }

  /** Somebody who pages asks for one search many times over; to sort it for each page would cost more than the page. */
  #find({ startS, selects, selection }: SearchQuery, endS: number, refreshedS: number): readonly RowVersion[] {
    const nowS = this.#refresh.nowS();
    const key = `${selection} ${refreshedS} ${nowS}`;
    const kept = this.#searches.get(key);
    if (kept !== undefined) return kept;
    const found = this.#history.updatedWithin(startS, endS, refreshedS, nowS).filter(selects).sort(byRank);
    const [oldest] = this.#searches.keys();
    if (oldest !== undefined && this.#searches.size === SEARCHES_KEPT_MAX) this.#searches.delete(oldest);
    this.#searches.set(key, found);
    return found;
  }

  /** True money: a row that is listed late is in it from the start. Pending money is in the account, but withheld. */
  #heldAt(atS: number): Map<string, Held> {
    const held = new Map<string, Held>([[this.#world.currency, { totalMinor: 0n, withheldMinor: 0n }]]);
    for (const { row, status, grossMinor, feeMinor } of this.#history.asOf(atS)) {
      if (!row.balanceAffecting || row.unreadable || status === 'D') continue;
      const sum = held.get(row.currency) ?? { totalMinor: 0n, withheldMinor: 0n };
      sum.totalMinor += grossMinor - feeMinor;
      if (status === 'P') sum.withheldMinor += grossMinor - feeMinor;
      held.set(row.currency, sum);
    }
    return held;
  }

  #renderBalance(currency: string, { totalMinor, withheldMinor }: Held): object {
    const money = (minor: bigint) => ({ currency_code: currency, value: formatMinor(minor, currency) });
    return {
      currency,
      primary: currency === this.#world.currency,
      total_balance: money(totalMinor),
      available_balance: money(totalMinor - withheldMinor),
      withheld_balance: money(withheldMinor),
    };
  }
}

function byRank(a: RowVersion, b: RowVersion): number {
  return a.row.rank - b.row.rank || (a.row.transactionId < b.row.transactionId ? -1 : 1);
}

function linksOf(url: string, page: number, totalPages: number): object[] {
  const link = (rel: string, number: number) => {
    const target = new URL(url);
    target.searchParams.set('page', String(number));
    return { href: target.href, rel, method: 'GET' };
  };
  return [
    link('self', page),
    ...(page > 1 ? [link('first', 1), link('prev', page - 1)] : []),
    ...(page < totalPages ? [link('next', page + 1), link('last', totalPages)] : []),
  ];
}
