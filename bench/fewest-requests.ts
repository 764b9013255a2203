// The fewest requests that tell all of a world to somebody who knows where everything is: each list of the API in one
// window, every page full but its last, and one look at a list that is empty. No token, no question how far the data
// reaches, no slices that are read side by side, no control: what a source asks beyond this is its price for those.
import { squareLedger } from '../sandbox/square/square-ledger.ts';
import type { World } from '../sandbox/world/world.ts';

export interface ListSize {
  readonly rows: number;
  readonly pageRows: number;
}

const STRIPE_PAGE_ROWS = 100;
const PAYPAL_PAGE_ROWS = 500;
const SQUARE_PAGE_ROWS = 100;
// Square lets nobody choose it.
const SQUARE_DISPUTE_PAGE_ROWS = 50;

export function fewestRequests(lists: readonly ListSize[]): number {
  return lists.reduce((sum, { rows, pageRows }) => sum + Math.max(1, Math.ceil(rows / pageRows)), 0);
}

/** The ledger, the payouts, and the members of each. */
export function stripeLists(world: World): ListSize[] {
  const entries = world.entries.filter(({ createdS }) => isWithin(createdS * 1_000, world));
  const payouts = world.payouts.filter(({ createdS }) => isWithin(createdS * 1_000, world));
  const members = Map.groupBy(world.entries, ({ payoutId }) => payoutId);
  return [
    { rows: entries.length, pageRows: STRIPE_PAGE_ROWS },
    { rows: payouts.length, pageRows: STRIPE_PAGE_ROWS },
    ...payouts.map(({ id }) => ({ rows: members.get(id)?.length ?? 0, pageRows: STRIPE_PAGE_ROWS })),
  ];
}

/**
 * One list, up to now and not to the world's end: a search goes by the last update. A search gives 10,000 rows, twenty
 * full pages: windows that are cut where each is full cost no page more.
 */
export function paypalLists(world: World): ListSize[] {
  return [{ rows: world.entries.length, pageRows: PAYPAL_PAGE_ROWS }];
}

/** The places; of each place, a closed one too, payments and payouts; all refunds, all disputes, the entries of each payout. */
export function squareLists(world: World): ListSize[] {
  const ledger = squareLedger(world);
  const places = [...ledger.locations, 'closed'];
  const page = (count: number) => ({ rows: count, pageRows: SQUARE_PAGE_ROWS });
  const until = <T extends { readonly createdMs: number }>(rows: readonly T[]) =>
    rows.filter(({ createdMs }) => createdMs < world.endMs);
  const payouts = until(ledger.payouts);
  const at = (rows: readonly { readonly locationId: string }[], place: string) =>
    page(rows.filter(({ locationId }) => locationId === place).length);
  return [
    page(places.length),
    // Also those paid before the world began: they are listed because they were refunded in it.
    ...places.map((place) => at(until(ledger.payments), place)),
    ...places.map((place) => at(payouts, place)),
    page(until(ledger.refunds).length),
    // A refund names its order by its payment only, and payments are given one by one.
    { rows: new Set(until(ledger.refunds).map(({ paymentId }) => paymentId)).size, pageRows: 1 },
    { rows: until(ledger.disputes).length, pageRows: SQUARE_DISPUTE_PAGE_ROWS },
    ...payouts.map(({ entries }) => page(entries.length)),
  ];
}

function isWithin(ms: number, { startMs, endMs }: World): boolean {
  return ms >= startMs && ms < endMs;
}
