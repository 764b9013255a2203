// One shop's day: who is paid what and when, and the ids both sides give it. Every number is drawn from one seeded stream,
// so that a seed is a world.
import type { Random } from '../../sandbox/world/random.ts';
import type { WorldInternalRow, WorldProcessorRow } from './world-row.ts';

// Upper ends of the draw from 1 to 100: most baskets are small, few are large.
const PRICE_BANDS = [
  { percent: 55, min: 499, max: 4_999 },
  { percent: 85, min: 5_000, max: 14_999 },
  { percent: 97, min: 15_000, max: 59_999 },
  { percent: 100, min: 60_000, max: 250_000 },
] as const;
const CURRENCIES = [
  { percent: 90, currency: 'USD' },
  { percent: 96, currency: 'EUR' },
  { percent: 100, currency: 'GBP' },
] as const;
// A row without any key can be found by its amount alone: such amounts end in 3, no other does, and each is given once.
const KEYLESS_DIGIT = 3;
const KEYLESS_MIN = 500;
const FEE_PER_MILLE = 29;
const FEE_FIXED = 30;
// The last three hours are left out: a payment may take three hours to be booked.
const DAY_MS = 21 * 3_600_000;
const BOOKED_WITHIN_MS = 90_000;

type Processor = Partial<Omit<WorldProcessorRow, 'side'>>;
type Internal = Partial<Omit<WorldInternalRow, 'side'>>;

export class Shop {
  readonly random: Random;
  readonly #dayStartMs: number;
  #orders = 0;
  #records = 0;
  #keyless = 0;

  constructor(random: Random, dayStartMs: number) {
    this.random = random;
    this.#dayStartMs = dayStartMs;
  }

  /** A charge of a new order, unless told otherwise. */
  charge(given: Processor = {}): WorldProcessorRow {
    const minor = given.minor ?? this.price();
    return {
      side: 'processor',
      id: this.random.stripeId('ch_', 24),
      kind: 'payment',
      minor,
      fee: feeOf(minor),
      currency: this.currency(),
      occurredAtMs: this.#dayStartMs + this.random.between(0, DAY_MS),
      status: null,
      order: given.order === undefined ? this.newOrder() : given.order,
      parent: null,
      reverses: false,
      alsoKnownAs: null,
      presented: null,
      testMode: false,
      ...given,
    };
  }

  /** A refund of some earlier order: the refund says which charge, and costs nothing. */
  refund(given: Processor = {}): WorldProcessorRow {
    return this.charge({
      kind: 'refund',
      id: this.random.stripeId('re_', 24),
      minor: -this.price(),
      fee: 0,
      parent: this.random.stripeId('ch_', 24),
      ...given,
    });
  }

  /** Our record of a row: the same movement with both keys, unless told otherwise. */
  book(row: WorldProcessorRow, given: Internal = {}): WorldInternalRow {
    return this.record({
      kind: row.kind,
      minor: row.minor,
      fee: row.fee,
      currency: row.currency,
      occurredAtMs: row.occurredAtMs + this.random.between(0, BOOKED_WITHIN_MS),
      status: row.status,
      order: row.order,
      reverses: row.reverses,
      names: row.id,
      ...given,
    });
  }

  record(given: Internal = {}): WorldInternalRow {
    this.#records += 1;
    const minor = given.minor ?? this.price();
    return {
      side: 'internal',
      id: `int_${this.#records}`,
      kind: 'payment',
      minor,
      fee: null,
      currency: this.currency(),
      occurredAtMs: this.#dayStartMs + this.random.between(0, DAY_MS),
      status: null,
      order: given.order === undefined ? this.newOrder() : given.order,
      parent: null,
      reverses: false,
      names: null,
      ...given,
    };
  }

  newOrder(): string {
    this.#orders += 1;
    return `order_${String(this.#orders).padStart(9, '0')}`;
  }

  price(): number {
    const draw = this.random.between(1, 100);
    const band = PRICE_BANDS.find(({ percent }) => draw <= percent) ?? PRICE_BANDS[0];
    return notKeyless(this.random.between(band.min, band.max));
  }

  /** An amount that no other row has. */
  keylessPrice(): number {
    this.#keyless += 1;
    return KEYLESS_MIN + this.#keyless * 10 + KEYLESS_DIGIT;
  }

  currency(): string {
    const draw = this.random.between(1, 100);
    return CURRENCIES.find(({ percent }) => draw <= percent)?.currency ?? 'USD';
  }

  /** Parts of a sum, all different, none the half of it, none a price of a row without keys. */
  parts(minor: number, count: number): number[] {
    const sign = Math.sign(minor);
    const shares = Array.from({ length: count }, (_, at) => at + 2);
    const whole = shares.reduce((sum, share) => sum + share, 0);
    const [first = 0, ...more] = shares
      .slice(1)
      .map((share) => notKeyless(Math.floor((Math.abs(minor) * share) / whole) + this.random.between(0, 9)));
    const rest = [first, ...more].reduce((left, part) => left - part, Math.abs(minor));
    const moved = rest % 10 !== KEYLESS_DIGIT ? 0 : first % 10 === KEYLESS_DIGIT + 1 ? 2 : 1;
    return [rest + moved, first - moved, ...more].map((part) => sign * part);
  }
}

export function feeOf(minor: number): number {
  return Math.floor((minor * FEE_PER_MILLE) / 1000) + FEE_FIXED;
}

/** The next amount that a row with keys may have. */
export function notKeyless(minor: number): number {
  return Math.abs(minor) % 10 === KEYLESS_DIGIT ? minor + 1 : minor;
}
