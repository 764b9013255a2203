// Everything a world is made of while it is being made. Only the generator holds one.
import type { BusinessDate } from '../../domain/business-date.ts';
import type { Presentment } from './prices.ts';
import type { ProcessorHabits } from './processor-habits.ts';
import type { Random } from './random.ts';
import type { Charge, LedgerEntry, Payout, ShopRecord, TruthRow } from './world.ts';

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
  /** Charges that a later day may refund or dispute. A charge is taken out when it is used: one story for each order. */
  readonly refundable: Charge[] = [];
  readonly firstDate: BusinessDate;
  readonly startS: number;
  readonly habits: ProcessorHabits;
  readonly currency: Presentment;
  readonly #orderOffset: number;
  #orders = 0;

  constructor(firstDate: BusinessDate, startS: number, random: Random, habits: ProcessorHabits, currency: Presentment) {
    this.firstDate = firstDate;
    this.startS = startS;
    this.habits = habits;
    this.currency = currency;
    this.#orderOffset = random.between(0, ORDERS_MAX - 1);
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
