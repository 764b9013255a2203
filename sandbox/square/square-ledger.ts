// A world as Square keeps it: payments, refunds and disputes of locations, and payouts with their entries. What a payment looks like
// depends on when one asks: its fee comes later, its refunds move updated_at.
import type { Charge, LedgerEntry, Refund, World } from '../world/world.ts';

export interface SquarePayment {
  readonly id: string;
  readonly locationId: string;
  readonly createdMs: number;
  readonly listableMs: number;
  readonly amountMinor: bigint;
  readonly tipMinor: bigint;
  readonly feeMinor: bigint;
  /** When the fee becomes known; null where there is none. */
  readonly feeKnownMs: number | null;
  readonly orderId: string;
  readonly sourceType: 'CARD' | 'CASH';
  readonly status: 'COMPLETED' | 'CANCELED';
  readonly customerNumber: number;
  readonly refunds: readonly SquareRefund[];
  /** It comes with money of a currency that does not exist. */
  readonly unreadable: boolean;
}

export interface SquareRefund {
  readonly id: string;
  readonly paymentId: string;
  readonly locationId: string;
  readonly createdMs: number;
  readonly listableMs: number;
  readonly amountMinor: bigint;
}

export interface SquareDispute {
  readonly id: string;
  readonly paymentId: string;
  readonly locationId: string;
  readonly createdMs: number;
  readonly listableMs: number;
  readonly amountMinor: bigint;
  readonly state: 'EVIDENCE_REQUIRED' | 'INQUIRY_EVIDENCE_REQUIRED' | 'WON';
  /** When it was won; null where it was not. */
  readonly wonMs: number | null;
}

export interface SquarePayout {
  readonly id: string;
  readonly locationId: string;
  readonly createdMs: number;
  readonly listableMs: number;
  readonly arrivalMs: number;
  readonly amountMinor: bigint;
  readonly entries: readonly LedgerEntry[];
}

export interface SquareLedger {
  readonly locations: readonly string[];
  readonly payments: readonly SquarePayment[];
  readonly refunds: readonly SquareRefund[];
  readonly disputes: readonly SquareDispute[];
  readonly payouts: readonly SquarePayout[];
}

const MINUTE_MS = 60_000;
const FEE_KNOWN_AFTER_MS = 12 * MINUTE_MS;
// Of so many payments one has a tip, one was only authorised, one was paid in cash, one has an inquiry.
const TIP_EVERY = 9;
const CANCELED_EVERY = 97;
const CASH_EVERY = 101;
const INQUIRY_EVERY = 151;

export function squareLedger(world: World): SquareLedger {
  const [main = '', second = ''] = [locationId(world, 'A'), locationId(world, 'B')];
  const locationOf = (id: string) => (id.charCodeAt(3) % 3 === 0 ? second : main);
  const payments: SquarePayment[] = [];
  const refunds: SquareRefund[] = [];
  const disputes: SquareDispute[] = [];
  const refundOf = (refund: Refund): SquareRefund => ({
    id: refund.id,
    paymentId: refund.charge.id,
    locationId: locationOf(refund.charge.id),
    createdMs: refund.createdS * 1000,
    listableMs: refund.createdS * 1000,
    amountMinor: refund.amountMinor,
  });
  const paid = (charge: Charge, feeMinor: bigint, listableS: number): SquarePayment => ({
    id: charge.id,
    locationId: locationOf(charge.id),
    createdMs: charge.createdS * 1000,
    listableMs: listableS * 1000,
    amountMinor: charge.amountMinor,
    tipMinor: payments.length % TIP_EVERY === 0 ? charge.amountMinor / 10n : 0n,
    feeMinor,
    feeKnownMs: charge.createdS * 1000 + FEE_KNOWN_AFTER_MS,
    orderId: charge.orderId,
    sourceType: 'CARD',
    status: 'COMPLETED',
    customerNumber: charge.customerNumber,
    refunds: charge.refunds.map(refundOf),
    unreadable: false,
  });
  const older = new Map<string, Charge>();
  const wonMs = new Map(
    world.entries.flatMap(({ movement, source, createdS }) =>
      movement === 'dispute_won' && source !== null ? [[source.id, createdS * 1000] as const] : [],
    ),
  );
  for (const { source, feeMinor, listableAtS, movement } of world.entries) {
    if (source !== null && 'charge' in source && source.charge.createdS * 1000 < world.startMs) {
      older.set(source.charge.id, source.charge);
    }
    if (source?.object === 'charge') {
      payments.push(paid(source, feeMinor, listableAtS));
      payments.push(...besides(payments));
      if (payments.length % INQUIRY_EVERY === 0) disputes.push(inquiry(source, locationOf(source.id)));
    } else if (source?.object === 'refund') {
      refunds.push({ ...refundOf(source), listableMs: listableAtS * 1000 });
    } else if (source?.object === 'dispute' && movement === 'dispute') {
      disputes.push({
        id: source.id,
        paymentId: source.charge.id,
        locationId: locationOf(source.charge.id),
        createdMs: source.createdS * 1000,
        listableMs: listableAtS * 1000,
        amountMinor: source.amountMinor,
        state: wonMs.has(source.id) ? 'WON' : 'EVIDENCE_REQUIRED',
        wonMs: wonMs.get(source.id) ?? null,
      });
    }
  }
  // What this world only refunds or disputes was paid before it began, and stands in the list as well.
  for (const charge of older.values()) payments.push(paid(charge, 0n, charge.createdS));
  for (const { entry } of world.odd.entries) {
    if (entry.source?.object !== 'charge') continue;
    payments.push({ ...paid(entry.source, 0n, entry.listableAtS), tipMinor: 0n, unreadable: true });
  }
  const payouts = world.payouts.flatMap((payout) => {
    const members = world.entries.filter(({ payoutId, movement }) => payoutId === payout.id && movement !== 'payout');
    return [main, second].flatMap((location) => {
      const entries = members.filter((entry) => locationOf(paymentIdOf(entry)) === location);
      const sumMinor = entries.reduce((sum, entry) => sum + entry.grossMinor - entry.feeMinor, 0n);
      // Square makes no payout of nothing.
      if (sumMinor === 0n) return [];
      const amountMinor = sumMinor - (location === main ? payout.withheldMinor : 0n);
      const id = location === main ? payout.id : `${payout.id}_2`;
      const { createdS, listableAtS, arrivalDateS } = payout;
      const times = { createdMs: createdS * 1000, listableMs: listableAtS * 1000, arrivalMs: arrivalDateS * 1000 };
      return [{ id, locationId: location, ...times, amountMinor, entries }];
    });
  });
  return {
    locations: [main, second],
    payments: inCreationOrder(payments),
    refunds: inCreationOrder(refunds),
    disputes: inCreationOrder(disputes),
    payouts: inCreationOrder(payouts),
  };
}

export function inCreationOrder<T extends { readonly id: string; readonly createdMs: number }>(
  rows: readonly T[],
): T[] {
  return rows.toSorted((a, b) => a.createdMs - b.createdMs || (a.id < b.id ? -1 : 1));
}

function locationId(world: World, letter: string): string {
  return `L${letter}${world.accountId.slice(1)}`;
}

/** Payments that never reach the balance: authorisations that were let go, and cash in the till. */
function besides(payments: readonly SquarePayment[]): SquarePayment[] {
  const last = payments.at(-1);
  if (last === undefined) return [];
  const other = { ...last, feeMinor: 0n, feeKnownMs: null, tipMinor: 0n, refunds: [] };
  if (payments.length % CANCELED_EVERY === 0) return [{ ...other, id: `${last.id}V`, orderId: '', status: 'CANCELED' }];
  if (payments.length % CASH_EVERY === 0) return [{ ...other, id: `${last.id}C`, orderId: '', sourceType: 'CASH' }];
  return [];
}

/** The cardholder only asks: no money moves. */
function inquiry(charge: Charge, location: string): SquareDispute {
  const createdMs = charge.createdS * 1000 + 60 * MINUTE_MS;
  return {
    id: `${charge.id}I`,
    paymentId: charge.id,
    locationId: location,
    createdMs,
    listableMs: createdMs,
    amountMinor: charge.amountMinor,
    state: 'INQUIRY_EVIDENCE_REQUIRED',
    wonMs: null,
  };
}

export function paymentIdOf({ source, id }: LedgerEntry): string {
  if (source?.object === 'charge') return source.id;
  return source?.object === 'refund' || source?.object === 'dispute' ? source.charge.id : id;
}
