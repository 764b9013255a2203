// Plants what takes several rows or more than one day to say: groups, duplicates, riddles, reversals, late rows, rows that nobody can
// read. Each on orders of its own, and each with its truth. It must never look at what the matcher makes of it.
import type { BusinessDate } from '../../domain/business-date.ts';
import type { Books } from './books.ts';
import { moneyOf, tell, tellSituation } from './tell.ts';
import type { TradingDay } from './trading-day.ts';
import type { LedgerEntry, OddEntry } from './world.ts';

export interface SituationOptions {
  readonly nextDate: BusinessDate;
  readonly lastDate: BusinessDate;
  /** By how many of the smallest coins the shop's rules let an amount be off. */
  readonly toleratedMinor: number;
  /** The shop's rules hold exchange rates against reference rates. */
  readonly comparesRates: boolean;
}

/** Early enough for the day itself to show it: a payment may take three hours to find its partner. */
const LAST_HOURS_S = 5 * 3600;
const HOUR_S = 3600;
const REFUND_WAITS_S = 5 * 86_400;
// No exchange rate of a day is off by so much.
const BAD_RATE_PER_MILLE = 940n;

export function plantSituations(day: TradingDay, books: Books, options: SituationOptions): void {
  plantGroups(day, books);
  if (options.toleratedMinor > 0) plantTolerated(day, books, options.toleratedMinor);
  plantLateRows(day, books, options.nextDate);
  plantWaitingRefund(day, books, options);
  plantDuplicates(day, books);
  plantKeyless(day, books, options.nextDate);
  plantReversals(day, books);
  plantBadRate(day, books, options.comparesRates);
  plantOddRows(day, books);
}

function plantGroups(day: TradingDay, books: Books): void {
  const order = day.olderCharge();
  const parts = [30n, 20n].map(
    (percent) => day.refund(order, (order.amountMinor * percent) / 100n, day.instantS()).entry,
  );
  const whole = day.book({
    kind: 'refund',
    amountMinor: parts.reduce((sum, { grossMinor }) => sum + grossMinor, 0n),
    orderId: order.orderId,
    occurredAtMs: day.bookingMs(Math.max(...parts.map(({ createdS }) => createdS))),
  });
  tellSituation(day, books, {
    verdict: 'matched',
    by: 'sum',
    note: 'two partial refunds, booked as one',
    rows: [...parts, whole],
  });

  const { charge, entry } = day.charge(day.instantS(LAST_HOURS_S), books.currency);
  const first = (entry.grossMinor * 6n) / 10n;
  const booked = { kind: 'payment', orderId: charge.orderId, occurredAtMs: day.bookingMs(entry.createdS) } as const;
  const halves = [
    day.book({ ...booked, amountMinor: first, processorReference: charge.id }),
    day.book({ ...booked, amountMinor: entry.grossMinor - first }),
  ];
  tellSituation(day, books, {
    verdict: 'matched',
    by: 'sum',
    note: 'one payment, booked in two parts',
    rows: [entry, ...halves],
  });
}

function plantTolerated(day: TradingDay, books: Books, toleratedMinor: number): void {
  const { charge, entry } = day.charge(day.instantS(LAST_HOURS_S), books.currency);
  const off = BigInt(day.random.between(1, toleratedMinor) * (day.random.chance(50) ? 1 : -1));
  const record = bookFor(day, charge.id, entry, { amountMinor: entry.grossMinor + off, orderId: charge.orderId });
  const note = 'rounded by the shop, within what the rules tolerate';
  tellSituation(day, books, { verdict: 'matched_tolerance', note, rows: [entry, record] });
}

/** Missing on this date, and there on the next. */
function plantLateRows(day: TradingDay, books: Books, nextDate: BusinessDate): void {
  const later = () => day.endS + day.random.between(6 * HOUR_S, 16 * HOUR_S);
  const early = day.charge(day.instantS(LAST_HOURS_S), books.currency);
  const bookedLate = day.book({
    kind: 'payment',
    amountMinor: early.entry.grossMinor,
    processorReference: early.charge.id,
    orderId: early.charge.orderId,
    occurredAtMs: later() * 1000,
  });
  tell(day, books, 'payment', 'matched_late', early.entry, 'booked a day late', bookedLate, nextDate);

  const paidLate = day.charge(later(), books.currency);
  const bookedEarly = day.book({
    kind: 'payment',
    amountMinor: paidLate.entry.grossMinor,
    orderId: paidLate.charge.orderId,
    occurredAtMs: day.instantS(LAST_HOURS_S) * 1000,
  });
  tell(
    day,
    books,
    'payment',
    'matched_late',
    bookedEarly,
    'booked at the order, paid a day late',
    paidLate.entry,
    nextDate,
  );
}

/** Only near the end: who reads the days before it today sees that they have settled long ago. */
function plantWaitingRefund(day: TradingDay, books: Books, { nextDate, lastDate }: SituationOptions): void {
  if (!books.habits.refundsWait || nextDate < lastDate) return;
  const order = day.olderCharge();
  const settlesS = day.endS + (day.date === lastDate ? REFUND_WAITS_S : 12 * HOUR_S);
  const { refund, entry } = day.refund(order, order.amountMinor, day.instantS(LAST_HOURS_S), settlesS);
  const record = day.book({
    kind: 'refund',
    amountMinor: entry.grossMinor,
    processorReference: refund.id,
    orderId: order.orderId,
    occurredAtMs: day.bookingMs(entry.createdS),
  });
  const rows = [entry, record];
  if (day.date === lastDate) {
    const note = 'a refund that the processor has not carried out yet';
    tellSituation(day, books, { verdict: 'pending_timing', note, rows, atRisk: moneyOf(entry) });
    return;
  }
  tellSituation(day, books, {
    verdict: 'matched_late',
    note: 'a refund that was pending until the next day',
    rows,
    knownOn: nextDate,
    before: { verdict: 'pending_timing', once: true },
  });
}

function plantDuplicates(day: TradingDay, books: Books): void {
  const twice = () => {
    const { charge, entry } = day.charge(day.instantS(LAST_HOURS_S), books.currency);
    const { orderId, amountMinor } = charge;
    const again = day.charge(entry.createdS + day.random.between(5, 300), books.currency, { orderId, amountMinor });
    return { charge, entry, again: again.entry };
  };
  const named = twice();
  bookFor(day, named.charge.id, named.entry, { orderId: named.charge.orderId });
  tellSituation(day, books, {
    verdict: 'duplicate_processor',
    note: 'charged twice, and our record says which charge it meant',
    rows: [named.again],
    atRisk: moneyOf(named.again),
  });

  const alike = twice();
  const record = bookFor(day, null, alike.entry, { orderId: alike.charge.orderId });
  tellSituation(day, books, {
    verdict: 'duplicate_processor',
    note: 'charged twice, and nothing says which charge was meant',
    rows: [alike.entry, alike.again],
    beside: [record],
    atRisk: moneyOf(alike.entry),
  });

  const booked = day.charge(day.instantS(LAST_HOURS_S), books.currency);
  bookFor(day, booked.charge.id, booked.entry, { orderId: booked.charge.orderId });
  const second = bookFor(day, null, booked.entry, { orderId: booked.charge.orderId });
  tellSituation(day, books, {
    verdict: 'duplicate_internal',
    note: 'booked twice, once without the charge',
    rows: [second],
    atRisk: moneyOf(second),
  });

  const doubled = day.charge(day.instantS(LAST_HOURS_S), books.currency);
  const equal = [1, 2].map(() => bookFor(day, doubled.charge.id, doubled.entry, { orderId: doubled.charge.orderId }));
  tellSituation(day, books, {
    verdict: 'duplicate_internal',
    note: 'booked twice, both for the same charge',
    rows: equal,
    beside: [doubled.entry],
    atRisk: moneyOf(doubled.entry),
  });
}

/** Orders by telephone: the shop writes down the amount and nothing else. A day later nobody better can come. */
function plantKeyless(day: TradingDay, books: Books, nextDate: BusinessDate): void {
  const before = { verdict: 'pending_timing', once: false } as const;
  const pair = (amountMinor: bigint) => {
    const { entry } = day.charge(day.instantS(LAST_HOURS_S), books.currency, { amountMinor });
    return [entry, bookFor(day, null, entry, {})];
  };
  const alone = pair(books.nextLoneAmount());
  const note = 'no key on our side, but only one such amount on each';
  tellSituation(day, books, { verdict: 'matched', by: 'keyless', note, rows: alone, knownOn: nextDate, before });

  const amountMinor = books.nextLoneAmount();
  tellSituation(day, books, {
    verdict: 'ambiguous',
    note: 'two equal payments, and no key on our side',
    rows: [...pair(amountMinor), ...pair(amountMinor)],
    atRisk: { minor: 2n * amountMinor, currency: books.currency },
    knownOn: nextDate,
    before,
  });
}

function plantReversals(day: TradingDay, books: Books): void {
  const lost = day.dispute(day.olderCharge(), day.instantS(LAST_HOURS_S));
  const won = day.winDispute(lost.dispute, lost.entry.createdS + day.random.between(600, HOUR_S));
  const note = 'a dispute that was won, and nobody booked either';
  tellSituation(day, books, { verdict: 'matched', by: 'netting', note, rows: [lost.entry, won] });

  if (!books.habits.failsCharges) return;
  const { charge, entry } = day.charge(day.instantS(LAST_HOURS_S), books.currency);
  const failure = day.failCharge(charge, entry, entry.createdS + day.random.between(600, HOUR_S));
  tellSituation(day, books, {
    verdict: 'matched',
    by: 'netting',
    note: 'a charge that the bank took back, and nobody booked either',
    rows: [entry, failure],
  });
}

/** Right in what the customer paid; wrong in what became of it, for who looks at rates. */
function plantBadRate(day: TradingDay, books: Books, comparesRates: boolean): void {
  if (books.habits.foreign !== 'converted') return;
  const foreign = books.currency === 'EUR' ? 'USD' : 'EUR';
  const { charge, entry } = day.charge(day.instantS(LAST_HOURS_S), foreign, { ratePerMille: BAD_RATE_PER_MILLE });
  const { amountMinor, currency, orderId } = charge;
  const record = bookFor(day, charge.id, entry, { amountMinor, currency, orderId });
  if (!comparesRates) return;
  tell(day, books, 'payment', 'fx_variance', entry, 'exchanged at a rate that no market had', record);
}

function plantOddRows(day: TradingDay, books: Books): void {
  const strange = setAside(day, books, 'unreadable');
  const note = 'a row that nobody can read';
  tellSituation(day, books, { verdict: 'data_error', note, rows: [strange] });

  const half = day.book({
    kind: 'payment',
    amountMinor: BigInt(day.random.between(1_000, 90_000)),
    orderId: day.nextOrderId(),
    occurredAtMs: day.instantS() * 1000,
  });
  books.records.pop();
  books.odd.records.push(half);
  tellSituation(day, books, { verdict: 'data_error', note: 'a record of half of the smallest coin', rows: [half] });

  if (books.habits.failsCharges) {
    const test = setAside(day, books, 'test_mode');
    tell(day, books, 'payment', 'ignored', test, 'somebody tried the shop out in test mode');
  }
  if (books.habits.unheardOf && !books.habits.bills) {
    const unknown = day.unheardOf(BigInt(day.random.between(500, 5_000)), day.instantS());
    tell(day, books, 'other', 'unknown_type', unknown, 'a code that no table knows');
  }
}

/** Takes a new charge out of the ledger again: only a list shows it, and no balance or payout knows it. */
function setAside(day: TradingDay, books: Books, how: OddEntry['how']): LedgerEntry {
  const { entry } = day.charge(day.instantS(LAST_HOURS_S), books.currency);
  books.entries.pop();
  books.odd.entries.push({ entry, how });
  return entry;
}

function bookFor(
  day: TradingDay,
  processorReference: string | null,
  entry: LedgerEntry,
  more: { amountMinor?: bigint; currency?: string; orderId?: string },
) {
  return day.book({
    kind: 'payment',
    amountMinor: entry.grossMinor,
    processorReference,
    occurredAtMs: day.bookingMs(entry.createdS),
    ...more,
  });
}
