// Plants what goes wrong in real life, each case on an order of its own so that none touches another, and writes the truth of it down.
// Each is about one row or one pair; what takes several rows to say is planted by plant-situations.ts.
import type { BusinessDate } from '../../domain/business-date.ts';
import type { Verdict } from '../../domain/vocabulary.ts';
import type { Books } from './books.ts';
import { percentageFee } from './charge-money.ts';
import type { Presentment } from './prices.ts';
import { tell } from './tell.ts';
import type { TradingDay } from './trading-day.ts';
import type { Charge, LedgerEntry, ShopRecord } from './world.ts';

/** A payment may take 3 h to find its partner: what is planted as missing happens earlier, so that the day itself shows it. */
const LAST_HOURS_S = 4 * 3600;
const REFERENCE_KNOWN_PERCENT = 50;
const CASES_PER_KIND_MAX = 5;
const TRANSACTIONS_PER_CASE = 4_000;

/** How often each case is planted on a day of so many transactions. */
export function casesPerKind(transactionsPerDay: number): number {
  return Math.min(CASES_PER_KIND_MAX, Math.max(1, Math.round(transactionsPerDay / TRANSACTIONS_PER_CASE)));
}

/** @param toleratedMinor how far off the shop's rules let an amount be: what is planted as wrong is further off. */
export function plantDiscrepancies(
  day: TradingDay,
  books: Books,
  nextDate: BusinessDate,
  cases: number,
  toleratedMinor = 0,
): void {
  for (let made = 0; made < cases; made += 1) {
    plantMissingRows(day, books);
    plantWrongPayments(day, books, toleratedMinor);
    plantOddKinds(day, books);
    plantMidnight(day, books, nextDate);
    plantNothingMoved(day, books);
  }
}

function plantMissingRows(day: TradingDay, books: Books): void {
  const { random } = day;
  const lost = day.charge(day.instantS(LAST_HOURS_S), books.currency);
  tell(day, books, 'payment', 'missing_internal', lost.entry, 'the webhook of a payment was lost');

  const older = day.olderCharge();
  const refund = day.refund(older, older.amountMinor, day.instantS());
  tell(day, books, 'refund', 'missing_internal', refund.entry, 'a refund made in the dashboard was never booked');

  const dispute = day.dispute(day.olderCharge(), day.instantS());
  tell(day, books, 'dispute', 'missing_internal', dispute.entry, 'nobody booked a dispute');

  if (books.habits.bills) {
    const fee = day.processorFee(BigInt(random.between(500, 9_900)), day.instantS());
    tell(day, books, 'fee', 'missing_internal', fee.entry, 'an invoice of the processor was never booked');
  }

  // Sometimes the shop holds the id of a charge of its test account, sometimes none.
  const record = day.book({
    kind: 'payment',
    amountMinor: BigInt(random.between(1_000, 90_000)),
    processorReference: random.chance(50) ? books.habits.ids(random, 'charge', books.currency).id : null,
    orderId: day.nextOrderId(),
    occurredAtMs: day.instantS(LAST_HOURS_S) * 1000,
  });
  tell(day, books, 'payment', 'missing_processor', record, 'the shop says paid, the processor has no charge');
}

function plantWrongPayments(day: TradingDay, books: Books, toleratedMinor: number): void {
  const { random } = day;
  const wrong = (verdict: Verdict, note: string, currency: Presentment, lie: Lie) => {
    const { charge, entry } = day.charge(day.instantS(LAST_HOURS_S), currency);
    const record = day.book({
      kind: 'payment',
      amountMinor: entry.grossMinor,
      processorReference: verdict !== 'amount_mismatch' || random.chance(REFERENCE_KNOWN_PERCENT) ? charge.id : null,
      orderId: charge.orderId,
      occurredAtMs: day.bookingMs(entry.createdS),
      ...lie(entry, charge),
    });
    tell(day, books, 'payment', verdict, entry, note, record);
  };
  const cents = BigInt(random.between(toleratedMinor + 1, 99) * (random.chance(50) ? 1 : -1));
  const home = books.currency;
  const yen = books.habits.foreign === 'refused' ? home : 'JPY';
  wrong('amount_mismatch', 'off by cents', home, (entry) => ({ amountMinor: entry.grossMinor + cents }));
  wrong('amount_mismatch', 'booked as if the currency had two decimals more', yen, (_entry, charge) => ({
    amountMinor: charge.amountMinor * 100n,
    currency: yen,
  }));
  wrong('currency_mismatch', 'the right number, of Canadian dollars', home, () => ({ currency: 'CAD' }));
  wrong('fee_mismatch', 'the fixed part of the fee is not booked', home, (entry) => ({
    feeMinor: percentageFee(entry.grossMinor),
  }));
  wrong('status_mismatch', 'the shop gave the payment up, the processor settled it', home, () => ({
    status: 'failed',
  }));
}

type Lie = (entry: LedgerEntry, charge: Charge) => Partial<ShopRecord>;

function plantOddKinds(day: TradingDay, books: Books): void {
  const charge = day.olderCharge();
  const { refund, entry } = day.refund(charge, charge.amountMinor, day.instantS());
  const record = day.book({
    kind: 'dispute',
    amountMinor: entry.grossMinor,
    processorReference: refund.id,
    orderId: charge.orderId,
    occurredAtMs: day.bookingMs(entry.createdS),
  });
  tell(day, books, 'refund', 'kind_mismatch', entry, 'a refund booked as a dispute', record);

  if (!books.habits.bills) return;
  const unknown = day.unheardOf(BigInt(day.random.between(500, 5_000)), day.instantS());
  tell(day, books, 'other', 'unknown_type', unknown, 'a code that no table knows');
}

/** Both sides are right, but midnight lies between them: open on this date, matched on the next. */
function plantMidnight(day: TradingDay, books: Books, nextDate: BusinessDate): void {
  const { random } = day;
  const before = () => day.endS - random.between(60, 540);
  const after = () => day.endS + random.between(30, 540);

  const early = day.charge(before(), books.currency);
  const bookedAfter = day.book({
    kind: 'payment',
    amountMinor: early.entry.grossMinor,
    processorReference: early.charge.id,
    orderId: early.charge.orderId,
    occurredAtMs: after() * 1000,
  });
  tell(day, books, 'payment', 'pending_timing', early.entry, 'booked after midnight', bookedAfter, nextDate);

  // The shop believed its checkout page, before the processor told it a charge id.
  const late = day.charge(after(), books.currency);
  const bookedBefore = day.book({
    kind: 'payment',
    amountMinor: late.entry.grossMinor,
    orderId: late.charge.orderId,
    occurredAtMs: before() * 1000,
  });
  tell(day, books, 'payment', 'pending_timing', bookedBefore, 'charged after midnight', late.entry, nextDate);
}

/** Rows of zero: a coupon of 100 % in the shop, a free tier at the processor. Nobody has to look at them. */
function plantNothingMoved(day: TradingDay, books: Books): void {
  const occurredAtMs = day.instantS() * 1000;
  const coupon = day.book({ kind: 'payment', amountMinor: 0n, orderId: day.nextOrderId(), occurredAtMs });
  tell(day, books, 'payment', 'ignored', coupon, 'an order paid by a coupon');
  if (!books.habits.bills) return;
  tell(day, books, 'fee', 'ignored', day.processorFee(0n, day.instantS()).entry, 'a bill over nothing');
}
