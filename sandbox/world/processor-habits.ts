// What tells the processors' ledgers apart: how ids look, what happens to foreign money, where fees stand, how it is paid out.
import type { Random } from './random.ts';
import type { Movement } from './world.ts';

export interface MovementIds {
  /** What the shop may learn: the id of the charge, refund, dispute or payout. */
  readonly id: string;
  /** The row's id as the product calls it. */
  readonly entryId: string;
}

export interface ProcessorHabits {
  ids(random: Random, movement: Movement, currency: string): MovementIds;
  accountId(random: Random): string;
  /** A payment in another currency is converted at once, kept in a balance of its own, or not taken. */
  readonly foreign: 'converted' | 'held' | 'refused';
  readonly disputeFee: 'inside' | 'own_row' | 'none';
  /** The ledger holds bills of the processor itself, and now and then a code that no table knows. */
  readonly bills: boolean;
  /** A code that no table knows comes now and then also where nobody is billed. */
  readonly unheardOf: boolean;
  /** A charge may be taken back by a row of its own. */
  readonly failsCharges: boolean;
  /** A refund may be pending for days. */
  readonly refundsWait: boolean;
  /** Where the row of a dispute that was won is named after the dispute. */
  readonly wonDisputeId?: (disputeId: string) => string;
  /** Payouts take what earlier days left, by name or without. */
  readonly payouts: 'itemised' | 'bare';
}

const STRIPE_PREFIXES: Partial<Record<Movement, string>> = {
  charge: 'ch_',
  refund: 're_',
  dispute: 'du_',
  payout: 'po_',
};
const STRIPE_ID_LENGTH = 24;

const stripe: ProcessorHabits = {
  ids: (random, movement) => {
    const entryId = random.stripeId('txn_', STRIPE_ID_LENGTH);
    const prefix = STRIPE_PREFIXES[movement];
    return { entryId, id: prefix === undefined ? entryId : random.stripeId(prefix, STRIPE_ID_LENGTH) };
  },
  accountId: (random) => random.stripeId('acct_', 16),
  foreign: 'converted',
  disputeFee: 'inside',
  bills: true,
  unheardOf: true,
  failsCharges: true,
  refundsWait: false,
  payouts: 'itemised',
};

/** PayPal's codes of what this world makes (developer.paypal.com, transaction event codes). */
export const PAYPAL_EVENT_CODES: Readonly<Record<Movement, string>> = {
  charge: 'T0006',
  charge_failure: 'T1106',
  refund: 'T1107',
  dispute: 'T1201',
  dispute_fee: 'T0106',
  dispute_won: 'T1202',
  fee: 'T0107',
  payout: 'T0400',
  conversion: 'T0200',
  unheard_of: 'T7702',
};

const paypal: ProcessorHabits = {
  ids: (random, movement, currency) => {
    const id = random.code(17);
    return { id, entryId: `${id}:${PAYPAL_EVENT_CODES[movement]}:${currency}` };
  },
  // PayPal leaves out of its account ids what people misread.
  accountId: (random) => random.code(13).replaceAll('0', 'A').replaceAll('1', 'B'),
  foreign: 'held',
  disputeFee: 'own_row',
  bills: true,
  unheardOf: true,
  failsCharges: false,
  refundsWait: true,
  payouts: 'bare',
};

const square: ProcessorHabits = {
  ids: (random, movement) => {
    const id = movement === 'payout' ? random.stripeId('po_', 32) : random.stripeId('', 22);
    return { id, entryId: id };
  },
  accountId: (random) => `M${random.code(12)}`,
  foreign: 'refused',
  disputeFee: 'none',
  // Square bills in payout entries only: its lists of payments, refunds and disputes hold none.
  bills: false,
  unheardOf: false,
  failsCharges: false,
  refundsWait: false,
  wonDisputeId: (disputeId) => `${disputeId}:won`,
  payouts: 'itemised',
};

/** Adyen's words for the lines of a settlement report. */
export const ADYEN_TYPES: Readonly<Record<Movement, string>> = {
  charge: 'Settled',
  charge_failure: 'SettledReversed',
  refund: 'Refunded',
  dispute: 'Chargeback',
  dispute_fee: 'Fee',
  dispute_won: 'ChargebackReversed',
  fee: 'Fee',
  payout: 'MerchantPayout',
  conversion: 'BalanceTransfer',
  unheard_of: 'MerchantRewards',
};

const adyen: ProcessorHabits = {
  ids: (random, movement) => {
    const id = random.code(16);
    // A payment has two names there: the payment's own, which the shop learns, and that of its capture, which names the line.
    return { id, entryId: `${ADYEN_TYPES[movement]}:${movement === 'charge' ? `M${id.slice(1)}` : id}` };
  },
  accountId: () => 'ExampleShopECOM',
  foreign: 'refused',
  disputeFee: 'inside',
  // Its bills carry no reference that a shop could know.
  bills: false,
  unheardOf: true,
  failsCharges: false,
  refundsWait: false,
  payouts: 'bare',
};

const HABITS: Readonly<Record<string, ProcessorHabits>> = { stripe, paypal, square, adyen };

export function habitsOf(account: string): ProcessorHabits {
  const [processor = ''] = account.split('/');
  const habits = HABITS[processor];
  if (habits !== undefined) return habits;
  throw new RangeError(`account is ${account}: the sandbox knows ${Object.keys(HABITS).join(', ')}`);
}
