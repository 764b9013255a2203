// Decides what an ordinary day brings: sales, refunds, disputes, fees, each booked by the shop exactly once and correctly.
// What it makes always matches one to one; what lies is planted elsewhere.
import type { Books } from './books.ts';
import { drawCurrency } from './prices.ts';
import type { TradingDay } from './trading-day.ts';
import type { Charge, LedgerEntry } from './world.ts';

const REFUNDABLE_MAX = 20_000;
/** A refund of the same day needs this much of the day left. */
const REFUND_ROOM_S = 600;
const FEE_MINOR_MIN = 100;
const FEE_MINOR_MAX = 5_000;
const DISPUTE_FEE_KNOWN_PERCENT = 50;
const REFERENCE_KNOWN_PERCENT = 85;
const FEE_KNOWN_PERCENT = 60;

/** Makes `count` ordinary movements. */
export function tradeDay(day: TradingDay, books: Books, count: number): void {
  const refunds = Math.max(2, Math.round(count * 0.04));
  const disputes = Math.max(1, Math.round(count * 0.0015));
  const fees = books.habits.bills ? 2 + Math.round(count / 5_000) : 0;
  const rowsOfDispute = books.habits.disputeFee === 'own_row' ? 2 : 1;
  const sales = Math.max(0, count - refunds - disputes * rowsOfDispute - fees);
  const currencyOfSale = () =>
    books.habits.foreign === 'refused' ? books.currency : drawCurrency(day.random, books.currency);
  for (let sale = 0; sale < sales; sale += 1) {
    const { charge, entry } = day.charge(day.instantS(), currencyOfSale());
    bookSale(day, charge, entry);
    // Instants are drawn independently, so the first charges of the loop are a fair sample of the day.
    if (sale < refunds * 3 && books.refundable.length < REFUNDABLE_MAX) books.refundable.push(charge);
  }
  for (let made = 0; made < refunds; ) made += refundOneOrder(day, books, refunds - made);
  for (let made = 0; made < disputes; made += 1) disputeOneOrder(day, books);
  for (let made = 0; made < fees; made += 1) {
    const fee = day.processorFee(BigInt(day.random.between(FEE_MINOR_MIN, FEE_MINOR_MAX)), day.instantS());
    day.bookFee(fee.entry, fee.id);
  }
}

/** Half of the converted sales are booked as the customer saw them, the others as the processor settled them. */
function bookSale(day: TradingDay, charge: Charge, entry: LedgerEntry): void {
  const { random } = day;
  const asPresented = entry.exchangeRateMicros !== null && random.chance(50);
  day.book({
    kind: 'payment',
    amountMinor: asPresented ? charge.amountMinor : entry.grossMinor,
    currency: asPresented ? charge.currency : entry.currency,
    // The fee is in settlement currency, so a line in another currency cannot carry it.
    feeMinor: !asPresented && random.chance(FEE_KNOWN_PERCENT) ? entry.feeMinor : null,
    processorReference: random.chance(REFERENCE_KNOWN_PERCENT) ? charge.id : null,
    orderId: charge.orderId,
    occurredAtMs: day.bookingMs(entry.createdS),
  });
}

/** A full refund, a part, or two parts of one order. Returns the number of rows made. */
function refundOneOrder(day: TradingDay, books: Books, rowsMax: number): number {
  const { random } = day;
  const charge = takeCharge(day, books);
  const style = random.between(1, 100);
  if (style > 90 && rowsMax > 1) {
    // Two rows of one kind under one order: only the refund's own id tells them apart, so both are booked with it.
    refundPart(day, charge, 30n, true);
    refundPart(day, charge, 20n, true);
    return 2;
  }
  const percent = style <= 60 ? 100n : BigInt(random.between(10, 90));
  refundPart(day, charge, percent, random.chance(REFERENCE_KNOWN_PERCENT));
  return 1;
}

function refundPart(day: TradingDay, charge: Charge, percent: bigint, withReference: boolean): void {
  const sameDay = charge.createdS >= day.startS;
  const createdS = sameDay ? day.random.between(charge.createdS + 120, day.endS - 60) : day.instantS();
  const { refund, entry } = day.refund(charge, (charge.amountMinor * percent) / 100n, createdS);
  const asPresented = entry.exchangeRateMicros !== null && day.random.chance(50);
  day.book({
    kind: 'refund',
    amountMinor: asPresented ? -refund.amountMinor : entry.grossMinor,
    currency: asPresented ? charge.currency : entry.currency,
    processorReference: withReference ? refund.id : null,
    orderId: charge.orderId,
    occurredAtMs: day.bookingMs(createdS),
  });
}

/** Processors copy no order id onto a dispute, so the shop knows it by the dispute's id only. */
function disputeOneOrder(day: TradingDay, books: Books): void {
  const taken = takeCharge(day, books);
  const charge = taken.currency === books.currency && taken.createdS < day.startS ? taken : day.olderCharge();
  const { dispute, entry } = day.dispute(charge, day.instantS());
  day.book({
    kind: 'dispute',
    amountMinor: entry.grossMinor,
    feeMinor: day.random.chance(DISPUTE_FEE_KNOWN_PERCENT) ? entry.feeMinor : null,
    processorReference: dispute.id,
    orderId: charge.orderId,
    occurredAtMs: day.bookingMs(entry.createdS),
  });
}

/** Any charge that has no story yet, of this day or before; one from before the world where there is none. */
function takeCharge(day: TradingDay, books: Books): Charge {
  const pool = books.refundable;
  const index = day.random.between(0, Math.max(0, pool.length - 1));
  const charge = pool[index];
  const last = pool.pop();
  if (charge === undefined || last === undefined) return day.olderCharge();
  if (index < pool.length) pool[index] = last;
  return charge.createdS < day.endS - REFUND_ROOM_S ? charge : day.olderCharge();
}
