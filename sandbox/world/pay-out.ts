// Decides what the automatic daily payouts contain: every entry whose money is available and that no earlier payout took.
// A payout's own entry is its negative, so that what a payout id selects sums to zero.
import type { Books } from './books.ts';
import type { Random } from './random.ts';
import type { LedgerEntry, Payout } from './world.ts';

const DAY_S = 86_400;
// Automatic payouts are made in the first hours of a UTC day.
const PAYOUT_HOUR_MIN_S = 2 * 3600;
const PAYOUT_HOUR_MAX_S = 5 * 3600;

// Square divides a payout by location: the larger part must bear it.
const ENOUGH_MINOR = 20_000n;
const WITHHELD_MINOR_MIN = 1_000;
const WITHHELD_MINOR_MAX = 3_000;

export interface PayOutOptions {
  readonly startS: number;
  readonly endS: number;
  /** One payout after so many days is not what it lists, where it lists anything. Without it all are. */
  readonly withholdsAfterDays?: number;
}

export function payOut(books: Books, random: Random, { startS, endS, withholdsAfterDays }: PayOutOptions): void {
  let withholds = withholdsAfterDays !== undefined && books.habits.payouts === 'itemised';
  const waiting = books.entries
    .filter(({ currency }) => currency === books.currency)
    .sort((a, b) => a.availableOnS - b.availableOnS);
  let next = 0;
  let carried: LedgerEntry[] = [];
  for (let midnightS = Math.ceil(startS / DAY_S) * DAY_S; midnightS < endS; midnightS += DAY_S) {
    const createdS = midnightS + random.between(PAYOUT_HOUR_MIN_S, PAYOUT_HOUR_MAX_S);
    if (createdS >= endS) return;
    const batch = carried;
    for (let entry = waiting[next]; entry !== undefined && entry.availableOnS <= midnightS; entry = waiting[next]) {
      batch.push(entry);
      next += 1;
    }
    const amountMinor = batch.reduce((sum, entry) => sum + entry.grossMinor - entry.feeMinor, 0n);
    // A balance that is not positive is carried to the next payout.
    carried = amountMinor > 0n ? [] : batch;
    if (amountMinor <= 0n) continue;
    const isDue = withholds && midnightS >= startS + (withholdsAfterDays ?? 0) * DAY_S && amountMinor > ENOUGH_MINOR;
    const withheldMinor = isDue ? BigInt(random.between(WITHHELD_MINOR_MIN, WITHHELD_MINOR_MAX)) : 0n;
    if (isDue) withholds = false;
    makePayout(books, random, { createdS, midnightS, amountMinor: amountMinor - withheldMinor, withheldMinor }, batch);
  }
}

interface PayoutFacts {
  readonly createdS: number;
  readonly midnightS: number;
  readonly amountMinor: bigint;
  readonly withheldMinor: bigint;
}

function makePayout(
  books: Books,
  random: Random,
  { createdS, midnightS, amountMinor, withheldMinor }: PayoutFacts,
  batch: readonly LedgerEntry[],
): void {
  const payout: Payout = {
    object: 'payout',
    ...books.habits.ids(random, 'payout', books.currency),
    amountMinor,
    withheldMinor,
    createdS,
    listableAtS: createdS,
    arrivalDateS: midnightS + 2 * DAY_S,
    automatic: books.habits.payouts === 'itemised',
  };
  if (payout.automatic) for (const entry of batch) entry.payoutId = payout.id;
  books.payouts.push(payout);
  books.entries.push({
    id: payout.entryId,
    movement: 'payout',
    currency: books.currency,
    grossMinor: -amountMinor,
    feeMinor: 0n,
    createdS,
    availableOnS: payout.arrivalDateS,
    listableAtS: createdS,
    description: 'PAYOUT',
    exchangeRateMicros: null,
    source: payout,
    pendingUntilS: null,
    payoutId: payout.id,
  });
}
