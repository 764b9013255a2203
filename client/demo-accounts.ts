// The accounts of the demo's company: whose ledger, which currency and business day, and what stands in for the processor.
import {
  type EmulatedSource,
  emulatePayPal,
  emulateSettlementReports,
  emulateSquare,
  emulateStripe,
} from '../sandbox/emulated-source.ts';
import type { Presentment } from '../sandbox/world/prices.ts';
import type { World } from '../sandbox/world/world.ts';

const MINUTE_MS = 60_000;

export interface DemoAccount {
  readonly account: string;
  readonly zone: string;
  readonly currency: Presentment;
  /** Of all transactions of a day, in percent. */
  readonly sharePercent: number;
  /** How long after midnight the processor has all of the day. */
  readonly completeAfterMs: number;
  /** Said in recon.yaml where the account's default is another. */
  readonly payoutsItemised?: boolean;
  /** Its rule set, where it is not the default one. */
  readonly rules?: object;
  /** What the rules let an amount be off, in the smallest coins. */
  readonly toleratedMinor?: number;
  /** The rules hold exchange rates against reference rates: then a bad rate is a difference. */
  readonly comparesRates?: boolean;
  /** The shop's books of the first day are not complete when that day is run for the first time. */
  readonly booksAreLate?: boolean;
  emulate(world: World, folder: string): Promise<EmulatedSource>;
}

export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  {
    account: 'stripe/us',
    zone: 'America/New_York',
    currency: 'USD',
    sharePercent: 50,
    // Stripe lists a transaction up to five minutes late.
    completeAfterMs: 6 * MINUTE_MS,
    rules: {
      compare: ['currency', 'kind', 'amount', 'status', 'fee', 'fx'],
      referenceRates: { 'EUR/USD': '1.0834', 'GBP/USD': '1.2689', 'USD/JPY': '150.5344' },
      fxBand: '3',
    },
    comparesRates: true,
    emulate: emulateStripe,
  },
  {
    account: 'paypal/eu',
    zone: 'Europe/Berlin',
    currency: 'EUR',
    sharePercent: 25,
    // PayPal's reports are up to three hours behind, and move by the hour.
    completeAfterMs: 250 * MINUTE_MS,
    emulate: emulatePayPal,
  },
  {
    account: 'square/jp',
    zone: 'Asia/Tokyo',
    currency: 'JPY',
    sharePercent: 15,
    completeAfterMs: 30 * MINUTE_MS,
    booksAreLate: true,
    emulate: emulateSquare,
  },
  {
    account: 'adyen/uk',
    zone: 'Europe/London',
    currency: 'GBP',
    sharePercent: 10,
    completeAfterMs: 6 * MINUTE_MS,
    // Its reports hold the withdrawal as a line among the others, without what it paid out.
    payoutsItemised: false,
    rules: { tolerance: { GBP: { absolute: '0.02' } } },
    toleratedMinor: 2,
    emulate: emulateSettlementReports,
  },
];
