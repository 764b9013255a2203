// Everything a world is made of while it is being made. Only the generator holds one.
import type { BusinessDate } from '../../domain/business-date.ts';
import type { Presentment } from './prices.ts';
import type { ProcessorHabits } from './processor-habits.ts';
import type { Random } from './random.ts';
import type { Charge, LedgerEntry, OddEntry, Payout, ShopRecord, Situation, TruthRow } from './world.ts';

// Beyond what any basket costs, so that no two are equal by chance.
const LONE_AMOUNT_MIN = 260_017n;
const LONE_AMOUNT_STEP = 13n;
const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_LENGTH = 5;
const ORDERS_MAX = 32 ** CODE_LENGTH;
// Odd, so multiplying by it permutes the codes: order numbers are unique without counting up.
const ORDER_STRIDE = 7_368_787;

export class Books {
  readonly entries: LedgerEntry[] = [];
  readonly payouts: Payout[] = [];
  readonly records: ShopRecord[] = [];
  readonly truth: TruthRow[] = [];
  readonly situations: Situation[] = [];
  readonly odd: { readonly entries: OddEntry[]; readonly records: ShopRecord[] } = { entries: [], records: [] };
  /** Charges that a later day may refund or dispute. A charge is taken out when it is used: one story for each order. */
  readonly refundable: Charge[] = [];
  readonly firstDate: BusinessDate;
  readonly startS: number;
  readonly habits: ProcessorHabits;
  readonly currency: Presentment;
  readonly #orderOffset: number;
  #orders = 0;
  #loneAmounts = 0n;

  constructor(firstDate: BusinessDate, startS: number, random: Random, habits: ProcessorHabits, currency: Presentment) {
    this.firstDate = firstDate;
    this.startS = startS;
    this.habits = habits;
    this.currency = currency;
    this.#orderOffset = random.between(0, ORDERS_MAX - 1);
  }

  /** An amount that no other order has: without a key only the amount says who belongs together. */
  nextLoneAmount(): bigint {
    this.#loneAmounts += 1n;
    return LONE_AMOUNT_MIN + LONE_AMOUNT_STEP * this.#loneAmounts;
  }

  /** ORD-260131-7K3ZQ: letters among the digits, so that nothing takes it for a card number. */
  nextOrderId(date: BusinessDate): string {
    if (this.#orders === ORDERS_MAX)
      throw new RangeError(`a world holds at most ${ORDERS_MAX} orders: take fewer days`);
    let rest = (this.#orders * ORDER_STRIDE + this.#orderOffset) % ORDERS_MAX;
    this.#orders += 1;
    let code = '';
    for (let position = 0; position < CODE_LENGTH; position += 1) {
      code += BASE32[rest % 32];
      rest = Math.floor(rest / 32);
    }
    return `ORD-${date.slice(2, 4)}${date.slice(5, 7)}${date.slice(8, 10)}-${code}`;
  }
}
