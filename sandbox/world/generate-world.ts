// Makes one shop and its account at a processor from a seed: what the processor says, what the shop booked, and the truth about
// the difference.
// Deterministic: no clock, no other source of chance. The same options give the same rows on every machine.
import {
  addDays,
  assertZone,
  type BusinessDate,
  businessDateAt,
  datesBetween,
  parseBusinessDate,
  windowOf,
} from '../../domain/business-date.ts';
import { Books } from './books.ts';
import { convertHoldings } from './convert-holdings.ts';
import { payOut } from './pay-out.ts';
import { casesPerKind, plantDiscrepancies } from './plant-discrepancies.ts';
import { plantSituations } from './plant-situations.ts';
import type { Presentment } from './prices.ts';
import { habitsOf } from './processor-habits.ts';
import { Random } from './random.ts';
import { tradeDay } from './trade-day.ts';
import { TradingDay } from './trading-day.ts';
import type { World } from './world.ts';

// Fewer would leave no room for the planted cases beside ordinary trade.
const TRANSACTIONS_PER_DAY_MIN = 40;
const TRANSACTIONS_PER_DAY_MAX = 2_000_000;
const DAYS_MAX = 400;
const WITHHOLDS_AFTER_DAYS = 3;

export interface WorldOptions {
  readonly seed: string | number;
  /** As the product calls it: stripe/us. The part before the slash decides whose ledger it is. */
  readonly account: string;
  readonly zone: string;
  /** Default: USD. */
  readonly currency?: Presentment;
  readonly firstDate: string;
  readonly days: number;
  /** Movements that a local day brings, payouts aside. */
  readonly transactionsPerDay: number;
  /** Without it both sides agree in every row. */
  readonly plant?: boolean;
  /** With them also what takes several rows or days to say: groups, duplicates, riddles, reversals, late and unreadable rows. */
  readonly situations?: {
    /** By how many of the smallest coins the shop's rules let an amount be off. Default: none. */
    readonly toleratedMinor?: number;
    /** The shop's rules hold exchange rates against reference rates. Default: no. */
    readonly comparesRates?: boolean;
  };
}

export function generateWorld(options: WorldOptions): World {
  const firstDate = parseBusinessDate(options.firstDate);
  const zone = assertZone(options.zone);
  requireInteger('days', options.days, 1, DAYS_MAX);
  requireInteger('transactionsPerDay', options.transactionsPerDay, TRANSACTIONS_PER_DAY_MIN, TRANSACTIONS_PER_DAY_MAX);
  const lastDate = addDays(firstDate, options.days - 1);
  const startMs = windowOf(firstDate, zone).startMs;
  const endMs = windowOf(lastDate, zone).endMs;
  const seed = `${options.seed}|${options.account}`;
  const accountRandom = new Random(seed);
  const habits = habitsOf(options.account);
  const currency = options.currency ?? 'USD';
  const books = new Books(firstDate, startMs / 1000, accountRandom, habits, currency);
  for (const date of datesBetween(firstDate, lastDate)) makeDay(books, { date, lastDate, zone, seed }, options);
  payOut(books, accountRandom, {
    startS: startMs / 1000,
    endS: endMs / 1000,
    ...(options.situations === undefined ? {} : { withholdsAfterDays: WITHHOLDS_AFTER_DAYS }),
  });
  if (options.situations !== undefined) tellOfRemainders(books, zone);
  books.entries.sort((a, b) => a.createdS - b.createdS || byId(a, b));
  // What was planted was made first: only the order of time hides it.
  books.records.sort((a, b) => a.occurredAtMs - b.occurredAtMs || byId(a, b));
  return {
    seed: String(options.seed),
    account: options.account,
    accountId: habits.accountId(accountRandom),
    currency,
    zone,
    firstDate,
    lastDate,
    startMs,
    endMs,
    entries: books.entries,
    payouts: books.payouts,
    records: books.records,
    truth: books.truth,
    situations: books.situations.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0)),
    odd: books.odd,
  };
}

interface DayToMake {
  readonly date: BusinessDate;
  readonly lastDate: BusinessDate;
  readonly zone: string;
  readonly seed: string;
}

function makeDay(books: Books, { date, lastDate, zone, seed }: DayToMake, options: WorldOptions): void {
  const { situations } = options;
  const toleratedMinor = situations?.toleratedMinor ?? 0;
  const day = new TradingDay(books, date, windowOf(date, zone), new Random(`${seed}|${date}`));
  const before = books.entries.length;
  if (options.plant ?? true) {
    plantDiscrepancies(day, books, addDays(date, 1), casesPerKind(options.transactionsPerDay), toleratedMinor);
  }
  if (situations !== undefined) {
    const comparesRates = situations.comparesRates ?? false;
    plantSituations(day, books, { nextDate: addDays(date, 1), lastDate, toleratedMinor, comparesRates });
  }
  tradeDay(day, books, options.transactionsPerDay - (books.entries.length - before));
  if (books.habits.foreign === 'held') convertHoldings(day, books, before);
}

/** What was kept back from a payout is said of its row, at the level of settlement. */
function tellOfRemainders(books: Books, zone: string): void {
  for (const { entryId, withheldMinor, createdS } of books.payouts) {
    if (withheldMinor === 0n) continue;
    const date = businessDateAt(createdS * 1000, zone);
    const atRisk = { minor: withheldMinor, currency: books.currency };
    books.situations.push({
      date,
      knownOn: date,
      verdict: 'unexplained_remainder',
      by: null,
      note: 'a loan was paid back out of a payout, and stands in no list',
      level: 'settlement',
      rows: [{ side: 'processor', externalId: entryId, money: atRisk }],
      beside: [],
      atRisk,
      before: null,
    });
  }
}

/** Keeps the order of one instant stable; an id says nothing about time. */
function byId(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}

function requireInteger(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name} is ${value}: give a whole number of ${min} to ${max}`);
}
