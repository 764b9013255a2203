// A shop whose processor keeps each currency apart changes what came in foreign money into its own at the end of the day: two rows,
// one exchange. The shop books none of it.
import type { Books } from './books.ts';
import { convertMinor } from './charge-money.ts';
import { CURRENCIES } from './prices.ts';
import type { TradingDay } from './trading-day.ts';

const BEFORE_MIDNIGHT_S = 900;

/** @param since where the day's own entries begin in the books. */
export function convertHoldings(day: TradingDay, books: Books, since: number): void {
  const today = books.entries.slice(since);
  for (const currency of CURRENCIES) {
    const rate = day.rateOf(currency);
    if (currency === books.currency || rate === null) continue;
    let heldMinor = 0n;
    for (const entry of today) {
      if (entry.currency === currency && entry.createdS < day.endS - BEFORE_MIDNIGHT_S) {
        heldMinor += entry.grossMinor - entry.feeMinor;
      }
    }
    if (heldMinor > 0n) day.convert(currency, heldMinor, convertMinor(heldMinor, rate), day.endS - BEFORE_MIDNIGHT_S);
  }
}
